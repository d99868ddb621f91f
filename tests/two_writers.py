"""Two crawls of different portals and readers with long queries on one database, for as long as wanted.

    python -m tests.two_writers --seconds 600

Each crawl is a process that ends, as from cron, and another one follows it; between them the portals bring articles.
Figures are printed as JSON; whoever is locked out, and every row that is lost, ends it with an error.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from typing import Any

from portal_crawler.store import open_reader, search
from portal_crawler.verify import verify
from tests.crawl_process import start_crawl

# A round brings so many articles on so many pages of the list.
_ARTICLES, _PER_PAGE = 60, 20
_context = multiprocessing.get_context("forkserver")


@dataclass
class Figures:
    """What came of it. held_s: the longest time that a reader kept to one moment of the database."""

    seconds: float = 0.0
    crawls: list[int] = field(default_factory=lambda: [0, 0])
    articles: list[int] = field(default_factory=lambda: [0, 0])
    exit_codes: dict[str, int] = field(default_factory=dict)
    queries: int = 0
    held_s: float = 0.0
    log_mb_most: float = 0.0
    log_mb_end: float = 0.0
    database_mb: float = 0.0
    lost: int = 0
    damaged: int = 0
    errors: list[str] = field(default_factory=list)


def run(folder: Path, seconds: float, hold_s: float, *, report_s: float = 1e9) -> Figures:
    """Crawl and read for so long. hold_s: how long one of the readers keeps to one moment of the database."""
    figures, stop = Figures(), _context.Event()
    answers: Any = _context.Queue()
    with _portal() as (first, counts), _portal() as (second, more):
        served = [counts, more]
        crawls = [
            threading.Thread(target=_crawl_on, args=(folder, base, served[number], stop, figures, number))
            for number, base in enumerate((first, second))
        ]
        for crawl in crawls:
            crawl.start()
        while not _has_articles(folder / "p.db"):
            time.sleep(0.05)
        ready = _context.Semaphore(0)
        readers = [
            _context.Process(target=_hold, args=(folder / "p.db", hold_s, ready, stop, answers)),
            *(_context.Process(target=_ask, args=(folder / "p.db", n, ready, stop, answers)) for n in range(2)),
        ]
        for reader in readers:
            reader.start()
        # However long a slow machine takes to start them.
        for _ in readers:
            assert ready.acquire(timeout=120)
        told_s = began_s = time.monotonic()
        while time.monotonic() < began_s + seconds and not figures.errors:
            time.sleep(0.1)
            figures.log_mb_most = max(figures.log_mb_most, _size_mb(folder / "p.db-wal"))
            if time.monotonic() > told_s + report_s:
                told_s = time.monotonic()
                print(f"{told_s - began_s:.0f} s: {figures}", file=sys.stderr, flush=True)
        stop.set()
        for _ in readers:
            queries, held_s, error = answers.get(timeout=60)
            figures.queries += queries
            figures.held_s = max(figures.held_s, held_s)
            figures.errors += [error] * (error is not None)
        for process in (*readers, *crawls):
            process.join(120)
        figures.seconds = round(time.monotonic() - began_s, 1)
        with closing(sqlite3.connect(folder / "p.db")) as connection:
            for number, base in enumerate((first, second)):
                stored = {
                    row[0].removeprefix(base)
                    for row in connection.execute("SELECT url FROM articles WHERE url LIKE ?", (f"{base}/%",))
                }
                figures.articles[number] = len(stored)
                figures.lost += len(served[number]["articles"] - stored)
            assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store = open_reader(folder / "p.db")
    figures.damaged = sum(finding.is_damage for finding in verify(store, folder / "archive"))
    store.close()
    figures.log_mb_end = _size_mb(folder / "p.db-wal")
    figures.database_mb = _size_mb(folder / "p.db")
    return figures


def _crawl_on(folder: Path, base: str, counts: dict[str, Any], stop: Event, figures: Figures, number: int) -> None:
    while not stop.is_set():
        counts["rounds"] += 1
        process = start_crawl(folder, base, ["/list/"], portal=f"portal{number}")
        process.join(300)
        if process.is_alive():
            process.kill()
            figures.errors.append("a crawl hangs")
        figures.crawls[number] += 1
        code = str(process.exitcode)
        figures.exit_codes[code] = figures.exit_codes.get(code, 0) + 1
        if process.exitcode != 0:
            figures.errors.append(f"a crawl ended with {process.exitcode}")


def _hold(db: Path, hold_s: float, ready: Semaphore, stop: Event, answers: Any) -> None:
    """Keep to one moment of the database, as an export does, and look whether it stays the same."""
    queries, held_s, error = 0, 0.0, None
    ready.release()
    try:
        store = open_reader(db)
        while not stop.is_set():
            began_s = time.monotonic()
            store.connection.execute("BEGIN")
            seen = set()
            while time.monotonic() < began_s + hold_s and not stop.is_set():
                seen.add(tuple(store.rows("SELECT count(*), max(id), total(length(body)) FROM articles")[0]))
                queries += 1
                time.sleep(0.05)
            store.connection.execute("COMMIT")
            held_s = max(held_s, time.monotonic() - began_s)
            assert len(seen) <= 1, seen
        store.close()
    except Exception as problem:
        error = repr(problem)
    answers.put((queries, held_s, error))


def _ask(db: Path, number: int, ready: Semaphore, stop: Event, answers: Any) -> None:
    """Ask long questions one after the other, and short ones between them; opened anew each time, as by a command."""
    queries, longest_s, error = 0, 0.0, None
    ready.release()
    time.sleep(number * 0.3)
    try:
        while not stop.is_set():
            store = open_reader(db)
            began_s = time.monotonic()
            # As many steps as take half a second or so, read from the table all the while.
            store.rows(
                """SELECT count(*) FROM articles a, (SELECT id FROM ledger LIMIT 200) b
                   WHERE instr(a.body, b.id || '亩')"""
            )
            search(store, "合作社")
            longest_s = max(longest_s, time.monotonic() - began_s)
            queries += 2
            store.close()
    except Exception as problem:
        error = repr(problem)
    answers.put((queries, longest_s, error))


@contextmanager
def _portal() -> Iterator[tuple[str, dict[str, Any]]]:
    """A portal whose list grows with `rounds`; it keeps the addresses of the articles that it gave away."""
    counts: dict[str, Any] = {"rounds": 0, "articles": set()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            text = _page(self.path, counts["rounds"] * _ARTICLES)
            body = (text or "").encode("gb18030")
            if text and self.path.endswith(".html") and "/2021/" in self.path:
                counts["articles"].add(self.path)
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", counts
    finally:
        server.shutdown()
        server.server_close()


def _page(path: str, newest: int) -> str | None:
    if path == "/list/" or path.startswith("/list/index_"):
        page = 0 if path == "/list/" else int(path[12:-5])
        top = newest - page * _PER_PAGE
        lines = "".join(
            f'<li><a href="/2021/1119/{n}.html">靖远县第{n}个合作社成立</a> <span>2021-11-19</span></li>'
            for n in range(top, max(top - _PER_PAGE, 0), -1)
        )
        following = f'<a href="/list/index_{page + 1}.html">下一页</a>' if top > _PER_PAGE else ""
        return f'<html><body><ul class="list">{lines}</ul><div class="page">{following}</div></body></html>'
    if not path.startswith("/2021/1119/"):
        return None
    number = int(path[11:-5])
    text = "".join(
        f"<p>第{number}个合作社的第{n}块地有{number * n % 977}亩，今年种旱砂西瓜和枸杞，带动周边群众就业增收，"
        f"比去年多了{n}成，受到各方好评，县里引进的企业已经开工{number % 89}家。</p>"
        for n in range(1, 12)
    )
    return f"""<html><head><title>靖远县第{number}个合作社成立_市州</title></head><body>
      <h1>靖远县第{number}个合作社成立</h1><div>时间：2021-11-19 20:09:41 来源：中国甘肃在线 编辑：赵小春</div>
      <div class="text">{text}</div></body></html>"""


def _has_articles(db: Path) -> bool:
    if not db.is_file():
        return False
    with closing(sqlite3.connect(db, timeout=30)) as connection:
        try:
            return bool(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
        except sqlite3.OperationalError:
            return False


def _size_mb(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 2) if path.is_file() else 0.0


def main() -> None:
    """Run it, print the figures, and end with 1 if anything was lost or locked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--hold", type=float, default=120, help="how long a reader keeps to one moment")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = run(Path(folder), given.seconds, given.hold, report_s=60)
    print(json.dumps(asdict(figures), ensure_ascii=False))
    sys.exit(bool(figures.errors or figures.lost or figures.damaged))


if __name__ == "__main__":
    main()
