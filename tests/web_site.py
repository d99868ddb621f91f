"""A database and an archive as crawls of two portals leave them, hostile pages among them, and the server over both."""

from __future__ import annotations

import gzip
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from portal_crawler.archive import ArchiveWriter, Exchange
from portal_crawler.article import BEIJING, Article, Capture, Channel, Image
from portal_crawler.store import Found, PageCapture, Writer, finish_run, open_store, start_run

SEEN = datetime(2021, 11, 19, 20, 10, tzinfo=BEIJING)
FIRST_URL = "http://news.gscn.example/a/1.html"
HOSTILE_TITLE = "<script>fetch('{canary}title')</script><img src={canary}title.png onerror=fetch('{canary}error')>标题"
# Everything by which a page runs, loads, sends or leads away.
HOSTILE_PAGE = """<!DOCTYPE html><html><head><meta charset="gbk"><base href="{canary}base/">
<meta http-equiv="refresh" content="0;url={canary}refresh">
<link rel="preconnect" href="{canary}"><link rel="stylesheet" href="{canary}sheet.css">
<link rel="prefetch" href="{canary}prefetch"><script src="{canary}script.js"></script>
<style>@import url({canary}import.css); body {{ background: url({canary}background.png) }} p {{ color: green }}
@font-face {{ font-family: f; src: url({canary}font.woff) }} h1 {{ font-family: f }}</style></head>
<body onload="fetch('{canary}onload')" background="{canary}old-background.png">
<h1 style="background-image: url({canary}style.png)">恶意页面的标题</h1><p>正文在这里。</p>
<script>fetch('{canary}inline'); top.location = '{canary}top'; document.title = 'pwned'</script>
<img src="{canary}image.png" srcset="{canary}set.png 2x" onerror="fetch('{canary}onerror')" alt="图">
<iframe src="{canary}frame"></iframe><iframe srcdoc="<script>fetch('{canary}srcdoc')</script>"></iframe>
<object data="{canary}object"></object><embed src="{canary}embed"><video src="{canary}video" autoplay></video>
<svg><script>fetch('{canary}svg')</script><image href="{canary}svg.png"/></svg><input autofocus onfocus="fetch('{canary}focus')">
<form action="{canary}form"><button>发送</button></form><a href="javascript:fetch('{canary}href')">链接</a>
<table background="{canary}table.png"><tr><td>单元格</td></tr></table></body></html>"""


@dataclass(frozen=True)
class Made:
    """Where they are, the ids of articles by name, and of captures by the address that was asked for."""

    db: Path
    archive: Path
    articles: dict[str, int]
    captures: dict[str, int]


def make_site(folder: Path, canary: str = "http://canary.example/") -> Made:
    """canary: an address that nobody may ask for."""
    db, archive = folder / "portal.db", folder / "archive"
    store = open_store(db)
    articles = {}
    for portal in ("gscn", "qhnews"):
        run = start_run(store, portal, [portal])
        writer = Writer(store, run, portal, before_commit=lambda: None)
        with ArchiveWriter(archive, portal, announce=writer.add_segment) as files:
            articles |= _gscn(writer, files, canary) if portal == "gscn" else _qhnews(writer, files)
            files.sync()
            writer.flush()
        outcome = ("done", 0) if portal == "gscn" else ("the portal blocks us: 1 URLs", 4)
        finish_run(store, run, exit_code=outcome[1], outcome=outcome[0], figures={}, summary="{}")
    ids = {row["url"]: row["id"] for row in store.rows("SELECT id, url FROM articles")}
    captures = {row["url"]: row["id"] for row in store.rows("SELECT id, url FROM captures ORDER BY id")}
    store.close()
    return Made(db, archive, {name: ids[url] for name, url in articles.items()}, captures)


def page(title: str, text: str) -> bytes:
    return f"<html><head><meta charset=gb2312><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>".encode(
        "gb18030"
    )


