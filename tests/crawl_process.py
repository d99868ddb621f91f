"""Crawls of a replica in processes of their own, which tests kill or whose disk they let fail.

They are forked from a process that has loaded everything already, so that a kill hits the crawl and not its start.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from portal_crawler.archive import ArchiveError, Compression, durable, read_exchange, write
from portal_crawler.article import Channel, Portal
from portal_crawler.store import StorageError, database
from tests.command_line import forked

_DONE = "fault.txt"
SPARED = "reprints"
_SPARED = "portal_crawler.reprints.after_crawl"


@dataclass(frozen=True)
class Fault:
    """What fails: the nth call of `write` or `fsync` (archive), or the nth `statement` or `commit` (database).

    lasting: all later ones, too.
    """

    call: str
    nth: int
    lasting: bool = False


def start_crawl(
    folder: Path,
    base: str,
    paths: Sequence[str],
    fault: Fault | None = None,
    portal: str = "replica",
    compression: Compression = "gzip",
    **asked: Any,
) -> ForkServerProcess:
    """Begin a crawl of a replica's channels into `folder`; the process ends with the crawl's exit code.

    asked: further ones of CrawlOptions.
    """
    process = forked.Process(target=_crawl, args=(folder, base, tuple(paths), fault, portal, compression, asked))
    process.start()
    return process


def fault_of(folder: Path) -> str | None:
    """What was being done when the fault came, None when it never did."""
    path = folder / _DONE
    return path.read_text() if path.is_file() else None


def check_store(folder: Path) -> dict[str, sqlite3.Row]:
    """The stored articles by URL, after asserting what must hold at any moment."""
    connection = sqlite3.connect(folder / "p.db")
    connection.row_factory = sqlite3.Row
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone():
            return {}
        states = dict(connection.execute("SELECT state, count(*) FROM ledger GROUP BY state").fetchall())
        assert sum(states.values()) == connection.execute("SELECT count(DISTINCT url) FROM ledger").fetchone()[0]
        assert set(states) <= {"done", "pending", "failed", "blocked", "skipped"}
        for row in connection.execute("SELECT * FROM captures"):
            assert read_exchange(folder / "archive", row["file"], row["offset"], row["length"]).url == row["url"]
        articles = connection.execute("SELECT * FROM articles").fetchall()
        done = "SELECT count(*) FROM ledger WHERE kind = 'article' AND state = 'done'"
        assert connection.execute(done).fetchone()[0] == len(articles)
        assert connection.execute("SELECT count(*) FROM revisions").fetchone()[0] == len(articles)
        return {row["url"]: row for row in articles}
    finally:
        connection.close()


def _crawl(
    folder: Path,
    base: str,
    paths: tuple[str, ...],
    fault: Fault | None,
    portal_id: str,
    compression: Compression,
    asked: dict[str, Any],
) -> None:
    from portal_crawler.runs import CrawlOptions, crawl_portal

    os.environ["no_proxy"] = "127.0.0.1"
    # What Scrapy logs of a fault is expected.
    logging.disable(logging.CRITICAL)
    sys.stderr = sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    if fault is not None:
        _inject(fault, folder)
    channels = tuple(Channel(path, (path,), f"{base}{path}") for path in paths)
    portal = Portal(portal_id, portal_id, hosts=("127.0.0.1",), channels=channels)
    options = CrawlOptions(
        folder / "p.db",
        folder / "archive",
        channels,
        delay_s=0,
        allow_private=True,
        archive_compression=compression,
        **asked,
    )
    try:
        code = crawl_portal(portal, options).exit_code
    except (StorageError, ArchiveError):
        code = 7
    sys.exit(code)


class _Counter:
    """Counts calls, and says which are to fail."""

    def __init__(self, fault: Fault, folder: Path) -> None:
        self._fault = fault
        self._path = folder / _DONE
        self._calls = 0

    def fails(self, call: str, doing: str) -> bool:
        if call != self._fault.call:
            return False
        self._calls += 1
        if self._calls != self._fault.nth and not (self._fault.lasting and self._calls > self._fault.nth):
            return False
        if not self._path.is_file():
            self._path.write_text(SPARED if _spared() else doing)
        return True


def _spared() -> bool:
    """Whether what fails is no reason to end a crawl: looking for reprints after it."""
    return any(frame.f_globals["__name__"] == _SPARED for frame, _ in traceback.walk_stack(None))


def _inject(fault: Fault, folder: Path) -> None:
    counter = _Counter(fault, folder)

    class Disk:
        """`os` for what writes the archive."""

        def __getattr__(self, name: str) -> Any:
            return getattr(os, name)

        def write(self, handle: int, octets: memoryview) -> int:
            if counter.fails("write", "write"):
                # A full disk takes a part before it says so.
                os.write(handle, octets[: len(octets) // 2])
                raise OSError(28, "No space left on device")
            return os.write(handle, octets)

        def fsync(self, handle: int) -> None:
            if counter.fails("fsync", "fsync"):
                raise OSError(5, "Input/output error")
            os.fsync(handle)

    class Connection(sqlite3.Connection):
        """A connection on a disk that fails."""

        doing = ""

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
            self._may_fail(sql)
            return super().execute(sql, *values)

        def executemany(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
            self._may_fail(sql)
            return super().executemany(sql, *values)

        def _may_fail(self, sql: str) -> None:
            verb = sql.split(None, 1)[0].upper()
            if verb in ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER"):
                self.doing = " ".join(sql.split()[:6])
            if verb == "COMMIT" and counter.fails("commit", self.doing):
                raise sqlite3.OperationalError("disk I/O error")
            if verb in ("INSERT", "UPDATE", "DELETE", "BEGIN") and counter.fails("statement", self.doing):
                raise sqlite3.OperationalError("database or disk is full")

    write.os = durable.os = Disk()  # type: ignore[assignment]
    plain = sqlite3.connect
    database.sqlite3.connect = lambda *values, **named: plain(*values, factory=Connection, **named)  # type: ignore[assignment]
