"""Several crawls at once, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

# The worst first: a bug, then storage, since nothing else is certain without it; a stop leaves the run
# unfinished; last what mends itself in the next run.
_WORST_FIRST = (1, 7, 130, 143, 2, 6, 4, 5, 3, 0)


@dataclass(frozen=True, slots=True)
class Job:
    """A crawl to start. command: prints the run's summary as JSON in its last line."""

    portal: str
    command: tuple[str, ...]


def worst(codes: Iterable[int]) -> int:
    """The exit code that stands for several runs."""
    return min(codes, key=_WORST_FIRST.index, default=0)


def run_jobs(jobs: list[Job], at_once: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run the jobs, so many at once, and give the summary of each in the jobs' order.

    say: gets every line that a job prints to standard error. SIGINT and SIGTERM are passed on to the running
    jobs, which save their state; no other is begun then. A job that ends without a summary is a bug.
    """
    crew = _Crew(say)
    with crew, ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(crew.run, jobs))


class _Crew:
    """The running jobs, and the signal that stops them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
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
        """Run one job to its end and give its summary."""
        with self._lock:
            if self._stopped_by is not None:
                return _summary(job, 128 + self._stopped_by, "not begun, since the crawl was stopped")
            # In a group of its own, so that Ctrl-C reaches it once, through us.
            process = subprocess.Popen(
                job.command,
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
        assert process.stdout is not None
        output = process.stdout.read()
        code = process.wait()
        relay.join()
        with self._lock:
            del self._running[job.portal]
        summary = _read(job, code, output)
        if self._stopped_by is not None and "run_id" not in summary:
            # Stopped before it could save anything, since it had not begun.
            return _summary(job, 128 + self._stopped_by, "stopped before it began")
        return summary

    def _relay(self, portal: str, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._say(f"[{portal}] {line.rstrip()}")

    def _stop(self, number: int, _frame: object) -> None:
        with self._lock:
            self._stopped_by = self._stopped_by or number
            for process in self._running.values():
                if process.poll() is None:
                    process.send_signal(number)


def _read(job: Job, code: int, output: str) -> dict[str, Any]:
    last = output.rstrip().rpartition("\n")[2]
    try:
        summary = json.loads(last)
        if isinstance(summary, dict) and summary["exit_code"] == code:
            return summary
    except (ValueError, KeyError):
        pass
    if code < 0:
        return _summary(job, 1, f"ended by signal {-code}")
    return _summary(job, code if code in _WORST_FIRST and code != 0 else 1, f"ended with exit code {code}")


def _summary(job: Job, code: int, outcome: str) -> dict[str, Any]:
    return {"portal": job.portal, "exit_code": code, "outcome": outcome}
