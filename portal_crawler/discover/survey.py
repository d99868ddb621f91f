"""Which of a front page's links are channels: each is asked for once, and is one when it lists articles."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal_crawler.article import Channel, Entry
from portal_crawler.discover.addresses import is_below, is_surely_list
from portal_crawler.discover.forms import ArticleForms, article_forms
from portal_crawler.discover.lists import List, read_list
from portal_crawler.discover.menu import Candidate, channel_links
from portal_crawler.discover.records import Rejected
from portal_crawler.discover.trail import Row, menu_rows, trail
from portal_crawler.discover.visits import NoAnswer, Visits
from portal_crawler.extract import Page
from portal_crawler.extract.published import url_stamp
from portal_crawler.extract.times import find_stamp
from portal_crawler.urls import belongs_to, identity

# Requests that are kept for reading articles and second pages.
_RESERVE = 12
# So many pages with one and the same list show a block of the whole site, and no list of their own.
_SITE_WIDE = 3
# A slider or a box of the newest may stand before the boxes of a section's front.
_SPARE_RUNS = 3


@dataclass(slots=True)
class Found:
    """A channel on its way to becoming one. crumbs: what its page says of where it stands."""

    candidate: Candidate
    url: str
    list: List
    entries: tuple[Entry, ...]
    crumbs: tuple[str, ...]
    path: tuple[str, ...] = ()

    @property
    def channel(self) -> Channel:
        return Channel(self.candidate.name, self.path, self.url)


@dataclass(slots=True)
class Survey:
    """The channels found so far, and the links that are none."""

    visits: Visits
    hosts: tuple[str, ...]
    found: list[Found] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _pages: dict[str, Page] = field(default_factory=dict)
    _menus: frozenset[Row] = frozenset()
    _is_newspaper: bool = False
    _forms: ArticleForms = field(default_factory=lambda: ArticleForms((), frozenset()))

    def run(self, front: Page, asked: str, name: str) -> None:
        """Ask for every candidate that the budget allows, those of the front page first, then those below them.

        asked: the address that led to the front page. name: the portal's.
        """
        self._seen.add(identity(front.url))
        self._take_issue(front, asked, name)
        self._menus = menu_rows(front)
        self._forms = article_forms(front, self.hosts)
        waiting = channel_links(front, self.hosts)
        self._seen.update(identity(candidate.url) for candidate in waiting)
        while waiting:
            later = []
            for candidate in waiting:
                judged = self._judge(candidate)
                if isinstance(judged, Rejected):
                    self.rejected.append(judged)
                else:
                    self.found.append(judged)
                if candidate.url in self._pages:
                    later += self._below(self._pages[candidate.url])
            # Folders below a channel's own are surely its parts; the rest is asked for while the budget lasts.
            waiting = sorted(later, key=lambda candidate: candidate.above is None)
        self._without_site_wide_lists()
        self._without_fronts()
        self._name_paths()

    def _take_issue(self, front: Page, asked: str, name: str) -> None:
        """A newspaper sends its readers on to the issue of the day: then what does so is the channel, day by day."""
        if identity(front.url) == identity(asked) or not url_stamp(front.url):
            return
        shown = read_list(front, self.visits, self._forms)
        if entries := tuple(entry for entry in shown.entries if self._is_article(entry)):
            self._is_newspaper = True
            self.found.append(Found(Candidate(name, asked, None, False), asked, shown, entries, ()))

    def _below(self, page: Page) -> list[Candidate]:
        """The channels that only a channel's own page links to, or the front of a section that lists nothing."""
        new = []
        for candidate in channel_links(page, self.hosts, [found.url for found in self.found]):
            if identity(candidate.url) in self._seen:
                continue
            self._seen.add(identity(candidate.url))
            above = candidate.above or (page.url if is_below(candidate.url, page.url) else None)
            new.append(Candidate(candidate.name, candidate.url, above, candidate.in_menu))
        return new

    def _judge(self, candidate: Candidate) -> Found | Rejected:
        """Ask for a candidate: a channel as long as nothing that is found later speaks against it."""

        def no(reason: str, *, unsettled: bool = False) -> Rejected:
            return Rejected(candidate.name, candidate.url, reason, unsettled)

        if self._is_newspaper and url_stamp(candidate.url):
            return no("a page of one day's issue")
        if self.visits.left <= _RESERVE:
            return no("not asked for: the budget of requests was spent", unsettled=True)
        try:
            page = self.visits.page(candidate.url)
            if not belongs_to(page.url, self.hosts):
                return no(f"leads to {page.url}")
            moved = identity(page.url) != identity(candidate.url)
            if moved and identity(page.url) in self._seen:
                return no(f"leads to {page.url}, which is another link of the portal")
            shown = read_list(page, self.visits, self._forms)
        except NoAnswer as error:
            return no(str(error), unsettled=error.status not in (404, 410) and not error.forbidden)
        if turned := next((other for other in self.found if other.list.next == page.url), None):
            return no(f"the second page of {turned.candidate.name}")
        self._pages[candidate.url] = page
        entries = tuple(entry for entry in shown.entries if self._is_article(entry))
        if not entries:
            return no("lists no article")
        self._seen.add(identity(page.url))
        urls = [entry.url for entry in entries]
        same = next((other for other in self.found if [entry.url for entry in other.entries] == urls), None)
        if same is not None and (len(urls) > 1 or same.candidate.name == candidate.name):
            return no(_same_as(same))
        # As linked, unless it was sent on to another page.
        url = page.url if moved else candidate.url
        return Found(candidate, url, shown, entries, trail(page, self._menus))

    def _is_article(self, entry: Entry) -> bool:
        """Whether what a page lists is an article, and no channel as an index of special topics lists them."""
        try:
            known = identity(entry.url) in self._seen
        except ValueError:
            return False
        return belongs_to(entry.url, self.hosts) and not known and not is_surely_list(entry.url)

    def _drop(self, found: Found, reason: str) -> None:
        self.found.remove(found)
        self.rejected.append(Rejected(found.candidate.name, found.url, reason))

    def _without_site_wide_lists(self) -> None:
        """Drop what looked like a list on one page and stands on others word for word."""
        for found in list(self.found):
            if sum(rejected.reason == _same_as(found) for rejected in self.rejected) >= _SITE_WIDE:
                self._drop(found, "shows what stands on many pages, and no list of its own")

    def _without_fronts(self) -> None:
        """Drop fronts of sections: boxes, each of what a list below them begins with, and no way further."""
        for found in list(self.found):
            below = [other for other in self.found if other is not found and self._is_under(other, found)]
            if found.list.has_next or not (_is_of_boxes(found, below) or _begins_only(found, below)):
                continue
            names = "、".join(other.candidate.name for other in below)
            self._drop(found, f"the front of {names}, which list what it shows")
            for other in below:
                if not other.crumbs:
                    other.path = (found.candidate.name, other.candidate.name)

    def _is_under(self, one: Found, other: Found) -> bool:
        """Whether a channel is part of another: by its menu, its folder, or what its page says."""
        name = other.candidate.name
        return (
            (one.candidate.above is not None and identity(one.candidate.above) == identity(other.url))
            or is_below(one.url, other.url)
            or (len(one.crumbs) > 1 and name in one.crumbs[:-1])
        )

    def _name_paths(self) -> None:
        """Give each channel its path: what its own page says, else from the menu and the folders."""
        for found in self.found:
            name = found.candidate.name
            last = found.crumbs[-1] if found.crumbs else ""
            if last and (last in name or name in last):
                found.path = (*found.crumbs[:-1], name)
            elif not found.path:
                above = next(
                    (other for other in self.found if other is not found and self._is_under(found, other)), None
                )
                found.path = (*((above.candidate.name,) if above else ()), name)


