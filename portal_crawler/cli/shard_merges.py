"""Shards into the database while others are still being crawled, and out of it before they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from portal_crawler.archive import ArchiveError
from portal_crawler.cli.errors import STORAGE
from portal_crawler.cli.merge import group
from portal_crawler.cli.parallel import Job, failed_summary
from portal_crawler.cluster import Shards
from portal_crawler.merge import ShardElsewhere, merge_shard
from portal_crawler.merge.own import has_own_news, run_in
from portal_crawler.store import StorageError, open_store
from portal_crawler.store.locks import LockHeld, holders, take_lock

LOCKED = 6
# After the scheduler is gone, workers end their crawls within seconds.
_SETTLE_S = 20.0
# How long somebody else's merge into the database, or a crawl that is just ending, is waited for.
_PATIENCE_S, _LOOK_S = 60.0, 0.3


class ShardMerges:
    """Merges one shard after the other, in a thread of its own."""

    def __init__(self, db: Path, shards: Shards, archive: Path) -> None:
        self._db, self._shards, self._archive = db, shards, archive
        self._pool = ThreadPoolExecutor(1)
        self._under_way: list[Future[None]] = []

    def __enter__(self) -> ShardMerges:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True)

    def close(self) -> None:
        """Wait for the merges; raises what was a bug in one. Then look which of the new articles are one text."""
        for future in self._under_way:
            future.result()
        store = open_store(self._db)
        try:
            group(store)
        finally:
            store.close()

    def seed(self, portal: str) -> None:
        """Bring into a portal's shard what was crawled into the database itself. Raises LockHeld, among others."""
        path = self._shards.database(portal)
        store = open_store(self._db)
        try:
            if not has_own_news(store, portal, path):
                return
        finally:
            store.close()
        lock = take_lock(path, portal)
        try:
            shard = open_store(path)
            try:
                merge_shard(shard, self._db, archive=self._archive, portal=portal)
            finally:
                shard.close()
        finally:
            lock.release()

    def add(self, job: Job, summary: dict[str, Any], then: Callable[[dict[str, Any]], None]) -> None:
        """Merge the shard of a job when its turn comes, and then tell what the job came to."""
        self._under_way.append(self._pool.submit(lambda: then(self._merge(job, summary))))

    def wait_for_crawls(self) -> None:
        """Wait until crawls that end without being asked have let go of their shards, at most for a while."""
        until = time.monotonic() + _SETTLE_S
        while time.monotonic() < until and any(holders(path) for path in self._shards.folder.glob("*.db")):
            time.sleep(_LOOK_S)

    def _merge(self, job: Job, summary: dict[str, Any]) -> dict[str, Any]:
        """Merge a shard; gives the summary as the database has it, or why it was not merged."""
        path = self._shards.database(job.portal)
        if not path.is_file():
            return summary
        until = time.monotonic() + _PATIENCE_S
        while True:
            try:
                run_id = self._merge_once(job.portal, path, summary.get("run_id"))
            except (StorageError, ArchiveError) as error:
                return failed_summary(job, STORAGE, f"crawled, but not merged: {error}")
            except (LockHeld, ShardElsewhere) as error:
                if time.monotonic() < until and summary["exit_code"] == 0:
                    time.sleep(_LOOK_S)
                    continue
                # Without an end of its crawl, the next command merges it.
                return summary if summary["exit_code"] else failed_summary(job, LOCKED, f"not merged: {error}")
            return summary if run_id is None else summary | {"run_id": run_id}

    def _merge_once(self, portal: str, path: Path, run_id: int | None) -> int | None:
        # Nobody may crawl into it meanwhile: a shard may lie where several machines can open it.
        lock = take_lock(path, portal)
        try:
            store = open_store(self._db)
            try:
                merge_shard(store, path, archive=self._archive)
                return None if run_id is None else run_in(store, path, run_id)
            finally:
                store.close()
        finally:
            lock.release()
