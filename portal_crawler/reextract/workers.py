"""Worker processes, and the same work in this process where one is enough."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Literal

from portal_crawler.reextract.reading import Reader, Reading, Task

# Batches waiting for a worker, for each: enough to keep it busy, few enough to keep memory flat.
_AHEAD = 2

# Others than this machine's processes: gives, in order, what a function makes of the reader and each batch.
Spread = Callable[[Callable[[Reader, Sequence[Task]], Any], Reader, Iterable[Sequence[Task]]], Iterator[Any]]

_reader: Reader | None = None


def read_all(reader: Reader, batches: Iterable[Sequence[Task]], jobs: int | Spread) -> Iterator[list[Reading]]:
    """What was read for each batch, in order. jobs: processes; 1 reads in this one. Or who else does it."""
    yield from _map(reader, "read", batches, jobs)


def bodies_of(reader: Reader, batches: Iterable[Sequence[Task]], jobs: int | Spread) -> Iterator[list[list[str]]]:
    """The lines of the bodies of each batch, in order."""
    yield from _map(reader, "bodies", batches, jobs)


def _map(
    reader: Reader, method: Literal["read", "bodies"], batches: Iterable[Sequence[Task]], jobs: int | Spread
) -> Iterator[list]:  # type: ignore[type-arg]  # of what the method gives
    if not isinstance(jobs, int):
        yield from jobs(Reader.read if method == "read" else Reader.bodies, reader, batches)
        return
    if jobs == 1:
        for batch in batches:
            yield getattr(reader, method)(batch)
        return
    # A fresh interpreter for each: a fork would take the database's connections and this process's threads with it.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(reader,))
    try:
        running: deque[Future[list]] = deque()  # type: ignore[type-arg]
        for batch in batches:
            running.append(pool.submit(_work, method, batch))
            if len(running) >= jobs * _AHEAD:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    except BrokenProcessPool as error:
        raise RuntimeError("a worker process was killed; what was read before is stored") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _begin(reader: Reader) -> None:
    global _reader
    _reader = reader


def _work(method: str, batch: Sequence[Task]) -> list:  # type: ignore[type-arg]
    return getattr(_reader, method)(batch)  # type: ignore[no-any-return]
