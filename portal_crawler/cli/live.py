"""Whether a profile holds on the live portal: one listing, a few of its articles, and what each field got."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urljoin

from portal_crawler.article import Article, Channel, Entry, Listing, Portal
from portal_crawler.cli.visitor import VisitError, Visitor
from portal_crawler.extract import (
    Page,
    article_of,
    count_script,
    frame_of,
    further_pages,
    listing_of,
    loaded_scripts,
    newest_count_page,
    scripted_requests,
)
from portal_crawler.urls import belongs_to

MOST_ARTICLES = 3
# Of what a page's scripts ask for, the list is among the first; and its own script is the last that it loads.
_MOST_TRIED = 2
_MOST_SCRIPTS = 1
GOOD, FAILED, DRIFT = 0, 3, 5
# What an article must have to be worth keeping; the other fields are not on every page.
_NEEDED = ("title", "published_at", "body")


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """What one field of an article got: its value as text, None where nothing, and the rule that found it."""

    name: str
    value: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class ArticleSeen:
    """One article as read, or why it was not. complete: whether it has a title, a time and a text."""

    url: str
    fields: tuple[FieldSeen, ...] = ()
    more_pages: int = 0
    warnings: tuple[str, ...] = ()
    complete: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ListingSeen:
    """A channel's first list page as read, or why it was not.

    url: of the page, or of what its script asks for. own: how many entries are on the portal's hosts.
    """

    url: str
    entries: tuple[Entry, ...] = ()
    own: int = 0
    next: str | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What one visit to a portal showed. robots: answers by address. exit_code: 0 good, 3 unreachable, 5 drift."""

    portal: str
    name: str
    verified: bool
    channel: Channel
    robots: dict[str, str]
    listing: ListingSeen
    articles: tuple[ArticleSeen, ...]
    verdict: str
    exit_code: int


def check_live(portal: Portal, channel: Channel, visitor: Visitor) -> LiveCheck:
    """Visit a portal's channel and its first articles. Trouble with a page is part of the answer, not raised."""
    listing, urls = _look_at_listing(portal, channel, visitor)
    articles = tuple(_look_at_article(portal, url, visitor) for url in urls)
    verdict, exit_code = _judge(listing, articles)
    return LiveCheck(
        portal.id, portal.name, portal.verified, channel, visitor.robots, listing, articles, verdict, exit_code
    )


def _look_at_listing(portal: Portal, channel: Channel, visitor: Visitor) -> tuple[ListingSeen, list[str]]:
    """The channel's list and the addresses of the articles to look at."""
    try:
        page = visitor.page(channel.url)
    except VisitError as error:
        return ListingSeen(channel.url, error=str(error)), []
    listing = listing_of(page, portal=portal)
    asked = page.url
    if not listing.entries:
        asked, listing = _asked_by_script(page, portal, visitor)
    own = [entry.url for entry in listing.entries if belongs_to(entry.url, portal.hosts)]
    following, warnings = listing.next, tuple(page.warnings)
    if portal.pager:
        following = urljoin(channel.url, portal.pager.replace("{page-1}", "1").replace("{page}", "2"))
    elif following is None and listing.entries and (script := count_script(page)):
        try:
            answer = visitor.answer(script)
            following = newest_count_page(answer.url, answer.body.decode("ascii", "replace"))
        except VisitError as error:
            warnings = (*warnings, f"page count {script}: {error}")
    return ListingSeen(asked, listing.entries, len(own), following, warnings), own[:MOST_ARTICLES]


def _asked_by_script(page: Page, portal: Portal, visitor: Visitor) -> tuple[str, Listing]:
    """The list among what a page's scripts ask for, first those on the page, and its address; an empty one without."""
    scripts: list[str] = []
    for address in (None, *loaded_scripts(page)[:_MOST_SCRIPTS]):
        try:
            if address is not None:
                scripts.append(visitor.answer(address).body.decode("utf-8", "replace"))
        except VisitError:
            continue
        frame = frame_of(page, portal, scripts)
        for request in scripted_requests(page, scripts)[:_MOST_TRIED]:
            try:
                data = visitor.page(request.url)
            except VisitError:
                continue
            listing = listing_of(data, portal=portal, frame=replace(frame, pager=request.pager))
            if listing.entries:
                return data.url, listing
    return page.url, Listing((), None)


def _look_at_article(portal: Portal, url: str, visitor: Visitor) -> ArticleSeen:
    try:
        page = visitor.page(url)
    except VisitError as error:
        return ArticleSeen(url, error=str(error))
    article = article_of([page], portal=portal)
    return ArticleSeen(
        page.url,
        _fields(article),
        len(further_pages(page)),
        article.warnings,
        all(getattr(article, name) is not None for name in _NEEDED),
    )


def _fields(article: Article) -> tuple[FieldSeen, ...]:
    values = {
        "title": article.title,
        "published_at": article.published_at,
        "source": article.source,
        "editor": article.editor,
        "author": article.author,
        "channel_path": " > ".join(article.channel_path) or None,
        "body": article.body,
        "images": f"{len(article.images)}: {article.images[0].url}" if article.images else None,
    }
    return tuple(FieldSeen(name, value, article.provenance.get(name)) for name, value in values.items())


def _judge(listing: ListingSeen, articles: tuple[ArticleSeen, ...]) -> tuple[str, int]:
    """What it all amounts to, and the exit code."""
    if listing.error:
        return f"the listing could not be read: {listing.error}", FAILED
    if not listing.entries:
        return "nothing was listed: the channel has moved, or its list is made in a way that is not understood", DRIFT
    if not articles:
        return f"none of {len(listing.entries)} entries is on the portal's hosts", DRIFT
    read = [article for article in articles if not article.error]
    complete = sum(article.complete for article in read)
    summary = f"{len(listing.entries)} entries, {complete} of {len(read)} articles have title, time and text"
    if read and not complete:
        return summary, DRIFT
    if len(read) < len(articles):
        return f"{summary}; {len(articles) - len(read)} could not be read", FAILED
    return f"good: {summary}", GOOD
