"""The tables of docs/scale.md: what was measured, what was assumed, and what the simulation makes of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from random import Random
from statistics import quantiles

from benchmarks.scale import (
    DAY_S,
    HOUR_S,
    Course,
    Unit,
    Workers,
    back_fill,
    draw_portals,
    hourly,
    largest_first,
    losses,
    mean_share,
    simulate,
)
from benchmarks.scale_inputs import CLUSTER_RUNS, Assumed, Measured, inputs

_COUNTS = (1, 2, 4, 8, 16, 32)
_DEADLINE_S = 3_000.0
_GIVEN, _WORLD = Measured(), Assumed()


def tables() -> dict[str, str]:
    """Each table in Markdown, by its name."""
    made: dict[str, Callable[[], str]] = {
        "measured": lambda: _table(("", "", "from"), inputs(_GIVEN), "rll"),
        "assumed": lambda: _table(("", "", "from"), inputs(_WORLD), "rll"),
        "portals": _portals,
        "at-once": _at_once,
        "back-fill": _back_fill,
        "spread": _spread,
        "pace": _pace,
        "losses": _losses,
        "hourly": _hourly,
        "storage": _storage,
        "processor": _processor,
        "compared": _compared,
    }
    return {name: make() for name, make in made.items()}


def _crawl(units: Sequence[Unit], count: int, lost: Sequence[tuple[float, int]] = ()) -> Course:
    workers = Workers(count, _WORLD.cores, _WORLD.threads, lost, _WORLD.repair_s, _GIVEN.lost_s)
    return simulate(units, workers, _GIVEN.merge_ms / 1000)


def _units(world: Assumed = _WORLD) -> list[Unit]:
    return [back_fill(portal, _GIVEN, world) for portal in draw_portals(world)]


def _portals() -> str:
    portals = sorted(draw_portals(_WORLD), key=lambda portal: -portal.pages)
    total = sum(portal.pages for portal in portals)
    rows = []
    for name, some in (("largest", portals[:1]), ("largest 10", portals[:10]), ("median", portals[149:150])):
        pages = sum(portal.pages for portal in some)
        alone = max(back_fill(portal, _GIVEN, _WORLD).alone_s for portal in some)
        rows.append((name, f"{pages:,}", f"{pages / total:.1%}", f"{alone / DAY_S:.1f}"))
    rows.append(("all", f"{total:,}", "100%", f"{max(unit.alone_s for unit in _units()) / DAY_S:.1f}"))
    return _table(("portals", "pages", "share", "days at their own pace"), rows)


def _at_once() -> str:
    units = _units()
    pages_s = sum(unit.pages / unit.alone_s for unit in units)
    rows = (
        ("pages a second", f"{pages_s:.0f}"),
        ("cores", f"{mean_share(units) * len(units):.1f}"),
        ("memory, GB", f"{_GIVEN.memory_mb * len(units) / 1000:.0f}"),
        ("MB a second into the archive", f"{pages_s * _GIVEN.archive_bytes / 1e6:.1f}"),
        ("articles a second", f"{pages_s * _WORLD.article_share:.0f}"),
        ("articles a second that one database can store at most", f"{1000 / _GIVEN.store_ms:.0f}"),
        ("articles a second that one database can merge at most", f"{1000 / _GIVEN.merge_ms:.0f}"),
    )
    return _table(("all portals at their own pace", ""), rows)


def _back_fill() -> str:
    units = _units()
    rows = []
    for count in _COUNTS:
        given, sorted_ = _crawl(units, count), _crawl(largest_first(units), count)
        half, most = (quantiles(given.ends_s, n=10)[place] / DAY_S for place in (4, 8))
        rows.append(
            (
                f"{count}",
                f"{count * _WORLD.threads}",
                f"{half:.1f}",
                f"{most:.1f}",
                f"{given.seconds / DAY_S:.1f}",
                f"{sorted_.seconds / DAY_S:.1f}",
                f"{given.merged_s / DAY_S:.1f}",
                f"{given.cpu_s / given.seconds / count / _WORLD.cores:.1%}",
            )
        )
    header = (
        "workers",
        "portals at once",
        "days to 50 % of portals",
        "to 90 %",
        "to all",
        "to all, largest first",
        "and merged",
        "cores busy",
    )
    return _table(header, rows)


def _spread() -> str:
    rows = []
    for spread in (0.0, 0.8, 1.6, 2.0):
        units = largest_first(_units(replace(_WORLD, spread=spread)))
        cells = [f"{_crawl(units, count).seconds / DAY_S:.1f}" for count in _COUNTS]
        rows.append((f"{spread:g}", f"{max(unit.pages for unit in units):,}", *cells))
    return _table(
        ("spread", "pages of the largest", "days, 1 worker", *(f"{count} workers" for count in _COUNTS[1:])), rows
    )


def _pace() -> str:
    portals = draw_portals(_WORLD)
    rows = []
    for delay_s in (0.5, 1.0, 2.0):
        cells, cores = [], 0.0
        for hosts in (1, 2, 4):
            units = [back_fill(portal, _GIVEN, _WORLD, delay_s, hosts) for portal in portals]
            cells.append(f"{_crawl(largest_first(units), 32).seconds / DAY_S:.1f}")
            cores = cores or mean_share(units) * len(units)
        rows.append((f"{delay_s:g}", *cells, f"{cores:.1f}"))
    header = ("delay, s", "days, one host each", "two hosts", "four hosts", "cores for all at once, one host each")
    return _table(header, rows)


def _losses() -> str:
    units = _units()
    rows = []
    for days in (_WORLD.worker_days, 1.0):
        world = replace(_WORLD, worker_days=days)
        for count in (1, 16):
            calm = _crawl(units, count)
            lost = losses(count, calm.seconds, world)
            course = _crawl(units, count, lost)
            late_h = (course.seconds - calm.seconds) / HOUR_S
            rows.append((f"{days:g}", f"{count}", f"{len(lost):,}", f"{course.again:,}", f"{late_h:.2f}"))
    return _table(("days between losses", "workers", "lost", "pages fetched twice", "hours later at the end"), rows)


def _hourly() -> str:
    portals = draw_portals(_WORLD)
    made_by = Random(1)
    units = [hourly(portal, _GIVEN, _WORLD, made_by) for portal in portals]
    rows = []
    for count in _COUNTS:
        course = _crawl(units, count)
        rows.append(
            (
                f"{count}",
                f"{course.seconds / 60:.1f}",
                f"{course.merged_s / 60:.1f}",
                f"{sum(end <= _DEADLINE_S for end in course.ends_s)} of {len(units)}",
                f"{course.cpu_s / HOUR_S / count / _WORLD.cores:.1%}",
            )
        )
    note = (
        f"\n\nIn that hour {sum(unit.pages for unit in units):,} requests bring {_sum_articles(units):,} new articles."
    )
    return _table(("workers", "minutes", "merged after", "in time", "cores busy in the hour"), rows) + note


def _sum_articles(units: Iterable[Unit]) -> int:
    return round(sum(unit.articles for unit in units))


def _storage() -> str:
    articles = _WORLD.pages * _WORLD.article_share
    largest = max(portal.pages for portal in draw_portals(_WORLD))
    rows = []
    for name, each, of in (
        ("archive (WARC)", _GIVEN.archive_bytes, 1 / _WORLD.article_share),
        ("database", _GIVEN.database_bytes, 1.0),
        ("of it the search index", _GIVEN.index_bytes, 1.0),
        ("Parquet", _GIVEN.parquet_bytes, 1.0),
    ):
        total = each * of * articles
        share = largest / _WORLD.pages
        rows.append(
            (name, f"{total / 1e12:.2f}", f"{total * share / 1e9:.0f}", f"{total / _WORLD.years / 365 / 1e9:.2f}")
        )
    return _table(("", "TB in all", "GB of the largest portal", "GB more a day"), rows)


def _processor() -> str:
    articles = _WORLD.pages * _WORLD.article_share
    rows = []
    for name, days in (
        ("crawl and store all pages", _WORLD.pages * _GIVEN.page_cpu_s / DAY_S),
        ("of that, store all articles (one process a database)", articles * _GIVEN.store_ms / 1000 / DAY_S),
        ("extract all pages again", _WORLD.pages * _GIVEN.reextract_ms / 1000 / DAY_S),
        ("verify archive and database", articles * _GIVEN.verify_ms / 1000 / DAY_S),
        ("merge all articles (one process a database)", articles * _GIVEN.merge_ms / 1000 / DAY_S),
    ):
        rows.append((name, f"{days:.1f}", *(f"{days / cores:.2f}" for cores in (8, 32))))
    return _table(("", "days of one core", "days on 8", "on 32"), rows)


def _compared() -> str:
    rows = []
    for name, threads, requests, took_s, load in CLUSTER_RUNS:
        unit = Unit(requests, 0.1, _GIVEN.crawl_ms / 1000, 0.0, _GIVEN.start_s)
        course = simulate([unit] * 40, Workers(1, 2, threads))
        rows.append((name, f"{course.seconds:.0f}", f"{took_s:.0f}", f"{took_s / course.seconds:.1f}", f"{load}"))
    return _table(("40 portals", "seconds, simulated", "measured", "ratio", "load of two cores"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], align: str = "") -> str:
    marks = {"l": "---", "r": "---:"}
    under = [marks[mark] for mark in align or "l" + "r" * (len(header) - 1)]
    return "\n".join(_lines([header, under, *rows]))


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in rows:
        yield "| " + " | ".join(row) + " |"
