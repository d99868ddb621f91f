"""What is served: a database, its archive, and what is remembered between two pages."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path

from portal_crawler.check import Finding, check
from portal_crawler.store import Store
from portal_crawler.web.reading import within

# The name of the database in addresses, whatever its file is called: /data/articles.
DATABASE = "data"
# What `check` finds changes with the runs, and costs more than the rest of a page.
_KEPT_S, _CHECK_SECONDS = 300.0, 3.0


class Site:
    """A database and an archive to be looked at. It remembers what `check` found for five minutes."""

    def __init__(self, db: Path, archive: Path) -> None:
        self.db = db
        self.archive = archive
        self._lock = threading.Lock()
        self._checked_at: float | None = None
        self._findings: list[Finding] | None = None

    def findings(self, store: Store, now: datetime) -> list[Finding] | None:
        """What `check` finds, None where that takes too long."""
        with self._lock:
            if self._checked_at is None or time.monotonic() - self._checked_at > _KEPT_S:
                self._findings = within(store, _CHECK_SECONDS, lambda: check(store, now))
                self._checked_at = time.monotonic()
            return self._findings
