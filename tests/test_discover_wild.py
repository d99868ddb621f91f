"""Portals drawn by lot from what portals use: every channel, every article of every list once, and nothing else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from portal_maker.wild import Wild

from portal_crawler.demo.channels import HOST
from portal_crawler.discover import Answer, NoAnswer, discover
from portal_crawler.extract import listing_of, read_page
from portal_crawler.urls import identity

BASE = f"http://{HOST}"
# A list is not walked further than this.
MOST_PAGES = 12
SEEDS = range(1, 19)


class Site:
    """The answers of a portal in memory."""

    def __init__(self, portal: Wild) -> None:
        self._files = portal.served()

    def fetch(self, url: str) -> Answer:
        split = urlsplit(url)
        key = self._files.find(split.path + (f"?{split.query}" if split.query else ""))
        if key is None:
            raise NoAnswer("HTTP status 404", 404)
        body, content_type = self._files.files[key]
        return Answer(url, body, content_type)

    def walk(self, url: str) -> list[str]:
        """What the pages of a list lead to, in order, until one has nothing new."""
        found: dict[str, None] = {}
        following: str | None = url
        for _ in range(MOST_PAGES):
            if following is None:
                break
            answer = self.fetch(following)
            listing = listing_of(read_page(answer.body, answer.url, content_type=answer.content_type))
            if all(entry.url in found for entry in listing.entries):
                break
            found.update(dict.fromkeys(entry.url for entry in listing.entries))
            following = listing.next
        return list(found)


@pytest.mark.parametrize("seed", SEEDS)
def test_discover_finds_the_channels_of_any_portal_within_the_budget(seed: int) -> None:
    portal = Wild(seed)
    found = discover(f"{BASE}/", Site(portal).fetch)
    assert sorted((channel.path, identity(channel.url)) for channel in found.portal.channels) == sorted(
        (channel.path, identity(BASE + channel.listing)) for channel in portal.channels()
    )
    assert found.requests <= 60
    assert (found.portal.verified, found.doubts) == (True, ())


@pytest.mark.parametrize("seed", SEEDS)
def test_every_list_of_any_portal_gives_its_articles_in_order_and_nothing_else(seed: int) -> None:
    portal = Wild(seed)
    site = Site(portal)
    for column in portal.columns:
        if not portal.is_front(column):
            listed = [BASE + portal.article_path(story) for story in portal.listed[column.key]]
            assert site.walk(BASE + portal.index_path(column)) == listed, column.path
