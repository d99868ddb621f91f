"""The links of a page that may lead to channels, by their words, their addresses and where they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from portal_crawler.discover.addresses import may_be_article, may_be_page
from portal_crawler.discover.words import is_channel_name, is_more, is_service, tidy
from portal_crawler.extract import Page
from portal_crawler.extract.page_links import absolute
from portal_crawler.urls import belongs_to, identity

_NUMBER = re.compile(r"\d+")
# So many channels beside each other are a menu.
_MENU = 4
_LEVELS = 5
# What heads a part of a menu is among the first of its links.
_FIRST_OF = 3
# A menu holds few links that are as long as headlines.
_HEADLINE = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that may lead to a channel. above: the address of the channel in whose part of a menu it stands.

    in_menu: whether it stands among others of its kind; otherwise it heads a box, or stands alone.
    """

    name: str
    url: str
    above: str | None
    in_menu: bool


@dataclass(slots=True)
class _Link:
    url: str
    name: str
    element: etree._Element
    is_heading: bool


def channel_links(page: Page, hosts: tuple[str, ...], known: Iterable[str] = ()) -> list[Candidate]:
    """The channels that a page may link to, menus first, each address once under its first name.

    hosts: of the portal; links to others are none of its channels. known: addresses of channels found before.
    """
    links = _without_articles(list(_links(page, hosts)), {_form(url) for url in known})
    own = {id(link.element): link for link in links if not link.is_heading}
    menus = _menus(page, set(own))
    found: dict[str, Candidate] = {}
    for in_menu in (True, False):
        for link in links:
            if in_menu is (id(link.element) in menus and not link.is_heading):
                above = _above(link, own)
                found.setdefault(identity(link.url), Candidate(link.name, link.url, above, in_menu))
    return list(found.values())


def is_home(url: str, page: Page) -> bool:
    """Whether an address is the front page of the host that a page is on."""
    return identity(url) == identity(f"{urlsplit(page.url).scheme}://{urlsplit(page.url).netloc}/")


def _links(page: Page, hosts: tuple[str, ...]) -> Iterator[_Link]:
    """The portal's own links; name is "" where the words are a headline's."""
    for element in page.root.iter("a", "area"):
        href = (element.get("href") or "").strip()
        if not href or href.startswith("#") or href.lower().startswith(("javascript:", "mailto:", "tel:")):
            continue
        try:
            url = absolute(page, href)
            if urlsplit(url).scheme not in ("http", "https") or not belongs_to(url, hosts):
                continue
            if identity(url) == identity(page.url) or is_home(url, page) or not may_be_page(url):
                continue
        except ValueError:
            continue
        text = tidy("".join(element.itertext())) or tidy(_alternative(element))
        if is_more(text):
            if (name := _heading(element)) and is_channel_name(name):
                yield _Link(url, name, element, True)
        elif is_channel_name(text):
            yield _Link(url, text, element, False)
        elif len(text) >= _HEADLINE:
            yield _Link(url, "", element, False)


def _form(url: str) -> str:
    """What the addresses of one kind of page have in common: all but their numbers."""
    return _NUMBER.sub("0", identity(url))


def _without_articles(links: list[_Link], known: set[str]) -> list[_Link]:
    """The links that may lead to channels.

    What has the name of a channel may be a short headline: then most links to addresses of its form are headlines.
    Some portals number channels as others number articles (/channel/10021.html): they are channels when several bear
    the names of such, and no headline leads to an address of the same form.
    """
    forms = [_form(link.url) for link in links]
    linked = {(form, link.url, bool(link.name)) for link, form in zip(links, forms, strict=True)}
    names = Counter(form for form, _, named in linked if named)
    headlines = Counter(form for form, _, named in linked if not named)

    def may_lead_to_channel(link: _Link, form: str) -> bool:
        if may_be_article(link.url):
            return not headlines[form] and (names[form] >= _MENU or form in known)
        return (
            headlines[form] <= names[form]
            or _NUMBER.search(urlsplit(link.url).path + link.url.partition("?")[2]) is None
        )

    return [link for link, form in zip(links, forms, strict=True) if link.name and may_lead_to_channel(link, form)]


def _alternative(element: etree._Element) -> str:
    """What a link's picture stands for, else the link's own title."""
    return (
        next((picture.get("alt") or "" for picture in element.iter("img")), "")
        or element.get("alt")
        or element.get("title")
        or ""
    )


def _heading(more: etree._Element) -> str | None:
    """The heading of the box that a 更多 belongs to: the short text that stands before it."""
    for ancestor in list(more.iterancestors())[:3]:
        before = ""
        for element in ancestor.iter():
            if element is more or len(before) > _HEADLINE:
                break
            if isinstance(element.tag, str):
                before = tidy(before + (element.text or ""))
        if before:
            return before if is_channel_name(before) else None
    return None


def _menus(page: Page, channels: set[int]) -> set[int]:
    """The links, of the given ones, that stand in a menu: among others of their kind and hardly anything else."""
    kinds: dict[etree._Element, list[int]] = {}
    for element in page.root.iter("a"):
        text = tidy("".join(element.itertext()))
        kind = 0 if id(element) in channels else 1 if len(text) >= _HEADLINE else 2
        for ancestor in list(element.iterancestors())[:_LEVELS]:
            kinds.setdefault(ancestor, [0, 0, 0])[kind] += 1
            if kind == 2 and is_service(text):
                kinds[ancestor][1] += 1
    menus = {ancestor for ancestor, (own, other, _) in kinds.items() if own >= _MENU and other * 3 <= own}
    return {
        id(element)
        for element in page.root.iter("a")
        if id(element) in channels and any(ancestor in menus for ancestor in list(element.iterancestors())[:_LEVELS])
    }


def _above(link: _Link, own: dict[int, _Link]) -> str | None:
    """The channel that heads the item or the list in which a link stands deeper: `<li><a>…</a><ul><li><a>`."""
    child = link.element
    for ancestor in list(link.element.iterancestors())[: _LEVELS + 1]:
        if ancestor.tag in ("li", "dl") and child.tag not in ("a", "dt"):
            anchors = islice(ancestor.iter("a"), _FIRST_OF)
            first = next((own[id(anchor)] for anchor in anchors if id(anchor) in own), None)
            if first is not None and first.element is not link.element and first.url != link.url:
                inside = any(element is child for element in first.element.iterancestors())
                if not inside:
                    return first.url
        child = ancestor
    return None
