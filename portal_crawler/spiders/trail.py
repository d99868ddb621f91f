"""Where a walk of a list has been: what tells a pager that leads nowhere new from a list that is long.

How many pages a list has says nothing: a channel of a provincial portal has thousands. What ends a walk is what its
pages bring, and a number only where each of them seems to bring something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_crawler.extract import Page
from portal_crawler.items import Harvest
from portal_crawler.spiders.marks import Marks
from portal_crawler.store import Found
from portal_crawler.urls import canonical_url, identity, repeats_itself

# The newest page of a list may repeat the channel's front page; a second one without anything new is the end.
_STALE_PAGES = 2
# Pages in a row whose articles were all stored before under other addresses: sessions in addresses make them look new.
_TWIN_PAGES = 2
# Pages in a row whose addresses all had no article, though they answered 200. Old parts of a list name articles that
# were deleted, a page of twenty at a time; six hundred in a row are no list.
_BARREN_PAGES = 30
# Some 400,000 articles, a hundred a day for ten years. What goes on longer, and brings something on each page, is cut.
_MOST_LISTINGS = 20_000
# What servers and browsers of the time of these portals took; no list needs it.
_LONGEST_URL = 2000
# What stands above several articles: 图片新闻, 第01版.
_SHORT_TITLE = 8
_NUMBERS = re.compile(r"第?\s{0,9}\d++\s{0,9}页?")


@dataclass(slots=True)
class Trail:
    """The pages of one walk so far. pages: their addresses; stale: how many in a row showed nothing new.

    seen: addresses of entries; said: titles and dates of entries. title: of the list's first page. harvest: what became
    of the articles opened from it.
    """

    pages: set[str] = field(default_factory=set)
    seen: Marks = field(default_factory=Marks)
    said: Marks = field(default_factory=Marks)
    stale: int = 0
    title: str | None = None
    harvest: Harvest = field(default_factory=Harvest)
    _barren: int = 0
    _twins: int = 0
    _before: tuple[int, int, int] = (0, 0, 0)

    def fresh(self, found: Sequence[Found]) -> list[Found]:
        """The entries of the next page that the walk has not seen; a page without any is one more stale one.

        A page that says word for word what pages before it said is theirs, whatever its addresses are: they are
        relative to a path that grows, or hold a session.
        """
        fresh = [item for item in found if identity(item.url) not in self.seen]
        said = {(item.title or "", item.date) for item in found}
        is_repeated = len(said) > 1 and all(one in self.said and _tells(*one) for one in said)
        self.seen.update(identity(item.url) for item in found)
        self.said.update(said)
        self._count_harvest()
        if is_repeated:
            fresh = []
        self.stale = 0 if fresh else self.stale + 1
        return fresh

    def asks(self, url: str) -> None:
        """Take note of a page of the list that is asked for."""
        self.pages.add(identity(url))

    def new_address(self, url: str) -> str | None:
        """The address in the form of the ledger; None for a page that was asked for, or too long to be kept."""
        return None if identity(url) in self.pages or len(url) > _LONGEST_URL else canonical_url(url)

    def trap(self, following: str) -> str | None:
        """Why the walk must not go on to the page that comes next by its pager; None where it may."""
        if identity(following) in self.pages:
            return "the pager leads back"
        if grows(following):
            return "the pager's addresses grow"
        if self.stale >= _STALE_PAGES:
            return f"the pager goes on, and {self.stale} pages in a row showed nothing new"
        if self._twins >= _TWIN_PAGES:
            return f"what {self._twins} pages in a row name is stored under other addresses"
        if self._barren >= _BARREN_PAGES:
            return f"soft 404: nothing that {self._barren} pages in a row name is an article"
        if len(self.pages) >= _MOST_LISTINGS:
            return f"the pager goes on after {len(self.pages)} pages"
        return None

    def has_other_title(self, page: Page) -> bool:
        """Whether a page's title is another than that of the list's first page, but for numbers.

        Pages of data have none.
        """
        title = _NUMBERS.sub("", "".join(next(page.root.iter("title"), page.root.makeelement("title")).itertext()))
        if self.title is None:
            self.title = title.strip()
        return title.strip() not in ("", self.title)

    def _count_harvest(self) -> None:
        harvest = self.harvest
        stored, twins, absent = (
            now - before
            for now, before in zip((harvest.stored, harvest.twins, harvest.absent), self._before, strict=True)
        )
        self._before = (harvest.stored, harvest.twins, harvest.absent)
        if stored:
            self._twins = self._barren = 0
        elif twins or absent:
            self._barren += 1
            self._twins = self._twins + 1 if twins else 0


def grows(url: str) -> bool:
    """Whether an address is one of those that get longer from page to page, where links are relative."""
    return len(url) > _LONGEST_URL or repeats_itself(url)


def _tells(title: str, day: str | None) -> bool:
    """Whether a title and its date are those of one article and hardly of two."""
    return len(title) >= (_SHORT_TITLE if day else 2 * _SHORT_TITLE)
