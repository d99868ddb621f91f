"""Where a list stands among a portal's channels, as its own page says."""

from __future__ import annotations

from itertools import islice

from lxml import etree

from portal_crawler.discover.menu import is_home
from portal_crawler.discover.words import tidy
from portal_crawler.extract import Page
from portal_crawler.extract.breadcrumb import find_channel_path
from portal_crawler.extract.headline import Headline
from portal_crawler.extract.pager import absolute
from portal_crawler.urls import identity

# A longer row of links that begins with the front page is a menu.
_LONGEST = 6
_LEVELS = 3
# The line that tells where a page stands is near its top.
_TOP_LINES = 80


def trail(page: Page) -> tuple[str, ...]:
    """The channels from the outermost one to the page's own, without the front page; () where it says nothing."""
    if linked := _linked(page):
        return linked
    lines = range(min(len(page.lines), _TOP_LINES))
    found = find_channel_path(page, lines, Headline(None, -1, None))
    return found.crumbs if found else ()


def _linked(page: Page) -> tuple[str, ...]:
    """Links that lead from the front page to this page and to nothing else, in an element of their own."""
    own = identity(page.url)
    for element in page.root.iter("a"):
        if not _leads(page, element, None):
            continue
        for around in list(element.iterancestors())[:_LEVELS]:
            links = list(islice(around.iter("a"), _LONGEST + 1))
            if len(links) > _LONGEST:
                break
            once = sum(_leads(page, link, None) for link in links) == 1
            if len(links) > 1 and once and links[0] is element and _leads(page, links[-1], own):
                return tuple(tidy("".join(link.itertext())) for link in links[1:])
    return ()


def _leads(page: Page, link: etree._Element, to: str | None) -> bool:
    """Whether a link leads to an address of this identity, or to the front page where that is None."""
    try:
        url = absolute(page, link.get("href") or "#")
        return is_home(url, page) if to is None else bool(link.get("href")) and identity(url) == to
    except ValueError:
        return False
