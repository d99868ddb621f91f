"""Handing units to a cluster and taking back what came of them."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal_crawler import __version__
from portal_crawler.cluster.unit import Ended, Unit, run_unit

if TYPE_CHECKING:
    from distributed import Client, Future

logger = logging.getLogger(__name__)

_ADDRESS = re.compile(r"dask://([\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})")
_CONNECT_S = 10.0
_LOOK_S = 0.2
_WORKERS_S = 30.0
# How often the cluster is asked how many units it can take: workers come and go.
_COUNT_S = 1.0
# Batches waiting for a thread of the cluster, for each.
_AHEAD = 2


class EngineError(Exception):
    """There is no such engine: not installed, not an address, or nobody answers; the message says what would help."""


class EngineLost(Exception):
    """The scheduler is gone. What workers have finished is in their shards."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at `dask://HOST:PORT`. Raises EngineError."""
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise EngineError(f"{address}: no engine; write dask://HOST:PORT, the address of a Dask scheduler")
    try:
        from distributed import Client
    except ImportError as error:
        raise EngineError(f"{address}: Dask is not installed: pip install 'portal-crawler[cluster]'") from error
    try:
        client = Client(f"tcp://{found[1]}:{found[2]}", timeout=_CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineError(f"{address}: no Dask scheduler answers there") from error
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=2)


def run_units(
    client: Client,
    units: Callable[[], Unit | None],
    *,
    is_over: Callable[[], bool],
    hear: Callable[[str, str], None],
    ended: Callable[[Unit, Ended], None],
) -> None:
    """Run units, as many at once as the cluster has threads, until there are no more.

    units: gives the next one when there is room for it, None when there is none. is_over: whether it gives none any
    more, also without room. hear: takes a portal and a line of its log. ended: takes what came of a unit. A unit whose
    worker is lost is begun again on another one. Raises EngineLost.
    """
    topic = f"portal-crawler-{uuid.uuid4().hex}"
    client.subscribe_topic(topic, lambda event: hear(*event[1]))
    running: dict[Future, Unit] = {}
    room, next_count_s, waiting, is_told = 0, 0.0, True, False
    try:
        while waiting or running:
            _see_alive(client)
            if time.monotonic() >= next_count_s:
                room, next_count_s = sum(client.nthreads().values()), time.monotonic() + _COUNT_S
                if room == 0 and not is_told:
                    is_told = True
                    logger.warning("the scheduler has no workers; the crawls begin when there is one")
            while waiting and (len(running) < room or is_over()):
                unit = units()
                if unit is None:
                    waiting = False
                    break
                running[_submit(client, unit, topic)] = unit
            for future in [one for one in running if one.done()]:
                ended(running.pop(future), _result(client, future))
            time.sleep(_LOOK_S)
    except (OSError, TimeoutError) as error:
        raise EngineLost("the scheduler is gone") from error


def _submit(client: Client, unit: Unit, topic: str) -> Future:
    # Never pure: the same crawl again is another crawl.
    return client.submit(run_unit, replace(unit, topic=topic), key=f"{unit.portal}-{uuid.uuid4().hex}", pure=False)


def _result(client: Client, future: Future) -> Ended:
    """What came of a unit that is done."""
    from distributed import KilledWorker

    if future.status in ("cancelled", "lost"):
        _see_alive(client, is_lost=True)
    try:
        result: Ended = future.result(timeout=_CONNECT_S)
    except KilledWorker as error:
        return Ended(1, complaint=f"every worker that took it was lost: {error}")
    except (OSError, TimeoutError):
        raise
    except Exception as error:
        if client.status != "running":
            raise EngineLost("the scheduler is gone") from error
        return Ended(1, complaint=f"bug on a worker: {type(error).__name__}: {error}")
    return result


def _see_alive(client: Client, *, is_lost: bool = False) -> None:
    if is_lost or client.status != "running":
        raise EngineLost("the scheduler is gone")


def spread_over(
    client: Client, work: Callable[[Any, Any], Any], common: Any, batches: Iterable[Sequence[Any]]
) -> Iterator[Any]:
    """What `work(common, batch)` gives for each batch, in order, worked out by the cluster.

    A batch whose worker is lost is worked out by another one. Raises EngineError when no worker is there or one has
    another version, and EngineLost.
    """
    from distributed import KilledWorker

    _refuse_other_versions(client)
    running: deque[Future] = deque()
    rest = iter(batches)
    try:
        most = max(1, _AHEAD * sum(client.nthreads().values()))
        while True:
            while len(running) < most and (batch := next(rest, None)) is not None:
                running.append(client.submit(work, common, batch, pure=False))
            if not running:
                return
            _see_alive(client)
            if running[0].done():
                future = running.popleft()
                if future.status in ("cancelled", "lost"):
                    _see_alive(client, is_lost=True)
                yield future.result(timeout=_CONNECT_S)
            else:
                time.sleep(_LOOK_S / 10)
    except KilledWorker as error:
        raise EngineLost(f"every worker that took a batch was lost: {error}") from error
    except (OSError, TimeoutError) as error:
        raise EngineLost("the scheduler is gone") from error


def _refuse_other_versions(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKERS_S)
    except TimeoutError as error:
        raise EngineError("the scheduler has no worker") from error
    for worker, version in client.run(_version).items():
        if version != __version__:
            raise EngineError(f"worker {worker} has portal-crawler {version}, the command {__version__}")


def _version() -> str:
    return __version__
