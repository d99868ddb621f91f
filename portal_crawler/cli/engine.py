"""`--engine`: crawls of several portals on the machines of a cluster, and what they bring into one database."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from portal_crawler.archive import ArchiveError
from portal_crawler.cli.errors import STORAGE
from portal_crawler.cli.parallel import LATE, Job, Watcher, failed_summary, summary_of
from portal_crawler.cli.shard_merges import LOCKED, ShardMerges
from portal_crawler.cluster import Ended, EngineLost, Shards, Unit, connected, open_shards, run_units
from portal_crawler.merge import ShardElsewhere
from portal_crawler.portals import PROFILES
from portal_crawler.store import StorageError
from portal_crawler.store.locks import LockHeld, take_lock

# A unit that its deadline cannot end gets this long, as a job of this machine does.
_PATIENCE_S = 60.0
_GONE = "the scheduler is gone; what was crawled is kept, and the same command goes on with it"
_PROFILES = "--profiles="
_NOT_BEGUN = "not begun, since the crawl was stopped"

engine_option = click.option(
    "--engine",
    metavar="dask://HOST:PORT",
    help="Hand the work to the workers of this Dask scheduler: docs/cluster.md.",
)
shards_option = click.option(
    "--shards",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --engine, the folder that all machines share, for a database of each portal.  [default: DB.shards]",
)


class ClusterCrew:
    """Runs jobs on a cluster as `run_jobs` does on this machine.

    engine: dask://HOST:PORT. folder: of the shards. db: what they are merged into; archive: that of all machines.
    """

    def __init__(self, engine: str, folder: Path | None, db: Path, archive: Path) -> None:
        self._engine = engine
        self._folder = folder or db.with_name(f"{db.name}.shards")
        self._db = db
        self._archive = archive.resolve()

    def __call__(self, jobs: list[Job], watcher: Watcher, *, deadline_s: float | None = None) -> list[dict[str, Any]]:
        """The summary of each job, in the jobs' order. Raises EngineError when there is no such engine."""
        end_by = None if deadline_s is None else time.monotonic() + deadline_s
        with (
            connected(self._engine) as client,
            open_shards(self._folder) as shards,
            _locked(self._db, jobs) as (free, held),
            ShardMerges(self._db, shards, self._archive) as merges,
        ):
            tour = _Tour(free, watcher, shards, merges, self._archive, end_by)
            for summary in held.values():
                watcher.ended(summary)
            with _heeded(tour):
                try:
                    run_units(client, tour.following, is_over=tour.is_over, hear=watcher.hear, ended=tour.ended)
                except EngineLost:
                    tour.give_up()
            merges.close()
        summaries = held | tour.summaries
        return [summaries[job.portal] for job in jobs]


