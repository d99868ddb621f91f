"""The list of one page of a channel, however it is written, and the page behind it."""

from __future__ import annotations

from dataclasses import dataclass

from portal_crawler.article import Entry, Portal
from portal_crawler.discover.visits import NoAnswer, Visits
from portal_crawler.extract import Page, count_script, listing_of, newest_count_page


@dataclass(frozen=True, slots=True)
class List:
    """What a channel's first page lists. next: the second page; script: what names it where only a script does."""

    entries: tuple[Entry, ...]
    next: str | None
    script: str | None

    @property
    def has_next(self) -> bool:
        return self.next is not None or self.script is not None


def read_list(page: Page, visits: Visits, portal: Portal | None = None) -> List:
    """The list on a page. Raises NoAnswer where a part of it cannot be had."""
    listing = listing_of(page, portal=portal)
    script = count_script(page) if listing.next is None else None
    return List(listing.entries, listing.next, script)


def second_page(first: List, visits: Visits, portal: Portal | None = None) -> int | None:
    """How many new entries the page behind a list's first one has; None where there is none. Raises NoAnswer.

    A script of the /system/ family names the newest page, which may repeat the first: then the one behind it counts.
    """
    following = first.next
    if following is None and first.script is not None:
        following = newest_count_page(first.script, visits.answer(first.script).body.decode("ascii", "replace"))
    seen = {entry.url for entry in first.entries}
    for _ in range(2):
        if following is None:
            return None
        listing = read_list(visits.page(following), visits, portal)
        if new := len({entry.url for entry in listing.entries} - seen):
            return new
        following = listing.next if first.script is not None else None
    return 0 if first.script is None else None


def is_missing(error: NoAnswer) -> bool:
    """Whether a page is not there, which a guessed address may well be."""
    return error.status in (404, 410)
