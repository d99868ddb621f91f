"""The part of the spider that looks for lists which a channel's page builds by script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import Listing
from portal_crawler.extract import Page, listing_of
from portal_crawler.middlewares.patience import NotNow
from portal_crawler.session import Session
from portal_crawler.spiders.answers import capture_of, reading, reason_of, trouble_with
from portal_crawler.spiders.walks import Walk, portal_of

Callback = Callable[[Response], Iterable[scrapy.Request]]
Errback = Callable[[Failure], object]


class ScriptedListSpider(scrapy.Spider):
    """Asks for what may be a channel's list, one guess after the other."""

    session: Session

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Texts of the scripts that channels' pages load; most load the same.
        self._scripts: dict[str, str] = {}

    def listing_request(
        self, url: str, walk: Walk, callback: Callback | None = None, errback: Errback | None = None
    ) -> scrapy.Request:
        """The request for a page of a channel's list."""
        raise NotImplementedError

    def read(self, response: Response) -> Page:
        """The page that an answer brings."""
        raise NotImplementedError

    def _take(self, listing: Listing, walk: Walk, page: Page) -> Iterator[scrapy.Request]:
        raise NotImplementedError

    def _complete(self, walk: Walk, since: str | None) -> None:
        raise NotImplementedError

    def _search_on(self, walk: Walk) -> Iterator[scrapy.Request]:
        """Ask for the next of what may be the channel's list; without one, the page's own links are it."""
        search = walk.search
        assert search is not None
        target = search.next()
        if target is None:
            walk.search = None
            if search.goes_on:
                self._complete(walk, None)
            else:
                yield from self._take(search.shown, walk, search.page)
        elif isinstance(target, str):
            yield self.listing_request(target, walk, self.parse_script, self.guess_failed)
        else:
            request = self.listing_request(target.url, walk, self.parse_guess, self.guess_failed)
            yield request.replace(meta={**request.meta, "guess": target})

    @reading
    def parse_script(self, response: Response) -> Iterator[scrapy.Request]:
        """A script that a channel's page loads: it may say where the list comes from."""
        walk: Walk = response.meta["walk"]
        assert walk.search is not None
        trouble = trouble_with(response, walk.search.hosts)
        text = "" if trouble else self.read(response).text
        self._scripts[response.meta["asked"]] = text
        self.session.settle(
            response.meta["url"], "listing", "skipped", trouble[1] if trouble else "script", response.meta["capture"]
        )
        walk.search.read(text)
        yield from self._search_on(walk)

    @reading
    def parse_guess(self, response: Response) -> Iterator[scrapy.Request]:
        """The answer to a request that a channel's page makes by script: its list, or something else."""
        walk: Walk = response.meta["walk"]
        url, capture, guess = response.meta["url"], response.meta["capture"], response.meta["guess"]
        assert walk.search is not None
        trouble = trouble_with(response, walk.search.hosts)
        listing = Listing((), None)
        if trouble is None:
            page = self.read(response)
            frame = walk.search.frame(guess)
            listing = listing_of(page, portal=portal_of(self.session.portal, walk), frame=frame)
        if trouble is not None or not walk.search.accepts(guess, listing):
            self.session.settle(url, "listing", "skipped", trouble[1] if trouble else "no list", capture)
            if trouble is None and url.partition("?")[0].endswith(".js"):
                # Not the list after all, but what asks for it.
                walk.search.read(page.text)
            yield from self._search_on(walk)
            return
        self.session.settle(url, "listing", "done", None, capture)
        self.session.listings += 1
        walk.pages += 1
        walk.frame, walk.hosts, walk.search = frame, walk.search.hosts, None
        yield from self._take(listing, walk, page)

    @reading
    def guess_failed(self, failure: Failure) -> Iterator[scrapy.Request]:
        """A guess without an answer costs the channel nothing: the search goes on."""
        meta = failure.request.meta  # type: ignore[attr-defined]
        walk: Walk = meta["walk"]
        if isinstance(failure.value, NotNow):
            self.session.defer(meta["url"], "listing", str(failure.value))
        else:
            self.session.settle(meta["url"], "listing", "skipped", reason_of(failure)[1], capture_of(failure))
        yield from self._search_on(walk)
