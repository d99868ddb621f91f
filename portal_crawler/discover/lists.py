"""The list of one page of a channel, however it is written, and the page behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal_crawler.article import Entry
from portal_crawler.discover.visits import BudgetSpent, NoAnswer, Visits
from portal_crawler.extract import (
    Frame,
    Page,
    count_script,
    frame_of,
    listing_of,
    loaded_scripts,
    newest_count_page,
    scripted_requests,
)

# Of what a page's scripts ask for, the list is among the first; and its own script is the last that it loads.
_MOST_TRIED = 2
_MOST_SCRIPTS = 1


@dataclass(frozen=True, slots=True)
class List:
    """What a channel's first page lists. next: the second page; script: what names it where only a script does.

    frame: what the page says of a list that its script asks for, None where the page itself holds the list.
    """

    entries: tuple[Entry, ...]
    next: str | None
    script: str | None = None
    frame: Frame | None = None

    @property
    def has_next(self) -> bool:
        return self.next is not None or self.script is not None


def read_list(page: Page, visits: Visits) -> List:
    """The list on a page, or the one that its scripts ask for. Raises BudgetSpent."""
    listing = listing_of(page)
    if listing.entries:
        script = count_script(page) if listing.next is None else None
        return List(listing.entries, listing.next, script)
    scripts: list[str] = []
    shown = _requested(page, scripts, visits)
    if not shown.entries:
        scripts = [text for address in loaded_scripts(page)[:_MOST_SCRIPTS] if (text := _script(address, visits))]
        shown = _requested(page, scripts, visits) if scripts else shown
    return shown


def _requested(page: Page, scripts: list[str], visits: Visits) -> List:
    """The list among the answers to what a page's scripts ask for; an empty one where there is none."""
    frame = frame_of(page, scripts=scripts)
    for request in scripted_requests(page, scripts)[:_MOST_TRIED]:
        framed = replace(frame, pager=request.pager)
        try:
            listing = listing_of(visits.page(request.url), frame=framed)
        except BudgetSpent:
            raise
        except NoAnswer:
            continue
        if listing.entries:
            return List(listing.entries, listing.next, frame=framed)
    return List((), None)


def _script(address: str, visits: Visits) -> str | None:
    try:
        return visits.answer(address).body.decode("utf-8", "replace")
    except BudgetSpent:
        raise
    except NoAnswer:
        return None


def second_page(first: List, visits: Visits) -> int | None:
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
        listing = listing_of(visits.page(following), frame=first.frame)
        if new := len({entry.url for entry in listing.entries} - seen):
            return new
        following = listing.next if first.script is not None else None
    return 0 if first.script is None else None
