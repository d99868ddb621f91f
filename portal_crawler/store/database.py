"""Opening the database: who may write, which schema, and what is wrong when it cannot be opened."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal_crawler.store.fold import contains_folded
from portal_crawler.store.schema import is_of_others, migrations, unknown_migration
from portal_crawler.store.without_pandas import Database

# How long a writer waits for another one; a transaction of a crawl takes milliseconds.
_BUSY_S = 60.0
# SQLite empties the write-ahead log when nobody reads it. Behind queries of which one always runs, it would grow for
# ever: from this size on a writer waits for them, for so long and so often, so that a long one costs crawls little.
_LOG_BYTES = 64 * 2**20
_LOG_WAIT_S, _LOG_REST_S = 2.0, 30.0
# With less than this, SQLite cannot even make the index of its log, and calls that an I/O error.
_LITTLE_BYTES = 2**16
# SQLite takes a lock that the file system does not have for one that somebody holds. It is found out before the wait.
_FIRST_WAIT_S = 0.5
# What the kernel says where a file system has none.
WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})


class StorageError(Exception):
    """The database cannot be opened, read or written: what was wrong, and what would be right."""


@dataclass(slots=True)
class _Log:
    """The write-ahead log: from when on, by the monotonic clock, it may be emptied again."""

    rests_until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. connection: in autocommit mode; transactions are opened by `transaction`."""

    path: Path
    connection: sqlite3.Connection
    _log: _Log = field(default_factory=_Log, repr=False, compare=False)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction, rolled back whole on any error. Raises StorageError if the disk refuses."""
        with _storage_errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                # A full disk may have ended it already.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self._empty_log()

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """All rows of a query. Raises StorageError when the database is damaged, locked or gone."""
        with _storage_errors(self.path):
            return self.connection.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[sqlite3.Row]:
        """The rows of a query as they are found. Raises StorageError as `rows` does."""
        with _storage_errors(self.path):
            yield from self.connection.execute(sql, values)

    def close(self) -> None:
        """Close the connection; the last one also folds the write-ahead log back into the file."""
        self.connection.close()

    def _empty_log(self) -> None:
        """Fold a log that has grown too large back into the file, if those who read will let it."""
        now_s = time.monotonic()
        if now_s < self._log.rests_until_s:
            return
        try:
            size_bytes = self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except OSError:
            return
        if size_bytes <= _LOG_BYTES:
            return
        self.connection.execute(f"PRAGMA busy_timeout = {_LOG_WAIT_S * 1000:.0f}")
        in_use = 1
        # The transaction is committed; what cannot be folded back now is later.
        with suppress(sqlite3.OperationalError):
            in_use, *_ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if in_use:
            self._log.rests_until_s = now_s + _LOG_REST_S
        self.connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")


def open_store(path: Path) -> Store:
    """The database for writing, made or migrated to this version's schema if it has to be.

    Raises StorageError for a file that is no database or one of another program, a schema newer than this version,
    or a place that cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    with _storage_errors(path):
        connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        try:
            _look(path, connection)
            _migrate(path, connection)
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
    return Store(path, connection)


def open_existing(path: Path) -> Store:
    """As open_store, but where there is no database none is made. Raises StorageError then, too."""
    if not path.is_file():
        raise StorageError(f"{path}: no such database")
    return open_store(path)


def open_reader(path: Path) -> Store:
    """The database for reading only, while others may write to it.

    Raises StorageError when there is none, its schema is not this version's, or it cannot be read.
    """
    store = open_earlier(path)
    try:
        with _storage_errors(path):
            pending = migrations.pending(Database(store.connection))
        if pending:
            raise StorageError(f"{path}: empty, or made by an older version; a crawl brings it up to date")
        _prepare(store.connection)
    except BaseException:
        store.close()
        raise
    return store


def refuse_foreign(path: Path) -> None:
    """Raises StorageError for a database of another program, before anything is put beside it."""
    # What else is wrong is said by who opens it.
    with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(_reading_uri(path), uri=True)) as connection:
        _refuse_foreign(path, Database(connection))


def open_earlier(path: Path) -> Store:
    """The database for reading only, of this version's schema or an earlier one, as it is.

    Raises StorageError when there is none, its schema is newer, or it cannot be read.
    """
    if not path.is_file():
        raise StorageError(f"{path}: no such database")
    with _storage_errors(path):
        connection = sqlite3.connect(_reading_uri(path), uri=True, timeout=_BUSY_S, isolation_level=None)
        try:
            _look(path, connection)
            _refuse_foreign(path, Database(connection))
            _refuse_newer(path, Database(connection))
        except BaseException:
            connection.close()
            raise
    return Store(path, connection)


def _look(path: Path, connection: sqlite3.Connection) -> None:
    """Read for the first time. Raises StorageError at once where there are no locks to wait for."""
    connection.execute(f"PRAGMA busy_timeout = {_FIRST_WAIT_S * 1000:.0f}")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY and not _has_locks(path.parent):
            raise StorageError(
                f"{path}: this filesystem has no working locks; put the database on a local disk"
            ) from None
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_S * 1000:.0f}")


def _has_locks(folder: Path) -> bool:
    """Whether files of a folder can be locked, tried with one of its own; also where that cannot be tried."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in WITHOUT_LOCKS
    return True


def _reading_uri(path: Path) -> str:
    """How SQLite is to open a database that is only read."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    log = path.with_name(f"{path.name}-wal")
    if os.statvfs(path.parent).f_flag & os.ST_RDONLY and not log.exists():
        # There SQLite can make no files beside the database to agree with writers; nor are there any.
        uri += "&immutable=1"
    return uri


def _migrate(path: Path, connection: sqlite3.Connection) -> None:
    """Bring the schema up to date in one transaction: killed at any moment, the old one stands."""
    database = Database(connection)
    _refuse_foreign(path, database)
    _refuse_newer(path, database)
    connection.execute("PRAGMA journal_mode = WAL")
    # A commit is on disk when it returns: batched, it costs next to nothing over NORMAL (measured).
    connection.execute("PRAGMA synchronous = FULL")
    # Emptied, it gives its room back to the disk.
    connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    # Taken even when nothing is pending: a place that cannot be written shows now, not after the requests.
    connection.execute("BEGIN IMMEDIATE")
    try:
        _refuse_newer(path, database)
        if migrations.pending(database):
            migrations.apply(database)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("contains_folded", 2, contains_folded, deterministic=True)
    connection.row_factory = sqlite3.Row


def _refuse_foreign(path: Path, database: Database) -> None:
    if is_of_others(database):
        raise StorageError(f"{path}: a database that was not made by portal-crawler; give another file")


def _refuse_newer(path: Path, database: Database) -> None:
    if name := unknown_migration(database):
        raise StorageError(f"{path}: made by a newer version (migration {name}); update portal-crawler")


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    """What the disk or another process causes becomes StorageError; rows that break a rule are a bug."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {error}{_reason(path)}") from error


def _reason(path: Path) -> str:
    """What SQLite does not say of its errors: that of the disk, if there is one."""
    with suppress(OSError):
        disk = os.statvfs(path.parent)
        if disk.f_flag & os.ST_RDONLY:
            return " (read-only file system)"
        if disk.f_bavail * disk.f_frsize < _LITTLE_BYTES:
            return " (no space left on the disk)"
    return ""
