"""What a page and an article cost in bytes and in processor time, for pages as portals really have them.

    python -m benchmarks.footprint FOLDER [ARTICLES]

takes the pages (*.html) below FOLDER, archives each as a server sends it, plain and gzipped, and extracts it; then
stores so many articles made of their paragraphs, merges them into another database and exports them. Prints one line a
figure. Milliseconds are of processor time, so other work on the machine hardly counts.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory

from portal_crawler.archive import ArchiveWriter, Exchange
from portal_crawler.article import BEIJING, Article, Capture, Channel
from portal_crawler.export import export_articles
from portal_crawler.extract import extract_article
from portal_crawler.merge import merge_shard
from portal_crawler.store import Found, PageCapture, Writer, finish_run, open_store, start_run

ARTICLES = 5_000
_SEGMENT = "made/1.warc.gz"
_REQUEST = ((b"User-Agent", b"portal-crawler/1"), (b"Accept-Encoding", b"gzip, deflate"))
_ANSWER = (
    (b"Server", b"nginx"),
    (b"Date", b"Fri, 19 Nov 2021 12:10:00 GMT"),
    (b"Content-Type", b"text/html"),
    (b"Last-Modified", b"Fri, 19 Nov 2021 12:00:00 GMT"),
    (b"ETag", b'"61979a00-9c40"'),
)


def measure(pages: Sequence[bytes], articles: int, folder: Path) -> Iterator[tuple[str, float]]:
    """Each figure with its name and unit. folder: an empty one for the archive and the databases."""
    yield "bytes of a page, unpacked", mean(map(len, pages))
    for name, bodies, headers in (
        ("sent plain", pages, _ANSWER),
        ("sent gzipped", [gzip.compress(page, 6) for page in pages], (*_ANSWER, (b"Content-Encoding", b"gzip"))),
    ):
        size_bytes, cpu_s = _archive(folder / name, bodies, headers)
        yield f"archive bytes a page, {name}", size_bytes / len(pages)
        yield f"ms to archive a page, {name}", cpu_s * 1000 / len(pages)
    began_s = time.process_time()
    read = [extract_article(page, f"http://www.example.cn/{number}.html") for number, page in enumerate(pages)]
    yield "ms to extract a page", (time.process_time() - began_s) * 1000 / len(pages)
    yield from _databases(folder, [article for article in read if article.body], articles)


def _archive(folder: Path, bodies: Sequence[bytes], headers: tuple[tuple[bytes, bytes], ...]) -> tuple[int, float]:
    began_s = time.process_time()
    with ArchiveWriter(folder, "made") as writer:
        for number, body in enumerate(bodies):
            url = f"http://www.example.cn/{number}.html"
            lengths = (*headers, (b"Content-Length", b"%d" % len(body)))
            writer.write(
                Exchange(url, "GET", _REQUEST, 200, "OK", lengths, body, datetime.now(BEIJING), ip="203.0.113.1")
            )
    cpu_s = time.process_time() - began_s
    return sum(path.stat().st_size for path in folder.rglob("*.warc.gz")), cpu_s


def _databases(folder: Path, read: Sequence[Article], articles: int) -> Iterator[tuple[str, float]]:
    shard, archive = folder / "shard.db", folder / "archive"
    cpu_s = _store(shard, read, articles)
    yield "ms to store an article", cpu_s * 1000 / articles
    archive.joinpath("made").mkdir(parents=True)
    archive.joinpath(_SEGMENT).write_bytes(b"x" * (articles + 1))
    store = open_store(folder / "all.db")
    for name in ("ms to merge an article", "ms to merge an article again"):
        began_s = time.process_time()
        merge_shard(store, shard, archive=archive)
        yield name, (time.process_time() - began_s) * 1000 / articles
    letters = store.rows("SELECT sum(length(body)) FROM articles")[0][0]
    yield "letters of an article", letters / articles
    (index_bytes,) = store.rows(
        """SELECT sum(length(block))
           FROM (SELECT block FROM article_search_data UNION ALL SELECT block FROM title_search_data)"""
    )[0]
    store.close()
    yield "database bytes an article", (folder / "all.db").stat().st_size / articles
    yield "of these in the search index", index_bytes / articles
    # Of each text once: repeated paragraphs would pack better than any real text.
    once = folder / "once.db"
    _store(once, read, len(read))
    store = open_store(once)
    export_articles(store, folder / "once.parquet")
    store.close()
    yield "Parquet bytes an article", (folder / "once.parquet").stat().st_size / len(read)


def _store(path: Path, read: Sequence[Article], articles: int) -> float:
    """Store so many articles, each with the fields of a read one and paragraphs of them all; gives the CPU seconds."""
    paragraphs = [line for article in read for line in (article.body or "").split("\n") if line]
    store = open_store(path)
    run = start_run(store, "made", [])
    writer = Writer(store, run, "made", before_commit=lambda: None)
    channel = writer.add_channel(Channel("要闻", ("新闻", "要闻"), "http://www.example.cn/list/"))
    newest = datetime(2021, 11, 19, 20, 10, tzinfo=BEIJING)
    began_s = time.process_time()
    for number in range(articles):
        made_by = Random(number)
        pattern = read[number % len(read)]
        length = (pattern.body or "").count("\n") + 1
        at = (newest - timedelta(minutes=number)).isoformat()
        url = f"http://www.example.cn/{at[:4]}/{at[5:7]}{at[8:10]}/{number}.html"
        article = replace(
            pattern,
            url=url,
            published_at=at,
            published_precision="minute",
            body=pattern.body if number < len(read) else "\n".join(made_by.choices(paragraphs, k=length)),
        )
        capture = Capture(url, at, 200, "text/html", f"sha1:{number:032}", _SEGMENT, number, 1)
        writer.discover([Found(url, article.title)], "article", channel_id=channel, walk=1)
        writer.add_capture(capture)
        writer.add_article(article, [PageCapture(url, capture)])
        if number % 20 == 0:
            writer.flush()
    writer.flush()
    cpu_s = time.process_time() - began_s
    finish_run(store, run, exit_code=0, outcome="done", figures={}, summary="{}")
    store.close()
    return cpu_s


def main() -> None:
    """Measure with the pages below a folder, and print each figure as soon as it is known."""
    pages = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.html"))]
    articles = int(sys.argv[2]) if len(sys.argv) > 2 else ARTICLES
    with TemporaryDirectory() as name:
        for figure, value in measure(pages, articles, Path(name)):
            print(f"{value:>12,.2f}  {figure}", flush=True)


if __name__ == "__main__":
    main()
