"""How a crawl is doing, and what it came to, for a person who watches and for the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from portal_crawler.cli.logs import tell

if TYPE_CHECKING:
    from portal_crawler.summary import RunSummary

# A line a person reads comes every ten seconds, an event half as often as a heartbeat has to be.
_LINE_S, _EVENT_S = 10.0, 5.0
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
    """The figures so far, on standard error: a changing line on a terminal, else a line in ten seconds."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._status = self._console.status("starting …") if self._console.is_terminal else None
        self._next_s = 0.0

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def show(self, figures: RunSummary) -> None:
        """Take the figures so far."""
        line = line_of(asdict(figures))
        if self._status:
            self._status.update(line)
        elif figures.seconds >= self._next_s:
            self._next_s = figures.seconds + _LINE_S
            click.echo(f"{figures.seconds:.0f} s: {line}", err=True)


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
    return f"{figures['articles']} articles, {figures['listings']} listing pages, {figures['requests']} requests"
