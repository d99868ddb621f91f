"""Retries that wait: as long as the server asks for, or longer each time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from portal_crawler.middlewares.addresses import REFUSED_NAMES, ForbiddenAddress

# A server that asks for more is asked again by the next run.
_MOST_S = 120.0


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries with back-off, and with Retry-After honoured up to a bound."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        again = super().process_response(request, response)
        if isinstance(again, Request):
            wait_s = retry_after_s(response.headers.get(b"Retry-After"), datetime.now(UTC))
            if wait_s is not None and wait_s > _MOST_S:
                return response
            await asyncio.sleep(wait_s if wait_s is not None else self._back_off_s(again))
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        host = urlsplit(request.url).hostname or ""
        if address := REFUSED_NAMES.get(host):
            raise ForbiddenAddress(f"private address: {host} leads to {address}")
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await asyncio.sleep(self._back_off_s(again))
        return again

    def _back_off_s(self, request: Request) -> float:
        base = max(self.crawler.settings.getfloat("DOWNLOAD_DELAY"), 0.05)
        return float(min(base * 2 ** request.meta.get("retry_times", 1), _MOST_S))


def retry_after_s(value: bytes | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; None without a readable one."""
    if value is None:
        return None
    text = value.decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)
