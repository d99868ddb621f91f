"""A profile's word for a page design: selectors that say where a field stands when the generic rules would err."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from lxml import etree
from lxml.cssselect import CSSSelector

from portal_crawler.article import Article, Layout, Portal
from portal_crawler.extract.labels import read_labels
from portal_crawler.extract.lines import EDGES, lay_out
from portal_crawler.extract.names import outlet, persons
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import find_stamp


def layout_for(page: Page, portal: Portal | None) -> Layout | None:
    """The first layout of the portal whose `match` the page satisfies, None without one."""
    for layout in portal.layouts if portal else ():
        if layout.match is None or _select(layout.match)(page.root):
            return layout
    return None


def apply_layout(article: Article, page: Page, layout: Layout) -> Article:
    """The article with the fields that the layout's selectors find; what they do not find stays as it was."""
    values: dict[str, object] = {}
    for field in ("title", "source", "editor", "author", "body"):
        selector = getattr(layout, field)
        text = _text(page, selector, layout.remove if field == "body" else ()) if selector else None
        if text and (value := _READ[field](text)):
            values[field] = value
    stamp = find_stamp(_text(page, layout.time) or "", fetched_at=page.fetched_at) if layout.time else None
    if stamp:
        values |= {"published_at": stamp.value, "published_precision": stamp.precision, "published_raw": stamp.raw}
    if layout.channel_path:
        crumbs = tuple(
            filter(None, ("".join(part.itertext()).strip(EDGES) for part in _select(layout.channel_path)(page.root)))
        )
        if crumbs:
            values["channel_path"] = crumbs
    rules = {
        field: f"layout {getattr(layout, 'time' if field == 'published_at' else field)}"
        for field in values
        if field in _RULED
    }
    return replace(article, **values, provenance=article.provenance | rules)  # type: ignore[arg-type]


def without_lines(article: Article, lines: tuple[str, ...]) -> Article:
    """The article without the paragraphs that its portal's profile names as boilerplate."""
    if not lines or article.body is None:
        return article
    named = {line.strip() for line in lines}
    kept = [paragraph for paragraph in article.body.split("\n") if paragraph.strip() not in named]
    return replace(article, body="\n".join(kept) or None)


_RULED = frozenset(("title", "source", "editor", "author", "body", "channel_path", "published_at"))


def _text(page: Page, selector: str, removed: tuple[str, ...] = ()) -> str | None:
    """The lines of the first element that a selector finds, without the elements that others find in it."""
    found = _select(selector)(page.root)
    if not found:
        return None
    element: etree._Element = found[0]
    if removed:
        element = etree.fromstring(etree.tostring(element, with_tail=False, encoding="unicode"), etree.HTMLParser())
        for part in [part for other in removed for part in _select(other)(element)]:
            _drop(part)
    lines, _ = lay_out(element)
    return "\n".join(line.text for line in lines if line.text) or None


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _labelled(text: str, kind: str) -> str:
    """A value without its label: what a selector finds often carries it (来源：X)."""
    return next((item.value for item in read_labels(text) if item.kind == kind), text)


_READ: dict[str, Callable[[str], str | None]] = {
    "title": lambda text: text.replace("\n", " "),
    "source": lambda text: outlet(_labelled(text, "source")),
    "editor": lambda text: persons(_labelled(text, "editor")),
    "author": lambda text: persons(_labelled(text, "author")),
    "body": lambda text: text,
}


@lru_cache(maxsize=256)
def _select(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")
