"""How a crawl is doing, and what it came to, for a person who watches and for the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.logs import tell
from portal_crawler.store import StorageError, count_pending, open_reader

if TYPE_CHECKING:
    from portal_crawler.summary import RunSummary

# An event comes half as often as a heartbeat has to be, and what waits is counted as often.
_EVENT_S = _COUNT_S = 5.0
_OUTCOMES = {
    0: "done", 3: "with failed URLs", 4: "blocked", 5: "drifted", 6: "locked by another run", 2: "misconfigured",
    143: "stopped", 130: "stopped", 7: "without storage", 1: "bugs",
}  # fmt: skip


def sentence(summary: RunSummary) -> str:
    """What a finished run came to, in one line."""
    return (
        f"{summary.portal}: {summary.outcome} — {summary.articles} new articles, {summary.updated} changed, "
        f"{summary.listings} listing pages, {summary.pending} pending, {summary.failed} failed, "
        f"{summary.requests} requests in {summary.seconds:.1f} s"
    )


def total(runs: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The figures of several runs together."""
    names = (
        "listings",
        "discovered",
        "articles",
        "updated",
        "failed",
        "blocked",
        "skipped",
        "pending",
        "requests",
        "bytes",
    )
    return {name: sum(run.get(name, 0) for run in runs) for name in names}


def sentence_of_all(runs: Sequence[Mapping[str, Any]], unverified: int, left_out: int, seconds: float) -> str:
    """What a crawl of several portals came to, in one line."""
    codes = [run["exit_code"] for run in runs]
    words = dict.fromkeys(_OUTCOMES.values())
    counts = {word: sum(_OUTCOMES[code] == word for code in codes) for word in words}
    figures = total(runs)
    also = [f"{unverified} unverified"] * bool(unverified) + [f"{left_out} left out"] * bool(left_out)
    aside = f" ({', '.join(also)})" if also else ""
    counted = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return (
        f"{len(runs)} portals{aside}: {counted} — "
        f"{figures['articles']} new articles, {figures['updated']} changed, {figures['failed']} failed, "
        f"{figures['blocked']} blocked, {figures['pending']} pending, {figures['requests']} requests in {seconds:.0f} s"
    )


class Progress:
    """The figures so far, on standard error, with the articles that still wait and the time that they take.

    db, portal: whose ledger knows what waits. limit: after so many articles the crawl ends.
    """

    def __init__(self, db: Path, portal: str, limit: int | None = None) -> None:
        self._db, self._portal, self._limit = db, portal, limit
        self._gauge = Gauge("articles")
        self._total: int | None = None
        self._next_count_s = 0.0

    def __enter__(self) -> Progress:
        self._gauge.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._gauge.__exit__()

    def show(self, figures: RunSummary) -> None:
        """Take the figures so far."""
        if figures.seconds >= self._next_count_s:
            self._next_count_s = figures.seconds + _COUNT_S
            waiting = self._count()
            self._total = None if waiting is None else figures.articles + waiting
            if self._total is not None and self._limit is not None:
                self._total = min(self._total, self._limit)
        total = None if self._total is None else max(self._total, figures.articles)
        self._gauge.show(figures.articles, total, _beside(asdict(figures)))

    def _count(self) -> int | None:
        """How many addresses of the portal wait for their turn; None while nobody can tell."""
        try:
            reader = open_reader(self._db)
        except StorageError:
            return None
        try:
            return count_pending(reader, self._portal)
        finally:
            reader.close()


class EventProgress:
    """The figures so far as events of the log: one in five seconds, and only when a count moved."""

    def __init__(self) -> None:
        self._next_s = 0.0
        self._shown: dict[str, int] = {}

    def __enter__(self) -> EventProgress:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, figures: RunSummary) -> None:
        """Take the figures so far."""
        counts = figures.figures()
        if figures.seconds >= self._next_s and counts != self._shown:
            self._shown, self._next_s = counts, figures.seconds + _EVENT_S
            tell("progress", line_of(counts), run_id=figures.run_id, figures=counts | {"seconds": figures.seconds})


def line_of(figures: Mapping[str, Any]) -> str:
    """The figures that a person looks for while a crawl runs."""
    return f"{figures['articles']:,} articles, {_beside(figures)}"


def _beside(figures: Mapping[str, Any]) -> str:
    """What there is beside new articles; of what went wrong and of re-checks only what happened."""
    parts = [f"{figures['listings']:,} listing pages", f"{figures['requests']:,} requests"]
    if figures.get("rechecked"):
        found = [f"{figures[name]:,} {name}" for name in ("revised", "missing", "doubtful") if figures.get(name)]
        aside = f" ({', '.join(found)})" if found else ""
        parts.append(f"{figures['rechecked']:,} asked for again{aside}")
    parts += [f"{figures[name]:,} {name}" for name in ("failed", "blocked") if figures.get(name)]
    return ", ".join(parts)
