"""What a worker does: crawl one portal into its shard, in a process of its own, since Scrapy's reactor starts once.

The process ends when the worker does (it holds the other end of its standard input), when the command is stopped, and
by itself. Nothing else is needed against two crawls of one portal than the portal's lock beside the shard: a worker
that takes over one that was lost waits until that one's crawl is gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal_crawler import __version__
from portal_crawler.cluster.shards import ID_FILE
from portal_crawler.store.locks import is_held

_LOOK_S = 0.3
# A crawl that was told to stop gets this long to save its state.
_PATIENCE_S = 60.0
# A lost worker's crawl ends within seconds, or when the file system gives up the lock of a machine that is cut off;
# for NFS that takes a minute and a half.
_WAIT_FOR_LOCK_S = 300.0
_USAGE, _LOCKED = 2, 6


@dataclass(frozen=True, slots=True)
class Unit:
    """The crawl of one portal. arguments: of the command line, without the program; its last line is the summary.

    shard: its database. token, mark: see `Shards`. topic: where its log goes.
    """

    portal: str
    arguments: tuple[str, ...]
    shard: str
    token: str
    mark: str
    topic: str = ""
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a unit. output: the last line of its standard output. complaint: why it was not even begun."""

    code: int
    output: str = ""
    complaint: str | None = None


def run_unit(unit: Unit) -> Ended:
    """Run a unit on a worker of Dask, which is asked whether it is closing, and told the lines of its log."""
    from distributed import get_worker
    from distributed.core import Status

    worker = get_worker()
    wanted = Path(unit.mark).exists
    going_on = (Status.running, Status.paused)

    def hear(line: str) -> None:
        with suppress(Exception):
            worker.log_event(unit.topic, [unit.portal, line])

    return crawl(unit, hear, lambda: worker.status in going_on and wanted(), worker.address)


def crawl(unit: Unit, hear: Callable[[str], None], goes_on: Callable[[], bool], where: str) -> Ended:
    """Crawl the unit's portal once its lock is free. hear: takes each line of the log. where: name of this worker."""
    if complaint := _unfit(unit, where):
        return Ended(_USAGE, complaint=complaint)
    waited_until = time.monotonic() + _WAIT_FOR_LOCK_S
    while True:
        while is_held(Path(unit.shard), unit.portal) and time.monotonic() < waited_until and goes_on():
            time.sleep(_LOOK_S)
        ended = _run(unit, hear, goes_on)
        # Somebody else may have been faster.
        if ended.code != _LOCKED or time.monotonic() >= waited_until or not goes_on():
            return ended


def _unfit(unit: Unit, where: str) -> str | None:
    """Why this worker cannot do the unit."""
    if unit.version != __version__:
        return f"worker {where} has portal-crawler {__version__}, the command {unit.version}"
    folder = Path(unit.shard).parent
    try:
        is_same = (folder / ID_FILE).read_text("ascii") == unit.token
    except (OSError, ValueError):
        is_same = False
    return None if is_same else f"worker {where} does not share the folder {folder}"


def _run(unit: Unit, hear: Callable[[str], None], goes_on: Callable[[], bool]) -> Ended:
    process = subprocess.Popen(
        (sys.executable, "-m", "portal_crawler.cli.leashed", *unit.arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        process_group=0,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    output: list[str] = []
    assert process.stdout is not None and process.stderr is not None and process.stdin is not None
    readers = [
        threading.Thread(target=_read, args=(process.stdout, output.append), daemon=True),
        threading.Thread(target=_read, args=(process.stderr, hear), daemon=True),
    ]
    for reader in readers:
        reader.start()
    kill_at: float | None = None
    while process.poll() is None:
        if kill_at is None and not goes_on():
            process.send_signal(signal.SIGTERM)
            kill_at = time.monotonic() + _PATIENCE_S
        elif kill_at is not None and time.monotonic() > kill_at:
            process.kill()
        time.sleep(_LOOK_S)
    for reader in readers:
        reader.join()
    process.stdin.close()
    return Ended(process.returncode, output[-1] if output else "")


def _read(stream: object, take: Callable[[str], None]) -> None:
    for line in stream:  # type: ignore[attr-defined]
        take(line.rstrip("\n"))
