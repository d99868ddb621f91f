"""How a crawl is doing, and what it came to, for a person who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from portal_crawler.runs import RunSummary


def sentence(summary: RunSummary) -> str:
    """What a finished run came to, in one line."""
    return (
        f"{summary.portal}: {summary.outcome} — {summary.articles} new articles, {summary.updated} changed, "
        f"{summary.listings} listing pages, {summary.pending} pending, {summary.failed} failed, "
        f"{summary.requests} requests in {summary.seconds:.1f} s"
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
        line = f"{figures.articles} articles, {figures.listings} listing pages, {figures.requests} requests"
        if self._status:
            self._status.update(line)
        elif figures.seconds >= self._next_s:
            self._next_s = figures.seconds + 10
            click.echo(f"{figures.seconds:.0f} s: {line}", err=True)
