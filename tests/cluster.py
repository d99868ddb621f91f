"""A cluster on loopback: a Dask scheduler, workers, and portals to crawl, each a process or a server of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from portal_crawler.demo import build
from portal_crawler.demo.server import Request, serve

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "no_proxy": "127.0.0.1,localhost"}


@dataclass
class Portals:
    """Replica portals. profiles: the folder of their profiles; requests: what each was asked, by its id."""

    profiles: Path
    requests: dict[str, list[Request]] = field(default_factory=dict)

    def gaps_s(self, since: float = 0.0) -> list[float]:
        """The seconds between one request and the next at each portal, since a moment of the monotonic clock."""
        found: list[float] = []
        for requests in self.requests.values():
            times = sorted(request.at for request in requests if request.at >= since)
            found += [later - earlier for earlier, later in pairwise(times)]
        return found


@contextmanager
def portals(folder: Path, count: int, articles: int, answer_s: float) -> Iterator[Portals]:
    """So many portals of about so many articles, which take so long for each answer."""
    made = Portals(folder / "profiles")
    made.profiles.mkdir(parents=True)
    with ExitStack() as stack:
        for number in range(count):
            replica, name = build(articles, number), f"portal{number:02}"
            log = made.requests[name] = []
            base = stack.enter_context(serve(replica, delay_s=answer_s, log=log))
            lines = [f'id = "{name}"', f'name = "{name}"', 'province = "甘肃"', 'hosts = ["127.0.0.1"]']
            for channel in replica.channels:
                path = json.dumps(list(channel.path), ensure_ascii=False)
                lines += ["[[channels]]", f'name = "{channel.name}"', f"path = {path}"]
                lines += [f'url = "{base}{channel.listing_path}"']
            (made.profiles / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
        yield made


@dataclass
class Cluster:
    """A scheduler and its workers, as processes. folder: where they log to and work."""

    folder: Path
    port: int
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def engine(self) -> str:
        """What --engine takes."""
        return f"dask://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Begin a scheduler, the first one or another on the same port."""
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")

    def start_workers(self, count: int) -> None:
        """Begin so many workers, each of one thread."""
        for _ in range(count):
            place = self.folder / f"worker{len(self.workers)}"
            options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(place))
            self.workers.append(self._start("worker", f"tcp://127.0.0.1:{self.port}", "--host", "127.0.0.1", *options))

    def stop(self) -> None:
        """Kill whatever is left."""
        for process in (*self.workers, self.scheduler):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many workers are there."""
        from distributed import Client

        with Client(f"tcp://127.0.0.1:{self.port}", timeout=60, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        # In a group of its own, as on a machine of its own.
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log, process_group=0, cwd=ROOT)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """A scheduler with so many workers."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Cluster(folder, free.getsockname()[1])
    try:
        made.start_scheduler()
        made.start_workers(workers)
        made.wait_for_workers(workers)
        yield made
    finally:
        made.stop()


def crawl(
    folder: Path, made: Portals, *options: str, delay_s: float = 0.0, targets: Sequence[str] = ("--all",)
) -> subprocess.Popen[bytes]:
    """Begin a crawl of all portals into `folder`; its summary is the last line of its output."""
    folder.mkdir(exist_ok=True)
    command = [
        sys.executable, "-m", "portal_crawler", "crawl", *targets, "--profiles", str(made.profiles),
        "--db", str(folder / "p.db"), "--archive", str(folder / "archive"), "--allow-private", "--delay", str(delay_s),
        "--json", *options,
    ]  # fmt: skip
    return subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0, cwd=ROOT
    )


def finished(process: subprocess.Popen[bytes], timeout_s: float = 120) -> dict[str, object]:
    """The summary of a crawl that ends in time; its errors where there is none."""
    try:
        output, errors = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        raise AssertionError(f"not done in time: {errors.decode()}") from None
    lines = output.decode().strip().splitlines()
    assert lines, errors.decode()
    return json.loads(lines[-1]) | {"stderr": errors.decode()}  # type: ignore[no-any-return]


def until(condition: object, timeout_s: float = 60) -> None:
    """Wait until a function gives something true."""
    ends = time.monotonic() + timeout_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)
