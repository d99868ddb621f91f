"""The plain records that every layer passes around; no layer is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta, timezone

# Portals print this zone without naming it, and everything stored is in it.
BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article: absolute URL and the caption printed with it, None where there is none."""

    url: str
    caption: str | None


@dataclass(frozen=True, slots=True)
class Article:
    """One news item as printed. An absent value is None, never a guess; `provenance` names each value's rule.

    published_at: ISO 8601 with +08:00, cut to what the page shows; published_precision: second, minute or day.
    source, editor, author: without label, several names joined by `、`.
    body: paragraphs separated by a line feed. channel_path: outermost first, without 首页.
    warnings: names of doubts about the page (`empty_body`, `damaged_text`, …), for people and for `check`.
    """

    url: str
    portal: str | None = None
    title: str | None = None
    published_at: str | None = None
    published_precision: str | None = None
    published_raw: str | None = None
    source: str | None = None
    editor: str | None = None
    author: str | None = None
    body: str | None = None
    channel_path: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    page_count: int = 1
    extractor: str = ""
    provenance: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing: absolute URL, and title and date as the listing shows them."""

    url: str
    title: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a channel's index: its entries in page order and the URL of the next page, if any."""

    entries: tuple[Entry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Capture:
    """One HTTP exchange in the archive: where its WARC record lies and what it held.

    file: path of the segment relative to the archive directory. offset, length: bytes of its record as packed.
    digest: `sha1:` and base32 of the payload as received. fetched_at: ISO 8601 +08:00.
    """

    url: str
    fetched_at: str
    status: int
    content_type: str | None
    digest: str
    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One page design of a portal. Every value is a CSS selector; what is None is left to the generic rules.

    match: a selector that only pages of this design satisfy; None matches every page.
    remove: selectors of blocks inside the body that are not text of the article.
    """

    match: str | None = None
    title: str | None = None
    time: str | None = None
    source: str | None = None
    editor: str | None = None
    author: str | None = None
    body: str | None = None
    channel_path: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """A column of a portal: its name, its path from the outermost column, and its listing's URL.

    A URL that starts with `/` is relative to the portal's host (profiles that name no host).
    """

    name: str
    path: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Portal:
    """One news site, as its profile describes it.

    hosts: host names that belong to it, subdomains included. encoding: only where the evidence on the pages
    misleads. entries, next_page: CSS selectors of a listing's links and of its way on, None for the generic rules.
    pager: address of a list's page, relative to the channel's, with `{page}` (counted from 1) or `{page-1}`.
    article_url: address of an article whose list gives only its `{id}` (lists in JSON).
    parts: CSS selector of the links to an article's other pages.
    enabled: whether a crawl of all portals takes it; one that names it always does.
    delay_s: seconds between requests to one host, None for the default. lenient_tls: take certificates that are
    expired or another host's, and the TLS of old servers. browser: its lists are read as a browser shows them.
    """

    id: str
    name: str
    province: str | None = None
    hosts: tuple[str, ...] = ()
    verified: bool = False
    enabled: bool = True
    channels: tuple[Channel, ...] = ()
    layouts: tuple[Layout, ...] = ()
    encoding: str | None = None
    entries: str | None = None
    next_page: str | None = None
    pager: str | None = None
    article_url: str | None = None
    parts: str | None = None
    boilerplate: tuple[str, ...] = ()
    delay_s: float | None = None
    lenient_tls: bool = False
    browser: bool = False
