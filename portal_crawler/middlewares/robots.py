"""robots.txt by RFC 9309: what answers 4xx is free, what cannot be read is not crawled yet."""

from __future__ import annotations

import asyncio
from time import monotonic
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from portal_crawler.middlewares.addresses import ForbiddenAddress
from portal_crawler.middlewares.patience import NotNow
from portal_crawler.middlewares.robots_txt import (
    REFUSALS,
    rules_behind_redirects,
    rules_in,
    rules_without,
    wanted_delay_s,
)

# RFC 9309, section 2.4: rules are good for a day, and longer only while newer ones cannot be read.
_MOST_AGE_S = 86_400.0
_NEXT_TRY_S = 3_600.0


class RobotsForbid(IgnoreRequest):
    """robots.txt forbids the address."""


class RobotsUnavailable(NotNow):
    """robots.txt cannot be read: the host is not to be crawled now (RFC 9309, section 2.3.1.4)."""


class RobotsRefused(IgnoreRequest):
    """robots.txt was answered by what keeps this crawler out, and so would every page be."""


_Rules = Protego | RobotsRefused | ForbiddenAddress | str


class RobotsMiddleware:
    """Asks each host's robots.txt before the first request to it, and again after a day, and obeys it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["USER_AGENT"]
        self._rules: dict[str, asyncio.Task[_Rules]] = {}
        self._good_until_s: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots_txt"):
            return
        split = urlsplit(request.url)
        place = f"{split.scheme}://{split.netloc}"
        if place not in self._rules or monotonic() > self._good_until_s[place]:
            self._good_until_s[place] = monotonic() + _MOST_AGE_S
            self._rules[place] = asyncio.ensure_future(self._renew(place, self._rules.get(place)))
        rules = await asyncio.shield(self._rules[place])
        if isinstance(rules, ForbiddenAddress | RobotsRefused):
            raise rules
        if isinstance(rules, str):
            raise RobotsUnavailable(f"robots.txt unavailable: {rules}")
        if not rules.can_fetch(request.url, self._agent):
            raise RobotsForbid("robots.txt")
        self._slow_down(request, rules)

    async def _renew(self, place: str, before: asyncio.Task[_Rules] | None) -> _Rules:
        """A host's rules; those before where they can no more be had, for a while."""
        rules = await self._fetch(place)
        if before is not None and isinstance(rules, str) and isinstance(known := await before, Protego):
            self._good_until_s[place] = monotonic() + _NEXT_TRY_S
            return known
        return rules

    async def _fetch(self, place: str) -> _Rules:
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
            if str(error) == "max redirections reached":
                return rules_behind_redirects()
            return str(error) or type(error).__name__
        if 200 <= response.status < 300:
            return rules_in(response.body)
        if response.status in REFUSALS:
            return RobotsRefused(f"robots.txt: http {response.status}")
        return rules_without(response.status) or f"http {response.status}"

    def _slow_down(self, request: Request, rules: Protego) -> None:
        wanted_s = wanted_delay_s(rules, self._agent)
        if not wanted_s:
            return
        host = urlsplit(request.url).hostname or ""
        downloader = self._crawler.engine.downloader
        usual_s = self._crawler.settings.getfloat("DOWNLOAD_DELAY")
        # Scrapy forgets the slot of a host that had no request for a minute, and makes it anew from this.
        downloader.per_slot_settings.setdefault(host, {})["delay"] = max(usual_s, wanted_s)
        downloader.per_slot_settings[host]["concurrency"] = 1
        if slot := downloader.slots.get(host):
            slot.delay, slot.concurrency = downloader.per_slot_settings[host]["delay"], 1
