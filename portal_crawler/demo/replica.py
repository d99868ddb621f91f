"""The replica portal as a whole: every file it serves, and what a perfect crawl of it would store."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from portal_crawler.article import BEIJING, Channel, Portal
from portal_crawler.demo.article_pages import Surroundings, article_page
from portal_crawler.demo.channels import COLUMNS, SITE, Column, sections
from portal_crawler.demo.frame import SERVICE_PAGES
from portal_crawler.demo.listing_pages import (
    front_page,
    listing_name,
    listing_page,
    missing_page,
    service_page,
)
from portal_crawler.demo.newsroom import write_stories
from portal_crawler.demo.story import Picture, Story
from portal_crawler.demo.truth import Truth, truth_of

ENTRIES_PER_PAGE = 20
MISSING = "/404.html"
_HOT = 10
_RELATED = 5
# The site's own furniture is as old as the site.
_LAUNCHED = datetime(2009, 3, 2, 9, 0, tzinfo=BEIJING)
# What the old server said: no charset, so that the bytes and the meta element must speak.
_HTML = "text/html"


class ReplicaChannel(NamedTuple):
    """A channel: its name, its path from the outermost column, and the path of its listing's first page."""

    name: str
    path: tuple[str, ...]
    listing_path: str


@dataclass(frozen=True, slots=True)
class Replica:
    """A portal in memory.

    files: path to bytes and content type; a link to a directory means its index.html.
    modified: when each file last changed. truth: the record expected of each article, oldest first.
    channels: the columns that hold an article. listing_pages: for each listing path, how many pages it has.

    The pages name the site's own host as `channels.HOST`; whoever serves them puts his address in its place.
    """

    files: dict[str, tuple[bytes, str]]
    modified: dict[str, datetime]
    truth: list[Truth]
    channels: list[ReplicaChannel]
    listing_pages: dict[str, int]

    def find(self, path: str) -> str | None:
        """The key in `files` that a URL's path (no query) leads to, None where it leads nowhere."""
        path = f"{path}index.html" if path.endswith("/") else path
        return path if path in self.files else None

    def portal(self, host: str) -> Portal:
        """The replica's profile when it is served under this host (`name` or `name:port`)."""
        channels = tuple(Channel(item.name, item.path, f"http://{host}{item.listing_path}") for item in self.channels)
        return Portal(id="longyuan", name=SITE, province="甘肃", hosts=(host.partition(":")[0],), channels=channels)


def build(articles: int = 60, seed: int = 1, *, entries_per_page: int = ENTRIES_PER_PAGE) -> Replica:
    """A portal of so many articles. The same arguments give the same bytes, on any machine.

    A greater number of articles with the same seed gives the same articles and newer ones besides.
    """
    stories = write_stories(articles, seed)
    by_column = {
        column.key: [story for story in reversed(stories) if column.key in story.channels] for column in COLUMNS
    }
    replica = Replica({}, {}, [truth_of(story) for story in stories], [], {})
    _add_articles(replica, stories, by_column)
    for column in COLUMNS:
        _add_listing(replica, column, by_column[column.key], stories[:_HOT], entries_per_page)
    newest = stories[-1].published if stories else _LAUNCHED
    for directory in ("", *sections()):
        path = f"/{directory}/index.html" if directory else "/index.html"
        _add(replica, path, front_page(directory, by_column, stories[:_HOT]), newest)
    _add_furniture(replica)
    return replica


def _add(replica: Replica, path: str, html: str, modified: datetime) -> None:
    # GB18030 is what the editors' machines wrote and called gb2312.
    replica.files[path] = (html.encode("gb18030"), _HTML)
    replica.modified[path] = modified


def _add_articles(replica: Replica, stories: Sequence[Story], by_column: dict[str, list[Story]]) -> None:
    places = {
        story.number: place
        for column in COLUMNS
        for place, story in enumerate(by_column[column.key])
        if story.channels[0] == column.key
    }
    for index, story in enumerate(stories):
        peers, place = by_column[story.channels[0]], places[story.number]
        around = Surroundings(
            before=peers[place + 1] if place + 1 < len(peers) else None,
            after=peers[place - 1] if place else None,
            # The site's first article has an empty box, as its model had.
            related=stories[max(0, index - _RELATED) : index],
            hot=stories[:_HOT],
        )
        for page in range(1, len(story.pages) + 1):
            _add(replica, story.page_path(page), article_page(story, page, around), story.published)
        for block in story.blocks:
            if isinstance(block, Picture):
                replica.files[block.path] = (_png(story.number), "image/png")
                replica.modified[block.path] = story.published


def _add_listing(replica: Replica, column: Column, stories: list[Story], hot: list[Story], per_page: int) -> None:
    pages = max(1, -(-len(stories) // per_page))
    path = f"/{column.key}/"
    if stories:
        # Of a small replica some columns are empty still; as channels they would look like drift.
        replica.channels.append(ReplicaChannel(column.name, column.path, path))
    replica.listing_pages[path] = pages
    newest = stories[0].published if stories else _LAUNCHED
    for page in range(1, pages + 1):
        entries = stories[(page - 1) * per_page : page * per_page]
        _add(replica, path + listing_name(page), listing_page(column, entries, page, pages, hot), newest)


def _add_furniture(replica: Replica) -> None:
    for name, _ in SERVICE_PAGES:
        _add(replica, f"/plus/{name}.html", service_page(name), _LAUNCHED)
    _add(replica, MISSING, missing_page(), _LAUNCHED)
    files = {
        "/robots.txt": (b"User-agent: *\r\nDisallow: /plus/\r\nAllow: /\r\n", "text/plain"),
        "/plus/count.php": (b"document.write('1024');\r\n", "application/javascript"),
        "/include/site.js": (b"function addFavorite(){}\r\n", "application/javascript"),
        "/templets/style/main.css": (b"body{font-size:12px}\r\n", "text/css"),
        "/templets/images/logo.png": (_png(1), "image/png"),
        "/templets/images/beian.png": (_png(2), "image/png"),
    }
    for path, file in files.items():
        replica.files[path] = file
        replica.modified[path] = _LAUNCHED


def _png(shade: int) -> bytes:
    """A small picture of one colour."""
    width, height = 48, 32
    row = b"\0" + bytes((shade * 37 % 256, shade * 91 % 256, shade * 53 % 256)) * width
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(row * height)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
