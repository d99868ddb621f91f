"""Walks a portal's channels, page by page, and opens each article that is not stored yet."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.archive import ArchiveError
from portal_crawler.article import Capture
from portal_crawler.extract import MOST_PAGES, Page, further_pages, refresh_target, refusal
from portal_crawler.extract.absent import says_absent
from portal_crawler.items import ArticlePages, Harvest
from portal_crawler.middlewares.patience import NotNow
from portal_crawler.portals import ProfileError, TargetError, find_portal
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.spiders.answers import capture_of, reading, reason_of, trouble_with
from portal_crawler.spiders.rechecks import RecheckSpider, ask_conditionally, version_of
from portal_crawler.spiders.walks import Walk
from portal_crawler.store import Due, PageCapture, StorageError, waiting_articles
from portal_crawler.store.locks import LockHeld
from portal_crawler.summary import EXIT_CODE, LOCKED, STORAGE, USAGE
from portal_crawler.urls import belongs_to, canonical_url

_MOST_STUBS = 3


@dataclass(slots=True)
class _Parts:
    """The pages of one article while they come in. waiting: addresses of pages still to be fetched.

    asked: addresses of all pages so far; said: their texts, as hashes.
    due: the stored article that is asked for again, None for a new one. harvest: of the walk that found it.
    """

    url: str
    pages: list[Page] = field(default_factory=list)
    captures: list[PageCapture] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    said: set[int] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    stubs: int = 0
    due: Due | None = None
    harvest: Harvest = field(default_factory=Harvest)


class PortalSpider(RecheckSpider):
    """`scrapy crawl portal -a target=ID_OR_URL`, or with a session that `runs` has opened."""

    name = "portal"

    def __init__(self, session: Session, *, owns_session: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.session = session
        self.owns_session = owns_session

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> PortalSpider:
        if "session" not in kwargs:
            try:
                session = _session_of(crawler, **kwargs)
            except (LockHeld, StorageError, ArchiveError, TargetError, ProfileError) as error:
                trouble = (LockHeld, LOCKED), ((StorageError, ArchiveError), STORAGE)
                code = next((code for kind, code in trouble if isinstance(error, kind)), USAGE)
                crawler.settings.set(EXIT_CODE, code)
                raise
            kwargs |= {"session": session, "owns_session": True}
            kwargs = {key: kwargs[key] for key in ("session", "owns_session")}
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.when_idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[scrapy.Request]:
        try:
            for request in self._first_requests():
                yield request
        except (ArchiveError, StorageError) as error:
            # Scrapy only logs what a start raises, and the crawl would end as if it were done.
            self.session.fatal = self.session.fatal or error
            self.session.stop()

    def _first_requests(self) -> Iterator[scrapy.Request]:
        for url in waiting_articles(self.session.store, self.session.portal.id):
            if not self.session.may_ask_for_article():
                break
            yield self.article_request(url)
        for channel in self.session.options.channels:
            yield self.listing_request(channel.url, self.begin_walk(channel))

    def article_request(self, url: str, parts: _Parts | None = None, page_url: str | None = None) -> scrapy.Request:
        return scrapy.Request(
            page_url or url,
            callback=self.parse_article,
            errback=self.article_failed,
            dont_filter=True,
            # Articles before the next listing page: what is found first is stored first.
            priority=1,
            meta={"url": url, "parts": parts or _Parts(url), "page_url": page_url or url},
        )

    def found_request(self, url: str, walk: Walk) -> scrapy.Request:
        return self.article_request(url, _Parts(url, harvest=walk.trail.harvest))

    def recheck_request(self, due: Due) -> scrapy.Request:
        return ask_conditionally(self.article_request(due.url, _Parts(due.url, due=due)), due)

    @reading
    def parse_article(self, response: Response) -> Iterator[scrapy.Request | ArticlePages]:
        parts: _Parts = response.meta["parts"]
        capture: Capture = response.meta["capture"]
        page_url: str = response.meta["page_url"]
        if not parts.pages and parts.due and self.has_ended(response, parts.due, capture):
            return
        trouble = trouble_with(response, self.session.portal.hosts)
        if trouble and not parts.pages:
            self._give_up(parts, *trouble, capture)
            return
        if trouble and response.status in (404, 410):
            parts.missing.append(page_url)
        elif trouble:
            state, reason = trouble
            self._give_up(parts, state, f"page {page_url}: {reason}", capture)
            return
        else:
            page = self.read(response)
            if wall := refusal(page):
                self._give_up(parts, "blocked", wall, capture)
                return
            if not parts.pages and (target := refresh_target(page)):
                yield from self._sent_on(parts, target, capture)
                return
            if not parts.pages and self._is_absent(parts, page, response, capture):
                return
            text = hash(tuple(line.text for line in page.lines if not line.link))
            if text in parts.said:
                self.session.name_trap(f"pages of an article that repeat each other: {parts.url}")
                yield ArticlePages(parts.url, parts.pages, parts.captures, parts.missing, harvest=parts.harvest)
                return
            parts.said.add(text)
            parts.pages.append(page)
            # What a stub leads to has its own version, and the stub another.
            version = (None, None) if parts.stubs else version_of(response, parts.url)
            parts.captures.append(PageCapture(canonical_url(page_url), capture, *version))
            parts.asked.add(page_url)
            for url in further_pages(page, article_url=parts.pages[0].url, selector=self.session.portal.parts):
                if (
                    url not in parts.asked
                    and len(parts.asked) < MOST_PAGES
                    and belongs_to(url, self.session.portal.hosts)
                ):
                    parts.asked.add(url)
                    parts.waiting.append(url)
                    if len(parts.asked) == MOST_PAGES:
                        self.session.name_trap(f"pages of an article without end: {parts.url}")
        if parts.waiting:
            yield self.article_request(parts.url, parts, parts.waiting.pop(0))
        else:
            yield ArticlePages(parts.url, parts.pages, parts.captures, parts.missing, harvest=parts.harvest)

    def _is_absent(self, parts: _Parts, page: Page, response: Response, capture: Capture) -> bool:
        """Whether what came is no article but what the portal sends where there is none."""
        if self.is_sent_away(parts.url, response.url):
            reason = f"redirected to {response.url}"
        elif says_absent(page):
            reason = "the page says that there is none"
        else:
            return False
        if parts.due:
            self.session.rechecks.find_missing(parts.url, capture, reason)
        else:
            self.session.soft_404s += 1
            parts.harvest.absent += 1
            self.session.settle(parts.url, "article", "failed", reason, capture)
        return True

    def _give_up(self, parts: _Parts, state: str, reason: str, capture: Capture | None) -> None:
        """There is no article to be had now: a new one's address says why, a stored one stays as it is."""
        if parts.due:
            self.session.rechecks.find_nothing(parts.url, state)
        else:
            self.session.settle(parts.url, "article", state, reason, capture)

    def _sent_on(self, parts: _Parts, target: str, capture: Capture) -> Iterator[scrapy.Request]:
        """Follow a stub to the article that it stands for, within the portal and within bounds."""
        parts.stubs += 1
        if not belongs_to(target, self.session.portal.hosts):
            self._give_up(parts, "skipped", f"redirected to {target}", capture)
        elif parts.stubs > _MOST_STUBS:
            self._give_up(parts, "failed", "stubs that lead to stubs", capture)
        else:
            yield self.article_request(parts.url, parts, target)

    @reading
    def article_failed(self, failure: Failure) -> None:
        meta = failure.request.meta  # type: ignore[attr-defined]
        parts: _Parts = meta["parts"]
        if isinstance(failure.value, NotNow):
            if parts.due:
                self.session.rechecks.find_nothing(parts.url, "failed")
            else:
                self.session.defer(parts.url, "article", str(failure.value))
            return
        state, reason = reason_of(failure)
        if parts.pages:
            reason = f"page {meta['page_url']}: {reason}"
        self._give_up(parts, state, reason, capture_of(failure))


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
