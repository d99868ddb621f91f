"""Article records in data: which of the objects that a JSON answer holds are the list, and what each says.

Portals name their fields as they like, so a record is known by its shape: an address (or an id, where it is known
how addresses are made of it), a title, a time. Objects at one place of the data are one list; of several lists, one
whose records have times beats one without, and what is called hot, advert or menu is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from portal_crawler.article import Entry
from portal_crawler.extract.addresses import looks_like_article
from portal_crawler.extract.literals import parse_json
from portal_crawler.extract.record_fields import Frame, entry_of

_DEEPEST = 12
_MOST_RECORDS = 5000
# Values may name each other in a circle.
_MOST_VISITS = 100_000
# What is none wherever the name stands, and what is none when it is the list's own name.
_ASIDE = re.compile(
    r"^(?:hot\w*|\w*hot|rank\w*|\w*rank|phb|ads?(?:list|data|items)?|advert\w*|nav\w*|menus?|menulist|\w{0,60}recommend\w{0,60}|"
    r"recom\w*|tuijian|related?|friend\w*|banner\w*|slide\w*|carousel\w*|swiper\w*|breadcrumb\w*|focus\w*|lunbo|jiaodian)$"
)
_NO_LIST = re.compile(
    r"^(?:links?|channels?|columns?|categor\w*|tags?|topics?|(?:pic|img|image)s?|\w*(?:pic|img|image)list|sites?|crumbs?|"
    r"clicks?|comments?|children|sub\w*|(?:channel|column|node|site|link)list)$"
)
_PINNED = re.compile(r"^(?:top\w*|\w*top|stick\w*|pinned|zhiding|zd|headlines?|toutiao)$")
_GENERAL_KEY = re.compile(r"^\d[\d/.-]*$")
# Names of channels and services are shorter than this on average, headlines longer.
_HEADLINE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A list in data: its entries, the object around it (page counts stand there), and whether times stand beside."""

    entries: tuple[Entry, ...]
    around: dict[str, Any]
    dated: bool
    size: int


def records_in(data: Any, frame: Frame, *, named: bool = False) -> Found | None:
    """The list among all objects of a value, None where there is none.

    named: whether what is called hot or advert is none even when it is the only one: an answer to a request may
    call its list anything, a script holds lists of every kind.
    """
    groups: dict[str, list[tuple[Entry, dict[str, Any], frozenset[str]]]] = {}
    arounds: dict[str, dict[str, Any]] = {}
    arrays: set[str] = set()
    objects = _objects(data, "", data if isinstance(data, dict) else {}, 0, arrays, [_MOST_VISITS])
    for place, record, around in islice(objects, _MOST_RECORDS):
        if named and "*" not in place:
            # What stands alone in a page's script is the page's own record.
            continue
        if (entry := entry_of(record, frame)) and entry.url != frame.url:
            groups.setdefault(place, []).append((entry, record, frozenset(record)))
            arounds.setdefault(place, around)
    ranks = {
        place: _rank(place, [entry for entry, _, _ in group], named or len(arrays) > 1)
        for place, group in groups.items()
    }
    best = max(ranks, key=lambda place: ranks[place], default=None)
    if best is None or ranks[best][0] <= 0:
        return None
    shape = groups[best][0][2]
    chosen = [entry for entry, _, _ in groups[best]]
    for place, group in groups.items():
        beside = place != best and place.count("/") == best.count("/") and _PINNED.match(_last_name(place))
        if beside and len(shape & group[0][2]) >= 0.8 * len(shape):
            chosen = [entry for entry, _, _ in group] + chosen
    once = {entry.url: entry for entry in reversed(chosen)}
    entries = tuple(entry for entry in chosen if once[entry.url] is entry)
    return Found(entries, arounds[best], ranks[best][0] >= 1.5, len(groups[best]))


def _objects(
    value: Any, place: str, around: dict[str, Any], depth: int, arrays: set[str], left: list[int]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every object that may be a record, with its place in the data and the fields around it."""
    left[0] -= 1
    if depth > _DEEPEST or left[0] < 0:
        return
    if isinstance(value, str) and value[:1] in ("[", "{") and len(value) > 20:
        try:
            value = parse_json(value)
        except ValueError:
            return
    if isinstance(value, list):
        arrays.add(place)
        rows = [row for row in value if isinstance(row, list) and any(isinstance(cell, str) for cell in row)]
        if rows and len(rows) == len(value):
            for row in rows:
                yield f"{place}/*", {str(number): cell for number, cell in enumerate(row)}, around
            return
        for item in value:
            yield from _objects(item, f"{place}/*", around, depth + 1, arrays, left)
    elif isinstance(value, dict):
        if any(not isinstance(inner, dict | list) for inner in value.values()):
            yield place, value, around
        plain = {key: inner for key, inner in value.items() if not isinstance(inner, dict | list)}
        around = {**around, **plain} if plain and not place.endswith("*") else around
        for key, inner in value.items():
            step = "*" if _GENERAL_KEY.match(str(key)) else str(key).lower()
            if isinstance(inner, dict) and "pag" in step:
                around = {**around, **{k: v for k, v in inner.items() if not isinstance(v, dict | list)}}
        for key, inner in value.items():
            step = "*" if _GENERAL_KEY.match(str(key)) else str(key).lower()
            if isinstance(inner, dict | list | str):
                yield from _objects(inner, f"{place}/{step}", around, depth + 1, arrays, left)


def _last_name(place: str) -> str:
    return next((step for step in reversed(place.split("/")) if step not in ("*", "")), "")


def _rank(place: str, entries: Sequence[Entry], named: bool) -> tuple[float, float]:
    """How much a place's records look like the page's list: first by kind, then by size. A kind of 0 is no list."""
    dated = sum(entry.date is not None for entry in entries) / len(entries)
    mean = sum(len(entry.title or "") for entry in entries) / len(entries)
    likely = 0
    for entry in entries:
        split = urlsplit(entry.url)
        likely += looks_like_article(split.path, split.query) or bool(split.fragment)
    size = sum(min(len(entry.title or ""), 30) for entry in entries)
    aside = any(map(_ASIDE.match, place.split("/"))) or _NO_LIST.match(_last_name(place)) is not None
    if aside and named:
        return 0.0, 0.0
    if dated >= 0.5:
        # A list goes before what is pinned above it.
        return 1.5 if _PINNED.match(_last_name(place)) else 2.0, size
    if likely < 0.5 * len(entries) or mean < _HEADLINE:
        return 0.0, 0.0
    return 1.0, size
