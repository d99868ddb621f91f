"""Keeps the session true while Scrapy runs: writes batches in time, records errors, ends on trouble."""

from __future__ import annotations

import asyncio
import logging

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from portal_crawler.items import ArticlePages
from portal_crawler.session import Session
from portal_crawler.summary import EXIT_CODE

_BATCH_AGE_S = 0.5
logger = logging.getLogger(__name__)


class Keeper:
    """Flushes twice a second, and turns what Scrapy would only log into ledger rows and the exit code."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._loop = LoopingCall(self._tick)
        self._closing: asyncio.Task[None] | None = None
        self._unheard = False
        for handler, signal in (
            (self.spider_opened, signals.spider_opened),
            (self.spider_closed, signals.spider_closed),
            (self.item_error, signals.item_error),
            (self.spider_error, signals.spider_error),
        ):
            crawler.signals.connect(handler, signal=signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keeper:
        return cls(crawler)

    @property
    def _session(self) -> Session:
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        return session

    def spider_opened(self, spider: Spider) -> None:
        self._session.on_stop = self._stop
        self._loop.start(_BATCH_AGE_S, now=False)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        if self._loop.running:
            self._loop.stop()
        # The last batch first, so that a short crawl reports its figures, too.
        self._tick()
        self._session.timed_out = reason == "closespider_timeout"
        if spider.owns_session:  # type: ignore[attr-defined]
            summary = self._session.close()
            spider.logger.warning("%s", summary.to_json())
            self._crawler.stats.set_value(EXIT_CODE, summary.exit_code)

    def item_error(self, item: ArticlePages, response: Response, spider: Spider, failure: Failure) -> None:
        self._record(item.url, failure)

    def spider_error(self, failure: Failure, response: Response, spider: Spider) -> None:
        request = response.request
        self._record(request.meta.get("url", response.url) if request else response.url, failure)

    def _record(self, url: str, failure: Failure) -> None:
        if self._session.fatal is not None:
            self._stop()
            return
        problem = f"bug: {type(failure.value).__name__}: {failure.value}"
        self._session.bugs.append(f"{url}: {problem}")
        self._session.settle(url, "article", "failed", problem[:500])

    def _tick(self) -> None:
        try:
            self._session.flush()
        except Exception:
            # The session keeps the reason; there is nothing to store any more.
            self._stop()
            return
        self._report()

    def _report(self) -> None:
        if self._session.options.progress is None or self._unheard:
            return
        try:
            self._session.options.progress(self._session.summary())
        except Exception:
            # Whoever watched is gone (a closed pipe); batches are written in this loop, so it goes on.
            self._unheard = True
            logger.exception("progress is not shown any more")

    def _stop(self) -> None:
        engine = self._crawler.engine
        if self._closing is None and engine is not None and engine.spider is not None:
            reason = "storage" if self._session.fatal else "signal"
            self._closing = asyncio.ensure_future(engine.close_spider_async(reason=reason))
