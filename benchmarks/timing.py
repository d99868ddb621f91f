"""Milliseconds a page, and as a ratio to parsing. Standard library only: it runs beside other extractors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

# The best of so many is what the machine can do; what else runs on it only adds.
_ROUNDS = 5
_AT_LEAST_NS = 40_000_000


@dataclass(frozen=True, slots=True)
class SamplePage:
    """A page to measure on: its bytes and its address."""

    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Timing:
    """What a page costs in the median: CPU milliseconds, and how many times parsing it alone."""

    name: str
    ms: float
    ratio: float


def sample_pages(corpus: Path) -> list[SamplePage]:
    """The pages that a corpus names in its manifest."""
    entries = map(json.loads, (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    return [SamplePage((corpus / entry["file"]).read_bytes(), entry["url"]) for entry in entries]


def best_ms(work: Callable[[], object]) -> float:
    """The CPU milliseconds of the fastest of several calls, after one that warms up: more calls of quicker work."""
    work()
    times: list[int] = []
    while len(times) < _ROUNDS or sum(times) < _AT_LEAST_NS:
        start = time.thread_time_ns()
        work()
        times.append(time.thread_time_ns() - start)
    return min(times) / 1e6


def compare(
    name: str,
    extract: Callable[[SamplePage], object],
    parse: Callable[[bytes], object],
    pages: list[SamplePage],
) -> tuple[Timing, Timing]:
    """The cost of parsing and of extracting, measured page by page one after the other."""
    pairs = [
        (best_ms(lambda page=page: parse(page.body)), best_ms(lambda page=page: extract(page)))  # type: ignore[misc]
        for page in pages
    ]
    return (
        Timing("lxml.html.document_fromstring", median(parsed for parsed, _ in pairs), 1.0),
        Timing(
            name,
            median(extracted for _, extracted in pairs),
            median(extracted / parsed for parsed, extracted in pairs),
        ),
    )
