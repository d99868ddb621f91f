"""Databases and archives that earlier versions of this program made, one of each schema, and the site that they crawled.

`tests/databases/NAME.tar.gz` was made by the code of that time:

    git archive COMMIT portal_crawler | tar x -C TREE
    PYTHONPATH=TREE python tests/old_databases.py tests/databases/NAME.tar.gz

After a migration that is new, make one with the last code before it, and add its name to OLD.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

# The last migration in each of them, made by the commits 4e42efa (0002), af9d223 (0003), b8c04d4 (0004), 727a9e7 (0005),
# 010eb4d (0007, before there was a 0006), c67cf3d (0007), 96f0a64 (0008), 7cd218b (0009) and fd2ce14 (0011, before there
# was a 0010). 0001 is 0002 without its one table: no code had it alone as it is now.
OLD = ("0001", "0002", "0003", "0004", "0005", "0007_before_0006", "0007", "0008", "0009", "0011_before_0010")
PORTAL_URL = "http://news.example/list/"
FOLDER = Path(__file__).with_name("databases")


def make_old(name: str, db: Path) -> None:
    """Put a database of an earlier version in place, and its archive into `archive` beside it."""
    with tarfile.open(FOLDER / f"{'0002' if name == '0001' else name}.tar.gz") as archive:
        archive.extractall(db.parent, filter="data")
    if db.name != "p.db":
        (db.parent / "p.db").rename(db)
    if name == "0001":
        with sqlite3.connect(db, isolation_level=None) as connection:
            connection.execute("DROP TABLE templates")
            connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0002_templates'")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()


@contextmanager
def newsroom(*, today: bool) -> Iterator[dict[str, str]]:
    """The site, behind a proxy, so that its addresses are the same each time; gives the environment for its crawls.

    today: what it has become since: two more articles, and one that could not be had before.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = _page(urlsplit(self.path).path, today)
            body = (page or "").encode("gb18030")
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield os.environ | {"http_proxy": f"http://127.0.0.1:{server.server_port}", "no_proxy": ""}
    finally:
        server.shutdown()
        server.server_close()


def crawl_command(folder: Path) -> list[str]:
    """The crawl of the site into a folder, as all versions understand it."""
    places = ["--db", str(folder / "p.db"), "--archive", str(folder / "archive"), "--delay", "0", "--json"]
    return [sys.executable, "-m", "portal_crawler", "crawl", PORTAL_URL, *places]


def _page(path: str, today: bool) -> str | None:
    numbers = range(1, 13) if today else range(1, 11)
    if path == "/list/":
        lines = "".join(
            f'<li><a href="/2021/1119/{n}.html">靖远县第{n}个合作社成立</a> <span>2021-11-{n:02}</span></li>'
            for n in reversed(numbers)
        )
        return f'<html><body><div class="main"><ul class="list">{lines}</ul></div></body></html>'
    number = int(path[11:-5]) if path.startswith("/2021/1119/") else 0
    if number not in numbers or (number == 9 and not today):
        return None
    return f"""<html><head><title>靖远县第{number}个合作社成立_市州</title></head><body>
      <h1>靖远县第{number}个合作社成立</h1>
      <div>时间：2021-11-{number:02} 20:09:41 来源：中国甘肃在线 编辑：赵小春</div>
      <div class="text"><p>靖远县今年引进企业{number}家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评。</p>
      <p>第{number}个合作社已经开工，旱砂西瓜种植面积有{number * 37}亩，比去年多了一成。</p></div></body></html>"""


def _make(target: Path) -> None:
    """Crawl the site with the code found: first a part of it, then to its end."""
    with tempfile.TemporaryDirectory() as name, newsroom(today=False) as environment:
        folder = Path(name)
        for flags in (["--limit", "3"], []):
            done = subprocess.run([*crawl_command(folder), *flags], env=environment, check=False, capture_output=True)
            print(done.returncode, done.stdout.decode()[-600:], done.stderr.decode()[-300:])
        with tarfile.open(target, "w:gz") as archive:
            for path in ("p.db", "archive"):
                archive.add(folder / path, path)


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
