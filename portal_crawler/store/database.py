"""Opening the database: who may write, which schema, and what is wrong when it cannot be opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlite_utils import Database

from portal_crawler.store.fold import contains_folded
from portal_crawler.store.schema import migrations

# How long a writer waits for another one; a transaction of a crawl takes milliseconds.
_BUSY_S = 60.0


class StorageError(Exception):
    """The database cannot be opened, read or written: what was wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. connection: in autocommit mode; transactions are opened by `transaction`."""

    path: Path
    connection: sqlite3.Connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction, rolled back whole on any error. Raises StorageError when the disk refuses."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            raise StorageError(f"{self.path}: {error}") from error

    def close(self) -> None:
        """Close the connection; the last one also folds the write-ahead log back into the file."""
        self.connection.close()


def open_store(path: Path) -> Store:
    """The database for writing, made or migrated to this version's schema if it has to be.

    Raises StorageError for a file that is no database, a schema newer than this version, or a place that cannot
    be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"{path}: {error}") from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # A commit is on disk when it returns: batched, it costs next to nothing over NORMAL (measured in LESSONS).
        connection.execute("PRAGMA synchronous = FULL")
        database = Database(connection)
        _refuse_newer(path, database)
        _migrate(path, database)
        connection.execute("PRAGMA foreign_keys = ON")
        _register(connection)
    except (sqlite3.Error, OSError) as error:
        connection.close()
        raise StorageError(f"{path}: {error}") from error
    except StorageError:
        connection.close()
        raise
    return Store(path, connection)


def open_reader(path: Path) -> Store:
    """The database for reading only. Raises StorageError when there is none or it cannot be read."""
    if not path.is_file():
        raise StorageError(f"{path}: no such database")
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None)
        database = Database(connection)
        _refuse_newer(path, database)
        if migrations.pending(database):
            connection.close()
            raise StorageError(f"{path}: made by an older version or not by portal-crawler; a crawl brings it up to date")
        _register(connection)
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {error}") from error
    return Store(path, connection)


def _migrate(path: Path, database: Database) -> None:
    """Apply what is pending, one process at a time: two that open a new database would make its tables twice."""
    if not migrations.pending(database):
        return
    locks = path.with_name(f"{path.name}.locks")
    locks.mkdir(exist_ok=True)
    with FileLock(locks / "schema.lock", timeout=_BUSY_S):
        if migrations.pending(database):
            migrations.apply(database)


def _refuse_newer(path: Path, database: Database) -> None:
    known = {migration.name for migration in migrations.pending(database)}
    applied = {migration.name for migration in migrations.applied(database)}
    ours = {migration.name for migration in migrations._migrations}
    if unknown := sorted(applied - ours - known):
        raise StorageError(f"{path}: made by a newer version (migration {unknown[-1]}); update portal-crawler")


def _register(connection: sqlite3.Connection) -> None:
    connection.create_function("contains_folded", 2, contains_folded, deterministic=True)
    connection.row_factory = sqlite3.Row
