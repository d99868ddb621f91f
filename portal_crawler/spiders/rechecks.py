"""Asks again for stored articles that are due, when everything new has been fetched."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import Capture
from portal_crawler.extract.absent import random_neighbour
from portal_crawler.rechecks import MOST_RECHECKS
from portal_crawler.spiders.answers import reading, trouble_with
from portal_crawler.spiders.channels import ChannelSpider
from portal_crawler.store import Due
from portal_crawler.urls import belongs_to, canonical_url, identity


class RecheckSpider(ChannelSpider):
    """The part of the spider that asks again. The due articles go the way of new ones, but what ends it is told to
    the run's re-checks and not to the ledger, where they are done.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._have_begun = False
        self._probed: set[str] = set()

    def recheck_request(self, due: Due) -> scrapy.Request:
        """The request for an article that is due."""
        raise NotImplementedError

    def when_idle(self) -> None:
        """Scrapy has nothing left to do: ask again for what is due, then for what helps to judge doubtful answers."""
        session = self.session
        if session.fatal is not None or session.stopped_by is not None:
            return
        requests: list[scrapy.Request] = []
        if session.options.recheck and not self._have_begun:
            self._have_begun = True
            requests += map(self.recheck_request, session.rechecks.begin(session.options.limit or MOST_RECHECKS))
        # When there is nothing to begin, all answers are in.
        if not requests:
            requests += self._probes()
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    def has_ended(self, response: Response, due: Due, capture: Capture) -> bool:
        """Whether the answer to a re-check says all by itself: unchanged, or missing."""
        rechecks = self.session.rechecks
        if response.status == 304:
            rechecks.find_unchanged(due.url, capture, *version_of(response, due.url))
        elif response.status in (404, 410):
            rechecks.find_missing(due.url, capture, f"http {response.status}")
        elif 200 <= response.status < 300 and self._has_left(due.url, response.url):
            rechecks.find_missing(due.url, capture, f"redirected to {response.url}")
        elif len(due.captures) == 1 and capture.digest == due.captures[0].digest:
            rechecks.find_unchanged(due.url, capture, *version_of(response, due.url))
        else:
            return False
        return True

    def _has_left(self, asked: str, landed: str) -> bool:
        return self.is_sent_away(asked, landed) or not belongs_to(landed, self.session.portal.hosts)

    def _probes(self) -> Iterator[scrapy.Request]:
        """One request a host for an address that does not exist, where a host's answers are in doubt."""
        for host, url in self.session.rechecks.hosts_in_doubt().items():
            if host in self._probed:
                continue
            self._probed.add(host)
            address = random_neighbour(url, secrets.token_hex(8))
            yield scrapy.Request(
                address,
                callback=self.parse_probe,
                errback=self.probe_failed,
                dont_filter=True,
                meta={"url": canonical_url(address), "host": host},
            )

    @reading
    def parse_probe(self, response: Response) -> None:
        """What the portal answers to an address that does not exist; no discovery, so it is not in the ledger."""
        is_page = trouble_with(response, self.session.portal.hosts) is None
        self.session.rechecks.judge(response.meta["host"], self.read(response) if is_page else None)

    @reading
    def probe_failed(self, failure: Failure) -> None:
        """Without an answer the doubtful pages are judged by themselves."""
        self.session.rechecks.judge(failure.request.meta["host"], None)  # type: ignore[attr-defined]


def version_of(response: Response, url: str) -> tuple[str | None, str | None]:
    """The ETag and Last-Modified of an answer; nothing of an answer that came from another address."""
    if identity(response.url) != identity(url):
        return None, None
    found = (response.headers.get(name) for name in (b"ETag", b"Last-Modified"))
    etag, last_modified = (value.decode("latin-1").strip() or None if value else None for value in found)
    return etag, last_modified


def ask_conditionally(request: scrapy.Request, due: Due) -> scrapy.Request:
    """The request with the version that is stored, so that the portal need not send it again."""
    for name, value in (("If-None-Match", due.etag), ("If-Modified-Since", due.last_modified)):
        if value:
            request.headers[name] = value.encode("latin-1")
    return request
