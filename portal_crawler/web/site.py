"""What is served: a database, its archive, and what `check` last found."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from portal_crawler.article import BEIJING
from portal_crawler.check import Finding, check
from portal_crawler.store import StorageError, open_reader

# The name of the database in addresses, whatever its file is called: /data/articles.
DATABASE = "data"
# How long findings are shown before they are looked for again: they change with the runs.
_KEPT_S = 300.0


class Site:
    """A database and an archive to be looked at.

    `check` reads more than any page does. So it runs beside them, and pages show what it found last.
    """

    def __init__(self, db: Path, archive: Path) -> None:
        self.db = db
        self.archive = archive
        self._lock = threading.Lock()
        self._checked_at: float | None = None
        self._connection: sqlite3.Connection | None = None
        self._findings: list[Finding] | None = None

    def findings(self) -> list[Finding] | None:
        """What `check` found last, None before it has ended for the first time. Starts it when that is old."""
        with self._lock:
            is_old = self._checked_at is None or time.monotonic() - self._checked_at > _KEPT_S
            if is_old and self._connection is None:
                # Within a thread of its own, whose connection no other thread uses but to interrupt it.
                threading.Thread(target=self._check, daemon=True).start()
                self._checked_at = time.monotonic()
            return self._findings

    def interrupt(self) -> None:
        """End a check that runs."""
        if connection := self._connection:
            # It may just have ended by itself.
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.interrupt()

    def _check(self) -> None:
        try:
            store = open_reader(self.db)
            self._connection = store.connection
            try:
                found = check(store, datetime.now(BEIJING))
            finally:
                self._connection = None
                store.close()
        except StorageError as error:
            print(f"check: {error}", file=sys.stderr)
            return
        with self._lock:
            self._findings = found
            self._checked_at = time.monotonic()
