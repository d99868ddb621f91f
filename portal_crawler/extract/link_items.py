"""What stands with a link of a list: its title, and the date beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol

from lxml import etree

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.lines import EDGES

_NUMBERS = (
    r"(?:(?:19|20)\d\d|\d\d)\s{0,9}[-/.年]\s{0,9}[01]?\d\s{0,9}[-/.月]\s{0,9}[0-3]?\d日?(?:\s{1,9}[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?"
    r"|(?<![\d.])[01]?\d\s{0,9}[-/月]\s{0,9}[0-3]?\d日?(?![\d.])(?:\s{1,9}[0-2]?\d:[0-5]\d)?|\d{1,2}\s{0,9}(?:分钟|小时|天)前"
    r"|(?:昨天|今天|前天)(?:\s{0,9}[0-2]?\d:[0-5]\d)?"
)
_MONTH_NAME = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
DATE = re.compile(
    rf"{_NUMBERS}"
    r"|[一二][〇○零九八七六五四三二一]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    rf"|\b{_MONTH_NAME}\s{{1,3}}[0-3]?\d,?\s{{1,3}}20\d\d|\b[0-3]?\d\s{{1,3}}{_MONTH_NAME},?\s{{1,3}}20\d\d"
)
_AROUND_DATE = " \u3000[]【】()（）"
_DATE_IN_BRACKETS = re.compile(r"[\[【(（](?P<date>20\d\d[-/.年][01]?\d[-/.月][0-3]?\d日?)[\]】)）]$")
_DATE_AT_EDGE = re.compile(
    rf"^[\[【(（]?\s{{0,9}}(?:{_NUMBERS})\s{{0,9}}[\]】)）]?(?=\s)"
    rf"|(?<=\s)[\[【(（]?\s{{0,9}}(?:{_NUMBERS})\s{{0,9}}[\]】)）]?$"
)
# A day in large figures beside its month in small ones, in two or three elements.
_DAY = re.compile(r"^[0-3]?\d\s*日?$")
_MONTH = re.compile(r"^(?:(?P<year>20\d\d)\s*[-./年]\s*)?(?P<month>[01]?\d)\s*月?$")
_YEAR = re.compile(r"^(20\d\d)\s*年?$")
_MONTH_DAY = re.compile(r"^(?P<month>[01]?\d)\s*[-./月]\s*(?P<day>[0-3]?\d)\s*日?$")
# What else stands with an entry, as 评论(0).
_ITEM_TOOL = re.compile(
    r"^(?:\d{1,9}\s?(?:评|条?(?:评论|跟帖|留言|回复))|(?:评论|跟帖|留言|回复|点赞|赞|收藏|转发|分享|阅读)\s?[(（:：]?\s?\d{0,9}\s?[)）]?)$"
)
_MORE = re.compile(
    r"^[\[【(（<]*(?:详细|(?:查看)?详情|(?:阅读|查看)?(?:全文|更多)|点击查看|more|detail|read more)[\]】)）>…. ]*$",
    re.I,
)
_CUT_SHORT = re.compile(r"(?:\.\.|…)$")
_CALLED_TITLE = re.compile(r"(?:^|[-_ ])(?:tit|title|bt|biaoti|headline|subject|name)(?:[-_ \d]|$)|title$", re.I)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BREAKING = frozenset((*_HEADINGS, "p", "div", "dt", "dd", "li", "br", "section", "article", "time"))
_SHORTEST_PIECE = 4
# What cameras and upload forms put into the place of a text.
_FILE_NAME = re.compile(r"\.(?:jpe?g|png|gif|bmp)$|^[\w-]+$", re.I | re.A)
_MOST_IN_CARD = 60
# How far up a link's item reaches.
LEVELS = 6


class Linked(Protocol):
    """A link as far as its item is concerned."""

    url: str
    element: etree._Element


def title_and_date(anchor: etree._Element) -> tuple[str, str | None]:
    """The text of a link, in full where the page cuts it short, "" for pictures and for 详细; and a date in it.

    A link around a whole card holds title, summary and date: the heading is the title, or the first of its texts.
    """
    text, date = _card(anchor) if _is_card(anchor) else (_plain("".join(anchor.itertext())), None)
    full = (anchor.get("title") or "").strip()
    if full and _CUT_SHORT.search(text) and full[:4] == text[:4]:
        return full, date
    if _MORE.match(text) or _ITEM_TOOL.match(text) or (text and is_tools(text)):
        return "", date
    if not text:
        alt = next((_plain(picture.get("alt") or "") for picture in anchor.iter("img")), "")
        text = max(_plain(full), alt, key=len)
        return (text if len(text) >= _SHORTEST_PIECE and not _FILE_NAME.search(text) else ""), date
    if date is None and (inside := _DATE_IN_BRACKETS.search(text)):
        return text[: inside.start()].strip(), inside["date"]
    if date is None and (inside := _DATE_AT_EDGE.search(text)):
        return text.replace(inside.group(), "").strip(), inside.group().strip(_AROUND_DATE)
    return text, date


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(EDGES + "·•・●■▪◆>›-")


def _is_card(anchor: etree._Element) -> bool:
    """Whether a link holds blocks, or an element that is a date and nothing else."""
    inside = list(islice(anchor.iterdescendants(), _MOST_IN_CARD + 1))
    if len(inside) > _MOST_IN_CARD:
        return False
    for element in inside:
        if not isinstance(element.tag, str) or element.tag == "img":
            continue
        text = (element.text or "").strip()
        if element.tag in _BREAKING or (text and len(text) <= 20 and DATE.fullmatch(text.strip(_AROUND_DATE))):
            return True
    return False


def _card(anchor: etree._Element) -> tuple[str, str | None]:
    pieces = list(_pieces(anchor))
    date = next((found for text in pieces if (found := _whole_date(text))), None) or _split_date(pieces)
    for element in anchor.iterdescendants():
        if not isinstance(element.tag, str):
            continue
        called = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag in _HEADINGS or _CALLED_TITLE.search(called):
            text = _plain("".join(element.itertext()))
            if len(text) >= _SHORTEST_PIECE and not _whole_date(text):
                return text, date
    texts = [text for text in pieces if not _whole_date(text) and not _DAY.match(text) and not _MONTH.match(text)]
    return next((text for text in texts if len(text) >= _SHORTEST_PIECE), texts[0] if texts else ""), date


def _whole_date(text: str) -> str | None:
    text = text.strip(_AROUND_DATE)
    return text if len(text) <= 20 and DATE.fullmatch(text) else None


def _pieces(anchor: etree._Element) -> Iterator[str]:
    """The texts of a card, parted at its blocks and around its dates."""
    run: list[str] = []
    for event, element in etree.iterwalk(anchor, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        breaks = element is not anchor and (
            element.tag in _BREAKING or _whole_date("".join(element.itertext()).strip())
        )
        if breaks and run:
            yield _plain("".join(run))
            run = []
        text = element.text if event == "start" else element.tail if element is not anchor else None
        if text and text.strip():
            run.append(text)
    if run:
        yield _plain("".join(run))


def alone(links: Iterable[Linked]) -> dict[etree._Element, str]:
    """Elements around links, up to some levels, that hold one address only, with that address."""
    holds: dict[etree._Element, str] = {}
    for link in links:
        for level, ancestor in enumerate(link.element.iterancestors()):
            if level >= LEVELS:
                break
            holds[ancestor] = link.url if holds.get(ancestor, link.url) == link.url else ""
    return holds


def date_beside(link: Linked, holders: dict[etree._Element, str]) -> str | None:
    """The date in the item around a link, or in a neighbour of the item that holds no link."""
    item = link.element
    for ancestor in link.element.iterancestors():
        if holders.get(ancestor) != link.url:
            break
        item = ancestor
        if date := _date_in(ancestor, link.element):
            return date
    owner = holders.get(item.getparent())
    if owner and owner != link.url:
        # A channel's name before an article's title: the date is the article's.
        return None
    beside = [item.tail or ""]
    neighbours = (item.getnext(), item.getprevious())
    for neighbour in reversed(neighbours) if _dates_precede(item) else neighbours:
        if neighbour is not None and neighbour.find(".//a") is None and neighbour.tag != "a":
            beside.append(" ".join(neighbour.itertext()) if isinstance(neighbour.tag, str) else "")
    for text in beside:
        if len(text.strip()) <= 40:
            if match := DATE.search(text):
                return match.group().strip()
            if date := _split_date(text.split()):
                return date
    return None


def _dates_precede(item: etree._Element) -> bool:
    """Whether among what an item stands the first is a date: then each stands before what it belongs to."""
    parent = item.getparent()
    first = parent[0] if parent is not None else item
    if first is item or not isinstance(first.tag, str) or first.find(".//a") is not None:
        return False
    return _whole_date("".join(first.itertext())) is not None


def _date_in(item: etree._Element, anchor: etree._Element) -> str | None:
    inside = set(anchor.iter())
    pieces = []
    for element in item.iter():
        text = element.text if element not in inside else None
        tail = element.tail if element is not item and (element not in inside or element is anchor) else None
        for piece in (text, tail):
            if piece and len(piece.strip()) <= 40:
                if match := DATE.search(piece):
                    if (short := _MONTH_DAY.match(match.group().strip())) and (year := _year_beside(item, inside)):
                        return f"{year}-{int(short['month']):02d}-{int(short['day']):02d}"
                    return match.group().strip()
                pieces.append(piece.strip())
    return _split_date(pieces)


def _year_beside(item: etree._Element, inside: set[etree._Element]) -> str | None:
    """The year that stands in an element of its own beside a month and a day."""
    for element in item.iter():
        if element not in inside and (match := _YEAR.match((element.text or "").strip())):
            return match[1]
    return None


def _split_date(pieces: Iterable[str]) -> str | None:
    """A date whose day stands apart from its month: 19 and 2021-11, or 19, 11月 and 2021."""
    parts = [part for piece in pieces if (part := piece.strip(_AROUND_DATE + "/-."))]
    months = [(at, match) for at, part in enumerate(parts) if (match := _MONTH.match(part))]
    years = [match[1] for part in parts if (match := _YEAR.match(part))]
    for at, match in months:
        year = match["year"] or (years[0] if years else None)
        if year is None or (match["year"] is None and "月" not in parts[at]):
            continue
        for near in (at - 1, at + 1):
            if 0 <= near < len(parts) and _DAY.match(parts[near]):
                day, month = int(parts[near].rstrip("日 ")), int(match["month"])
                if 1 <= day <= 31 and 1 <= month <= 12:
                    return f"{year}-{month:02d}-{day:02d}"
    return None
