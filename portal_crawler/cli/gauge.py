"""How far long work is, on standard error: the one way in which commands show it.

    with Gauge("articles") as gauge:
        work(progress=gauge.show)          # calls it with how many are done, and how many there are
        gauge.begin("MB", per=10**6)       # what comes next is counted otherwise
        with gauge.aside():                # around what is printed meanwhile
            ...

On a terminal that is a bar which is gone at the end, elsewhere a plain line in ten seconds, and nothing for work that
takes less. Standard output stays the command's own, also while the bar stands.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from portal_crawler.cli.output import plain

_LINE_S, _FRAME_S = 10.0, 0.1
# The rate is that of the last half minute or more: work slows down and speeds up on its way.
_WINDOW_S = 30.0


class Gauge:
    """Counts, rate and the time left of one piece of work.

    unit: what is counted, in the plural. per: how many of the given numbers make one of it, 10**6 for bytes in MB.
    """

    def __init__(self, unit: str, *, per: int = 1) -> None:
        self._unit, self._per = unit, per
        self._bar: Progress | None = None
        # Not what rich takes for a terminal: FORCE_COLOR in a build's environment would fill its log with bars.
        if sys.stderr.isatty():
            self._bar = Progress(
                SpinnerColumn(),
                BarColumn(20),
                TextColumn("{task.description}", markup=False),
                console=Console(stderr=True),
                transient=True,
                # rich would print on this console what is meant for standard output, which may be a file.
                redirect_stdout=False,
            )
        # Moments and counts, the oldest first.
        self._marks: list[tuple[float, int]] = []
        self._shown_s = time.monotonic()

    def __enter__(self) -> Gauge:
        if self._bar:
            self._bar.start()
            self._bar.add_task(f"{self._unit} …", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something is printed, which would run into it on the same terminal."""
        if self._bar is None or not sys.stdout.isatty():
            yield
            return
        self._bar.stop()
        try:
            yield
        finally:
            self._bar.start()

    def begin(self, unit: str, *, per: int = 1) -> None:
        """Begin to count something else, as in Gauge(...)."""
        self._unit, self._per = unit, per
        self._marks.clear()
        if self._bar:
            self._bar.update(self._bar.task_ids[0], description=f"{unit} …", completed=0, total=None)

    def show(self, done: int, total: int | None = None, note: str = "") -> None:
        """Take how much is done, of how much where that is known, and what else is worth a word."""
        now = time.monotonic()
        if not self._marks:
            self._marks.append((now, done))
        if now - self._shown_s < (_FRAME_S if self._bar else _LINE_S):
            return
        self._shown_s = now
        self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= _WINDOW_S:
            del self._marks[0]
        line = plain(self._line(done, total, note))
        if self._bar:
            self._bar.update(self._bar.task_ids[0], description=line, completed=done, total=total)
        else:
            click.echo(line, err=True)

    def _line(self, done: int, total: int | None, note: str) -> str:
        (began_s, before), (now, _) = self._marks[0], self._marks[-1]
        # Of what is done at once nothing can be told.
        rate = (done - before) / (now - began_s) if now > began_s else 0.0
        of = "" if total is None else f" of {total // self._per:,}"
        parts = [f"{done // self._per:,}{of} {self._unit}"]
        if rate:
            parts.append(speed(rate / self._per))
            if total is not None:
                parts.append(f"{duration(max(total - done, 0) / rate)} left")
        return ", ".join(parts) + (f"; {note}" if note else "")


def speed(a_second: float) -> str:
    """A rate in the unit in which it is not nothing: 1,200 a second, 2.5 a second, 3.0 a minute."""
    if a_second >= 10:
        return f"{a_second:,.0f} a second"
    return f"{a_second:.1f} a second" if a_second >= 0.1 else f"{a_second * 60:.1f} a minute"


def duration(seconds: float) -> str:
    """A span of time to the precision that a person waits with: 37 s, 12 min, 3 h 20 min."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