def _gscn(writer: Writer, files: ArchiveWriter, canary: str) -> dict[str, str]:
    channel = writer.add_channel(Channel("平凉市", ("资讯", "平凉市"), "http://news.gscn.example/pl/"))
    writer.start_walk(channel, 1)
    writer.discover([Found(FIRST_URL, "河海相连", "11-19")], "article", channel_id=channel, walk=1)
    first = {
        "published_precision": "minute",
        "published_raw": "2021-11-19 20:09",
        "source": "中国甘肃在线",
        "images": (
            Image("http://news.gscn.example/1.jpg", "靖远县的<b>果园</b>"),
            Image(f"javascript:fetch('{canary}image')", None),
        ),
        "channel_path": ("资讯", "平凉市"),
        "provenance": {"title": "h1", "source": "来源 above text", "text": "gb18030"},
    }
    for day, title, body in (
        (0, "河海相连谱华章", "靖远县今年引进企业9家。\n名称\t数值\n苹果\t12\n安全生产月活动开展。"),
        (1, "河海相连谱新篇", "靖远县今年引进企业12家。\n名称\t数值\n苹果\t12\n安全生产月活动开展。"),
    ):
        _put(writer, files, FIRST_URL, page(title, body), SEEN + timedelta(days=day), title=title, body=body, **first)
    for number in range(30):
        url = f"http://news.gscn.example/b/{number}.html"
        text = f"第{number}个合作社今天成立。"
        at = SEEN - timedelta(days=number % 5)
        source = "新华社" if number % 3 else "甘肃日报"
        _put(writer, files, url, page(f"简讯{number}", text), at, title=f"简讯{number}", body=text, source=source)
    hostile = "http://news.gscn.example/hostile.html"
    body = HOSTILE_PAGE.format(canary=canary).encode("gbk")
    title = HOSTILE_TITLE.format(canary=canary)
    _put(
        writer, files, hostile, body, SEEN, title=title, body=f"</p>{title}", source=title, author='" onclick="x',
        channel_path=(title,), warnings=(title,), provenance={"title": title},
    )  # fmt: skip
    return {"first": FIRST_URL, "hostile": hostile, "plain": "http://news.gscn.example/b/1.html"}


def _qhnews(writer: Writer, files: ArchiveWriter) -> dict[str, str]:
    url = "http://www.qhnews.example/1.html"
    _put(
        writer, files, url, gzip.compress(page("青海湖的冬天", "湖面结冰。")), SEEN, title="青海湖的冬天",
        body="湖面结冰。", encoding=b"gzip",
    )  # fmt: skip
    for at, (address, status, kind, body) in enumerate(
        (
            ("http://www.qhnews.example/old", 302, b"", b""),
            ("http://www.qhnews.example/list.json", 200, b"application/json", '{"标题": "</pre><script>"}'.encode()),
            ("http://www.qhnews.example/a.png", 200, b"image/png", b"\x89PNG\r\n"),
        )
    ):
        writer.add_capture(_write(files, address, body, SEEN + timedelta(seconds=at), status=status, kind=kind))
    writer.settle("http://www.qhnews.example/2.html", "article", "failed", "http 500")
    writer.settle("http://www.qhnews.example/3.html", "article", "blocked", "http 403")
    return {"zipped": url}


def _put(
    writer: Writer,
    files: ArchiveWriter,
    url: str,
    content: bytes,
    at: datetime,
    encoding: bytes = b"",
    **values: object,
) -> None:
    capture = _write(files, url, content, at, encoding=encoding)
    writer.add_capture(capture)
    published = (at - timedelta(minutes=1)).isoformat(timespec="minutes")
    article = Article(url, published_at=published, extractor="portal-crawler/2", **values)  # type: ignore[arg-type]
    writer.add_article(article, [PageCapture(url, capture)])


def _write(
    files: ArchiveWriter, url: str, content: bytes, at: datetime, *, status: int = 200, kind: bytes = b"text/html",
    encoding: bytes = b"",
) -> Capture:  # fmt: skip
    headers = [(b"Content-Type", kind), (b"Server", b"<b>nginx</b>")]
    if encoding:
        headers.append((b"Content-Encoding", encoding))
    return files.write(Exchange(url, "GET", (), status, "OK", tuple(headers), content, at))


@dataclass
class Served:
    """A server in a process of its own. url: its address, with a slash at the end."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1].strip("/"))

    def get(self, path: str, *, method: str = "GET", host: str | None = None) -> Answer:
        """An answer as it comes: no redirect is followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers={"Host": host} if host else {})
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class Answer:
    """What the server answered; the names of headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@contextmanager
def serving(made: Made, environment: dict[str, str]) -> Iterator[Served]:
    """The server over a site, ended at the end."""
    command = [sys.executable, "-m", "portal_crawler", "serve", "--port", "0"]
    command += ["--db", str(made.db), "--archive", str(made.archive)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout
        line = process.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), line
        yield Served(process, line)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            end = time.monotonic() + 10
            while process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()
