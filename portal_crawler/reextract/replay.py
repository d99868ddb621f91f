"""One crawl gone through again: the spider asks, the archive answers."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.http import Response
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from portal_crawler import settings
from portal_crawler.archive import Archived, ArchiveError, Exchange
from portal_crawler.article import Capture, Channel, Listing, Portal
from portal_crawler.extract import Page, listing_of, read_page, refresh_target
from portal_crawler.extract.absent import is_sent_away
from portal_crawler.items import ArticlePages
from portal_crawler.middlewares.whole import BodyCutOff, is_whole_gzip
from portal_crawler.portals import TargetError, find_portal
from portal_crawler.session import BATCH, Session
from portal_crawler.spiders.portal import PortalSpider
from portal_crawler.spiders.searches import search_for
from portal_crawler.store import Due, Store
from portal_crawler.urls import belongs_to, identity

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
# What random_neighbour puts into an address.
_RANDOM = re.compile(r"[0-9a-f]{16,}")


class Replay:
    """Goes through the exchanges of one run of a session. `take` each of them, then `end`, then close the session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._spider = _ArchiveSpider(session)
        crawler: Any = SimpleNamespace(spider=self._spider, settings=settings)
        steps = sorted(settings.ITEM_PIPELINES.items(), key=lambda item: item[1])
        self._pipelines = [_made(load_object(name), crawler) for name, _ in steps]
        self._asked: dict[str, deque[scrapy.Request]] = defaultdict(deque)
        # Requests for addresses that do not exist, which are other ones each time.
        self._beyond: list[scrapy.Request] = []
        # Answers that were asked for again: they count if no better one follows.
        self._provisional: dict[scrapy.Request, Response] = {}

    def take(self, archived: Archived, *, is_unread: bool = False) -> None:
        """Give an archived answer to whom it was for. is_unread: the crawl ended before it was read."""
        self._session.writer.add_capture(archived.capture)
        exchange = archived.exchange
        self._session.requests += 1
        self._session.bytes += len(exchange.body)
        request = self._request_for(exchange)
        if request is not None:
            request.meta["capture"] = archived.capture
            request.meta["fetched_at"] = exchange.fetched_at
            self._answer(request, exchange, is_unread)
        if len(self._session.writer) >= BATCH:
            self._session.flush()

    def end(self, *, is_cut_short: bool = False) -> None:
        """The run ends: answers that were to be better ones are taken as they are.

        is_cut_short: nothing was done of what a run does at its end.
        """
        for request, response in self._provisional.items():
            self._call(request, response)
        if is_cut_short:
            self._session.forget()
            return
        for pipeline in self._pipelines:
            if hasattr(pipeline, "close_spider"):
                pipeline.close_spider()

    def _request_for(self, exchange: Exchange) -> scrapy.Request | None:
        """What asked for an exchange; None for what no page asked for, as robots.txt."""
        if urlsplit(exchange.url).path == "/robots.txt" and exchange.url not in self._asked:
            return None
        found = self._known_request(exchange)
        if found is not None:
            return found
        is_followed = any(name.lower() == b"referer" for name, _ in exchange.request_headers)
        # What follows from a page in doubt says that the question went without an answer.
        for request in [one for one in self._beyond if is_followed or _names(one.meta["answer"].listing, exchange.url)]:
            self._beyond.remove(request)
            self._fail(request, TimeoutError())
        found = self._known_request(exchange)
        if found is None and not is_followed:
            found = self._probe_request(exchange.url) or self._channel_request(exchange)
        return found

    def _known_request(self, exchange: Exchange) -> scrapy.Request | None:
        if waiting := self._asked.get(exchange.url):
            request = waiting.popleft()
            if not waiting:
                del self._asked[exchange.url]
            return request
        if (article := self._article_request(exchange.url)) is not None:
            return article
        shape = _RANDOM.sub("*", exchange.url)
        for request in self._beyond:
            if _RANDOM.sub("*", request.url) == shape:
                self._beyond.remove(request)
                return request.replace(url=exchange.url)
        return None

    def _article_request(self, url: str) -> scrapy.Request | None:
        """The request for an article that was listed before: for the first time, or again."""
        self._session.flush()
        try:
            name = identity(url)
        except ValueError:
            return None
        rows = self._session.store.rows(
            """SELECT article_id, url FROM ledger WHERE identity = ? AND kind = 'article'
               ORDER BY url = ? DESC, id LIMIT 1""",
            (name, url),
        )
        if not rows:
            return None
        if rows[0]["article_id"] is None:
            return self._spider.article_request(rows[0]["url"])
        due = _stored(self._session.store, rows[0]["article_id"])
        # The crawl chose what was due by the clock; the archive says what was asked for.
        self._session.rechecks.ask_again(due)
        return self._spider.recheck_request(due)

    def _probe_request(self, url: str) -> scrapy.Request | None:
        """The request for an address that does not exist, by which a host's doubtful answers are judged."""
        host = urlsplit(url).netloc
        if host not in self._session.rechecks.hosts_in_doubt():
            return None
        meta = {"url": url, "host": host}
        return scrapy.Request(url, callback=self._spider.parse_probe, errback=self._spider.probe_failed, meta=meta)

    def _channel_request(self, exchange: Exchange) -> scrapy.Request | None:
        """The first request of a channel's walk, if this was one: a page asked for by itself that leads to articles."""
        channel = next((one for one in self._session.portal.channels if one.url == exchange.url), None)
        if channel is None:
            if exchange.status not in _REDIRECTS and not self._leads_to_articles(exchange):
                return None
            channel = _channel_at(exchange.url)
        return self._spider.listing_request(channel.url, self._spider.begin_walk(channel))

    def _leads_to_articles(self, exchange: Exchange) -> bool:
        """Whether a page lists articles, or says where its list is: by script, or by sending on to it."""
        if not 200 <= exchange.status < 300:
            return False
        try:
            page = _page(exchange, self._session.portal)
        except ArchiveError:
            return False
        listing = listing_of(page, portal=self._session.portal)
        return bool(listing.entries or search_for(page, listing, self._session.portal, {}) or refresh_target(page))

    def _answer(self, request: scrapy.Request, exchange: Exchange, is_unread: bool) -> None:
        self._provisional.pop(request, None)
        if exchange.status in _REDIRECTS and (location := exchange.header("location")):
            target = urljoin(request.url, safe_url_string(location.encode("latin-1")))
            times = request.meta.get("redirect_times", 0) + 1
            if times <= settings.REDIRECT_MAX_TIMES:
                self._ask(request.replace(url=target, meta={**request.meta, "redirect_times": times}))
            return
        if is_unread:
            if exchange.status in settings.RETRY_HTTP_CODES:
                self._ask(request)
            return
        try:
            body = _whole_content(exchange)
        except (ArchiveError, BodyCutOff) as error:
            self._fail(request, error)
            return
        headers: dict[bytes, list[bytes]] = {}
        for name, value in exchange.headers:
            headers.setdefault(name, []).append(value)
        response = Response(exchange.url, status=exchange.status, headers=headers, body=body, request=request)
        if exchange.status in settings.RETRY_HTTP_CODES:
            self._provisional[request] = response
            self._ask(request)
        else:
            self._call(request, response)

    def _ask(self, request: scrapy.Request) -> None:
        if request.callback == self._spider.parse_beyond and "redirect_times" not in request.meta:
            self._beyond.append(request)
            return
        self._asked[request.url].append(request)

    def _call(self, request: scrapy.Request, response: Response) -> None:
        assert request.callback is not None
        self._follow(request.callback(response))

    def _fail(self, request: scrapy.Request, error: Exception) -> None:
        if request.errback is None:
            return
        failure = Failure(error)  # type: ignore[no-untyped-call]
        failure.request = request  # type: ignore[attr-defined]  # as Scrapy hands it over
        self._follow(request.errback(failure))

    def _follow(self, results: Iterable[Any] | None) -> None:
        for result in results or ():
            if isinstance(result, ArticlePages):
                for pipeline in self._pipelines:
                    pipeline.process_item(result)
            else:
                self._ask(result)