def _same_as(found: Found) -> str:
    return f"lists the same as {found.candidate.name} at {found.url}"


def _is_of_boxes(found: Found, below: list[Found]) -> bool:
    """Whether a page shows parts of the lists below it one after the other; a list of them all goes by date.

    Up to a third of what it shows may stand elsewhere: a ranking of the portal's most read.
    """
    if _goes_by_date(found.entries):
        return False
    listed = [{entry.url for entry in other.entries} for other in below]
    runs, current, others = 0, -1, 0
    for entry in found.entries:
        holders = [place for place, urls in enumerate(listed) if entry.url in urls]
        if not holders:
            others += 1
        elif current not in holders:
            runs, current = runs + 1, holders[0]
    return 1 < runs <= len(below) + _SPARE_RUNS and others * 3 <= len(found.entries)


def _goes_by_date(entries: tuple[Entry, ...]) -> bool:
    """Whether entries have dates that only go back."""
    # Any year will do where a date lacks its own.
    stamps = [find_stamp(entry.date or "", year=2000) for entry in entries]
    days = [stamp.value[:10] for stamp in stamps if stamp]
    return len(days) == len(entries) > 1 and days == sorted(days, reverse=True) and days[0] != days[-1]


def _begins_only(found: Found, below: list[Found]) -> bool:
    """Whether a page shows only what the one list below it begins with; a list above it would have all of that."""
    if len(below) != 1:
        return False
    listed = {entry.url for entry in below[0].entries}
    return len(found.entries) < len(listed) and all(entry.url in listed for entry in found.entries)
