"""Where the links of a pager lead, and what their addresses have in common with the page's own."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from portal_crawler.extract.page import Page

# A name in the same directory.
_PLAIN = re.compile(r"[\w-]+\.\w+(?:\?|$)")
NUMBER_IN_URL = re.compile(
    r"[_-](?P<number>\d{1,4})\.\w+$|[?&](?:page|p|pageno|pn)=(?P<value>\d{1,5})",
    re.I,
)


def same_list(own: str, other: str) -> bool:
    """Whether two addresses are pages of one list: the same directory."""
    return urlsplit(own).path.rpartition("/")[0] == urlsplit(other).path.rpartition("/")[0]


def page_number(url: str) -> int | None:
    match = NUMBER_IN_URL.search(url)
    return int(match["number"] or match["value"]) if match else None


def target(page: Page, href: str | None) -> str | None:
    """Where a pager's link leads, None when it leads nowhere or to this page."""
    if not href or href.strip().lower().startswith(("#", "javascript:")):
        return None
    url = resolved(page, href)
    return url if url and url != urldefrag(page.url).url else None


def absolute(page: Page, href: str) -> str:
    """Where a link of the page leads, its `<base>` respected and doubled slashes of a path kept.

    Raises ValueError for what is no address.
    """
    base = page.root.find(".//base[@href]")
    start = page.url if base is None else urljoin(page.url, base.get("href") or "")
    href = urldefrag(href.strip()).url
    if href.startswith("/") and not href.startswith("//") and "/../" not in href and "/./" not in href:
        # urljoin would fold /system/count//0018005/ into an address that the server does not know.
        split = urlsplit(start)
        return f"{split.scheme}://{split.netloc}{href}"
    if href and "//" in urlsplit(start).path and _PLAIN.match(href):
        return f"{start.partition('?')[0].rpartition('/')[0]}/{href}"
    return urljoin(start, href)


def resolved(page: Page, href: str) -> str | None:
    try:
        url = absolute(page, href)
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
