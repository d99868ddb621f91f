"""The entries of a channel's listing page and its way on, found without a profile.

A list is shown by the page itself, held by its scripts, or is data that a script asks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.article import Entry, Listing, Portal
from portal_crawler.extract.data_pager import next_data_page
from portal_crawler.extract.page import Page, read_page
from portal_crawler.extract.pager import next_by_template, next_page
from portal_crawler.extract.record_fields import Frame
from portal_crawler.extract.script_links import link_forms
from portal_crawler.extract.scripted import data_list, fragments, held_list, is_data
from portal_crawler.extract.shown_links import is_article, links_of, main_links


def listing_of(page: Page, *, portal: Portal | None = None, frame: Frame | None = None) -> Listing:
    """The entries of a listing page in page order, each address once, and the address of the next page.

    The page may be one for readers, or the data (JSON, JSONP) that a script asks for. frame: what the page that
    shows the data says of it. A page that lists nothing gives no entries.
    """
    if is_data(page):
        return _data_listing(page, portal, frame or frame_of(page, portal))
    following = next_page(page, portal)
    if portal is not None and portal.entries:
        links = links_of(page, page.root.cssselect(portal.entries), every=True)
    else:
        links = main_links(page)
        if not any(link.date for link in links) and (held := _held_listing(page, portal, len(links))):
            return Listing(held, following)
    return Listing(tuple(Entry(link.url, link.title or None, link.date) for link in links), following)


def frame_of(page: Page, portal: Portal | None = None, scripts: Sequence[str] = ()) -> Frame:
    """What a page says of the lists that its scripts ask for. scripts: the texts of those that it loads."""
    own = (portal.article_url,) if portal is not None and portal.article_url else ()
    return Frame(page.url, own or link_forms(page, scripts))


def _data_listing(page: Page, portal: Portal | None, frame: Frame) -> Listing:
    found, data = data_list(page, frame)
    pager = next_by_template(page.url, portal) if portal is not None and portal.pager else None
    if found is not None:
        return Listing(found.entries, pager or next_data_page(page.url, found.around, found.size, frame.pager))
    text = fragments(page, data)
    if not text:
        return Listing((), None)
    links = main_links(read_page(text.encode(), frame.url))
    entries = tuple(Entry(link.url, link.title or None, link.date) for link in links)
    around = data if isinstance(data, dict) else {}
    following = next_data_page(page.url, around, len(entries), frame.pager)
    return Listing(entries, pager or following if entries else None)


def _held_listing(page: Page, portal: Portal | None, shown: int) -> tuple[Entry, ...] | None:
    """The entries that a page's scripts hold, where they are more of a list than the links it shows."""
    if "<script" not in page.text.lower() or is_article(page, []):
        return None
    found = held_list(page, frame_of(page, portal))
    if found is not None and (not shown or (found.dated and len(found.entries) >= shown)):
        return found.entries
    if not shown and (text := fragments(page, None)):
        links = main_links(read_page(text.encode(), page.url))
        return tuple(Entry(link.url, link.title or None, link.date) for link in links) or None
    return None
