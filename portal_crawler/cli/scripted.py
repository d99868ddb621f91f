"""The list behind a page that builds it by script: asked for as a crawl does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from portal_crawler.article import Listing, Portal
from portal_crawler.cli.sources import SourceError
from portal_crawler.extract import Page, count_script, listing_of, newest_count_page
from portal_crawler.spiders.searches import search_for


def whole_listing(page: Page, portal: Portal | None, read: Callable[[str], Page]) -> Listing:
    """What a channel's page lists, also where its list or its way on stands in what its scripts ask for.

    read: the page at an address. Raises what `read` raises, unless it is SourceError: that is one guess less.
    """
    listing = listing_of(page, portal=portal)
    host = urlsplit(page.url).hostname or ""
    search = search_for(page, listing, portal or Portal(host, host, hosts=(host,)), {})
    while search is not None and (target := search.next()) is not None:
        try:
            answer = read(target if isinstance(target, str) else target.url)
        except SourceError:
            continue
        if isinstance(target, str):
            search.read(answer.text)
            continue
        found = listing_of(answer, portal=portal, frame=search.frame(target))
        if search.accepts(target, found):
            return found
        if answer.url.partition("?")[0].endswith(".js"):
            # Not the list after all, but what asks for it.
            search.read(answer.text)
    if listing.entries and listing.next is None and (script := count_script(page)):
        try:
            answer = read(script)
        except SourceError:
            return listing
        return replace(listing, next=newest_count_page(answer.url, answer.text))
    return listing
