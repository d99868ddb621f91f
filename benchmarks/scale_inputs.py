"""What the simulation of `benchmarks.scale` takes as given: each figure with what it is and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

# `python -m benchmarks.cluster --workers 1 2`: 40 portals that answer in 0.1 s, asked every 0.1 s. For each crawl: its
# name, portals at once, requests to a portal, seconds, and how many processes wanted the two cores meanwhile.
CLUSTER_RUNS = (
    ("one worker of the cluster", 1, 52, 508.4, 9),
    ("two workers", 2, 52, 294.4, 39),
    ("no cluster, --jobs 4", 4, 52, 172.8, 15),
)
_PIPELINE = "`make bench`, benchmarks/RESULTS.md"
_FOOTPRINT = "`python -m benchmarks.footprint ../shared/corpus 3000`"


def _figure(value: float, what: str, source: str) -> float:
    return field(default=value, metadata={"what": what, "source": source})


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of this program, measured on one machine of two cores: milliseconds are of processor time."""

    crawl_ms: float = _figure(9.80, "ms to crawl a made page of 40 KB, all in all", _PIPELINE)
    made_extract_ms: float = _figure(
        2.42, "ms of these to extract it", "`python -m benchmarks.footprint` on pages of `benchmarks.site.write_corpus`"
    )
    extract_ms: float = _figure(3.98, "ms to extract a real page of 76 KB, the mean of 173", _FOOTPRINT)
    reprint_ms: float = _figure(1.0, "ms to look for reprints of an article, at most", "docs/reprints.md")
    made_reextract_ms: float = _figure(
        4.9,
        "ms to extract a made page again from the archive",
        "`time portal-crawler reextract` after a crawl of `python -m benchmarks.site 800`, less that of `--help`",
    )
    store_ms: float = _figure(1.66, "ms to store an article, which one process a database can do", _FOOTPRINT)
    memory_mb: float = _figure(182, "MB that a crawl of a portal holds", _PIPELINE)
    archive_bytes: float = _figure(20_197, "bytes in the archive for a page, requests and heads included", _FOOTPRINT)
    database_bytes: float = _figure(17_093, "bytes in the database for an article, search index included", _FOOTPRINT)
    index_bytes: float = _figure(6_041, "bytes of these in the search index", _FOOTPRINT)
    parquet_bytes: float = _figure(2_127, "bytes in Parquet for an article", _FOOTPRINT)
    merge_ms: float = _figure(1.87, "ms to merge an article into another database", _FOOTPRINT)
    start_s: float = _figure(
        1.4,
        "s of processor time to begin and end a crawl of a portal",
        "`time portal-crawler crawl URL --limit 3`, the same site",
    )
    verify_ms: float = _figure(0.5, "ms to verify an archived article", "docs/archive.md: 2,000 a second on one core")
    lost_s: float = _figure(2.0, "s until another worker goes on with a lost one's portal", "docs/cluster.md")

    @property
    def reextract_ms(self) -> float:
        """Milliseconds of processor time to extract a real page again."""
        return self.made_reextract_ms - self.made_extract_ms + self.extract_ms

    @property
    def page_cpu_s(self) -> float:
        """Seconds of processor time for a real page: a made one, with the extraction of a real one in its place."""
        return (self.crawl_ms - self.made_extract_ms + self.extract_ms + self.reprint_ms) / 1000


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody could measure here, since no live portal was in reach: the first things to replace."""

    portals: float = _figure(300, "portals", "the question")
    pages: float = _figure(100e6, "pages of all of them", "the question")
    spread: float = _figure(
        1.6,
        "standard deviation of the logarithm of a portal's pages",
        "`python -m benchmarks.serials ../shared/portals.json ../shared/corpus/manifest.jsonl "
        "../shared/corpus/unlabelled/index.jsonl`: 1.80 for 49 sites; less, since numbers on old pages, which are too "
        "low, make sites more unequal than they are",
    )
    article_share: float = _figure(0.9, "articles a page", "20 entries a list page, some articles on several pages")
    delay_s: float = _figure(1.0, "s between two requests to a host", "the program's default")
    answer_s: float = _figure(0.3, "s until a page is there, the median portal", "a guess")
    answer_spread: float = _figure(0.7, "standard deviation of that one's logarithm", "a guess: 1 in 20 takes 0.95 s")
    hang_share: float = _figure(0.002, "of all requests hang for 40 s, the program's limit", "a guess")
    years: float = _figure(15, "years in which a portal's pages were published", "a guess")
    rush_share: float = _figure(0.1, "of a day's articles come in its busiest hour", "office hours")
    lists: float = _figure(
        10, "lists that an hourly crawl looks at, a portal", "a portal with its 8 to 11 main channels"
    )
    rechecks: float = _figure(
        4, "times that an article is asked for again", "the program's default: 1 h, 1, 7, 30 days"
    )
    cores: float = _figure(1, "core a worker", "the cheapest unit to rent")
    worker_mb: float = _figure(4096, "MB a worker", "the cheapest unit to rent")
    worker_days: float = _figure(30, "days between two losses of a worker, on average", "a guess")
    repair_s: float = _figure(600, "s until a lost worker is replaced", "a guess")

    @property
    def threads(self) -> int:
        """Portals that a worker's memory has room for at once, a fifth kept free for the system and Dask."""
        return int(self.worker_mb * 0.8 / Measured().memory_mb)


def inputs(given: Measured | Assumed) -> Iterator[tuple[str, str, str]]:
    """For each figure: its value, what it is, and where it comes from."""
    for one in fields(given):
        value = getattr(given, one.name)
        yield f"{value:,.0f}" if value >= 100 else f"{value:g}", one.metadata["what"], one.metadata["source"]
