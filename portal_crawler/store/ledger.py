"""Questions about the ledger and the channels. Nothing here writes."""

from __future__ import annotations

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
    """A channel as stored. walk: number of its last walk; complete_walk: of the last one that saw all of it.

    complete_since: the day back to which that walk went, None when it went to the channel's end.
    """

    id: int
    url: str
    walk: int
    complete_walk: int
    complete_since: str | None


def channel_row(store: Store, portal: str, url: str) -> ChannelRow | None:
    """The channel of a portal with this listing URL, None if it was never walked."""
    rows = store.rows(
        "SELECT id, url, walk, complete_walk, complete_since FROM channels WHERE portal = ? AND url = ?",
        (portal, url),
    )
    return ChannelRow(**dict(rows[0])) if rows else None


def known_urls(store: Store, urls: Iterable[str]) -> set[str]:
    """Those of the URLs that the ledger holds."""
    found: set[str] = set()
    for some in _chunks(urls):
        marks = ",".join("?" * len(some))
        found.update(row[0] for row in store.rows(f"SELECT url FROM ledger WHERE url IN ({marks})", some))
    return found


def seen_before(store: Store, channel_id: int, urls: Iterable[str], walk: int) -> set[str]:
    """Those of the URLs that the channel listed in a walk up to the given one."""
    found: set[str] = set()
    for some in _chunks(urls):
        marks = ",".join("?" * len(some))
        rows = store.rows(
            f"""SELECT l.url FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
                WHERE e.channel_id = ? AND e.walk <= ? AND l.url IN ({marks})""",
            [channel_id, walk, *some],
        )
        found.update(row[0] for row in rows)
    return found


def waiting_articles(store: Store, portal: str, now: datetime | None = None) -> list[str]:
    """URLs of articles still to be fetched, in the order in which they were found.

    These are pending ones, blocked ones, and failed ones whose time has come by `now` (default: this moment).
    """
    moment = (now or datetime.now(BEIJING)).astimezone(BEIJING).isoformat(timespec="seconds")
    rows = store.rows(
        """SELECT url FROM ledger WHERE portal = ? AND kind = 'article'
           AND (state IN ('pending', 'blocked') OR (state = 'failed' AND retry_at <= ?)) ORDER BY id""",
        (portal, moment),
    )
    return [row[0] for row in rows]


def count_by_state(store: Store, portal: str | None = None) -> dict[str, int]:
    """How many URLs of a portal, or of all, are in each state. The sum is all that were ever discovered."""
    counts = dict.fromkeys(("pending", "done", "failed", "blocked", "skipped"), 0)
    where = "WHERE portal = ?" if portal else ""
    rows = store.rows(f"SELECT state, count(*) FROM ledger {where} GROUP BY state", (portal,) if portal else ())
    counts.update({row[0]: row[1] for row in rows})
    return counts


def _chunks(urls: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(urls)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
