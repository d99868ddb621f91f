"""The list of one page of a channel, however it is written, and the page behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from portal_crawler.article import Entry
from portal_crawler.discover.forms import ArticleForms
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
from portal_crawler.urls import canonical_url

# Of what a page's scripts ask for, the list is among the first; and its own script is the last that it loads.
_MOST_TRIED = 2
_MOST_SCRIPTS = 1


@dataclass(frozen=True, slots=True)
class List:
    """What a channel's first page lists. next: the second page; script: what names it where only a script does.

    frame: what the page says of a list that its script asks for, None where the page itself holds the list.
    form: how its articles' addresses are made of their numbers, where the list has only these and no page says it.
    """

    entries: tuple[Entry, ...]
    next: str | None
    script: str | None = None
    frame: Frame | None = None
    form: str | None = None

    @property
    def has_next(self) -> bool:
        return self.next is not None or self.script is not None


def read_list(page: Page, visits: Visits, forms: ArticleForms) -> List:
    """The list on a page, or the one that its scripts ask for. Raises BudgetSpent.

    forms: what is tried on a list that has only its articles' numbers; right is one that makes an address seen.
    """
    listing = listing_of(page)
    if listing.entries:
        script = count_script(page) if listing.next is None else None
        return List(listing.entries, listing.next, script)
    shown = _requested(page, [], frame_of(page), visits)
    if shown.entries:
        return shown
    scripts = [text for address in loaded_scripts(page)[:_MOST_SCRIPTS] if (text := _script(address, visits))]
    if scripts and (shown := _requested(page, scripts, frame_of(page, scripts=scripts), visits)).entries:
        return shown
    for form in forms.templates:
        shown = _requested(page, scripts, Frame(page.url, (form,)), visits)
        if any(canonical_url(entry.url) in forms.seen for entry in shown.entries):
            return replace(shown, form=form)
    return List((), None)


def _requested(page: Page, scripts: list[str], frame: Frame, visits: Visits) -> List:
    """The list among the answers to what a page's scripts ask for; an empty one where there is none."""
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
