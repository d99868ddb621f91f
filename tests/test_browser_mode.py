"""Lists that only a browser can show: a portal whose list a script computes, and turns its pages by it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread

import pytest

from portal_crawler.archive import read_exchange
from portal_crawler.middlewares.browser import BrowserUnavailable, browser_settings
from portal_crawler.portals import load_profile

Finished = subprocess.CompletedProcess[bytes]
Cli = Callable[..., Finished]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
needs_browser = pytest.mark.skipif(
    CHROMIUM is None or find_spec("scrapy_playwright") is None, reason="needs chromium and the extra 'browser'"
)
TITLES = [f"省里召开第{number}次工作会议部署乡村振兴重点任务" for number in range(1, 25)]
# Bytes that are no JSON, no addresses and no titles until the script has undone them.
LIST = """<!DOCTYPE html><html><head><meta charset="gbk"><title>要闻</title>
<link rel="stylesheet" href="/style.css"><script src="/app.js"></script></head><body>
<div id="list">正在载入</div><img src="/picture.jpg">
<script>
new WebSocket('ws://127.0.0.1:%(other)d/socket').onerror = () => {};
fetch('http://localhost:%(other)d/foreign').catch(() => {});
fetch('/leads-away').catch(() => {});
navigator.sendBeacon('/beacon', 'x');
window.open('http://localhost:%(other)d/popup');
document.body.appendChild(document.createElement('iframe')).src = 'http://localhost:%(other)d/frame';
</script></body></html>"""
APP = """(async () => {
  const page = Number(new URLSearchParams(location.search).get('p') || 1);
  const parts = ['/st', 'ore/', page + 40, '.bin'];
  const octets = new Uint8Array(await (await fetch(parts.join(''), {method: 'POST', body: 'p=' + page})).arrayBuffer());
  const records = JSON.parse(new TextDecoder().decode(octets.map((octet, at) => octet ^ (at * 7 + page & 255))));
  const list = document.createElement('ul');
  for (const [id, title, day] of records) {
    const link = Object.assign(document.createElement('a'), {href: '/news/2021/11/' + id + '.html', textContent: title});
    const item = document.createElement('li');
    item.append(link, Object.assign(document.createElement('span'), {textContent: day}));
    list.append(item);
  }
  document.getElementById('list').replaceChildren(list);
  if (page < 2) {
    const next = Object.assign(document.createElement('a'), {textContent: '下一页'});
    next.href = '?p=' + (page + 1);
    document.getElementById('list').append(next);
  }
})();"""
ARTICLE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>
<div>2021-11-19 20:09 来源：测试网</div><div class="content"><p>会议强调，各地要把各项任务落到实处，取得新的成效。</p>
<p>这是第{id}篇报道的正文，它只在这一页上，由记者从现场发回。</p></div></body></html>"""


class Site:
    """A portal on loopback. asked: the paths requested of it; foreign: those of another server that nobody may ask."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.foreign: list[str] = []
        self.agents: set[str] = set()
        self.hanging = Event()
        site = self

        class Other(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.foreign.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        class Own(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                site.asked.append(self.path)
                site.agents.add(self.headers.get("User-Agent", ""))
                if path == "/leads-away":
                    self.send_response(302)
                    self.send_header("Location", f"http://localhost:{site.other.server_port}/redirected")
                    self.end_headers()
                elif path == "/robots.txt":
                    self.answer("text/plain", b"User-agent: *\nDisallow: /closed/\n")
                elif path in ("/zx/", "/closed/", "/hang/"):
                    page = LIST % {"other": site.other.server_port}
                    if path == "/hang/":
                        page = page.replace("</body>", "<script>for (;;) {}</script></body>")
                        site.hanging.set()
                    self.answer("text/html", page.encode("gbk"))
                elif path == "/app.js":
                    self.answer("text/javascript; charset=utf-8", APP.encode())
                elif path.startswith("/news/"):
                    number = int(path.rpartition("/")[2].removesuffix(".html")) - 1000
                    self.answer("text/html", ARTICLE.format(title=TITLES[number], id=number).encode())
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                page = int(self.rfile.read(length).decode().removeprefix("p="))
                site.asked.append(self.path)
                records = [
                    [1000 + number, TITLES[number], f"2021-11-{28 - number:02d}"]
                    for number in range((page - 1) * 12, page * 12)
                ]
                plain = json.dumps(records).encode()
                self.answer(
                    "application/octet-stream",
                    bytes(octet ^ (at * 7 + page & 255) for at, octet in enumerate(plain)),
                )

            def answer(self, kind: str, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.other = ThreadingHTTPServer(("127.0.0.1", 0), Other)
        self.own = ThreadingHTTPServer(("127.0.0.1", 0), Own)
        for server in (self.other, self.own):
            Thread(target=server.serve_forever, daemon=True).start()

    def close(self) -> None:
        for server in (self.other, self.own):
            server.shutdown()
            server.server_close()

    def profile(self, folder: Path, path: str = "/zx/") -> Path:
        """The profile of a portal with one channel."""
        file = folder / "scripted.toml"
        base = f"http://127.0.0.1:{self.own.server_port}"
        file.write_text(
            'id = "scripted"\nname = "脚本网"\nhosts = ["127.0.0.1"]\nbrowser = true\n'
            f'[[channels]]\nname = "要闻"\nurl = "{base}{path}"\n'
        )
        return file


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def arguments(profile: Path, folder: Path) -> list[str]:
    places = ["--db", str(folder / "p.db"), "--archive", str(folder / "a")]
    return ["crawl", str(profile), *places, "--allow-private", "--delay", "0"]


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        return connection.execute(query).fetchall()


def processes_with(mark: str) -> list[int]:
    """The processes whose environment has a mark: a crawl and all that it started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark.encode() in (entry / "environ").read_bytes() and b") Z" not in (entry / "stat").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@needs_browser
