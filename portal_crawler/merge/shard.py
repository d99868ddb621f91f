"""The database that is merged, as of one moment, and how far it was merged before."""

from __future__ import annotations

import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from portal_crawler.store import Store, open_store
from portal_crawler.store.backup import back_up
from portal_crawler.store.database import open_earlier
from portal_crawler.store.locks import holders
from portal_crawler.store.schema import migrations
from portal_crawler.store.without_pandas import Database


class ShardElsewhere(Exception):
    """A crawl on another machine writes to the shard; the message says which."""


@dataclass(slots=True)
class Marks:
    """How far a shard is merged: the highest ids of rows, and the number of the last change.

    run_id, run_token: of its last run, by which a database that has taken its place is told from it. merged_at: when it
    was merged whole, None if it never was.
    """

    run_id: int
    run_token: str | None
    captures: int = 0
    articles: int = 0
    ledger: int = 0
    changes: int = 0
    merged_at: str | None = None


@contextmanager
def open_shard(path: Path, target: Path) -> Iterator[sqlite3.Connection]:
    """A shard for reading, all of one moment. One of an older version is copied beside `target` and migrated there.

    Raises StorageError for one that cannot be read or is newer than this version, and ShardElsewhere.
    """
    here = socket.gethostname()
    # SQLite's write-ahead log is shared memory: over a network, nobody else may open what is being written.
    for portal, holder in holders(path):
        if holder.host != here:
            raise ShardElsewhere(f"{path}: process {holder.pid} on {holder.host} is crawling {portal} into it")
    store = open_earlier(path)
    try:
        pending = bool(migrations.pending(Database(store.connection)))
        if not pending:
            yield _at_one_moment(store)
            return
    finally:
        store.close()
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent) as folder:
        copy = Path(folder) / path.name
        back_up(path, copy)
        store = open_store(copy)
        try:
            yield _at_one_moment(store)
        finally:
            store.close()


def _at_one_moment(store: Store) -> sqlite3.Connection:
    store.connection.row_factory = sqlite3.Row
    store.connection.execute("BEGIN")
    # The transaction begins with what is read first.
    store.rows("SELECT count(*) FROM sqlite_master")
    return store.connection


def name_of(path: Path, portal: str | None) -> str:
    """What a shard goes by where it is merged; a merge of one portal's rows has marks of its own."""
    return f"{path.resolve()}{f'#{portal}' if portal else ''}"


def load_marks(target: sqlite3.Connection, name: str, shard: sqlite3.Connection) -> Marks:
    """How far the shard of that name was merged; from the beginning if it never was, or is another database now."""
    row = target.execute(
        """SELECT run_id, run_token, captures, articles, ledger, changes, merged_at
           FROM merged_shards WHERE path = ?""",
        (name,),
    ).fetchone()
    if row is not None:
        marks = Marks(*row)
        if _token(shard, marks.run_id) == marks.run_token and last_change(shard) >= marks.changes:
            return marks
    return Marks(*last_run(shard), changes=last_change(shard))


def save_marks(target: sqlite3.Connection, name: str, marks: Marks) -> None:
    """Record how far a shard is merged, in the transaction that merges so far."""
    target.execute(
        """INSERT OR REPLACE INTO merged_shards
           (path, run_id, run_token, captures, articles, ledger, changes, merged_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        (name, *astuple(marks)),
    )


def last_run(shard: sqlite3.Connection) -> tuple[int, str | None]:
    """Id and token of a shard's last run; 0 and None when it has none."""
    row = shard.execute("SELECT run_id, token FROM run_origins ORDER BY run_id DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, None)


def last_change(shard: sqlite3.Connection) -> int:
    """The number of a shard's last change."""
    return int(shard.execute("SELECT coalesce(max(number), 0) FROM row_changes").fetchone()[0])


def changed_ids(shard: sqlite3.Connection, kind: str, marks: Marks) -> list[int]:
    """The rows of a kind that have changed since a shard was merged, in the order of their ids."""
    rows = shard.execute("SELECT DISTINCT row_id FROM row_changes WHERE number > ? AND kind = ?", (marks.changes, kind))
    return sorted(row[0] for row in rows)


def _token(shard: sqlite3.Connection, run_id: int) -> str | None:
    row = shard.execute("SELECT token FROM run_origins WHERE run_id = ?", (run_id,)).fetchone()
    return row[0] if row else None
