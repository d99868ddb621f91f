"""Passing a wall that wants its cookie back, without keeping cookies otherwise.

Some portals answer the first request with a cookie and a redirect to where it came from. Cookies are taken from
such answers alone, and go back to the very scheme, host and port that gave them, whatever domain they name: so none
crosses hosts, and a `.gov.cn`-wide one is no more than the host's own.
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response

_MOST_COOKIES = 20
_LONGEST = 4096


class WallCookieMiddleware:
    """Keeps the cookies that a host sets along with a redirect to itself, for as long as the crawl lasts."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str], dict[bytes, bytes]] = {}

    def process_request(self, request: Request) -> None:
        cookies = self._cookies.get(_origin(request.url))
        if cookies:
            request.headers["Cookie"] = b"; ".join(name + b"=" + value for name, value in cookies.items())
        else:
            request.headers.pop("Cookie", None)

    def process_response(self, request: Request, response: Response) -> Response:
        if not 300 <= response.status < 400 or "Location" not in response.headers:
            return response
        origin = _origin(request.url)
        target = urljoin(request.url, response.headers["Location"].decode("latin-1"))  # type: ignore[union-attr]
        if _origin(target) == origin:
            for line in response.headers.getlist("Set-Cookie"):
                self._take(origin, line)
        return response

    def _take(self, origin: tuple[str, str], line: bytes) -> None:
        name, separator, value = line.partition(b";")[0].partition(b"=")
        name, value = name.strip(), value.strip()
        kept = self._cookies.setdefault(origin, {})
        if separator and name and len(name) + len(value) <= _LONGEST and (name in kept or len(kept) < _MOST_COOKIES):
            kept[name] = value


def _origin(url: str) -> tuple[str, str]:
    split = urlsplit(url)
    return split.scheme, split.netloc.lower()
