"""Passing a wall that wants its cookie back, without keeping cookies otherwise.

Some portals answer the first request with a cookie and a redirect to where it came from. Cookies are taken from
such answers alone, and go back to the very scheme, host and port that gave them, however wide a domain they name. One
for a domain that is not the host's, or that many share as `.gov.cn`, is refused (RFC 6265, section 5.3).
"""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response

from portal_crawler.urls import is_shared_suffix

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
        pair, _, attributes = line.partition(b";")
        name, separator, value = pair.partition(b"=")
        name, value = name.strip(), value.strip()
        if not _is_for(urlsplit(f"//{origin[1]}").hostname or "", attributes):
            return
        kept = self._cookies.setdefault(origin, {})
        if separator and name and len(name) + len(value) <= _LONGEST and (name in kept or len(kept) < _MOST_COOKIES):
            kept[name] = value


def _is_for(host: str, attributes: bytes) -> bool:
    """Whether a cookie with these attributes is the host's to set: its domain is the host, or the host's owner's."""
    domain = ""
    for attribute in attributes.split(b";"):
        name, _, value = attribute.partition(b"=")
        if name.strip().lower() == b"domain":
            # The last one counts.
            domain = value.strip().decode("latin-1").lower().removeprefix(".")
    if not domain or domain == host:
        return True
    return host.endswith(f".{domain}") and not is_shared_suffix(domain)


def _origin(url: str) -> tuple[str, str]:
    split = urlsplit(url)
    return split.scheme, split.netloc.lower()
