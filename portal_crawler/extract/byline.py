"""Who a page names around its text: source, editor, author.

The labelled line between headline and text speaks first; the lines that close the text second, since portals on
TRS and DedeCMS print 编辑 there. A name below the text is no author: what stands there are photographers,
correspondents and sign-offs of many kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.byline_lines import Named, ReadLine, read_below, read_closing, read_line
from portal_crawler.extract.labels import Labelled
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_lone_name, is_outlet, is_person, outlet, persons
from portal_crawler.extract.page import Page
from portal_crawler.extract.unlabelled import (
    author_after_source,
    author_beside,
    author_called,
    bare_source,
    parted_line,
    reporter_line,
)

_EDITOR_LINE: Final = re.compile(r"^[\W_]*(?:责任编辑|责编|编辑|責任編輯)\s*[:：]")
# Lines under the text in which a source or an editor is looked for.
_NEAR: Final = 20
_LONGEST_CREDIT: Final = 40
# What a label of the page that follows opens with.
_OPENING: Final = " \u3000\xa0【[（("
_PLACE_BEHIND: Final = re.compile(
    r"(?<=\S)(?:[(（][\u4e00-\u9fff]{2,4}[)）]|北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    r"广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)$"
)
# 凡本网注明“来源：X”: what a notice says of the label is not what the label says.
_QUOTED: Final = re.compile(r"[“\"「『‘]\s*$|注明\s*$")


@dataclass(frozen=True, slots=True)
class Byline:
    """Who a page names around its text. Absent is None."""

    source: Named | None
    editor: Named | None
    author: Named | None


def read_byline(page: Page, above: Iterable[int], body: Sequence[int], end: int) -> Byline:
    """The source, editor and author of an article page.

    above: indices of the lines around the headline and up to the text. body: of the lines of the text. end: of
    the first line under it.
    """
    top = [read_line(page.lines[index]) for index in above]
    source = _labelled_source(page, top, "above")
    editor = _labelled_persons(top, "editor", "above")
    author = _labelled_persons(top, "author", "above")
    if author is None:
        opening = [read_line(page.lines[index]) for index in body[:2]]
        author = reporter_line(top + opening) or author_after_source(top) or _author_line(page, body)
    parted: list[ReadLine] = []
    apart = top
    if source is None or author is None:
        apart = [parted_line(page, line) or line for line in top]
        parted = [read for read, line in zip(apart, top, strict=True) if read is not line]
        editor = editor or _labelled_persons(parted, "editor", "above")
        author = author or _labelled_persons(parted, "author", "above") or author_beside(parted)
        author = author or author_called(page, top) or _name_line(page, body)
    if source is None or editor is None:
        below = [read_closing(page.lines[index]) for index in body[-2:]]
        below += [read_below(line) for line in page.lines[end : end + _NEAR]]
        source = source or _labelled_source(page, below, "below") or bare_source(page, apart) or bare_source(page, top)
        editor = editor or _labelled_persons(below, "editor", "below") or _far_editor(page.lines[end + _NEAR :])
    return Byline(source, editor, author)


def _author_line(page: Page, body: Sequence[int]) -> Named | None:
    """An author whose line stands below the dateline of an agency's item: nothing but the label and names."""
    for index in body[1:3]:
        labels = page.lines[index].labels
        if len(labels) == 1 and labels[0].label in ("作者", "撰文", "文") and labels[0].start == 0:
            names = persons(labels[0].value)
            if names and all(map(is_person, names.split("、"))):
                return Named(names, f"{labels[0].label} in text")
    return None


def _name_line(page: Page, body: Sequence[int]) -> Named | None:
    """A name that stands by itself right above the text, as essays and columns print their author."""
    if not body or body[0] == 0:
        return None
    line = page.lines[body[0] - 1]
    return None if line.link or not is_lone_name(line.text) else Named(persons(line.text) or "", "name above text")


def _far_editor(lines: Iterable[Line]) -> Named | None:
    """An editor whose line a poll or lists of links have pushed far down; there it must be a line of its own."""
    far = [read_line(line) for line in lines if line.link * 2 <= len(line.text) and _EDITOR_LINE.match(line.text)]
    return _labelled_persons(far, "editor", "below")


def _labelled_source(page: Page, reads: list[ReadLine], place: str) -> Named | None:
    for position, read in enumerate(reads):
        for item in read.labels:
            if item.kind != "source" or _QUOTED.search(read.text[: item.start]):
                continue
            value = outlet(item.value) or _pictured(page, read, item)
            if value is None and not item.value.strip() and position + 1 < len(reads):
                value = _outlet_line(read, reads[position + 1])
            if value is not None:
                return Named(_before_place(page, read, value), f"{item.label} {place} text")
    return None


def _before_place(page: Page, read: ReadLine, value: str) -> str:
    """A source without the place that platforms print behind its link (<a>X报</a>北京, <a>X报</a>(成都))."""
    place = _PLACE_BEHIND.search(value)
    if place is None:
        return value
    for anchor in page.element(read.line.block).iter("a"):
        if "".join(anchor.itertext()).strip() == value[: place.start()]:
            return value[: place.start()]
    return value


def _outlet_line(label: ReadLine, following: ReadLine) -> str | None:
    """An outlet on the line below its label, in the same row or list."""
    text = following.text.strip()
    alone = _is_next(label, following) and not following.labels and len(text) <= 15
    return text if alone and text[:1] != "《" and is_outlet(text) else None


def _is_next(label: ReadLine, following: ReadLine) -> bool:
    return 0 <= following.line.block - label.line.block <= 2


def _names_line(label: ReadLine, following: ReadLine) -> str | None:
    """Names on the line below their label, in the same row or list: nothing but names."""
    if following.labels or len(following.text) > 15 or is_tools(following.text) or not _is_next(label, following):
        return None
    names = persons(following.text)
    return names if names and all(map(is_person, names.split("、"))) else None


def _pictured(page: Page, read: ReadLine, item: Labelled) -> str | None:
    """An outlet printed as a logo: the picture's alternative text."""
    if item.value.strip(_OPENING) or len(read.line.pictures) != 1:
        return None
    return outlet(page.pictures(read.line)[0].get("alt") or "")


def _labelled_persons(reads: list[ReadLine], kind: str, place: str) -> Named | None:
    for position, read in enumerate(reads):
        names: list[str] = []
        label = ""
        for item in read.labels:
            if item.kind != kind:
                continue
            value = persons(item.value)
            if value is None and not item.value.strip() and position + 1 < len(reads):
                value = _names_line(read, reads[position + 1])
            if value:
                names += value.split("、")
                label = label or item.label
        if names:
            if kind == "editor":
                names += _other_editors(reads[position + 1 : position + 4], {item.label for item in read.labels})
            return Named("、".join(dict.fromkeys(names)), f"{label} {place} text")
    return None


def _other_editors(reads: list[ReadLine], known: set[str]) -> list[str]:
    """Names behind other labels of editors on lines that follow one (编辑：X, then 责编：Y)."""
    found: list[str] = []
    for read in reads:
        if len(read.line.text) <= _LONGEST_CREDIT:
            for item in read.labels:
                if item.kind == "editor" and item.label not in known and (names := persons(item.value)):
                    found += names.split("、")
    return found