def test_a_list_that_a_script_computes_is_walked_to_its_end(cli: Cli, site: Site, tmp_path: Path) -> None:
    result = cli(*arguments(site.profile(tmp_path), tmp_path), "--json")
    assert result.returncode == 0, result.stderr.decode()
    assert sorted(title for (title,) in rows(tmp_path, "SELECT title FROM articles")) == sorted(TITLES)
    # Only the crawler asked, for what a list may need and of whom it may ask.
    assert site.foreign == []
    assert all(agent.startswith("portal-crawler/") for agent in site.agents)
    assert not {"/style.css", "/picture.jpg", "/beacon", "/favicon.ico"} & set(site.asked)
    assert site.asked.count("/app.js") == 1
    assert site.asked.count("/store/41.bin") == site.asked.count("/store/42.bin") == 1

    # The page as it came and the page as it was shown stand side by side, and each says which it is.
    found = rows(tmp_path, "SELECT file, offset, length, content_type FROM captures WHERE url LIKE '%/zx/' ORDER BY id")
    came, shown = (read_exchange(tmp_path / "a", file, at, size) for file, at, size, _ in found)  # type: ignore[arg-type]
    assert came.header("X-Rendered-By") is None and "正在载入" in came.content().decode("gbk")
    assert shown.header("X-Rendered-By") == "chromium" and TITLES[0] in shown.content().decode()
    records = b"".join(gzip.decompress(path.read_bytes()) for path in (tmp_path / "a").rglob("*.warc.gz"))
    # Request and response of two pages.
    assert records.count(b"\r\nX-Rendered-By: chromium\r\n") == 4


@needs_browser
def test_robots_txt_holds_for_the_address_of_a_list(cli: Cli, site: Site, tmp_path: Path) -> None:
    result = cli(*arguments(site.profile(tmp_path, "/closed/"), tmp_path))
    assert (result.returncode, site.asked) == (3, ["/robots.txt"])


@needs_browser
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_browser_ends_with_the_crawl(
    cli_environment: dict[str, str], site: Site, tmp_path: Path, number: signal.Signals
) -> None:
    mark = f"TEST_BROWSER_MODE={tmp_path}"
    name, _, value = mark.partition("=")
    command = [sys.executable, "-m", "portal_crawler", *arguments(site.profile(tmp_path, "/hang/"), tmp_path)]
    crawl = subprocess.Popen(command, env=cli_environment | {name: value}, stderr=subprocess.DEVNULL)
    assert site.hanging.wait(30)
    # The crawl, the driver, and the browser with a process for the page.
    deadline = time.monotonic() + 30
    while len(processes_with(mark)) < 5 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(processes_with(mark)) >= 5
    crawl.send_signal(number)
    assert crawl.wait(20) == 128 + number
    deadline = time.monotonic() + 10
    while processes_with(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_with(mark) == []


def test_a_portal_that_needs_a_browser_is_not_crawled_without(
    cli: Cli, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli_environment: dict[str, str]
) -> None:
    portal = load_profile(site.profile(tmp_path))
    monkeypatch.setitem(cli_environment, "PORTAL_CRAWLER_CHROMIUM", "/nowhere/chromium")
    result = cli(*arguments(site.profile(tmp_path), tmp_path))
    assert (result.returncode, site.asked, (tmp_path / "p.db").exists()) == (2, [], False)
    assert b"portal scripted needs a browser (browser = true)" in result.stderr
    if find_spec("scrapy_playwright") is not None:
        assert b"PORTAL_CRAWLER_CHROMIUM may name one" in result.stderr
    else:
        with pytest.raises(BrowserUnavailable, match=r"pip install 'portal-crawler\[browser\]'"):
            browser_settings(portal)
