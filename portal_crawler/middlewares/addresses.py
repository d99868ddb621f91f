"""No connection to addresses that are not public, unless the crawl allows them.

A link, a redirect or a name server can point a crawler at the machine it runs on. Literal addresses are judged in
every spelling that a resolver understands; names are judged by what they resolve to, in the resolver, so that the
address that was judged is the one that is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError
from twisted.internet.threads import deferToThreadPool
from twisted.python.failure import Failure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Prefixes of IPv6 addresses that carry an IPv4 address, and where it begins, in bits from the end:
# IPv4-compatible (RFC 4291), IPv4-translated (RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056). IPv4-mapped ones the
# standard library knows.
_CARRIERS = (
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("::ffff:0:0:0/96"), 0),
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)
# Not reachable from outside, though the standard library of Python 3.11 calls them global.
_CLOSED = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    # Documentation (RFC 9637) and segment routing (RFC 9602).
    ipaddress.ip_network("3fff::/20"),
    ipaddress.ip_network("5f00::/16"),
    # Where Azure's virtual machines ask for their certificates and settings: public by its number alone.
    ipaddress.ip_network("168.63.129.16/32"),
)
# Names that nobody outside a network has: RFC 6761 and 6762, RFC 8375, and ICANN's of 2024. A proxy would resolve them.
_INNER_NAMES = (".localhost", ".local", ".internal", ".home.arpa")
# What IDNA (UTS 46) takes for a dot beside the full-width one.
_DOTS = str.maketrans("\u3002\uff61", "..")


# Names that this process's resolver refused, with the address behind each: Twisted reports every failed look-up
# alike, and the resolver is the reactor's, so it can hand the reason to nobody else.
REFUSED_NAMES: dict[str, str] = {}


class ForbiddenAddress(IgnoreRequest):
    """The request leads to an address or a scheme that the crawl does not use."""


class AddressGuard:
    """Refuses requests to literal addresses that are not public, and every scheme but http and https."""

    def __init__(self, crawler: Crawler) -> None:
        self._allow_private = crawler.settings.getbool("PORTAL_CRAWLER_ALLOW_PRIVATE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        split = urlsplit(request.url)
        if split.scheme not in ("http", "https"):
            raise ForbiddenAddress(f"scheme {split.scheme}")
        host = split.hostname or ""
        if not self._allow_private and is_inside(host):
            raise ForbiddenAddress(f"private address {host}")
        if "@" in split.netloc:
            # A user and a password that a page names are nobody's business, least of all the ledger's.
            return request.replace(url=urlunsplit(split._replace(netloc=split.netloc.rpartition("@")[2])))
        return None


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, which fails for names that lead to an address that is not public.

    Scrapy's knows IPv4 alone; here a name that has none is asked for its IPv6 addresses. Scrapy's other resolver,
    `CachingHostnameResolver`, is experimental and has no time limit.
    """

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float, *, allow_private: bool) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._allow_private = allow_private
        # A proxy is named by whoever runs the crawl; a page that names it is refused before anything is resolved.
        self._proxies = proxy_hosts()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        settings = crawler.settings
        size = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        allow = settings.getbool("PORTAL_CRAWLER_ALLOW_PRIVATE")
        return cls(reactor, size, settings.getfloat("DNS_TIMEOUT"), allow_private=allow)

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        # Twisted takes a literal address of this kind for a name.
        found = succeed(name) if ":" in name else super().getHostByName(name, timeout)
        found.addErrback(self._ask_for_six, name)
        if not self._allow_private and name not in self._proxies:
            found.addCallback(self._judge, name)
        return found

    def _ask_for_six(self, failure: Failure, name: str) -> Deferred[str] | Failure:
        """The first IPv6 address of a name without an IPv4 address; a name server that is silent is not asked again."""
        if not isinstance(failure.value, DNSLookupError) or "timeout" in str(failure.value):
            return failure
        reactor: Any = self.reactor
        found: Deferred[str] = deferToThreadPool(reactor, reactor.getThreadPool(), _six_of, name)
        found.addTimeout(self.timeout, reactor)
        return found.addErrback(lambda _: failure)

    def _judge(self, address: str, name: str) -> str:
        if not is_public(ipaddress.ip_address(address)):
            REFUSED_NAMES[name] = address
            raise DNSLookupError(f"{name} leads to a private address")
        return address


def _six_of(name: str) -> str:
    """Raises OSError where there is none."""
    return str(socket.getaddrinfo(name, None, socket.AF_INET6, socket.SOCK_STREAM)[0][4][0])


def is_inside(host: str) -> bool:
    """Whether a host's name alone says that it is not of the open internet.

    An address that is not public, a name without a dot, one that is kept for inner networks, our own proxy's.
    """
    address = literal_address(host)
    if address is not None:
        return not is_public(address)
    name = host.lower().rstrip(".")
    return "." not in name or name.endswith(_INNER_NAMES) or name in proxy_hosts()


def proxy_hosts() -> frozenset[str]:
    """The hosts of the proxies that the environment names."""
    urls = (url if "://" in url else f"//{url}" for scheme, url in getproxies().items() if scheme != "no")
    return frozenset(host for url in urls if (host := urlsplit(url).hostname))


def literal_address(host: str) -> Address | None:
    """The address that a host name spells, None for a real name.

    Takes every spelling that a resolver, a client or a proxy takes: dotted, short, decimal, octal and hexadecimal,
    full-width digits and dots, escaped with %, IPv6 in brackets and with a zone.
    """
    plain = unicodedata.normalize("NFKC", unquote(host)).translate(_DOTS).strip("[]").rstrip(".")
    try:
        return ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        pass
    if not plain or plain.split() != [plain]:
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(plain))
    except (OSError, ValueError):
        return None


def is_public(address: Address) -> bool:
    """Whether an address is of the open internet: not loopback, private, link-local, shared or reserved."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.teredo is not None:
            return False
        for network, shift in _CARRIERS:
            if address in network and int(address) > 1:
                return is_public(ipaddress.IPv4Address(int(address) >> shift & 0xFFFFFFFF))
    if any(address.version == network.version and address in network for network in _CLOSED):
        return False
    return address.is_global and not address.is_multicast
