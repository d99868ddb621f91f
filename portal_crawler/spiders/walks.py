"""A walk of one channel while it lasts, and what it takes of a page of the channel's list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from portal_crawler.article import BEIJING, Capture, Channel, Entry, Listing, Portal
from portal_crawler.extract import Frame, Page
from portal_crawler.extract.published import url_stamp
from portal_crawler.extract.times import find_stamp, read_unusual
from portal_crawler.spiders.marks import Marks
from portal_crawler.spiders.searches import Search
from portal_crawler.spiders.trail import Trail
from portal_crawler.store import Found, Store, seen_before
from portal_crawler.urls import canonical_url

# As English lists name their months.
_WORD = re.compile(r"[A-Za-z]{3}")


@dataclass(slots=True)
class Walk:
    """A walk of one channel while it lasts.

    shown: addresses listed so far. trail: what tells whether it leads on. known: walk up to which all is stored.
    search: for a list built by script, while it is looked for; frame: what the channel's page says of it, once it is
    found, and hosts: where it may come from. stubs: how often the channel sent on.
    """

    channel: Channel
    channel_id: int
    number: int
    known: int
    known_since: str | None
    pages: int = 0
    trail: Trail = field(default_factory=Trail)
    shown: Marks = field(default_factory=Marks)
    search: Search | None = None
    frame: Frame | None = None
    hosts: tuple[str, ...] = ()
    stubs: int = 0


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """A page of a list as it came: its address in the ledger, and what stands on it."""

    url: str
    page: Page
    listing: Listing
    capture: Capture


def portal_of(portal: Portal, walk: Walk) -> Portal:
    """The portal as the walk of one channel sees it: a pager's addresses are relative to the channel's."""
    return replace(portal, channels=(walk.channel,))


def found_in(entries: Sequence[Entry]) -> Iterator[Found]:
    """The entries of a list as the ledger knows them; without those whose address is none."""
    for entry in entries:
        try:
            yield Found(canonical_url(entry.url), entry.title, entry.date)
        except ValueError:
            continue


def all_known(store: Store, walk: Walk, found: list[Found], since: date | None) -> bool:
    """Whether everything on a page was listed by walks that saw all there was below it.

    since: the day from which articles are asked for, None for all.
    """
    if walk.known == 0 or not found:
        return False
    if walk.known_since is not None and (since is None or since.isoformat() < walk.known_since):
        return False
    urls = [item.url for item in found]
    return seen_before(store, walk.channel_id, urls, walk.known) == set(urls)


def wanted_of(
    entries: tuple[Entry, ...], walk: Walk, since: date | None, until: date | None
) -> tuple[list[Entry], bool]:
    """The entries in the days asked for, and whether the page lies before them as a whole.

    An entry that earlier pages showed says nothing of where this page lies: it is pinned.
    """
    wanted, dated, older = [], 0, 0
    for entry in entries:
        day = _day_of(entry)
        is_new = entry.url not in walk.shown
        walk.shown.add(entry.url)
        latest = day or _latest_day_of(entry)
        dated += latest is not None and is_new
        if since and latest and latest < since.isoformat():
            older += is_new
        elif not (until and day and day > until.isoformat()):
            wanted.append(entry)
    return wanted, bool(since and dated and older == dated)


def _day_of(entry: Entry) -> str | None:
    """The day of an entry, as the listing or else its address gives it; None where neither does."""
    stamp = find_stamp(entry.date, fetched_at=datetime.now(BEIJING)) if entry.date else None
    if stamp is None and entry.date and _WORD.search(entry.date):
        stamp = read_unusual(entry.date)
    stamp = stamp or url_stamp(entry.url)
    return stamp.value[:10] if stamp else None


def _latest_day_of(entry: Entry) -> str | None:
    """The last day that an entry shown with month and day alone can be of, which may be one of years before."""
    stamp = find_stamp(f"{entry.date} 00:00", fetched_at=datetime.now(BEIJING)) if entry.date else None
    return stamp.value[:10] if stamp else None
