"""Selectors for a portal whose articles the generic rules do not all read: learned from those that they read."""

from __future__ import annotations

import re
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
# So many samples must agree on a selector before it overrules what the generic rules found on another one.
_MAJORITY = 3
_FIELDS = {"title": "title", "time": "published_raw", "body": "body"}


@dataclass(frozen=True, slots=True)
class Sample:
    """An article page that was read, and its record."""

    page: Page
    article: Article


def derive_layout(samples: Sequence[Sample], portal: Portal) -> Layout | None:
    """A layout for the samples on which the generic rules disagree with the others, None where there are none.

    A selector counts when it finds a field's element on two samples at least and leaves these as they were. It is
    wanted when it finds something where the generic rules found nothing, or something else than they did on so few
    samples that they are the exception.
    """
    chosen: dict[str, Any] = {}
    for field, value in _FIELDS.items():
        voters: dict[str, list[Sample]] = {}
        for sample in samples:
            if getattr(sample.article, value):
                for selector in dict.fromkeys(_selectors(sample, field)):
                    voters.setdefault(selector, []).append(sample)
        for selector, agreeing in sorted(voters.items(), key=lambda item: -len(item[1])):
            others = [sample for sample in samples if sample not in agreeing]
            if len(agreeing) > 1 and others and _helps(field, selector, agreeing, others, portal):
                chosen[field] = selector
                break
    if not chosen:
        return None
    match = next(iter(chosen.values())) if len(chosen) == 1 else None
    return Layout(match=match, **chosen)


def _helps(field: str, selector: str, agreeing: Sequence[Sample], others: Sequence[Sample], portal: Portal) -> bool:
    """Whether a selector leaves the agreeing samples as they are, and reads something on others that was not read."""
    value = "published_at" if field == "time" else field
    values: dict[str, Any] = {field: selector}
    with_it = replace(portal, layouts=(*portal.layouts, Layout(match=selector, **values)))

    def read(sample: Sample) -> tuple[str | None, str | None]:
        """The field without and with the selector."""
        return getattr(sample.article, value), getattr(article_of([sample.page], portal=with_it), value)

    changed = [pair for pair in map(read, others) if pair[0] != pair[1]]
    replaced = [pair for pair in changed if pair[0] is not None]
    if not changed or len(agreeing) < _MAJORITY * len(replaced):
        return False
    return all(before == after for before, after in map(read, agreeing))


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