class _Tour:
    """The jobs of one command: which is next, and what has come of them. end_by: on the monotonic clock."""

    def __init__(
        self,
        jobs: list[Job],
        watcher: Watcher,
        shards: Shards,
        merges: ShardMerges,
        archive: Path,
        end_by: float | None,
    ) -> None:
        self.summaries: dict[str, dict[str, Any]] = {}
        self.stopped_by: int | None = None
        self.end_by = end_by
        self.shards = shards
        self._jobs = {job.portal: job for job in jobs}
        self._waiting = iter(jobs)
        self._settled: set[str] = set()
        self._watcher = watcher
        self._merges = merges
        self._archive = archive

    def following(self) -> Unit | None:
        """The next unit, its shard seeded; None when there is no other."""
        for job in self._waiting:
            if self.stopped_by is not None:
                self._settle(job, failed_summary(job, 128 + self.stopped_by, _NOT_BEGUN))
            elif self.end_by is not None and time.monotonic() >= self.end_by:
                self._settle(job, failed_summary(job, 0, LATE))
            else:
                try:
                    self._merges.seed(job.portal)
                except (StorageError, ArchiveError) as error:
                    self._settle(job, failed_summary(job, STORAGE, str(error)))
                except LockHeld:
                    # A crawl of an earlier command is still at it: the unit waits, and goes on from there.
                    return self._unit(job)
                except ShardElsewhere as error:
                    self._settle(job, failed_summary(job, LOCKED, str(error)))
                else:
                    return self._unit(job)
        return None

    def is_over(self) -> bool:
        """Whether nothing more is begun."""
        return self.stopped_by is not None or (self.end_by is not None and time.monotonic() >= self.end_by)

    def ended(self, unit: Unit, result: Ended) -> None:
        """Take what came of a unit."""
        job = self._jobs[unit.portal]
        if result.complaint:
            summary = failed_summary(job, result.code, result.complaint)
        else:
            summary = summary_of(job, result.code, result.output, self._watcher.last_error(job.portal))
        if self.stopped_by is not None and "run_id" not in summary:
            summary = failed_summary(job, 128 + self.stopped_by, "stopped before it began")
        self._settle(job, summary)

    def give_up(self) -> None:
        """Without a scheduler: have what runs end, and merge what there is."""
        self.shards.stop()
        self._merges.wait_for_crawls()
        for job in self._jobs.values():
            if job.portal not in self._settled:
                code, told = (143, _GONE) if self.stopped_by is None else (128 + self.stopped_by, "stopped")
                self._settle(job, failed_summary(job, code, told))

    def stop(self, number: int) -> None:
        """End everything, as the signal of that number asks."""
        self.stopped_by = self.stopped_by or number
        self.shards.stop()

    def _settle(self, job: Job, summary: dict[str, Any]) -> None:
        """Merge a job's shard; only what is in the database has ended."""

        def take(merged: dict[str, Any]) -> None:
            self.summaries[job.portal] = merged
            self._watcher.ended(merged)

        self._settled.add(job.portal)
        self._merges.add(job, summary, take)

    def _unit(self, job: Job) -> Unit:
        shard = str(self.shards.database(job.portal))
        given = job.command[job.command.index("crawl") :]
        arguments = [part for part in given if not part.startswith(_PROFILES)]
        targets = [str(self.shards.share(Path(one))) if one.endswith(".toml") else one for one in job.targets]
        # The bundled ones every worker has; others are where this machine has them, and nowhere else.
        folders = [Path(part.removeprefix(_PROFILES)) for part in given if part.startswith(_PROFILES)]
        if not all(one.endswith(".toml") for one in targets):
            arguments += [f"{_PROFILES}{self.shards.share(folder)}" for folder in folders if folder != PROFILES]
        arguments += [f"--db={shard}", f"--archive={self._archive}"]
        if self.end_by is not None:
            arguments.append(f"--deadline={max(self.end_by - time.monotonic(), 0.1):.1f}")
        return Unit(job.portal, (*arguments, "--", *targets), shard, self.shards.token, str(self.shards.mark))


@contextmanager
def _locked(db: Path, jobs: list[Job]) -> Iterator[tuple[list[Job], dict[str, dict[str, Any]]]]:
    """The jobs whose portals nobody crawls into the database itself meanwhile, and the summaries of the others."""
    free, held, locks = [], {}, []
    try:
        for job in jobs:
            try:
                locks.append(take_lock(db, job.portal))
                free.append(job)
            except LockHeld as error:
                held[job.portal] = failed_summary(job, LOCKED, str(error))
        yield free, held
    finally:
        for lock in locks:
            lock.release()


@contextmanager
def _heeded(tour: _Tour) -> Iterator[None]:
    """Pass SIGINT and SIGTERM on to the units, and end those that outstay the deadline."""
    stop: Callable[[int, object], None] = lambda number, _: tour.stop(number)  # noqa: E731  # a handler's two arguments
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    late = None
    if tour.end_by is not None:
        late = threading.Timer(max(tour.end_by - time.monotonic(), 0) + _PATIENCE_S, tour.shards.stop)
        late.daemon = True
        late.start()
    try:
        yield
    finally:
        if late is not None:
            late.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
