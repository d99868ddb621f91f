"""Bytes of a page to the article or the listing on it. Pure: no network, no clock, no store.

`read_page` decodes and parses once; `article_of`, `listing_of` and `further_pages` read the same parsed page.
`extract_article` and `extract_listing` do both in one call.
"""

from __future__ import annotations

from portal_crawler.extract.compiled import compiled_modules

__path__ = [*compiled_modules(), *__path__]

from datetime import datetime

from portal_crawler.article import Article, Listing, Portal
from portal_crawler.extract.assemble import EXTRACTOR, article_of
from portal_crawler.extract.listing import frame_of, listing_of
from portal_crawler.extract.page import Page, read_page
from portal_crawler.extract.pager import count_script, newest_count_page
from portal_crawler.extract.pages import MOST_PAGES, further_pages
from portal_crawler.extract.record_fields import Frame
from portal_crawler.extract.refresh import refresh_target
from portal_crawler.extract.refusal import refusal
from portal_crawler.extract.script_requests import ListRequest, list_requests, loaded_scripts, scripted_requests

__all__ = [
    "EXTRACTOR",
    "MOST_PAGES",
    "Frame",
    "ListRequest",
    "Page",
    "article_of",
    "count_script",
    "extract_article",
    "extract_listing",
    "frame_of",
    "further_pages",
    "list_requests",
    "listing_of",
    "loaded_scripts",
    "newest_count_page",
    "read_page",
    "refresh_target",
    "refusal",
    "scripted_requests",
]


def extract_article(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    portal: Portal | None = None,
    fetched_at: datetime | None = None,
) -> Article:
    """The article on one page, from its bytes.

    url: the page's address, to which its links are relative. content_type: the HTTP header as received.
    fetched_at: aware time of the fetch; without it, times like 昨天 08:15 are None. Never raises for what a page
    holds.
    """
    page = read_page(body, url, content_type=content_type, portal=portal, fetched_at=fetched_at)
    return article_of([page], portal=portal)


def extract_listing(body: bytes, url: str, *, content_type: str | None = None, portal: Portal | None = None) -> Listing:
    """The listing on one page, from its bytes; the arguments are those of `extract_article`."""
    return listing_of(read_page(body, url, content_type=content_type, portal=portal), portal=portal)
