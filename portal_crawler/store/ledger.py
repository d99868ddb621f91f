"""Questions about the ledger and the channels. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from portal_crawler.article import BEIJING
from portal_crawler.store.database import Store
from portal_crawler.store.states import LONGEST_WAIT
from portal_crawler.urls import identity

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


def known_urls(store: Store, urls: Iterable[str], kind: str | None = None) -> set[str]:
    """Those of the URLs that the ledger holds; with kind `article`, also those it holds a variant of."""
    wanted = list(urls)
    found: set[str] = set()
    for some in _chunks(wanted):
        marks = ",".join("?" * len(some))
        found.update(row[0] for row in store.rows(f"SELECT url FROM ledger WHERE url IN ({marks})", some))
    if kind != "article":
        return found
    identities = {url: identity(url) for url in wanted if url not in found}
    held: set[str] = set()
    for some in _chunks(identities.values()):
        marks = ",".join("?" * len(some))
        query = f"SELECT identity FROM ledger WHERE kind = 'article' AND identity IN ({marks})"
        held.update(row[0] for row in store.rows(query, some))
    return found | {url for url, name in identities.items() if name in held}


def seen_before(store: Store, channel_id: int, urls: Iterable[str], walk: int) -> set[str]:
    """Those of the URLs that the channel listed, they or variants of them, in a walk up to the given one."""
    identities = {url: identity(url) for url in urls}
    seen: set[str] = set()
    for some in _chunks(identities.values()):
        marks = ",".join("?" * len(some))
        rows = store.rows(
            f"""SELECT l.identity FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
                WHERE e.channel_id = ? AND e.walk <= ? AND l.identity IN ({marks})""",
            [channel_id, walk, *some],
        )
        seen.update(row[0] for row in rows)
    return {url for url, name in identities.items() if name in seen}


def waiting_articles(store: Store, portal: str, now: datetime | None = None) -> list[str]:
    """URLs of articles still to be fetched, in the order in which they were found.

    These are pending ones, blocked ones, and failed ones whose time has come by `now` (default: this moment), or lies
    so far ahead that the machine's clock must have been wrong when they failed.
    """
    moment = (now or datetime.now(BEIJING)).astimezone(BEIJING)
    due, absurd = (at.isoformat(timespec="seconds") for at in (moment, moment + LONGEST_WAIT))
    # The states named first, so that the index on them finds the few that wait among all that are done.
    rows = store.rows(
        """SELECT url FROM ledger WHERE portal = ? AND state IN ('pending', 'blocked', 'failed')
           AND kind = 'article' AND (state <> 'failed' OR retry_at <= ? OR retry_at > ?)
           ORDER BY id""",
        (portal, due, absurd),
    )
    return [row[0] for row in rows]


def count_by_state(store: Store, portal: str | None = None) -> dict[str, int]:
    """How many URLs of a portal, or of all, are in each state. The sum is all that were ever discovered."""
    counts = dict.fromkeys(("pending", "done", "failed", "blocked", "skipped"), 0)
    where = "WHERE portal = ?" if portal else ""
    rows = store.rows(f"SELECT state, count(*) FROM ledger {where} GROUP BY state", (portal,) if portal else ())
    counts.update({row[0]: row[1] for row in rows})
    return counts


def count_pending(store: Store, portal: str) -> int:
    """How many URLs of a portal are still to be fetched; costs nothing for those that are not."""
    return int(store.rows("SELECT count(*) FROM ledger WHERE portal = ? AND state = 'pending'", (portal,))[0][0])


def _chunks(urls: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(urls)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
