"""What searches cost in a large database, by kind of query, and against a plain scan with LIKE.

    python -m benchmarks.search DATABASE [ARTICLES]

makes the database of generated articles, or lets it grow to so many, then prints the time of the best 20 of each kind
of query: milliseconds of processor time (what else the machine does hardly counts) and, at the end, on the clock.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from benchmarks.many_articles import grow
from portal_crawler.store import SearchTimeout, Store, open_reader, search
from portal_crawler.store.fold import fold

_EACH = 12
_QUICK_MS, _TIMEOUT_S = 1_000, 60
_RUNS = re.compile(r"[^\W_]+")
_MARKS = "，。、：“”《》"
_COMMON = ("我们", "发展", "工作", "项目", "企业", "甘肃", "推进", "的", "和")
_RARE = ("马拉松", "祁连山", "丝绸之路", "博物馆", "检察院")
# What nothing or little holds though all its letters are common: the marks are nowhere in the index.
_HARD = (
    "，我们",
    "我们，",
    "。我们",
    "》我们",
    "发展：工作",
    "我们、发展",
    "）的",
    "！我们",
    "title:，我们",
    "title:》发展",
    "，",
    "；；",
)
_COMBINED = (
    "我们 发展",
    "我们 马拉松",
    "马拉松 OR 博物馆",
    "我们 OR 发展",
    "我们 NOT 发展",
    "马拉松 NOT 我们",
    "(甘肃 OR 青海) NOT 天气",
    "title:甘肃 天气",
    "NOT 我们",
    "我们 source:来源3",
    "甘肃 date:2021-11",
    "title:(雪 OR 雨) body:兰州",
    '"，我们" 马拉松',
    '"，我们" OR 马拉松',
    '我们 NOT "，我们"',
)
_FILTERS: tuple[dict[str, str], ...] = (
    {"portal": "p00"},
    {"portal": "p29"},
    {"since": "2021-06-01"},
    {"since": "2021-05-01", "until": "2021-05-03"},
    {"portal": "p20", "since": "2021-01-01"},
    {"source": "来源59"},
)

Asked = tuple[str, dict[str, str]]


def kinds_of_queries(reader: Store) -> Iterator[tuple[str, list[Asked]]]:
    """Each kind of query with some of it: pieces of 1 to 8 letters cut from stored texts, and made ones."""
    made_by = random.Random("queries")
    newest = reader.rows("SELECT max(id) FROM articles")[0][0]

    def text(column: str) -> str:
        number = made_by.randint(1, newest)
        return str(reader.rows(f"SELECT {column} FROM articles WHERE id = ?", [number])[0][0])

    def piece(column: str, letters: int) -> Asked:
        while True:
            runs = [run for run in _RUNS.findall(fold(text(column))) if len(run) >= letters]
            if runs:
                run = made_by.choice(runs)
                start = made_by.randint(0, len(run) - letters)
                return f'"{run[start : start + letters]}"', {}

    def across_a_mark(letters: int) -> Asked:
        while True:
            body = text("body").replace("\n", "")
            start = made_by.randint(0, len(body) - letters)
            sought = body[start : start + letters]
            if any(mark in sought for mark in _MARKS) and _RUNS.search(fold(sought)):
                return f'"{sought}"', {}

    for letters in (1, 2, 3, 4, 6, 8):
        yield f"{letters} of a text", [piece("body", letters) for _ in range(_EACH)]
    yield (
        "2 to 4 of a title, there",
        [(f"title:{query}", options) for query, options in (piece("title", 2 + n % 3) for n in range(_EACH))],
    )
    yield "common words", [(word, {}) for word in _COMMON]
    yield "rare words", [(word, {}) for word in _RARE]
    yield "Latin and digits", [(word, {}) for word in ("GDP", "app", "5G", "12.5%", "2021年", "300亿", "x", "20221")]
    yield "absent", [(word, {}) for word in ("鼷鼱", "我们鼷", "qqqq", "的的的的的的")]
    yield "across a mark", [across_a_mark(3 + n % 6) for n in range(_EACH)]
    yield "marks beside common words", [(query, {}) for query in _HARD]
    yield "combined", [(query, {}) for query in _COMBINED]
    yield "filtered", [(query, options) for query in ("我们", "马拉松", "，我们", "雪") for options in _FILTERS]


def measure(reader: Store, asked: Sequence[Asked]) -> list[tuple[float, float, str]]:
    """Milliseconds of processor and of clock of each query, and the query; of quick ones, after one that warms up."""
    times = []
    for query, options in asked:
        cpu, wall, hits = _once(reader, query, options)
        if wall < _QUICK_MS:
            cpu, wall, hits = _once(reader, query, options)
        times.append((cpu, wall, f"{query} {options or ''} {hits}"))
    return times


def _once(reader: Store, query: str, options: dict[str, str]) -> tuple[float, float, str]:
    wall, cpu = time.perf_counter(), time.thread_time()
    try:
        hits = f"{len(search(reader, query, timeout_s=_TIMEOUT_S, **options))} hits"  # type: ignore[arg-type]
    except SearchTimeout:
        hits = "stopped"
    return (time.thread_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, hits


def scan(reader: Store) -> tuple[float, list[str]]:
    """Processor milliseconds of a scan with LIKE for the best 20, in the median, and what it finds others for.

    Of words that are rare, common and absent, and of marks alone and beside them.
    """
    times, different = [], []
    for word in ("马拉松", "我们", "鼷鼱", "，我们", "。马拉松", "》发展", "；；", "，", "雪"):
        cpu = time.thread_time()
        rows = reader.rows(
            """SELECT url FROM articles WHERE title LIKE ? OR body LIKE ?
               ORDER BY title LIKE ? DESC, published_at DESC, id DESC LIMIT 20""",
            [f"%{word}%"] * 3,
        )
        times.append((time.thread_time() - cpu) * 1000)
        if [row["url"] for row in rows] != [hit.url for hit in search(reader, word)]:
            different.append(word)
    return median(times), different


def quantile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def main(path: str, articles: int = 0) -> None:
    """Measure, after the database has grown to so many articles, and print a table."""
    grow(Path(path), articles).close()
    reader = open_reader(Path(path))
    count, letters = reader.rows("SELECT count(*), sum(length(title) + length(body)) FROM articles")[0]
    print(f"{count:,} articles of {letters / count:.0f} characters\n")
    print("| queries | of them | p50 | p95 | slowest |\n| --- | ---: | ---: | ---: | --- |")
    everything = []
    for kind, asked in kinds_of_queries(reader):
        times = measure(reader, asked)
        everything += times
        _print_row(kind, times)
    _print_row("all", everything)
    wall = [wall for _, wall, _ in everything]
    print(f"\non the clock: p50 {quantile(wall, 0.5):.1f}, p95 {quantile(wall, 0.95):.1f}, most {max(wall):.1f} ms")
    scan_ms, different = scan(reader)
    p95 = quantile([cpu for cpu, _, _ in everything], 0.95)
    print(f"a scan with LIKE: {scan_ms:.0f} ms, {scan_ms / p95:.0f} times the p95")
    print(f"and the same 20, but for {different or 'none'}")
    reader.close()


def _print_row(kind: str, times: Sequence[tuple[float, float, str]]) -> None:
    cpu = [one for one, _, _ in times]
    slowest = max(times)
    print(
        f"| {kind} | {len(times)} | {quantile(cpu, 0.5):.1f} | {quantile(cpu, 0.95):.1f} "
        f"| {slowest[0]:.1f} `{slowest[2]}` |"
    )


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
