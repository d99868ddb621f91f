"""Reading what is queued: each new or changed article finds its cluster, and its source its outlets."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal_crawler.article import Portal
from portal_crawler.reprints import outlets
from portal_crawler.reprints.compare import Version, likeness
from portal_crawler.reprints.signing import bands_of, method
from portal_crawler.reprints.text import Text, read_text
from portal_crawler.store import Store
from portal_crawler.store.clusters import (
    Queued,
    count_queued,
    drop_signature,
    forget_clusters,
    head_of,
    join,
    leave,
    likely_heads,
    next_queued,
    other_members,
    put_signature,
    queue_again,
    queued_article,
    unqueue,
    when_rules_change,
)
from portal_crawler.store.locks import LockHeld, take_lock
from portal_crawler.store.outlets import drop_unnamed, forget_outlets, is_named, put_portal, put_source

# A crawl that writes meanwhile waits no longer than this.
_TRANSACTION_S = 0.1
# Each signature goes to 32 places of its index. With room for these pages (in KB), and for some transactions in the log
# before it is folded into the file (in pages), the same page is written once and not many times.
_PRAGMAS = ("cache_size = -65536", "wal_autocheckpoint = 16384")
# Raised whenever a rule of `compare` changes, so that older decisions are made again.
_RULES = "1"

# No portal is called so: `locks.holders` leaves it out.
_LOCK = ".reprints"

_text_of = lru_cache(maxsize=512)(read_text)


class GroupingElsewhere(Exception):
    """Another process groups this database's articles; what is queued is read by it or by a later one."""


@dataclass(slots=True)
class Grouped:
    """What a pass did. read: articles; joined: those that were found to be a text of another; left: still queued."""

    read: int = 0
    joined: int = 0
    left: int = 0


def group_reprints(
    store: Store,
    portals: Mapping[str, Portal],
    *,
    budget_s: float | None = None,
    is_over: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Grouped:
    """Read what is queued, for at most `budget_s` seconds, in short transactions: a kill costs the last one.

    portals: profiles by id, which say what each portal is called. is_over: whether to stop now. progress: takes how
    many articles are read, and of how many. Raises GroupingElsewhere, and StorageError when the disk refuses.
    """
    with _lock(store.path):
        began_s = time.monotonic()
        for pragma in _PRAGMAS:
            store.rows(f"PRAGMA {pragma}")
        with store.transaction() as connection:
            when_rules_change(connection, "text", f"{_RULES} {method()}", forget_clusters)
            when_rules_change(connection, "outlets", outlets.version(), lambda _: _name_again(connection))
            _name_portals(connection, portals)
            grouped = Grouped(left=count_queued(connection))
        over_s = began_s + (float("inf") if budget_s is None else budget_s)
        is_first = True
        while grouped.left and (is_first or (time.monotonic() < over_s and not is_over())):
            ends_s = min(time.monotonic() + _TRANSACTION_S, over_s)
            with store.transaction() as connection:
                # One at least, so that however little time there is, the queue gets shorter.
                while (article := next_queued(connection)) and (is_first or time.monotonic() < ends_s):
                    is_first = False
                    grouped.read += 1
                    grouped.joined += _read(connection, article)
                    unqueue(connection, article.id)
                grouped.left = count_queued(connection)
            progress(grouped.read, grouped.read + grouped.left)
        return grouped


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the lock for this work, of a name that no portal has."""
    try:
        lock = take_lock(path, _LOCK)
    except LockHeld:
        raise GroupingElsewhere(f"{path}: another process is grouping its articles") from None
    try:
        yield
    finally:
        lock.release()


def _read(connection: sqlite3.Connection, article: Queued) -> bool:
    """Put an article where its text belongs; whether that is a cluster of other articles."""
    if article.source is not None and not is_named(connection, article.source):
        put_source(connection, article.source, outlets.outlets_of(article.source))
    version = _version(article)
    bands = bands_of(version.text)
    head_id = head_of(connection, article.id)
    if head_id == article.id:
        if _keep_members(connection, version, article.id):
            put_signature(connection, article.id, bands, article.day)
            return True
    elif head_id is not None:
        # An edit does not move an article as long as it is still its head's text.
        still = likeness(version, _version(queued_article(connection, head_id)))
        if still is not None:
            join(connection, article.id, head_id, still)
            return True
        leave(connection, article.id, head_id)
    best, best_id = 0.0, None
    for other_id in likely_heads(connection, article.id, bands, article.day):
        alike = likeness(version, _version(queued_article(connection, other_id)))
        if alike is not None and alike > best:
            best, best_id = alike, other_id
    if best_id is not None:
        drop_signature(connection, article.id)
        join(connection, article.id, best_id, best)
    elif bands:
        put_signature(connection, article.id, bands, article.day)
    else:
        drop_signature(connection, article.id)
    return best_id is not None


def _keep_members(connection: sqlite3.Connection, head: Version, head_id: int) -> bool:
    """Compare a cluster with its changed head; whether any member is still its text. The others are read again."""
    kept = False
    for member_id in other_members(connection, head_id):
        still = likeness(_version(queued_article(connection, member_id)), head)
        if still is None:
            leave(connection, member_id, head_id)
            queue_again(connection, member_id)
        else:
            join(connection, member_id, head_id, still)
            kept = True
    return kept


def _version(article: Queued) -> Version:
    text: Text = _text_of(article.title, article.body)
    return Version(text, article.portal)


def _name_again(connection: sqlite3.Connection) -> None:
    for printed in forget_outlets(connection):
        put_source(connection, printed, outlets.outlets_of(printed))
    drop_unnamed(connection)


def _name_portals(connection: sqlite3.Connection, portals: Mapping[str, Portal]) -> None:
    """Record which outlets the portals are whose profiles are known."""
    for portal in portals.values():
        for outlet in outlets.outlets_of(portal.name)[:1]:
            put_portal(connection, portal.id, outlet)
