"""Several crawls at once, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

# The worst first: a bug, then storage, since nothing else is certain without it; a stop leaves the run
# unfinished; last what mends itself in the next run. docs/cron.md explains each.
_WORST_FIRST = (1, 7, 130, 143, 2, 6, 4, 5, 3, 0)
# A crawl that its deadline cannot end hangs: it gets this long to save its state.
_PATIENCE_S = 60.0
LATE = "not begun before the deadline; the next run begins with it"


@dataclass(frozen=True, slots=True)
class Job:
    """A crawl to start. command: without its targets; prints the run's summary as JSON in its last line."""

    portal: str
    command: tuple[str, ...]
    targets: tuple[str, ...]


class Crew(Protocol):
    """Who runs jobs: processes of this machine, or a cluster."""

    def __call__(self, jobs: list[Job], watcher: Watcher, *, deadline_s: float | None = None) -> list[dict[str, Any]]:
        """Run the jobs and give the summary of each in the jobs' order."""


@dataclass(frozen=True, slots=True)
class Here:
    """A crew of processes on this machine. at_once: how many run at the same time."""

    at_once: int

    def __call__(self, jobs: list[Job], watcher: Watcher, *, deadline_s: float | None = None) -> list[dict[str, Any]]:
        return run_jobs(jobs, self.at_once, watcher, deadline_s=deadline_s)


class Watcher(Protocol):
    """Who hears of the jobs, from several threads."""

    def hear(self, portal: str, line: str) -> None:
        """Take a line that a job printed to standard error."""

    def last_error(self, portal: str) -> str | None:
        """What a job that ended without a summary last complained of."""

    def ended(self, run: dict[str, Any]) -> None:
        """Take the summary of a job that ended."""


def worst(codes: Iterable[int]) -> int:
    """The exit code that stands for several runs."""
    return min(codes, key=_WORST_FIRST.index, default=0)


def run_jobs(
    jobs: list[Job], at_once: int, watcher: Watcher, *, deadline_s: float | None = None
) -> list[dict[str, Any]]:
    """Run the jobs, so many at once, and give the summary of each in the jobs' order.

    deadline_s: for all of them together; a job gets what is left of it, none is begun after it, and one that does
    not end by itself is killed. SIGINT and SIGTERM are passed on to the running jobs, which save their state; no
    other is begun then. A job that ends without a summary is a bug.
    """
    crew = _Crew(watcher, None if deadline_s is None else time.monotonic() + deadline_s)
    with crew, ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(crew.run, jobs))


class _Crew:
    """The running jobs, and the signal that stops them. end_by: on the monotonic clock."""

    def __init__(self, watcher: Watcher, end_by: float | None) -> None:
        self._watcher = watcher
        self._end_by = end_by
        # A signal's handler runs in the main thread, which never holds the lock, so it can wait for it.
        self._lock = threading.Lock()
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._stopped_by: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Crew:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run(self, job: Job) -> dict[str, Any]:
        """Run one job to its end and give its summary; whatever goes wrong with it, it is a summary."""
        try:
            summary = self._run(job)
        except OSError as error:
            summary = failed_summary(job, 1, f"could not be started: {error}")
        self._watcher.ended(summary)
        return summary

    def _run(self, job: Job) -> dict[str, Any]:
        left_s = None if self._end_by is None else self._end_by - time.monotonic()
        if left_s is not None and left_s <= 0:
            return failed_summary(job, 0, LATE)
        limit = () if left_s is None else (f"--deadline={left_s:.1f}",)
        with self._lock:
            if self._stopped_by is not None:
                return failed_summary(job, 128 + self._stopped_by, "not begun, since the crawl was stopped")
            # In a group of its own, so that Ctrl-C reaches it once, through us.
            process = subprocess.Popen(
                (*job.command, *limit, "--", *job.targets),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                process_group=0,
                env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            )
            self._running[job.portal] = process
        relay = threading.Thread(target=self._relay, args=(job.portal, process), daemon=True)
        relay.start()
        late = threading.Timer((left_s or 0) + _PATIENCE_S, process.kill)
        late.daemon = True
        if left_s is not None:
            late.start()
        assert process.stdout is not None
        output = process.stdout.read()
        code = process.wait()
        late.cancel()
        relay.join()
        with self._lock:
            del self._running[job.portal]
        summary = summary_of(job, code, output, self._watcher.last_error(job.portal))
        if self._stopped_by is not None and "run_id" not in summary:
            # Stopped before it could save anything, since it had not begun.
            return failed_summary(job, 128 + self._stopped_by, "stopped before it began")
        return summary

    def _relay(self, portal: str, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._watcher.hear(portal, line.rstrip("\n"))

    def _stop(self, number: int, _frame: object) -> None:
        with self._lock:
            self._stopped_by = self._stopped_by or number
            for process in self._running.values():
                if process.poll() is None:
                    process.send_signal(number)


def summary_of(job: Job, code: int, output: str, complaint: str | None) -> dict[str, Any]:
    """The summary that a job printed, or what can be said without one. complaint: its last error."""
    last = output.rstrip().rpartition("\n")[2]
    try:
        summary = json.loads(last)
        if isinstance(summary, dict) and summary["exit_code"] == code:
            return summary
    except (ValueError, KeyError):
        pass
    if code < 0:
        return failed_summary(job, 1, f"ended by signal {-code}")
    outcome = complaint or f"ended with exit code {code}"
    return failed_summary(job, code if code in _WORST_FIRST and code != 0 else 1, outcome)


def failed_summary(job: Job, code: int, outcome: str) -> dict[str, Any]:
    """The summary of a job that did not come to print one."""
    return {"portal": job.portal, "exit_code": code, "outcome": outcome}
