"""Every response goes to the archive before anything else sees it."""

from __future__ import annotations

from datetime import datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from portal_crawler.archive import Exchange
from portal_crawler.article import BEIJING
from portal_crawler.middlewares.head import keep_heads, take_head
from portal_crawler.session import Session


class CaptureMiddleware:
    """Archives each exchange, redirects, errors and retries included, as it came over the wire.

    The capture travels in `request.meta["capture"]`, its moment in `request.meta["fetched_at"]`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        keep_heads()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        # Taken out of the headers first: it is none of theirs.
        head = take_head(response)
        exchange = Exchange(
            url=response.url,
            method=request.method,
            request_headers=_pairs(request.headers),
            status=response.status,
            reason="",
            headers=_pairs(response.headers),
            body=response.body,
            fetched_at=datetime.now(BEIJING),
            ip=str(response.ip_address) if response.ip_address else None,
            head=head,
        )
        # What a browser makes of a page goes to the spider in place of the page.
        is_awaited = request.callback is not NO_CALLBACK or "is_awaited" in request.meta
        request.meta["capture"] = session.keep(exchange, is_awaited=is_awaited, before=request.meta.get("capture"))
        request.meta["fetched_at"] = exchange.fetched_at
        if (response.headers.get("Content-Encoding") or b"").strip().lower() in (b"gzip", b"x-gzip"):
            request.meta["packed"] = response.body
        return response


def _pairs(headers: object) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)  # type: ignore[attr-defined]
