"""robots.txt by RFC 9309: what answers 4xx is free, what cannot be read is not crawled yet."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from portal_crawler.middlewares.addresses import ForbiddenAddress

# RFC 9309, section 2.5: at least this much must be read, and more need not be.
_MOST_BYTES = 500 * 1024
# A longer delay asked for is a mistake or a wish not to be crawled; the crawl would never end.
_MOST_DELAY_S = 30.0


class RobotsForbid(IgnoreRequest):
    """robots.txt forbids the address."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt cannot be read: the host is not to be crawled now (RFC 9309, section 2.3.1.4)."""


class RobotsMiddleware:
    """Asks each host's robots.txt once before the first request to it, and obeys it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[Protego | str | ForbiddenAddress]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots_txt"):
            return
        split = urlsplit(request.url)
        place = f"{split.scheme}://{split.netloc}"
        if place not in self._rules:
            self._rules[place] = asyncio.ensure_future(self._fetch(place))
        rules = await asyncio.shield(self._rules[place])
        if isinstance(rules, ForbiddenAddress):
            raise rules
        if isinstance(rules, str):
            raise RobotsUnavailable(f"robots.txt unavailable: {rules}")
        if not rules.can_fetch(request.url, self._agent):
            raise RobotsForbid("robots.txt")
        self._slow_down(request, rules)

    async def _fetch(self, place: str) -> Protego | str | ForbiddenAddress:
        """A host's rules, or why they cannot be had."""
        request = Request(
            f"{place}/robots.txt",
            priority=1000,
            meta={"is_robots_txt": True},
            callback=NO_CALLBACK,
            dont_filter=True,
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except ForbiddenAddress as error:
            return error
        except Exception as error:
            return str(error) or type(error).__name__
        if 200 <= response.status < 300:
            return Protego.parse(response.body[:_MOST_BYTES].decode("utf-8-sig", "replace"))
        if 400 <= response.status < 500 and response.status != 429:
            return Protego.parse("")
        return f"http {response.status}"

    def _slow_down(self, request: Request, rules: Protego) -> None:
        wanted = rules.crawl_delay(self._agent)
        if not wanted:
            return
        slots = self._crawler.engine.downloader.slots
        slot = slots.get(urlsplit(request.url).hostname or "")
        if slot is not None:
            slot.delay = max(slot.delay, min(float(wanted), _MOST_DELAY_S))
