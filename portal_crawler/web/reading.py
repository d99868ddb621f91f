"""Reading the database for a page: within a time, so that no page makes another wait for long."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from datasette.utils import sqlite_timelimit

from portal_crawler.store import StorageError, Store

_T = TypeVar("_T")


def within(store: Store, seconds: float, read: Callable[[], _T]) -> _T | None:
    """What a function reads from the store, None when it took longer. Raises StorageError for any other trouble."""
    with sqlite_timelimit(store.connection, seconds * 1000):
        try:
            return read()
        except StorageError as error:
            if is_interrupted(error.__cause__):
                return None
            raise


def newest_time(store: Store, portal: str, until: str) -> str | None:
    """The latest time of a portal's articles before a moment, by a look into the index.

    Another program may have written what is no time. Only counted on does SQLite see that there is no 30 February.
    """
    rows = store.rows(
        """SELECT published_at FROM articles WHERE portal = ? AND published_at < ?
           AND date(substr(published_at, 1, 10), '+0 days') = substr(published_at, 1, 10)
           ORDER BY published_at DESC LIMIT 1""",
        (portal, until),
    )
    return str(rows[0][0]) if rows else None


def is_interrupted(error: BaseException | None) -> bool:
    """Whether SQLite gave up a query because its time was over."""
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT


def portals_of(store: Store) -> list[str]:
    """The ids of all portals that anything was discovered of, in order; found by jumping through an index."""
    rows = store.rows(
        """WITH RECURSIVE known(portal) AS (
               SELECT min(portal) FROM ledger
               UNION ALL
               SELECT (SELECT min(l.portal) FROM ledger l WHERE l.portal > known.portal) FROM known
               WHERE known.portal IS NOT NULL
           )
           SELECT portal FROM known WHERE portal IS NOT NULL"""
    )
    return [row[0] for row in rows]
