"""Hosts and sites: what a URL is on, and what of a host name its owner registered."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w.-]+|\[[0-9a-f:.]+\]", re.IGNORECASE)
_INDEX = re.compile(r"/index\.(?:html?|shtml)$", re.IGNORECASE)


def http_url(text: str) -> str | None:
    """An http(s) URL with scheme and host in lower case and a path; None for what is none.

    Default port, user and fragment are left out, since they name no other page.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
        host = f"[{host}]" if ":" in host else host.encode("ascii" if host.isascii() else "idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        return None
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit(SplitResult(parts.scheme, netloc, parts.path or "/", parts.query, ""))


def is_on(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether a URL's host is one of these or a subdomain of one; their ports do not count."""
    host = urlsplit(url).hostname or ""
    names = [host, *(host[dot + 1 :] for dot in range(len(host)) if host[dot] == ".")]
    return any(own in names for own in hosts) or urlsplit(url).netloc in hosts


def same_listing(one: str, other: str) -> bool:
    """Whether two URLs are one page: scheme, `www.` and a trailing index file make no difference."""
    return _bare(one) == _bare(other)


def site_of(url: str) -> str:
    """The site a URL is on: the registered domain, or the host itself where there is none."""
    host = urlsplit(url).hostname or ""
    return registered_domain(host) or host


def registered_domain(host: str) -> str:
    """What of a host name its owner registered: news.abc.com.cn → abc.com.cn; '' where nothing is."""
    return _suffixes()(host).top_domain_under_public_suffix


@cache
def _suffixes() -> TLDExtract:
    # It brings an HTTP client with it, which takes a tenth of a second to load.
    from tldextract import TLDExtract

    # The list of suffixes that comes with the library: no request, no file written.
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def _bare(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www."), _INDEX.sub("/", parts.path or "/").rstrip("/"), parts.query
