"""Hosts that are to be left alone, each for itself: the others of the crawl go on meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

from portal_crawler.hosts import Hosts


class NotNow(IgnoreRequest):
    """An address is not to be asked for in this run: no attempt was made, the next run makes it."""


class HostClosed(NotNow):
    """The address' host is left alone for the rest of the run."""


class PatienceMiddleware:
    """Holds a request until its host may be asked again, or refuses it where that is not in this run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PatienceMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        hosts = hosts_of(self._crawler)
        host = host_of(request)
        while (seconds := hosts.waits_s(host)) and not hosts.closed(host):
            await asyncio.sleep(seconds)
        if reason := hosts.closed(host):
            raise HostClosed(reason)


class PatientQueue(DownloaderAwarePriorityQueue):
    """Scrapy's queue, which leaves out hosts that are resting or have as many requests under way as they may.

    Scrapy takes as many requests of one host from the queue as it may have of all hosts, and lets them wait for each
    other: then a host that asks for a pause of two minutes would hold up all the others, and what is urgent comes last.
    """

    def __init__(self, crawler: Crawler, *values: Any, **named: Any) -> None:
        super().__init__(crawler, *values, **named)
        self._downloader_interface = _ReadyHosts(crawler)


class _ReadyHosts(DownloaderInterface):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        """The hosts of which a request may be begun, each with the number of those under way."""
        hosts = hosts_of(self._crawler)
        active = Counter(self.get_slot_key(request) for request in self.downloader.active)
        # One request of a resting host waits on its behalf, and wakes the queue when it is through.
        return [
            (active[slot], slot)
            for slot in possible_slots
            if active[slot] < (1 if hosts.waits_s(slot) else self.downloader.domain_concurrency)
        ]


def hosts_of(crawler: Crawler) -> Hosts:
    """What the hosts of a crawl have asked for."""
    hosts: Hosts = crawler.spider.session.hosts  # type: ignore[union-attr]
    return hosts


def host_of(request: Request) -> str:
    """A request's host, as Scrapy names its slot."""
    return urlsplit(request.url).hostname or ""
