"""Writing the ledger, inside a transaction: how a URL is found, and what becomes of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING
from portal_crawler.urls import identity

# A failed URL is tried again in each of the next runs at first, then ever more seldom, and at last no more.
_EAGER_ATTEMPTS, _MOST_ATTEMPTS = 3, 8
# The wait before the last attempt, which is the longest.
LONGEST_WAIT = timedelta(hours=2 ** (_MOST_ATTEMPTS - 1 - _EAGER_ATTEMPTS))


@dataclass(frozen=True, slots=True)
class Found:
    """A URL that was found, in canonical form, and what the listing said of it."""

    url: str
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Finder:
    """Who found a URL or dealt with it: the run, and for a listing's entries the channel and its walk."""

    portal: str
    run_id: int
    channel_id: int | None = None
    walk: int = 0


def put_found(connection: sqlite3.Connection, found: Sequence[Found], kind: str, finder: Finder) -> None:
    """Record URLs: new ones as pending, all as entries of the channel, stored articles as linked to it.

    A variant of a known article's URL is that article.
    """
    now = _stamp(datetime.now(BEIJING))
    if kind == "article":
        found = [replace(item, url=_known_as(connection, item.url)) for item in found]
    connection.executemany(
        """INSERT INTO ledger (url, identity, portal, kind, state, discovered_at, updated_at, run_id)
           VALUES (?, ?, ?, ?, 'pending', ?, ?, ?) ON CONFLICT (url) DO NOTHING""",
        [(item.url, identity(item.url), finder.portal, kind, now, now, finder.run_id) for item in found],
    )
    if finder.channel_id is None:
        return
    # The walk stays the one that first saw the entry: by it an interrupted walk is told from a complete one.
    connection.executemany(
        """INSERT INTO channel_entries (channel_id, ledger_id, walk, title, date)
           SELECT ?, id, ?, ?, ? FROM ledger WHERE url = ? ON CONFLICT (channel_id, ledger_id) DO NOTHING""",
        [(finder.channel_id, finder.walk, item.title, item.date, item.url) for item in found],
    )
    connection.executemany(
        """INSERT OR IGNORE INTO article_channels (article_id, channel_id)
           SELECT article_id, ? FROM ledger WHERE url = ? AND article_id IS NOT NULL""",
        [(finder.channel_id, item.url) for item in found],
    )


def _known_as(connection: sqlite3.Connection, url: str) -> str:
    """The URL under which the ledger knows an article, the given one if it does not."""
    row = connection.execute(
        "SELECT url FROM ledger WHERE identity = ? AND kind = 'article' ORDER BY url = ? DESC, id LIMIT 1",
        (identity(url), url),
    ).fetchone()
    return row[0] if row else url


def put_done(
    connection: sqlite3.Connection, url: str, kind: str, finder: Finder, article_id: int, capture_id: int
) -> None:
    """Record that a URL's article is stored, whether or not the URL was known."""
    now = _stamp(datetime.now(BEIJING))
    connection.execute(
        """INSERT INTO ledger
           (url, identity, portal, kind, state, discovered_at, updated_at, run_id, article_id, capture_id)
           VALUES (?, ?, ?, ?, 'done', ?, ?, ?, ?, ?)
           ON CONFLICT (url) DO UPDATE SET state = 'done', reason = NULL, attempts = 0, retry_at = NULL,
           updated_at = excluded.updated_at, run_id = excluded.run_id,
           article_id = excluded.article_id, capture_id = excluded.capture_id""",
        (url, identity(url), finder.portal, kind, now, now, finder.run_id, article_id, capture_id),
    )


def put_state(
    connection: sqlite3.Connection,
    found: Found,
    kind: str,
    finder: Finder,
    state: str,
    reason: str | None,
    capture_id: int | None,
) -> None:
    """Record what became of a URL, whether or not it was known. A failure is one more attempt."""
    put_found(connection, [found], kind, finder)
    now = datetime.now(BEIJING)
    url = _known_as(connection, found.url) if kind == "article" else found.url
    attempts = connection.execute("SELECT attempts FROM ledger WHERE url = ?", (url,)).fetchone()[0]
    attempts = {"failed": attempts + 1, "done": 0}.get(state, attempts)
    connection.execute(
        """UPDATE ledger SET state = ?, reason = ?, attempts = ?, retry_at = ?, updated_at = ?, run_id = ?,
           capture_id = coalesce(?, capture_id) WHERE url = ?""",
        (
            state,
            reason,
            attempts,
            _retry_at(now, attempts) if state == "failed" else None,
            _stamp(now),
            finder.run_id,
            capture_id,
            url,
        ),
    )


def _retry_at(now: datetime, attempts: int) -> str | None:
    if attempts >= _MOST_ATTEMPTS:
        return None
    wait = timedelta(hours=2 ** (attempts - _EAGER_ATTEMPTS)) if attempts >= _EAGER_ATTEMPTS else timedelta()
    return _stamp(now + wait)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
