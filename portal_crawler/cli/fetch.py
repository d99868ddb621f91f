"""One page from the network, bounded in size and time, and never from an address that is not public."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from ipaddress import ip_address
from typing import Any
from urllib import error as urllib_error
from urllib import request as urllib_request
from urllib.parse import quote, urlsplit

from portal_crawler.archive import ArchiveError, Exchange
from portal_crawler.middlewares.addresses import is_inside, is_public, proxy_hosts
from portal_crawler.settings import DEFAULT_REQUEST_HEADERS, DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, USER_AGENT


class FetchError(Exception):
    """A URL that gave no page, and why. status: of the HTTP answer, None where there was none."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class _Forbidden(OSError):
    """An address that is not public."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as fetched. url: where redirects led. body: with its content encoding undone."""

    url: str
    body: bytes
    content_type: str | None


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    timeout_s: float = DOWNLOAD_TIMEOUT,
    most_bytes: int = DOWNLOAD_MAXSIZE,
) -> Fetched:
    """Get one page, following redirects; proxies from the environment are used.

    timeout_s bounds the whole of each request, however slowly its bytes come. Raises FetchError for every
    answer but a success, for more than most_bytes, and for addresses that are not public unless allowed.
    """
    network = _Network(allow_private, timeout_s)
    opener = urllib_request.OpenerDirector()
    for handler in (
        urllib_request.ProxyHandler(),
        urllib_request.UnknownHandler(),
        urllib_request.HTTPRedirectHandler(),
        urllib_request.HTTPErrorProcessor(),
        urllib_request.HTTPDefaultErrorHandler(),
        _Http(network),
        _Https(network),
    ):
        opener.add_handler(handler)
    opener.addheaders = [
        ("User-Agent", USER_AGENT),
        *DEFAULT_REQUEST_HEADERS.items(),
        ("Accept-Encoding", "gzip"),
    ]
    try:
        with opener.open(_ascii(url), timeout=timeout_s) as response:
            fetched = _read(response, most_bytes)
        # A page without a length ends where the connection does, also where we cut it.
        if network.is_late:
            raise TimeoutError
        return fetched
    except urllib_error.HTTPError as error:
        error.close()
        raise FetchError(f"HTTP status {error.code}", error.code) from error
    except (OSError, http.client.HTTPException, ValueError, ArchiveError, zlib.error) as error:
        if network.is_late:
            raise FetchError(f"no complete answer in {timeout_s:g} seconds") from error
        raise FetchError(str(getattr(error, "reason", None) or error)) from error
    finally:
        network.close()


def _read(response: http.client.HTTPResponse, most_bytes: int) -> Fetched:
    body = response.read(most_bytes + 1)
    if len(body) > most_bytes:
        raise FetchError(f"more than {most_bytes} bytes")
    if response.length:
        raise FetchError(f"{response.length} bytes missing at the end")
    headers = tuple(
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in response.headers.items()
    )
    exchange = Exchange(response.url, "GET", (), response.status, response.reason, headers, body, datetime.now(UTC))
    return Fetched(response.url, exchange.content(), exchange.header("content-type"))


class _Network:
    """Connects to judged addresses only, and cuts each connection when its time is over."""

    def __init__(self, allow_private: bool, timeout_s: float) -> None:
        self.is_late = False
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._timers: list[threading.Timer] = []
        # The proxy is named by whoever runs the command; a page that names it is refused.
        self._proxies = proxy_hosts()

    def judge_literal(self, url: str) -> None:
        """Refuse a URL whose host says that it is not public: a proxy would connect to it for us."""
        host = urlsplit(url).hostname or ""
        if not self._allow_private and is_inside(host):
            raise _Forbidden(f"private address {host}, permitted only with --allow-private")

    def connect(self, place: tuple[str, int], *_: object, **__: object) -> socket.socket:
        """A connection to a host's first address that answers, each judged before it is used."""
        host, port = place
        began = time.monotonic()
        trouble: OSError | None = None
        for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            judged = ip_address(str(address[0]).partition("%")[0])
            if not (self._allow_private or host in self._proxies or is_public(judged)):
                trouble = _Forbidden(f"private address {judged}, permitted only with --allow-private")
                continue
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(max(self._timeout_s - (time.monotonic() - began), 0.1))
                connection.connect(address)
            except OSError as error:
                connection.close()
                trouble = error
                continue
            self._cut_later(connection)
            return connection
        raise trouble or OSError(f"{host} has no address")

    def close(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def _cut_later(self, connection: socket.socket) -> None:
        # A copy, since TLS takes the original's place.
        timer = threading.Timer(self._timeout_s, self._cut, [connection.dup()])
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _cut(self, connection: socket.socket) -> None:
        self.is_late = True
        with connection:
            connection.shutdown(socket.SHUT_RDWR)


class _Http(urllib_request.HTTPHandler):
    def __init__(self, network: _Network) -> None:
        super().__init__()
        self._network = network

    def http_open(self, req: urllib_request.Request) -> http.client.HTTPResponse:
        self._network.judge_literal(req.full_url)
        return self.do_open(partial(_connection, http.client.HTTPConnection, self._network), req)


class _Https(urllib_request.HTTPSHandler):
    def __init__(self, network: _Network) -> None:
        self._tls = _trusted()
        super().__init__(context=self._tls)
        self._network = network

    def https_open(self, req: urllib_request.Request) -> http.client.HTTPResponse:
        self._network.judge_literal(req.full_url)
        return self.do_open(partial(_connection, http.client.HTTPSConnection, self._network), req, context=self._tls)


@cache
def _trusted() -> ssl.SSLContext:
    # Reading the machine's certificates takes longer than most pages do.
    return ssl.create_default_context()


def _connection(kind: type, network: _Network, host: str, **options: Any) -> Any:
    connection: Any = kind(host, **options)
    # The one place where the standard library lets a caller choose how to connect.
    connection._create_connection = network.connect
    return connection


def _ascii(url: str) -> str:
    """The URL with what is not ASCII in it escaped, as a browser sends it."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")
