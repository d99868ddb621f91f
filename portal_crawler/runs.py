"""One crawl of one portal, from the lock to the exit code."""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from twisted.internet.base import ReactorBase

from portal_crawler.article import Portal
from portal_crawler.extensions.journal import JournalSession
from portal_crawler.middlewares.browser import BROWSER_MIDDLEWARES, browser_settings
from portal_crawler.reprints import group_after_crawl
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.spiders.portal import PortalSpider
from portal_crawler.store.locks import LockHeld
from portal_crawler.summary import RunSummary

__all__ = ["CrawlOptions", "LockHeld", "RunSummary", "crawl_portal"]

# For hosts with expired certificates, or with ciphers and versions that OpenSSL no longer offers by itself.
_LENIENT_TLS = {
    "DOWNLOAD_VERIFY_CERTIFICATES": False,
    "DOWNLOADER_CLIENTCONTEXTFACTORY": "portal_crawler.middlewares.tls.LenientContextFactory",
    "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.0",
}
# After a signal or the deadline, downloads in flight get this long; the whole stop stays under 10 seconds.
_GRACE_S = 5.0
# To look for objects that hold each other took 6 % of a crawl's time: some 700 new ones come with each page, which is
# when Python looks. So late it takes 2 % (measured); later still, large bodies would stay in memory for long.
_GARBAGE_OBJECTS = 2_000


def crawl_portal(portal: Portal, options: CrawlOptions) -> RunSummary:
    """Crawl a portal's channels and store what they hold; once in a process, since Scrapy's reactor starts once.

    Raises LockHeld when another run has the portal, StorageError or ArchiveError when there is nowhere to store,
    BrowserUnavailable when the portal needs a browser that is not there.
    Everything else that happens is in the summary and its exit code.
    """
    settings = crawl_settings(portal, options)
    session = JournalSession(portal, options)
    # Twisted measures by the time of day: set back by an hour, every timeout would take an hour longer.
    ReactorBase.seconds = staticmethod(monotonic)
    try:
        process = AsyncCrawlerProcess(settings)
        # Scrapy lets its own loggers make a record of every request, whatever is shown of them.
        logging.getLogger("scrapy").setLevel(settings["LOG_LEVEL"])
        process.crawl(PortalSpider, session=session)
        if options.deadline_s is not None:
            _end_after(options.deadline_s, session)
        # What is there by now stays; there is no use in looking through it again.
        gc.freeze()
        gc.set_threshold(_GARBAGE_OBJECTS)
        with _stopped_by_signals(session):
            process.start(install_signal_handlers=False)
    except Exception as error:
        session.fatal = session.fatal or error
    # A signal that comes now ends nothing but the last step: what the run came to is still to be told.
    with _signals_noted() as is_signalled:
        summary = session.close()
        if session.fatal is None and session.stopped_by is None:
            group_after_crawl(options.db, portal, summary.seconds, is_signalled)
    return summary


def crawl_settings(portal: Portal, options: CrawlOptions) -> Settings:
    """The project's settings with what this crawl asks for."""
    settings = Settings()
    settings.setmodule("portal_crawler.settings", priority="project")
    delay_s = options.delay_s if options.delay_s is not None else portal.delay_s
    if delay_s is not None:
        settings.set("DOWNLOAD_DELAY", delay_s, priority="cmdline")
        if delay_s == 0:
            # Who asks for no delay owns the server; one request at a time would only be slow.
            settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", 8, priority="cmdline")
    if portal.lenient_tls:
        settings.update(_LENIENT_TLS, priority="cmdline")
    if portal.browser:
        settings.update(browser_settings(portal), priority="cmdline")
        settings["DOWNLOADER_MIDDLEWARES"].update(BROWSER_MIDDLEWARES, priority="cmdline")
    if options.archive_compression == "zstd":
        # A body that the server has packed shows nothing of what pages have in common.
        settings["DEFAULT_REQUEST_HEADERS"].set("Accept-Encoding", "identity", priority="cmdline")
    # Whoever has said already where logs go, and how, is not given a second handler.
    settings.set("LOG_INSTALL_ROOT_HANDLER", not logging.root.handlers, priority="cmdline")
    settings.set("PORTAL_CRAWLER_ALLOW_PRIVATE", options.allow_private, priority="cmdline")
    if options.deadline_s is not None:
        settings.set("CLOSESPIDER_TIMEOUT", options.deadline_s, priority="cmdline")
    return settings


@contextmanager
def _signals_noted() -> Iterator[Callable[[], bool]]:
    """Let SIGINT and SIGTERM do nothing but be known of."""
    seen: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: seen.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _stopped_by_signals(session: Session) -> Iterator[None]:
    """End the crawl on SIGINT and SIGTERM: no new requests at once, no waiting for slow ones for long."""

    def stop(number: int, _frame: object) -> None:
        from twisted.internet import reactor

        if session.stopped_by is None:
            session.stopped_by = number
            reactor.callFromThread(session.stop)
            reactor.callFromThread(reactor.callLater, _GRACE_S, _stop_reactor)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_after(seconds: float, session: Session) -> None:
    """Leave the reactor when the deadline has passed and what was under way then has not ended."""
    from twisted.internet import reactor

    def end() -> None:
        session.timed_out = True
        _stop_reactor()

    reactor.callFromThread(reactor.callLater, seconds + _GRACE_S, end)


def _stop_reactor() -> None:
    """Leave the reactor without waiting for what hangs: `stop` would, since Scrapy waits for its downloads."""
    from twisted.internet import reactor

    if reactor.running:
        reactor.crash()  # type: ignore[misc]
        reactor.getThreadPool().stop()
