"""A portal's pages one after the other, with the manners of a crawl: robots.txt, a pause, no private address."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from portal_crawler.article import BEIJING, Portal
from portal_crawler.cli.fetch import Fetched, FetchError, fetch
from portal_crawler.extract import Page, read_page, refresh_target
from portal_crawler.middlewares.robots_txt import rules_in, rules_without, wanted_delay_s
from portal_crawler.settings import DOWNLOAD_DELAY, USER_AGENT
from portal_crawler.urls import belongs_to

_MOST_STUBS = 3


class VisitError(Exception):
    """An address that gave no page of the portal, and why."""


class Visitor:
    """Asks for pages of one portal.

    delay_s: seconds between requests to one host, by default the profile's or a crawl's. tell: is told each address
    before it is asked for. robots: what each host's robots.txt said, by its address.
    """

    def __init__(
        self, portal: Portal, *, delay_s: float | None, allow_private: bool, tell: Callable[[str], None]
    ) -> None:
        self.robots: dict[str, str] = {}
        chosen = portal.delay_s if delay_s is None else delay_s
        self._delay_s = DOWNLOAD_DELAY if chosen is None else chosen
        self._portal = portal
        self._allow_private = allow_private
        self._tell = tell
        self._rules: dict[str, Protego | VisitError] = {}
        self._asked: dict[str, float] = {}

    def page(self, url: str) -> Page:
        """The page at an address, or where its stubs lead, within the portal. Raises VisitError."""
        for _ in range(_MOST_STUBS + 1):
            page = self._read(self.answer(url))
            target = refresh_target(page)
            if target is None:
                return page
            url = target
        raise VisitError("stubs that lead to stubs")

    def answer(self, url: str) -> Fetched:
        """What an address of the portal answers. Raises VisitError, also where robots.txt forbids it."""
        if not belongs_to(url, self._portal.hosts):
            raise VisitError(f"{url} is not of this portal")
        split = urlsplit(url)
        place = f"{split.scheme}://{split.netloc}"
        rules = self._rules_of(place)
        if isinstance(rules, VisitError):
            raise rules
        if not rules.can_fetch(url, USER_AGENT):
            raise VisitError("robots.txt forbids it")
        try:
            fetched = self._fetch(url, wanted_delay_s(rules, USER_AGENT))
        except FetchError as error:
            raise VisitError(str(error)) from error
        if not belongs_to(fetched.url, self._portal.hosts):
            raise VisitError(f"redirected to {fetched.url}, which is not of this portal")
        return fetched

    def _read(self, fetched: Fetched) -> Page:
        return read_page(
            fetched.body,
            fetched.url,
            content_type=fetched.content_type,
            portal=self._portal,
            fetched_at=datetime.now(BEIJING),
        )

    def _rules_of(self, place: str) -> Protego | VisitError:
        """A host's rules, asked for once, or why it is not to be asked (RFC 9309, section 2.3.1.4)."""
        if place not in self._rules:
            url = f"{place}/robots.txt"
            try:
                self._rules[place] = rules_in(self._fetch(url).body)
                self.robots[url] = "read"
            except FetchError as error:
                self.robots[url] = str(error)
                unavailable = VisitError(f"robots.txt unavailable: {error}")
                self._rules[place] = rules_without(error.status) or unavailable
        return self._rules[place]

    def _fetch(self, url: str, wanted_s: float = 0) -> Fetched:
        host = urlsplit(url).netloc
        if host in self._asked:
            delay_s = max(self._delay_s, wanted_s)
            time.sleep(max(self._asked[host] + delay_s - time.monotonic(), 0))
        self._tell(url)
        try:
            return fetch(url, allow_private=self._allow_private)
        finally:
            self._asked[host] = time.monotonic()
