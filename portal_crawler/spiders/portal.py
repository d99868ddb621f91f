"""Walks a portal's channels, page by page, and opens each article that is not stored yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import BEIJING, Capture, Channel, Entry
from portal_crawler.extract import (
    MOST_PAGES,
    Page,
    count_script,
    further_pages,
    listing_of,
    newest_count_page,
    read_page,
    refresh_target,
)
from portal_crawler.extract.times import find_stamp
from portal_crawler.items import ArticlePages
from portal_crawler.middlewares.robots import RobotsUnavailable
from portal_crawler.portals import find_portal
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.spiders.answers import reason_of, trouble_with
from portal_crawler.store import Found, PageCapture, channel_row, seen_before, waiting_articles
from portal_crawler.urls import belongs_to, canonical_url

_MOST_STUBS = 3
# The newest page of a list may repeat the channel's front page; a second one without anything new is the end.
_STALE_PAGES = 2
# A pager that goes on longer is followed by the next run from its articles, not by this one.
_MOST_LISTINGS = 20_000

Callback = Callable[[Response], Iterator[scrapy.Request]]


@dataclass(slots=True)
class _Walk:
    """A walk of one channel while it lasts. seen: addresses listed so far; known: walk up to which all is stored."""

    channel: Channel
    channel_id: int
    number: int
    known: int
    known_since: str | None
    pages: int = 0
    stale: int = 0
    seen: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Parts:
    """The pages of one article while they come in. waiting: addresses of pages still to be fetched."""

    url: str
    pages: list[Page] = field(default_factory=list)
    captures: list[PageCapture] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    stubs: int = 0


class PortalSpider(scrapy.Spider):
    """`scrapy crawl portal -a target=ID_OR_URL`, or with a session that `runs` has opened."""

    name = "portal"

    def __init__(self, session: Session, *, owns_session: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.session = session
        self.owns_session = owns_session

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalSpider:
        if "session" not in kwargs:
            kwargs |= {"session": _session_of(crawler, **kwargs), "owns_session": True}
            kwargs = {key: kwargs[key] for key in ("session", "owns_session")}
        return super().from_crawler(crawler, *args, **kwargs)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in waiting_articles(self.session.store, self.session.portal.id):
            if not self.session.may_ask_for_article():
                break
            yield self._article_request(url)
        for channel in self.session.options.channels:
            yield self._listing_request(channel.url, self._begin(channel))

    def _begin(self, channel: Channel) -> _Walk:
        channel_id = self.session.writer.add_channel(channel)
        row = channel_row(self.session.store, self.session.portal.id, channel.url)
        assert row is not None
        self.session.writer.start_walk(channel_id, row.walk + 1)
        return _Walk(channel, channel_id, row.walk + 1, row.complete_walk, row.complete_since)

    def _listing_request(self, url: str, walk: _Walk, callback: Callback | None = None) -> scrapy.Request:
        return scrapy.Request(
            url,
            callback=callback or self.parse_listing,
            errback=self.listing_failed,
            dont_filter=True,
            meta={"walk": walk, "url": canonical_url(url)},
        )

    def _article_request(self, url: str, parts: _Parts | None = None, page_url: str | None = None) -> scrapy.Request:
        return scrapy.Request(
            page_url or url,
            callback=self.parse_article,
            errback=self.article_failed,
            dont_filter=True,
            # Articles before the next listing page: what is found first is stored first.
            priority=1,
            meta={"url": url, "parts": parts or _Parts(url), "page_url": page_url or url},
        )

    def parse_listing(self, response: Response) -> Iterator[scrapy.Request]:
        walk: _Walk = response.meta["walk"]
        url, capture = response.meta["url"], response.meta["capture"]
        if trouble := trouble_with(response, self.session.portal.hosts):
            if response.status in (404, 410) and walk.pages > 0:
                # A pager that leads past its last page.
                self.session.settle(url, "listing", "skipped", trouble[1], capture)
                self._complete(walk, None)
            else:
                self.session.settle(url, "listing", *trouble, capture)
            return
        page = self._read(response)
        listing = listing_of(page, portal=self.session.portal)
        self.session.listings += 1
        walk.pages += 1
        self.session.settle(url, "listing", "done", None, capture)
        if not listing.entries and walk.pages == 1:
            self.session.empty_channels.append(walk.channel.name)
            return
        wanted, past = self._wanted(listing.entries)
        found = list(self._found(wanted))
        fresh = [item for item in found if item.url not in walk.seen]
        walk.seen.update(item.url for item in found)
        walk.stale = 0 if fresh else walk.stale + 1
        known = self._all_known(walk, found)
        for new in self._discover(found, walk):
            if self.session.may_ask_for_article():
                yield self._article_request(new)
        if past or (known and not self.session.options.full):
            since = self.session.options.since if past else None
            self._complete(walk, since.isoformat() if since else walk.known_since)
        elif listing.next is None and walk.pages == 1 and (script := count_script(page)):
            yield self._listing_request(script, walk, self.parse_count)
        elif listing.next is None or walk.stale >= _STALE_PAGES:
            self._complete(walk, None)
        elif not self.session.at_limit and walk.pages < _MOST_LISTINGS:
            yield self._listing_request(listing.next, walk)

    def parse_count(self, response: Response) -> Iterator[scrapy.Request]:
        """The script that counts a channel's list pages: where the walk goes on from its front page."""
        walk: _Walk = response.meta["walk"]
        url, capture = response.meta["url"], response.meta["capture"]
        following = newest_count_page(response.url, response.body.decode("ascii", "replace"))
        if trouble := trouble_with(response, self.session.portal.hosts):
            self.session.settle(url, "listing", *trouble, capture)
        elif following is None:
            self.session.settle(url, "listing", "failed", "no page count", capture)
        else:
            self.session.settle(url, "listing", "done", None, capture)
            if not self.session.at_limit:
                yield self._listing_request(following, walk)

    def _complete(self, walk: _Walk, since: str | None) -> None:
        if self.session.options.until is None:
            self.session.writer.complete_walk(walk.channel_id, walk.number, since)

    def _all_known(self, walk: _Walk, found: list[Found]) -> bool:
        """Whether everything on a page was listed by walks that saw all there was below it."""
        since = self.session.options.since
        if walk.known == 0 or not found:
            return False
        if walk.known_since is not None and (since is None or since.isoformat() < walk.known_since):
            return False
        urls = [item.url for item in found]
        return seen_before(self.session.store, walk.channel_id, urls, walk.known) == set(urls)

    def _wanted(self, entries: tuple[Entry, ...]) -> tuple[list[Entry], bool]:
        """The entries in the days asked for, and whether the page lies before them as a whole."""
        since, until = self.session.options.since, self.session.options.until
        wanted, dated, older = [], 0, 0
        for entry in entries:
            stamp = find_stamp(entry.date, fetched_at=datetime.now(BEIJING)) if entry.date else None
            day = stamp.value[:10] if stamp else None
            dated += day is not None
            if since and day and day < since.isoformat():
                older += 1
            elif not (until and day and day > until.isoformat()):
                wanted.append(entry)
        return wanted, bool(since and dated and older == dated)

    def _found(self, entries: list[Entry]) -> Iterator[Found]:
        for entry in entries:
            try:
                yield Found(canonical_url(entry.url), entry.title, entry.date)
            except ValueError:
                continue

    def _discover(self, found: list[Found], walk: _Walk) -> list[str]:
        """The new articles of the portal's own among the found; others are recorded as skipped."""
        new = self.session.discover(found, "article", channel_id=walk.channel_id, walk=walk.number)
        own = []
        for url in new:
            if belongs_to(url, self.session.portal.hosts):
                own.append(url)
            else:
                self.session.settle(url, "article", "skipped", "foreign host")
        return own

    def parse_article(self, response: Response) -> Iterator[scrapy.Request | ArticlePages]:
        parts: _Parts = response.meta["parts"]
        capture: Capture = response.meta["capture"]
        page_url: str = response.meta["page_url"]
        trouble = trouble_with(response, self.session.portal.hosts)
        if trouble and not parts.pages:
            self.session.settle(parts.url, "article", *trouble, capture)
            return
        if trouble and response.status in (404, 410):
            parts.missing.append(page_url)
        elif trouble:
            state, reason = trouble
            self.session.settle(parts.url, "article", state, f"page {page_url}: {reason}", capture)
            return
        else:
            page = self._read(response)
            if not parts.pages and (target := refresh_target(page)):
                yield from self._sent_on(parts, target, capture)
                return
            parts.pages.append(page)
            parts.captures.append(PageCapture(canonical_url(page_url), capture))
            parts.asked.add(page_url)
            for url in further_pages(page, article_url=parts.pages[0].url):
                if (
                    url not in parts.asked
                    and len(parts.asked) < MOST_PAGES
                    and belongs_to(url, self.session.portal.hosts)
                ):
                    parts.asked.add(url)
                    parts.waiting.append(url)
        if parts.waiting:
            yield self._article_request(parts.url, parts, parts.waiting.pop(0))
        else:
            yield ArticlePages(parts.url, parts.pages, parts.captures, parts.missing)

    def _sent_on(self, parts: _Parts, target: str, capture: Capture) -> Iterator[scrapy.Request]:
        """Follow a stub to the article that it stands for, within the portal and within bounds."""
        parts.stubs += 1
        if not belongs_to(target, self.session.portal.hosts):
            self.session.settle(parts.url, "article", "skipped", f"redirected to {target}", capture)
        elif parts.stubs > _MOST_STUBS:
            self.session.settle(parts.url, "article", "failed", "stubs that lead to stubs", capture)
        else:
            yield self._article_request(parts.url, parts, target)

    def listing_failed(self, failure: Failure) -> None:
        url = failure.request.meta["url"]  # type: ignore[attr-defined]
        if isinstance(failure.value, RobotsUnavailable):
            self.session.defer(url, "listing", str(failure.value))
        else:
            # A channel that may not be read is a failure of the crawl, whatever the reason.
            self.session.settle(url, "listing", "failed", reason_of(failure)[1], _capture_of(failure))

    def article_failed(self, failure: Failure) -> None:
        meta = failure.request.meta  # type: ignore[attr-defined]
        parts: _Parts = meta["parts"]
        if isinstance(failure.value, RobotsUnavailable):
            self.session.defer(parts.url, "article", str(failure.value))
            return
        state, reason = reason_of(failure)
        if parts.pages:
            reason = f"page {meta['page_url']}: {reason}"
        self.session.settle(parts.url, "article", state, reason, _capture_of(failure))

    def _read(self, response: Response) -> Page:
        header = response.headers.get(b"Content-Type")
        return read_page(
            response.body,
            response.url,
            content_type=header.decode("latin-1") if header else None,
            portal=self.session.portal,
            fetched_at=datetime.now(BEIJING),
        )


def _capture_of(failure: Failure) -> Capture | None:
    """The answer behind a failure, where there was one: a body that its encoding does not fit is archived, too."""
    capture: Capture | None = failure.request.meta.get("capture")  # type: ignore[attr-defined]
    return capture


def _session_of(
    crawler: Crawler,
    target: str,
    host: str | None = None,
    db: str | None = None,
    archive: str | None = None,
    limit: str | None = None,
) -> Session:
    """A session for `scrapy crawl portal`: target and the settings say what to crawl and where to store it."""
    portal, channels = find_portal(target, host)
    settings = crawler.settings
    return Session(
        portal,
        CrawlOptions(
            db=Path(db or settings["PORTAL_CRAWLER_DB"]),
            archive=Path(archive or settings["PORTAL_CRAWLER_ARCHIVE"]),
            channels=channels,
            limit=int(limit) if limit else None,
            allow_private=settings.getbool("PORTAL_CRAWLER_ALLOW_PRIVATE"),
        ),
    )
