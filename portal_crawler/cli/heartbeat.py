"""How far each portal of a crawl is, written to files that others watch: the heartbeat and the metrics."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from portal_crawler.article import BEIJING
from portal_crawler.cli.logs import json_line, tell

# Often enough for a watchdog that looks every 10 seconds, seldom enough to cost nothing.
_PAUSE_S = 2.0
COUNTS = ("listings", "discovered", "articles", "updated", "failed", "blocked", "skipped", "requests", "bytes")


@dataclass(slots=True)
class Standing:
    """How far one portal is. state: waiting, running or ended. figures: those of a RunSummary, as far as known."""

    portal: str
    state: str = "waiting"
    figures: dict[str, Any] = field(default_factory=dict)
    progress_at: datetime | None = None
    exit_code: int | None = None


class Outlet(Protocol):
    """A file that shows a board."""

    def write(self, board: Board) -> None:
        """Write the file anew. Raises OSError."""


class Board:
    """The standings of a crawl's portals. Several threads may report; the outlets are written on progress alone."""

    def __init__(self, portals: Iterable[str], outlets: Sequence[Outlet]) -> None:
        self.standings = {portal: Standing(portal) for portal in portals}
        self.started_at = datetime.now(BEIJING)
        self.exit_code: int | None = None
        self._outlets = outlets
        self._lock = threading.Lock()
        self._dirty = False
        self._next_s = 0.0
        self._later: threading.Timer | None = None
        self._broken: set[Outlet] = set()

    def open(self) -> None:
        """Write the outlets once before the crawl. Raises OSError where one cannot be written."""
        for outlet in self._outlets:
            outlet.write(self)

    def progress(self, portal: str, figures: Mapping[str, Any]) -> None:
        """Take a running portal's figures. Time that passes is no progress: only a count that moves is."""
        with self._lock:
            standing = self.standings[portal]
            if standing.state != "running" or _counts(figures) != _counts(standing.figures):
                standing.state = "running"
                standing.progress_at = datetime.now(BEIJING)
                self._dirty = True
            standing.figures |= figures
            wait_s = self._next_s - time.monotonic()
            if self._dirty and wait_s <= 0:
                self._write()
            elif self._dirty and self._later is None:
                # The next count may be long in coming, and this one must not wait for it.
                self._later = threading.Timer(wait_s, self._write_late)
                self._later.daemon = True
                self._later.start()

    def end(self, portal: str, summary: Mapping[str, Any]) -> None:
        """Take a portal's last figures and its exit code."""
        with self._lock:
            standing = self.standings[portal]
            standing.state = "ended"
            standing.progress_at = datetime.now(BEIJING)
            standing.figures |= summary
            standing.exit_code = summary["exit_code"]
            self._write()

    def close(self, exit_code: int) -> None:
        """Write the outlets a last time, with what the crawl came to."""
        with self._lock:
            self.exit_code = exit_code
            self._write()

    def _write_late(self) -> None:
        with self._lock:
            self._later = None
            if self._dirty:
                self._write()

    def _write(self) -> None:
        self._dirty = False
        self._next_s = time.monotonic() + _PAUSE_S
        for outlet in self._outlets:
            try:
                outlet.write(self)
                self._broken.discard(outlet)
            except OSError as error:
                # What only shows the crawl must not end it.
                if outlet not in self._broken:
                    self._broken.add(outlet)
                    tell("log", f"{error.filename}: {error.strerror}; the crawl goes on", level=30)


def _counts(figures: Mapping[str, Any]) -> list[Any]:
    return [figures.get(name) for name in (*COUNTS, "rechecked", "unanswered")]


class Heartbeat:
    """A file of JSON whose age says how long ago a crawl last made progress."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, board: Board) -> None:
        beat = {
            "time": datetime.now(BEIJING).isoformat(timespec="seconds"),
            "pid": os.getpid(),
            "exit_code": board.exit_code,
            "portals": [_beat_of(standing) for standing in board.standings.values()],
        }
        write_whole(self._path, json_line(beat) + b"\n")


def _beat_of(standing: Standing) -> dict[str, Any]:
    return {
        "portal": standing.portal,
        "state": standing.state,
        "run_id": standing.figures.get("run_id"),
        "progress_at": standing.progress_at.isoformat(timespec="seconds") if standing.progress_at else None,
        "exit_code": standing.exit_code,
        **{name: standing.figures.get(name, 0) for name in COUNTS},
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees a part of it. Raises OSError."""
    # The suffix keeps it from a collector that reads *.prom.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    unfinished.unlink(missing_ok=True)
    try:
        # Made new: whoever may write to the folder cannot have it lead elsewhere.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(content)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
