"""No connection to addresses that are not public, unless the crawl allows them.

A link, a redirect or a name server can point a crawler at the machine it runs on. Literal addresses are judged in
every spelling that a resolver understands; names are judged by what they resolve to, in the resolver, so that the
address that was judged is the one that is connected to.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}\.?$", re.I)


class ForbiddenAddress(IgnoreRequest):
    """The request leads to an address or a scheme that the crawl does not use."""


class AddressGuard:
    """Refuses requests to literal addresses that are not public, and every scheme but http and https."""

    def __init__(self, crawler: Crawler) -> None:
        self._allow_private = crawler.settings.getbool("PORTAL_CRAWLER_ALLOW_PRIVATE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        split = urlsplit(request.url)
        if split.scheme not in ("http", "https"):
            raise ForbiddenAddress(f"scheme {split.scheme}")
        if self._allow_private:
            return
        address = literal_address(split.hostname or "")
        if (address is not None and not is_public(address)) or (split.hostname or "").rstrip(".").endswith(
            "localhost"
        ):
            raise ForbiddenAddress(f"private address {split.hostname}")


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which fails for names that lead to an address that is not public."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private
        # A proxy is named by whoever runs the crawl, not by a page.
        self._proxies = {urlsplit(url).hostname for url in getproxies().values()}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        settings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        allow = settings.getbool("PORTAL_CRAWLER_ALLOW_PRIVATE")
        return cls(reactor, size, settings.getfloat("DNS_TIMEOUT"), allow_private=allow)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        found = super().getHostByName(name, timeout)
        if not self._allow_private and name not in self._proxies:
            found.addCallback(self._judge, name)
        return found

    def _judge(self, address: str, name: str) -> str:
        if not is_public(ip_address(address)):
            raise DNSLookupError(f"{name} leads to the private address {address}")
        return address


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, in any spelling (decimal, hexadecimal, short, IPv6), None for a name."""
    host = host.strip("[]").partition("%")[0]
    try:
        return ip_address(host)
    except ValueError:
        pass
    if _NUMERIC.fullmatch(host):
        try:
            return ip_address(socket.inet_aton(host.rstrip(".")))
        except (OSError, ValueError):
            return None
    return None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public internet's; IPv4 inside IPv6 is judged as IPv4."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inside is not None:
            return is_public(inside)
        if int(address) >> 32 == 0x64FF9B << 64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast
