"""Where a list stands among a portal's channels, as its own page says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from portal_crawler.discover.menu import is_home
from portal_crawler.discover.words import tidy
from portal_crawler.extract import Page
from portal_crawler.extract.breadcrumb import find_channel_path
from portal_crawler.extract.headline import Headline
from portal_crawler.extract.page_links import absolute
from portal_crawler.urls import identity

# A longer row of links that begins with the front page is a menu.
_LONGEST = 6
_LEVELS = 3
# The line that tells where a page stands is near its top.
_TOP_LINES = 80


Row = tuple[str, ...]


def trail(page: Page, menus: frozenset[Row] = frozenset()) -> tuple[str, ...]:
    """The channels from the outermost one to the page's own, without the front page; () where it says nothing.

    menus: rows of links that stand on the front page, too, and say nothing of this one.
    """
    own = identity(page.url)
    for links in _rows(page):
        if _to(page, links[-1]) == own and _identities(page, links) not in menus:
            return tuple(tidy("".join(link.itertext())) for link in links[1:])
    lines = range(min(len(page.lines), _TOP_LINES))
    found = find_channel_path(page, lines, Headline(None, -1, None))
    return found.crumbs if found else ()


def menu_rows(front: Page) -> frozenset[Row]:
    """The short rows of links on a front page that begin with the front page itself."""
    return frozenset(_identities(front, links) for links in _rows(front))


def _rows(page: Page) -> Iterator[list[etree._Element]]:
    """Short rows of links, each in an element of its own, whose first link and no other leads to the front page."""
    for element in page.root.iter("a"):
        if not _leads_home(page, element):
            continue
        for around in list(element.iterancestors())[:_LEVELS]:
            links = list(islice(around.iter("a"), _LONGEST + 1))
            if len(links) > _LONGEST:
                break
            if len(links) > 1 and links[0] is element and sum(_leads_home(page, link) for link in links) == 1:
                yield links


def _identities(page: Page, links: list[etree._Element]) -> Row:
    return tuple(_to(page, link) or "" for link in links)


def _to(page: Page, link: etree._Element) -> str | None:
    """The identity of the address that a link leads to, None where it leads nowhere."""
    try:
        return identity(absolute(page, link.get("href"))) if link.get("href") else None
    except ValueError:
        return None


def _leads_home(page: Page, link: etree._Element) -> bool:
    try:
        return bool(link.get("href")) and is_home(absolute(page, link.get("href")), page)
    except ValueError:
        return False
