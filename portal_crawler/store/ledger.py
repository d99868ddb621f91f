"""Questions about the ledger and the channels. Nothing here writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from portal_crawler.article import BEIJING
from portal_crawler.store.database import Store

# SQLite before 3.32 takes no more values in one statement.
_AT_ONCE = 900


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as stored. walk: number of its last walk; complete_walk: of the last one that saw all of it."""

    id: int
    url: str
    walk: int
    complete_walk: int
    complete_since: str | None


def channel_row(store: Store, portal: str, url: str) -> ChannelRow | None:
    """The channel of a portal with this listing URL, None if it was never walked."""
    row = store.connection.execute(
        "SELECT id, url, walk, complete_walk, complete_since FROM channels WHERE portal = ? AND url = ?", (portal, url)
    ).fetchone()
    return ChannelRow(**dict(row)) if row else None


def known_urls(store: Store, urls: Iterable[str]) -> set[str]:
    """Those of the URLs that the ledger holds."""
    found: set[str] = set()
    for some in _chunks(urls):
        marks = ",".join("?" * len(some))
        found.update(row[0] for row in store.connection.execute(f"SELECT url FROM ledger WHERE url IN ({marks})", some))
    return found


def seen_before(store: Store, channel_id: int, urls: Iterable[str], walk: int) -> set[str]:
    """Those of the URLs that the channel listed in a walk up to the given one."""
    found: set[str] = set()
    for some in _chunks(urls):
        marks = ",".join("?" * len(some))
        rows = store.connection.execute(
            f"""SELECT l.url FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
                WHERE e.channel_id = ? AND e.walk <= ? AND l.url IN ({marks})""",
            [channel_id, walk, *some],
        )
        found.update(row[0] for row in rows)
    return found


def waiting_articles(store: Store, portal: str, now: datetime | None = None) -> list[str]:
    """URLs of articles still to be fetched: pending ones, blocked ones, and failed ones whose time has come."""
    moment = (now or datetime.now(BEIJING)).astimezone(BEIJING).isoformat(timespec="seconds")
    rows = store.connection.execute(
        """SELECT url FROM ledger WHERE portal = ? AND kind = 'article'
           AND (state IN ('pending', 'blocked') OR (state = 'failed' AND retry_at <= ?)) ORDER BY id""",
        (portal, moment),
    )
    return [row[0] for row in rows]


def count_by_state(store: Store, portal: str | None = None) -> dict[str, int]:
    """How many URLs of a portal, or of all, are in each state."""
    counts = dict.fromkeys(("pending", "done", "failed", "blocked", "skipped"), 0)
    where = "WHERE portal = ?" if portal else ""
    rows: sqlite3.Cursor = store.connection.execute(
        f"SELECT state, count(*) FROM ledger {where} GROUP BY state", (portal,) if portal else ()
    )
    counts.update({row[0]: row[1] for row in rows})
    return counts


def _chunks(urls: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(urls)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
