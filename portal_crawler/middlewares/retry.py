"""Retries that wait: as long as the server asks for, or longer each time; and the host's other requests wait, too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response

from portal_crawler.article import BEIJING
from portal_crawler.hosts import LONGEST_REST
from portal_crawler.middlewares.addresses import REFUSED_NAMES, ForbiddenAddress
from portal_crawler.middlewares.patience import host_of, hosts_of

# A server that asks for more is asked again by the first run after that.
_MOST_S = 120.0
_BUSY = (429, 503)


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's retries with back-off. Retry-After is honoured for the whole host, up to a bound by a pause, and beyond
    it by leaving the host alone until then, also by the runs that follow.
    """

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        again = super().process_response(request, response)
        host, hosts = host_of(request), hosts_of(self.crawler)
        wanted_s = _wanted_s(response) if response.status in _BUSY else None
        if wanted_s is not None and wanted_s > _MOST_S:
            # More is no wish but a mistake: the host is treated as one that asked for nothing.
            if wanted_s <= LONGEST_REST.total_seconds():
                until = datetime.now(BEIJING) + timedelta(seconds=wanted_s)
                hosts.close_until(host, until.isoformat(timespec="seconds"))
            return response
        wait_s = max(wanted_s or 0.0, hosts.back_off_s(request.meta.get("retry_times", 0) + 1))
        if wanted_s is not None or response.status in _BUSY:
            hosts.rest(host, wait_s)
        if isinstance(again, Request):
            await asyncio.sleep(wait_s)
        return again

    async def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        host = host_of(request)
        if address := REFUSED_NAMES.get(host):
            raise ForbiddenAddress(f"private address: {host} leads to {address}")
        again = super().process_exception(request, exception)
        if isinstance(again, Request):
            await asyncio.sleep(hosts_of(self.crawler).back_off_s(again.meta.get("retry_times", 1)))
        return again


def _wanted_s(response: Response) -> float | None:
    # By the server's own clock where it tells it: ours may be wrong.
    date = response.headers.get(b"Date")
    return retry_after_s(response.headers.get(b"Retry-After"), _moment(date) or datetime.now(UTC))


def retry_after_s(value: bytes | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; None without a readable one."""
    if value is None:
        return None
    text = value.decode("latin-1").strip()
    if text.isdecimal():
        # Nobody can wait for a number of a hundred digits, nor compute with it.
        return float(text[:20])
    moment = _moment(value)
    return max((moment - now).total_seconds(), 0.0) if moment else None


def _moment(value: bytes | None) -> datetime | None:
    """A date of HTTP, None where there is none that can be read."""
    try:
        moment = parsedate_to_datetime((value or b"").decode("latin-1").strip())
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
