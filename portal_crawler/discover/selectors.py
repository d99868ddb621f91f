"""Selectors for a portal whose articles the generic rules do not all read: learned from those that they read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector

from portal_crawler.article import Article, Layout, Portal
from portal_crawler.extract import Page, article_of

# A name with a number in it (TRS_AUTOADD_1637323781) is of one page alone.
_NAME = re.compile(r"[a-z_][a-z_-]*", re.I)
_BLANK = re.compile(r"\s+")
_FIELDS = {"title": "title", "time": "published_raw", "body": "body"}


@dataclass(frozen=True, slots=True)
class Sample:
    """An article page that was read, and its record."""

    page: Page
    article: Article


def derive_layout(samples: Sequence[Sample], portal: Portal) -> Layout | None:
    """A layout that reads what the generic rules missed on some samples, None where they agree or nothing helps.

    A selector counts when it finds a field's element on two samples at least, and finds something on one where the
    generic rules found nothing. It must change no value that they did find.
    """
    chosen: dict[str, Any] = {}
    for field, value in _FIELDS.items():
        read = [sample for sample in samples if getattr(sample.article, value)]
        missed = [sample for sample in samples if not getattr(sample.article, value)]
        if len(read) < 2 or not missed:
            continue
        votes = Counter(selector for sample in read for selector in set(_selectors(sample, field)))
        for selector, count in votes.most_common():
            if count < 2:
                break
            values: dict[str, Any] = {field: selector}
            if _helps(Layout(match=selector, **values), field, read, missed, portal):
                chosen[field] = selector
                break
    if not chosen:
        return None
    match = next(iter(chosen.values())) if len(chosen) == 1 else None
    return Layout(match=match, **chosen)


def _helps(layout: Layout, field: str, read: Sequence[Sample], missed: Sequence[Sample], portal: Portal) -> bool:
    with_it = replace(portal, layouts=(*portal.layouts, layout))
    value = "published_at" if field == "time" else field
    same = all(getattr(article_of([s.page], portal=with_it), value) == getattr(s.article, value) for s in read)
    return same and any(getattr(article_of([sample.page], portal=with_it), value) for sample in missed)


def _selectors(sample: Sample, field: str) -> Iterator[str]:
    """Selectors that find the element of a field's value, and only it."""
    for element in _holders(sample, field):
        names = [f"#{element.get('id')}"] if _NAME.fullmatch(element.get("id") or "") else []
        names += [f"{element.tag}.{name}" for name in (element.get("class") or "").split() if _NAME.fullmatch(name)]
        for name in [*names, *([element.tag] if element.tag == "h1" else [])]:
            if list(CSSSelector(name, translator="html")(sample.page.root)) == [element]:
                yield name


def _holders(sample: Sample, field: str) -> list[etree._Element]:
    """The innermost elements that hold a value: for a text, its first and its last line."""
    text: str = getattr(sample.article, _FIELDS[field])
    lines = [_BLANK.sub("", line) for line in text.split("\n")]
    holding = [
        element
        for element in sample.page.root.iterfind(".//body//*")
        if isinstance(element.tag, str) and _holds("".join(element.itertext()), lines)
    ]
    parents = {element.getparent() for element in holding}
    innermost = [element for element in holding if element not in parents]
    if field != "title":
        return innermost
    # The headline's own element may stand in a box of its own.
    return [element for element in innermost if _BLANK.sub("", "".join(element.itertext())) == lines[0]]


def _holds(text: str, lines: Sequence[str]) -> bool:
    squashed = _BLANK.sub("", text)
    return lines[0] in squashed and lines[-1] in squashed
