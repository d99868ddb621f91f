"""One address for one page: what an article is known by, and whose it is."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit

import tldextract

# What share buttons, statistics scripts and channel pages add to a link without changing what it leads to.
_TRACKING = re.compile(
    r"(?:utm_\w+|spm\w*|scm|from|fr|rand|random|_t|timestamp|wbtreeid_from|share\w*|isappinstalled|nsukey|bd_vid|hmsr)",
    re.I,
)
_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", re.I)
# The same pages on a host of their own for desktops or telephones; not for a host that is all there is of its domain.
_EDITION = re.compile(r"^(?:www|m|wap)\.(?=[\w-]+\.)")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """The address under which a page is kept: scheme and host in lower case, no default port, fragment or tracking.

    The scheme, the path and the ids in the query stay: old servers answer on one scheme only, and there is no
    telling which letters of a path matter. Raises ValueError for what is no http(s) address.
    """
    split = urlsplit(url.strip())
    if split.scheme.lower() not in _DEFAULT_PORTS or not split.hostname:
        raise ValueError(f"{url!r} is no http or https address")
    scheme = split.scheme.lower()
    port = split.port
    host = split.hostname.rstrip(".")
    host = f"[{host}]" if ":" in host else host
    # No port is the scheme's own.
    netloc = host if port is None or port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    # Part by part, since the bytes of a GBK query are no UTF-8 and must stay as they are.
    query = "&".join(part for part in split.query.split("&") if not _TRACKING.fullmatch(part.partition("=")[0]))
    path = quote(split.path, safe="/%:@!$&'()*+,;=~") or "/"
    return urlunsplit((scheme, netloc, path, query, ""))


def identity(url: str) -> str:
    """What the addresses of one page have in common: no scheme, no `www.` or `m.`, no index file name at the end.

    The order of a query's parts does not count, its ids do. Raises ValueError for what is no http(s) address.
    """
    split = urlsplit(canonical_url(url))
    path = _INDEX.sub("/", split.path)
    query = "&".join(sorted(split.query.split("&")))
    return f"{_EDITION.sub('', split.netloc)}{path}?{query}"


def belongs_to(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether an address is on one of the hosts or a subdomain of one."""
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    return any(host == own or host.endswith(f".{own}") for own in hosts)


def registered_domain(host: str) -> str:
    """The domain that its owner registered (news.gscn.com.cn → gscn.com.cn); an address or a bare name as it is."""
    host = host.lower().rstrip(".")
    try:
        return str(ip_address(host))
    except ValueError:
        return _suffixes()(host).top_domain_under_public_suffix or host


@cache
def _suffixes() -> tldextract.TLDExtract:
    # The list that comes with the package: no request, no file written.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
