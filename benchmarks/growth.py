"""What a crawl, a crawl that finds nothing new, and a search cost when ever more articles are stored.

    python -m benchmarks.growth [SIZE...]

fills one database to each size in turn, by the store's own writer and without a network, and measures there. The
articles of a crawl are new at every size, since the site stands at another port each time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.crawling import site
from benchmarks.site import build_site
from portal_crawler.article import BEIJING, Article, Capture, Channel, Portal
from portal_crawler.demo.newsroom import write_stories
from portal_crawler.demo.truth import truth_of
from portal_crawler.reprints import group_reprints
from portal_crawler.runs import CrawlOptions, crawl_portal
from portal_crawler.store import (
    Found,
    PageCapture,
    Store,
    Writer,
    finish_run,
    open_reader,
    open_store,
    search,
    start_run,
)
from portal_crawler.urls import canonical_url

SIZES = (10_000, 100_000, 1_000_000)
# Articles of one crawl, and how often each kind of crawl is measured; the machine's other work only adds to a figure.
_ARTICLES, _ROUNDS = 400, 3
# Paragraphs of stored articles are drawn from so many stories, and each article has so many of them.
_STORIES, _PARAGRAPHS = 2_000, 9
_BATCH = 500
_QUERIES = ("安全生产", "乡村振兴", "甘肃 农业", "项目建设", "平凉市", "白银区 大棚", "供水管网", "合作社")


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured when so many articles were stored.

    new_ms, again_ms: of CPU an article of the site, when all were new and when none was. search_ms: of the median
    query.
    """

    stored: int
    new_ms: float
    again_ms: float
    search_ms: float


def measure(sizes: Sequence[int] = SIZES) -> Iterator[Point]:
    """The points of a curve, one a size, as soon as each is known."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        stored = 0
        for size in sizes:
            _fill(folder, stored, size)
            stored = size
            rounds = [_crawls(folder) for _ in range(_ROUNDS)]
            yield Point(
                size,
                min(new for new, _ in rounds),
                min(again for _, again in rounds),
                _search_ms(folder / "portal.db"),
            )


def _crawls(folder: Path) -> tuple[float, float]:
    """CPU milliseconds an article of a crawl that finds all of the site new, and of one that finds nothing new."""
    with site(_ARTICLES) as base_url, ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        new, again = (pool.submit(_crawl, folder, base_url, articles).result() for articles in (_ARTICLES, 0))
    return new, again


def _crawl(folder: Path, base_url: str, expected: int) -> float:
    # Loopback is asked of no proxy, whatever the environment names.
    os.environ["no_proxy"] = "127.0.0.1"
    portal = build_site(_ARTICLES).portal(base_url.removeprefix("http://"))
    began_s = time.process_time()
    summary = crawl_portal(
        portal,
        CrawlOptions(
            folder / "portal.db", folder / "archive", portal.channels, delay_s=0, allow_private=True, recheck=False
        ),
    )
    cost_ms = (time.process_time() - began_s) * 1000 / _ARTICLES
    if summary.exit_code != 0 or summary.articles != expected:
        raise RuntimeError(f"{summary.articles} of {expected} articles stored: {summary.outcome}")
    return cost_ms


def _search_ms(db: Path) -> float:
    store = open_reader(db)
    times = []
    for _ in range(5):
        for query in _QUERIES:
            began_s = time.process_time()
            search(store, query)
            times.append((time.process_time() - began_s) * 1000)
    store.close()
    return median(times)


def _fill(folder: Path, stored: int, size: int) -> None:
    """Add made articles, as a crawl of their portal would have stored them and as long ago as they were published."""
    portal = build_site(60).portal("filled.invalid")
    folder.joinpath("archive").mkdir(exist_ok=True)
    store = open_store(folder / "portal.db")
    run = start_run(store, portal.id, [])
    # The segment is another machine's: nothing is read from it, and nothing of it is here to be cut off.
    writer = Writer(store, run, portal.id, before_commit=lambda: None)
    channels = {channel.url: writer.add_channel(channel) for channel in portal.channels}
    makes = _Maker(portal)
    for number in range(stored, size):
        channel, article, capture = makes.article(number)
        writer.discover([Found(article.url, article.title)], "article", channel_id=channels[channel.url], walk=1)
        writer.add_capture(capture)
        writer.add_article(article, [PageCapture(article.url, capture)])
        if len(writer) >= 3 * _BATCH:
            writer.flush()
    writer.flush()
    finish_run(store, run, exit_code=0, outcome="done", figures={}, summary="{}")
    _settle(store)
    store.close()


def _settle(store: Store) -> None:
    """Leave the filled articles as old ones are: looked at for reprints, and no more asked for again."""
    # Its first run queues every article, since it finds no sign of the rules by which one was looked at.
    group_reprints(store, {}, budget_s=0)
    with store.transaction() as connection:
        connection.execute("DELETE FROM reprint_queue")
        connection.execute("UPDATE rechecks SET next_check_at = NULL WHERE next_check_at IS NOT NULL")


class _Maker:
    """Makes articles of paragraphs that the replica's newsroom wrote; the same number gives the same article."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        truths = [truth_of(story) for story in write_stories(_STORIES, seed=1)]
        self._titles = [truth.title for truth in truths]
        self._paragraphs = [line for truth in truths for line in truth.body.split("\n") if len(line) > 40]
        self._newest = datetime.now(BEIJING) - timedelta(days=60)

    def article(self, number: int) -> tuple[Channel, Article, Capture]:
        rng = Random(number)
        channel = rng.choice(self._portal.channels)
        at = (self._newest - timedelta(minutes=rng.randrange(10**7))).isoformat(timespec="seconds")
        url = canonical_url(f"{channel.url}{at[:4]}/{at[5:7]}{at[8:10]}/{number}.html")
        body = "\n".join(rng.choices(self._paragraphs, k=_PARAGRAPHS))
        article = Article(
            url=url, title=f"{rng.choice(self._titles)}（{number}）", published_at=at, published_precision="second",
            source=self._portal.name, editor="李明", body=body, channel_path=channel.path, extractor="made",
        )  # fmt: skip
        capture = Capture(
            url, at, 200, "text/html", f"sha1:{number:032}", f"{self._portal.id}/filled.warc.gz", number * 8000, 8000
        )
        return channel, article, capture


def table(points: Sequence[Point]) -> list[tuple[str, ...]]:
    """The curve as rows of cells, each with its cost as a share of the first."""
    first = points[0]
    return [
        (
            f"{point.stored:,}",
            f"{point.new_ms:.2f}",
            f"{point.new_ms / first.new_ms:.2f}",
            f"{point.again_ms:.2f}",
            f"{point.again_ms / first.again_ms:.2f}",
            f"{point.search_ms:.1f}",
        )
        for point in points
    ]


HEADER = ("articles stored", "CPU ms, new article", "ratio", "CPU ms, known article", "ratio", "CPU ms, search")


def main() -> None:
    """Measure at the sizes given, and print each as soon as it is known."""
    points: list[Point] = []
    print(*HEADER, sep=" | ", flush=True)
    for point in measure([int(size) for size in sys.argv[1:]] or SIZES):
        points.append(point)
        print(*table(points)[-1], sep=" | ", flush=True)


if __name__ == "__main__":
    main()
