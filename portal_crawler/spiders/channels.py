"""Walks a channel's list, page by page, whichever way the channel gives it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import Capture, Channel, Listing
from portal_crawler.extract import (
    Page,
    count_script,
    listing_of,
    newest_count_page,
    read_page,
    refresh_target,
    refusal,
)
from portal_crawler.extract.absent import is_sent_away, random_neighbour, same_answer, says_absent
from portal_crawler.middlewares.patience import NotNow
from portal_crawler.spiders.answers import capture_of, reading, reason_of, trouble_with
from portal_crawler.spiders.scripted_lists import Callback, Errback, ScriptedListSpider
from portal_crawler.spiders.searches import search_for
from portal_crawler.spiders.trail import grows
from portal_crawler.spiders.walks import ListAnswer, Walk, all_known, found_in, portal_of, wanted_of
from portal_crawler.store import Found, channel_row
from portal_crawler.urls import belongs_to, canonical_url

# An entrance page may send on to the channel, and that one to its edition for the day.
_MOST_STUBS = 3


class ChannelSpider(ScriptedListSpider):
    """The half of the spider that reads lists; the other half opens the articles they name."""

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
        errback: Errback | None = None,
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

    @reading
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
        listing = listing_of(page, portal=portal_of(self.session.portal, walk), frame=walk.frame)
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

    def _take(self, listing: Listing, walk: Walk, page: Page) -> Iterator[scrapy.Request]:
        """Open the articles of a page of a channel's list, and go on to its next page."""
        if not listing.entries and walk.pages == 1:
            self.session.empty_channels.append(walk.channel.name)
            return
        fresh = walk.trail.fresh(list(found_in(listing.entries)))
        options = self.session.options
        wanted, past = wanted_of(listing.entries, walk, options.since, options.until)
        found = list(found_in(wanted))
        known = all_known(self.session.store, walk, found, options.since)
        for new in self._discover(found, walk) if fresh else ():
            if self.session.may_ask_for_article():
                yield self.found_request(new, walk)
        if past or (known and not options.full):
            since = options.since if past else None
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

    @reading
    def parse_beyond(self, response: Response) -> Iterator[scrapy.Request]:
        """The answer for an address that does not exist; no discovery, so it is not in the ledger."""
        walk: Walk = response.meta["walk"]
        answer: ListAnswer = response.meta["answer"]
        if trouble_with(response, self.session.portal.hosts) is None and same_answer(answer.page, self.read(response)):
            reason = "it answers like any address that does not exist"
            self._end_past_last(walk, answer.url, reason, answer.capture)
        else:
            yield from self._go_through(walk, answer)

    @reading
    def beyond_failed(self, failure: Failure) -> Iterator[scrapy.Request]:
        """Without an answer the page is taken for what it seems."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        yield from self._go_through(meta["walk"], meta["answer"])

    def is_sent_away(self, asked: str, landed: str) -> bool:
        """Whether a redirect led from an article or a page of a list to somewhere that is none."""
        channels = (*self.session.portal.channels, *self.session.options.channels)
        return is_sent_away(asked, landed, [channel.url for channel in channels])

    @reading
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

    @reading
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
            fetched_at=response.meta["fetched_at"],
        )
