"""One address for one page: what an article is known by, and whose it is."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

# What share buttons, statistics scripts and channel pages add to a link without changing what it leads to.
_TRACKING = re.compile(
    r"(?:utm_\w+|spm\w*|scm|from|fr|rand|random|rnd|nocache|_|_t|timestamp|wbtreeid_from|share\w*|isappinstalled|nsukey|bd_vid|hmsr)",
    re.I,
)
# Names that servers give to a visitor's number (Java, PHP, ASP, ColdFusion); and one that may also name a section,
# which is a visitor's only where its value is no number or word.
_SESSION = r"(?:jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|session_?id|sess_?id|cfid|cftoken|oscsid|zenid)"
_SESSION_PART = re.compile(rf"{_SESSION}(?:=.*)?|sid=(?=.*\d)(?=.*[a-z])[\w.-]{{6,}}|sid=[\w.-]{{20,}}", re.I)
# http://host/1.jsp;jsessionid=5F3A and, of ASP.NET without cookies, http://host/(S(lit3py55t21z5v55))/1.aspx
_SESSION_IN_PATH = re.compile(rf";(?:{_SESSION}|sid)=[^/;?]*|/\((?:[A-Z]\([\w-]+\))+\)(?=/)", re.I)
# What may be drawn by lot for each visitor: long and of letters and digits, or a fraction.
_TOKEN = re.compile(r"(?=[^.]*\d)(?=[^.]*[a-z])[\w-]{16,}|[0-9a-f]{24,}|0\.\d{5,}", re.I)
_INDEX = re.compile(r"/(?:index|default)\.(?:s?html?|php|aspx?|jsp)$", re.I)
# The same pages on a host of their own for desktops or telephones; not for a host that is all there is of its domain.
_EDITION = re.compile(r"^(?:www|m|wap)\.(?=[\w-]+\.)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# An address is asked for a dozen times between the list that names it and the row that it gets, and a channel's with
# every article: so many are remembered, 3 MB.
_LATEST = 4096


@lru_cache(maxsize=_LATEST)
def canonical_url(url: str) -> str:
    """The address under which a page is kept: host in lower case, no default port, fragment, tracking or session.

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
    query = "&".join(part for part in split.query.split("&") if not _says_nothing(part))
    path = quote(_SESSION_IN_PATH.sub("", split.path), safe="/%:@!$&'()*+,;=~") or "/"
    return urlunsplit((scheme, netloc, path, query, ""))


@lru_cache(maxsize=_LATEST)
def identity(url: str) -> str:
    """What the addresses of one page have in common: no scheme, no `www.` or `m.`, no index file name at the end.

    The order of a query's parts does not count, its ids do. Raises ValueError for what is no http(s) address.
    """
    split = urlsplit(canonical_url(url))
    path = _INDEX.sub("/", split.path)
    query = "&".join(sorted(split.query.split("&")))
    return f"{_EDITION.sub('', split.netloc)}{path}?{query}"


def without_tokens(url: str) -> str:
    """The identity of an address with `*` for what may be drawn by lot, and one of each folder that repeats itself.

    Two addresses that have it in common are one page only if they also hold the same text. Raises ValueError for what
    is no http(s) address.
    """
    place, _, query = identity(url).partition("?")
    host, *segments = place.split("/")
    parts = (part.partition("=") for part in query.split("&"))
    plain = "&".join(f"{name}{mark}{'*' if _TOKEN.fullmatch(value) else value}" for name, mark, value in parts)
    kept: list[str] = []
    for segment in segments:
        segment = "*" if _TOKEN.fullmatch(segment) else segment
        if not kept or kept[-1] != segment:
            kept.append(segment)
    return f"{'/'.join((host, *kept))}?{plain}"


def repeats_itself(url: str) -> bool:
    """Whether a row of folders stands three times in a path, as where `a/` leads on from `/a/`; numbers may repeat."""
    folders = [segment for segment in urlsplit(url).path.split("/")[:-1] if segment]
    for size in range(1, len(folders) // 3 + 1):
        for start in range(len(folders) - 3 * size + 1):
            row = folders[start : start + size]
            if folders[start : start + 3 * size] == row * 3 and not all(segment.isdecimal() for segment in row):
                return True
    return False


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


def _says_nothing(part: str) -> bool:
    """Whether a part of a query is tracking, or a session's number."""
    return bool(_TRACKING.fullmatch(part.partition("=")[0]) or _SESSION_PART.fullmatch(part))


def is_shared_suffix(domain: str) -> bool:
    """Whether owners who have nothing to do with each other hold names below a domain: gov.cn, gansu.cn, github.io."""
    found = _suffixes()(domain.lower().strip("."), include_psl_private_domains=True)
    return bool(found.suffix) and not found.domain


@cache
def _suffixes() -> TLDExtract:
    # It brings an HTTP client with it, which takes a tenth of a second to load.
    from tldextract import TLDExtract

    # The list that comes with the package: no request, no file written.
    return TLDExtract(suffix_list_urls=(), cache_dir=None)