class _ArchiveSpider(PortalSpider):
    """The spider, which takes the channels from the database."""

    def is_sent_away(self, asked: str, landed: str) -> bool:
        rows = self.session.store.rows("SELECT url FROM channels WHERE portal = ?", (self.session.portal.id,))
        channels = [channel.url for channel in self.session.portal.channels]
        return is_sent_away(asked, landed, [*channels, *(row[0] for row in rows)])


def _names(listing: Listing, url: str) -> bool:
    """Whether a page of a list leads to an address."""
    return url == listing.next or any(entry.url == url for entry in listing.entries)


def _stored(store: Store, article_id: int) -> Due:
    """A stored article as one that is asked for again."""
    (values,) = store.rows("SELECT * FROM articles WHERE id = ?", (article_id,))
    captures = store.rows(
        """SELECT c.url, c.fetched_at, c.status, c.content_type, c.digest, c.file, c.offset, c.length
           FROM article_pages p JOIN captures c ON c.id = p.capture_id WHERE p.article_id = ? ORDER BY p.number""",
        (article_id,),
    )
    return Due(article_id, values["url"], None, None, tuple(Capture(**dict(row)) for row in captures), dict(values))


def portal_at(folder: str, url: str, portals: Mapping[str, Portal]) -> Portal:
    """The portal that crawled into a folder of the archive, from its profile or, without one, from an address of it."""
    split = urlsplit(url)
    if folder not in portals:
        return replace(find_portal(f"{split.scheme}://{split.netloc}/", profiles={})[0], id=folder, channels=())
    hosts = portals[folder].hosts
    host = None if hosts and belongs_to(url, hosts) else f"{split.scheme}://{split.netloc}"
    try:
        portal, _ = find_portal(folder, host, profiles=portals)
    except TargetError:
        portal, _ = find_portal(folder, f"{split.scheme}://{split.netloc}", profiles=portals)
    return portal


def _channel_at(url: str) -> Channel:
    """The channel that a crawl of this URL alone makes."""
    return replace(find_portal(url, profiles={})[1][0], url=url)


def _whole_content(exchange: Exchange) -> bytes:
    """The unpacked body. Raises BodyCutOff for one that the crawl refused, too, and ArchiveError."""
    encoding = (exchange.header("content-encoding") or "").strip().lower()
    if encoding in ("gzip", "x-gzip") and not is_whole_gzip(exchange.body):
        raise BodyCutOff(f"gzip body breaks off after {len(exchange.body)} bytes")
    return exchange.content()


def _page(exchange: Exchange, portal: Portal) -> Page:
    return read_page(
        exchange.content(),
        exchange.url,
        content_type=exchange.header("content-type"),
        portal=portal,
        fetched_at=exchange.fetched_at,
    )


def _made(kind: Any, crawler: Any) -> Any:
    return kind.from_crawler(crawler) if hasattr(kind, "from_crawler") else kind()
