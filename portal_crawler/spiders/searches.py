"""The search for a list that a channel's page builds by script: what to ask for, in which order, and what to accept."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from portal_crawler.article import Entry, Listing, Portal
from portal_crawler.extract import Frame, ListRequest, Page, count_script, frame_of, loaded_scripts, scripted_requests
from portal_crawler.urls import belongs_to, registered_domain

# What one channel's page may cost beyond itself before it is called empty.
_MOST_REQUESTS = 8
_MOST_SCRIPTS = 3
# Pages that show the beginning of a list and load the rest.
_LOADS_MORE = re.compile(
    r"加载更多|点击加载|查看更多|显示更多|更多新闻|下拉加载|滚动加载|上拉|load_?more|get_?more|more_?btn|pull_?up|onreachbottom|infinite",
    re.I,
)
# A request that the script makes by itself; what only looks like an address of data is tried on empty pages.
_ASKED = 10


@dataclass(slots=True)
class Search:
    """A search while it lasts. shown: what the page itself lists, undated or only the beginning of the list."""

    page: Page
    portal: Portal
    shown: Listing
    hosts: tuple[str, ...]
    goes_on: bool
    scripts: MutableMapping[str, str]
    waiting: list[ListRequest] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)

    def next(self) -> ListRequest | str | None:
        """What to ask for now: a list, the address of a script to read first, None when the search is over."""
        while True:
            while self.waiting and len(self.asked) < _MOST_REQUESTS:
                request = self.waiting.pop(0)
                if request.url not in self.asked and belongs_to(request.url, self.hosts):
                    self.asked.add(request.url)
                    return request
            if not self.files or len(self.asked) >= _MOST_REQUESTS:
                return None
            url = self.files.pop(0)
            if url not in self.scripts:
                return url
            self.read(self.scripts[url])

    def read(self, script: str) -> None:
        """Take up the requests of a script that the page loads."""
        self.texts.append(script)
        self.waiting = list(self.find_requests())

    def find_requests(self) -> tuple[ListRequest, ...]:
        """What the scripts read so far ask for."""
        found = scripted_requests(self.page, self.texts)
        if not self.shown.entries:
            return found
        return tuple(request for request in found if request.pager and request.trust >= _ASKED)

    def frame(self, request: ListRequest) -> Frame:
        """What the page says of the answer to a request."""
        return replace(frame_of(self.page, self.portal, self.texts), pager=request.pager)

    def accepts(self, request: ListRequest, listing: Listing) -> bool:
        """Whether an answer is the channel's list, and not what else a script loads.

        Where the page shows the list's beginning, the answer repeats or continues it.
        """
        entries = listing.entries
        if sum(belongs_to(entry.url, self.hosts) for entry in entries) * 2 < max(len(entries), 1):
            return False
        if not self.shown.entries:
            return True
        if self.goes_on:
            shown = {entry.url for entry in self.shown.entries}
            later = request.pager is not None and request.url != request.pager.replace("{page}", "1")
            return any(entry.url in shown for entry in entries) or (later and _is_dated(entries))
        return _is_dated(entries) and len(entries) >= min(3, len(self.shown.entries))


def search_for(page: Page, listing: Listing, portal: Portal, scripts: MutableMapping[str, str]) -> Search | None:
    """The search that a channel's first page calls for; None where the page lists its articles itself.

    scripts: texts of scripts by address, kept from one channel to the next.
    """
    goes_on = bool(listing.entries) and _is_dated(listing.entries)
    if portal.entries or count_script(page) or (goes_on and (listing.next or not _LOADS_MORE.search(page.text))):
        return None
    if listing.entries and listing.next:
        return None
    hosts = (*portal.hosts, registered_domain(urlsplit(page.url).hostname or ""))
    search = Search(page, portal, listing, hosts, goes_on, scripts)
    search.waiting = list(search.find_requests())
    files = [url for url in loaded_scripts(page) if belongs_to(url, hosts)]
    if not listing.entries or goes_on:
        search.files = files[:_MOST_SCRIPTS]
    return search if search.waiting or search.files else None


def _is_dated(entries: tuple[Entry, ...]) -> bool:
    return sum(entry.date is not None for entry in entries) * 2 >= len(entries) > 0
