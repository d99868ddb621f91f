"""Walks a channel's list, page by page, whichever way the channel gives it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import BEIJING, Capture, Channel, Entry, Listing, Portal
from portal_crawler.extract import (
    Frame,
    Page,
    count_script,
    listing_of,
    newest_count_page,
    read_page,
    refresh_target,
    refusal,
)
from portal_crawler.extract.absent import is_sent_away, random_neighbour, same_answer, says_absent
from portal_crawler.extract.published import url_stamp
from portal_crawler.extract.times import find_stamp
from portal_crawler.middlewares.patience import NotNow
from portal_crawler.session import Session
from portal_crawler.spiders.answers import reason_of, trouble_with
from portal_crawler.spiders.searches import Search, search_for
from portal_crawler.spiders.trail import Trail, grows
from portal_crawler.store import Found, channel_row, seen_before
from portal_crawler.urls import belongs_to, canonical_url

# An entrance page may send on to the channel, and that one to its edition for the day.
_MOST_STUBS = 3

Callback = Callable[[Response], Iterator[scrapy.Request]]


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
    shown: set[str] = field(default_factory=set)
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


class ChannelSpider(scrapy.Spider):
    """The half of the spider that reads lists; the other half opens the articles they name."""

    session: Session

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Texts of the scripts that channels' pages load; most load the same.
        self._scripts: dict[str, str] = {}

    def found_request(self, url: str, walk: Walk) -> scrapy.Request:
        """The request for an article that a list names."""
        raise NotImplementedError

    def begin_walk(self, channel: Channel) -> Walk:
        """A new walk of a channel, recorded as begun."""
        channel_id = self.session.writer.add_channel(channel)
        row = channel_row(self.session.store, self.session.portal.id, channel.url)
        assert row is not None
        self.session.writer.start_walk(channel_id, row.walk + 1)
        return Walk(channel, channel_id, row.walk + 1, row.complete_walk, row.complete_since)

    def listing_request(
        self,
        url: str,
        walk: Walk,
        callback: Callback | None = None,
        errback: Callable[[Failure], object] | None = None,
    ) -> scrapy.Request:
        """The request for a page of a channel's list."""
        walk.trail.asks(url)
        return scrapy.Request(
            url,
            callback=callback or self.parse_listing,
            errback=errback or self.listing_failed,
            dont_filter=True,
            meta={
                "walk": walk,
                "url": canonical_url(url),
                "asked": url,
                # Scripts and lists of data are read as they are.
                "browser": self.session.portal.browser and callback is None,
            },
        )

    def parse_listing(self, response: Response) -> Iterator[scrapy.Request]:
        """A page of a channel's list, or of a channel that asks for its list by script."""
        walk: Walk = response.meta["walk"]
        url, capture = response.meta["url"], response.meta["capture"]
        if trouble := trouble_with(response, walk.hosts or self.session.portal.hosts):
            if response.status in (404, 410) and walk.pages > 0:
                # A pager that leads past its last page.
                self.session.settle(url, "listing", "skipped", trouble[1], capture)
                self._complete(walk, None)
            else:
                self.session.settle(url, "listing", *trouble, capture)
            return
        if walk.pages > 0 and self.is_sent_away(response.meta["asked"], response.url):
            self._end_past_last(walk, url, f"redirected to {response.url}", capture)
            return
        page = self.read(response)
        listing = listing_of(page, portal=self._portal_of(walk), frame=walk.frame)
        if not listing.entries and (wall := refusal(page)):
            self.session.settle(url, "listing", "blocked", wall, capture)
            return
        target = None if listing.entries or walk.pages or walk.stubs >= _MOST_STUBS else refresh_target(page)
        if target and belongs_to(target, self.session.portal.hosts):
            walk.stubs += 1
            self.session.settle(url, "listing", "done", f"sends on to {target}", capture)
            yield self.listing_request(target, walk)
            return
        if walk.pages > 0 and says_absent(page):
            self._end_past_last(walk, url, "the page says that there is none", capture)
            return
        answer = ListAnswer(url, page, listing, capture)
        if walk.trail.has_other_title(page) and walk.pages > 0:
            # Once: where titles differ from page to page, they say nothing.
            walk.trail.title = None
            yield self._ask_beyond(walk, answer)
        else:
            yield from self._go_through(walk, answer)

    def _go_through(self, walk: Walk, answer: ListAnswer) -> Iterator[scrapy.Request]:
        """A page of a channel's list that is one."""
        page, listing = answer.page, answer.listing
        self.session.listings += 1
        walk.pages += 1
        self.session.settle(answer.url, "listing", "done", None, answer.capture)
        if walk.pages == 1:
            walk.search = search_for(page, listing, self.session.portal, self._scripts)
        if walk.search is not None and not walk.search.goes_on:
            yield from self._search_on(walk)
            return
        yield from self._take(listing, walk, page)

    def _portal_of(self, walk: Walk) -> Portal:
        """The portal as the walk of one channel sees it: a pager's addresses are relative to the channel's."""
        return replace(self.session.portal, channels=(walk.channel,))

    def _take(self, listing: Listing, walk: Walk, page: Page) -> Iterator[scrapy.Request]:
        """Open the articles of a page of a channel's list, and go on to its next page."""
        if not listing.entries and walk.pages == 1:
            self.session.empty_channels.append(walk.channel.name)
            return
        fresh = walk.trail.fresh(list(self._found(listing.entries)))
        wanted, past = self._wanted(listing.entries, walk)
        found = list(self._found(wanted))
        known = self._all_known(walk, found)
        for new in self._discover(found, walk) if fresh else ():
            if self.session.may_ask_for_article():
                yield self.found_request(new, walk)
        if past or (known and not self.session.options.full):
            since = self.session.options.since if past else None
            self._complete(walk, since.isoformat() if since else walk.known_since)
        elif listing.next is None and walk.pages == 1 and (script := count_script(page)):
            yield self.listing_request(script, walk, self.parse_count)
        elif walk.search is not None:
            if not self.session.at_limit:
                yield from self._search_on(walk)
        elif listing.next is None:
            self._complete(walk, None)
        elif reason := walk.trail.trap(listing.next):
            self._end_in_trap(walk, listing.next, reason)
        elif not self.session.at_limit:
            yield self.listing_request(listing.next, walk)

    def _end_in_trap(self, walk: Walk, following: str, reason: str) -> None:
        """Do not go on to the page that comes next, say why, and take what was seen for the whole list."""
        self.session.name_trap(f"{walk.channel.name}: {reason}")
        if (url := walk.trail.new_address(following)) is not None:
            self.session.settle(url, "listing", "skipped", f"trap: {reason}")
        self._complete(walk, None)

    def _end_past_last(self, walk: Walk, url: str, reason: str, capture: Capture) -> None:
        """The pager led past the last page, and what came has status 200."""
        self.session.name_trap(f"{walk.channel.name}: soft 404 behind its last page: {reason}")
        self.session.settle(url, "listing", "skipped", f"soft 404: {reason}", capture)
        self._complete(walk, None)

    def _ask_beyond(self, walk: Walk, answer: ListAnswer) -> scrapy.Request:
        """The request for an address that does not exist: whether a page of another title is what comes for it, too."""
        address = random_neighbour(answer.page.url, secrets.token_hex(8))
        return scrapy.Request(
            address,
            callback=self.parse_beyond,
            errback=self.beyond_failed,
            dont_filter=True,
            priority=1,
            meta={"url": canonical_url(address), "walk": walk, "answer": answer},
        )

    def parse_beyond(self, response: Response) -> Iterator[scrapy.Request]:
        """The answer for an address that does not exist; no discovery, so it is not in the ledger."""
        walk: Walk = response.meta["walk"]
        answer: ListAnswer = response.meta["answer"]
        if trouble_with(response, self.session.portal.hosts) is None and same_answer(answer.page, self.read(response)):
            reason = "it answers like any address that does not exist"
            self._end_past_last(walk, answer.url, reason, answer.capture)
        else:
            yield from self._go_through(walk, answer)

    def beyond_failed(self, failure: Failure) -> Iterator[scrapy.Request]:
        """Without an answer the page is taken for what it seems."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        yield from self._go_through(meta["walk"], meta["answer"])

    def is_sent_away(self, asked: str, landed: str) -> bool:
        """Whether a redirect led from an article or a page of a list to somewhere that is none."""
        channels = (*self.session.portal.channels, *self.session.options.channels)
        return is_sent_away(asked, landed, [channel.url for channel in channels])

    def _search_on(self, walk: Walk) -> Iterator[scrapy.Request]:
        """Ask for the next of what may be the channel's list; without one, the page's own links are it."""
        search = walk.search
        assert search is not None
        target = search.next()
        if target is None:
            walk.search = None
            if search.goes_on:
                self._complete(walk, None)
            else:
                yield from self._take(search.shown, walk, search.page)
        elif isinstance(target, str):
            yield self.listing_request(target, walk, self.parse_script, self.guess_failed)
        else:
            request = self.listing_request(target.url, walk, self.parse_guess, self.guess_failed)
            yield request.replace(meta={**request.meta, "guess": target})

    def parse_script(self, response: Response) -> Iterator[scrapy.Request]:
        """A script that a channel's page loads: it may say where the list comes from."""
        walk: Walk = response.meta["walk"]
        assert walk.search is not None
        trouble = trouble_with(response, walk.search.hosts)
        text = "" if trouble else self.read(response).text
        self._scripts[response.meta["asked"]] = text
        self.session.settle(
            response.meta["url"], "listing", "skipped", trouble[1] if trouble else "script", response.meta["capture"]
        )
        walk.search.read(text)
        yield from self._search_on(walk)

    def parse_guess(self, response: Response) -> Iterator[scrapy.Request]:
        """The answer to a request that a channel's page makes by script: its list, or something else."""
        walk: Walk = response.meta["walk"]
        url, capture, guess = response.meta["url"], response.meta["capture"], response.meta["guess"]
        assert walk.search is not None
        trouble = trouble_with(response, walk.search.hosts)
        listing = Listing((), None)
        if trouble is None:
            page = self.read(response)
            frame = walk.search.frame(guess)
            listing = listing_of(page, portal=self._portal_of(walk), frame=frame)
        if trouble is not None or not walk.search.accepts(guess, listing):
            self.session.settle(url, "listing", "skipped", trouble[1] if trouble else "no list", capture)
            if trouble is None and url.partition("?")[0].endswith(".js"):
                # Not the list after all, but what asks for it.
                walk.search.read(page.text)
            yield from self._search_on(walk)
            return
        self.session.settle(url, "listing", "done", None, capture)
        self.session.listings += 1
        walk.pages += 1
        walk.frame, walk.hosts, walk.search = frame, walk.search.hosts, None
        yield from self._take(listing, walk, page)

    def guess_failed(self, failure: Failure) -> Iterator[scrapy.Request]:
        """A guess without an answer costs the channel nothing: the search goes on."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        walk: Walk = meta["walk"]
        if isinstance(failure.value, NotNow):
            self.session.defer(meta["url"], "listing", str(failure.value))
        else:
            self.session.settle(meta["url"], "listing", "skipped", reason_of(failure)[1], capture_of(failure))
        yield from self._search_on(walk)

    def parse_count(self, response: Response) -> Iterator[scrapy.Request]:
        """The script that counts a channel's list pages: where the walk goes on from its front page."""
        walk: Walk = response.meta["walk"]
        url, capture = response.meta["url"], response.meta["capture"]
        following = newest_count_page(response.url, response.body.decode("ascii", "replace"))
        if trouble := trouble_with(response, self.session.portal.hosts):
            self.session.settle(url, "listing", *trouble, capture)
        elif following is None:
            self.session.settle(url, "listing", "failed", "no page count", capture)
        else:
            self.session.settle(url, "listing", "done", None, capture)
            if not self.session.at_limit:
                yield self.listing_request(following, walk)

    def _complete(self, walk: Walk, since: str | None) -> None:
        if self.session.options.until is None:
            self.session.writer.complete_walk(walk.channel_id, walk.number, since)

    def _all_known(self, walk: Walk, found: list[Found]) -> bool:
        """Whether everything on a page was listed by walks that saw all there was below it."""
        since = self.session.options.since
        if walk.known == 0 or not found:
            return False
        if walk.known_since is not None and (since is None or since.isoformat() < walk.known_since):
            return False
        urls = [item.url for item in found]
        return seen_before(self.session.store, walk.channel_id, urls, walk.known) == set(urls)

    def _wanted(self, entries: tuple[Entry, ...], walk: Walk) -> tuple[list[Entry], bool]:
        """The entries in the days asked for, and whether the page lies before them as a whole.

        An entry that earlier pages showed says nothing of where this page lies: it is pinned.
        """
        since, until = self.session.options.since, self.session.options.until
        wanted, dated, older = [], 0, 0
        for entry in entries:
            day = _day_of(entry)
            is_new = entry.url not in walk.shown
            walk.shown.add(entry.url)
            dated += day is not None and is_new
            if since and day and day < since.isoformat():
                older += is_new
            elif not (until and day and day > until.isoformat()):
                wanted.append(entry)
        return wanted, bool(since and dated and older == dated)

    def _found(self, entries: Sequence[Entry]) -> Iterator[Found]:
        for entry in entries:
            try:
                yield Found(canonical_url(entry.url), entry.title, entry.date)
            except ValueError:
                continue

    def _discover(self, found: list[Found], walk: Walk) -> list[str]:
        """The new articles of the portal's own among the found; others are recorded as skipped."""
        new = self.session.discover(found, "article", channel_id=walk.channel_id, walk=walk.number)
        own = []
        for url in new:
            if not belongs_to(url, self.session.portal.hosts):
                self.session.settle(url, "article", "skipped", "foreign host")
            elif grows(url):
                self.session.name_trap(f"{walk.channel.name}: addresses that grow")
                self.session.settle(url, "article", "skipped", "trap: the address grows")
            else:
                own.append(url)
        return own

    def listing_failed(self, failure: Failure) -> None:
        """A page of a list that had no answer."""
        url = failure.request.meta["url"]  # type: ignore[attr-defined]
        if isinstance(failure.value, NotNow):
            self.session.defer(url, "listing", str(failure.value))
        else:
            # A channel that may not be read is a failure of the crawl, whatever the reason.
            state, reason = reason_of(failure)
            state = "blocked" if state == "blocked" else "failed"
            self.session.settle(url, "listing", state, reason, capture_of(failure))

    def read(self, response: Response) -> Page:
        """The page that an answer brings."""
        header = response.headers.get(b"Content-Type")
        return read_page(
            response.body,
            response.url,
            content_type=header.decode("latin-1") if header else None,
            portal=self.session.portal,
            fetched_at=datetime.now(BEIJING),
        )


def _day_of(entry: Entry) -> str | None:
    """The day of an entry, as the listing or else its address gives it; None where neither does."""
    stamp = find_stamp(entry.date, fetched_at=datetime.now(BEIJING)) if entry.date else None
    stamp = stamp or url_stamp(entry.url)
    return stamp.value[:10] if stamp else None


def capture_of(failure: Failure) -> Capture | None:
    """The answer behind a failure, where there was one: a body that its encoding does not fit is archived, too."""
    capture: Capture | None = failure.request.meta.get("capture")  # type: ignore[attr-defined]
    return capture
