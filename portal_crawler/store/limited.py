"""Reading a database for a command that asks and ends: for so long, and no longer.

A database from elsewhere may hold a view in the place of a table, and that view never end. The times are far beyond
what a database of millions of articles takes, so that only what has no end comes to them. `search` and the web view
have shorter ones of their own; `export` has none, since it gives out row after row for as long as there are any, and
shows how far it is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_crawler.store.database import StorageError, Store, open_reader

# For what is read by its index, and for what goes through all rows.
SHORT_S, LONG_S = 120.0, 1800.0
# So many steps of SQLite's machine take about a millisecond.
_STEPS = 100_000


@contextmanager
def limited_reader(path: Path, *, reads_all: bool = False) -> Iterator[Store]:
    """The database for reading only, as `open_reader` gives it, closed at the end.

    reads_all: whether the command goes through all rows. Raises StorageError as `open_reader` does, and when the time
    is over.
    """
    seconds = LONG_S if reads_all else SHORT_S
    store = open_reader(path)
    ends_s = time.monotonic() + seconds
    store.connection.set_progress_handler(lambda: time.monotonic() > ends_s, _STEPS)
    try:
        yield store
    except (StorageError, sqlite3.Error) as error:
        if time.monotonic() <= ends_s:
            raise
        raise StorageError(
            f"{path}: stopped after {seconds:g} s; no database of portal-crawler takes so long to read, see verify"
        ) from error
    finally:
        store.close()
