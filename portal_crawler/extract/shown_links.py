"""The links of a listing page, and which of them are its list.

What tells a list of articles from navigation, rankings and adverts: its links lead to addresses that look like
articles, they repeat one structure, their titles are as long as headlines, and a date stands beside each. Links
are grouped by their place in the page's structure, the groups are weighed by these, and the list is what stands
in the block around the heaviest group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from lxml import etree

from portal_crawler.extract.addresses import FILES, looks_like_article
from portal_crawler.extract.boilerplate import is_block_heading, is_tools
from portal_crawler.extract.lines import EDGES
from portal_crawler.extract.page import Page
from portal_crawler.extract.pager import absolute

_SKIPPED = ("javascript:", "mailto:", "tel:", "data:", "#", "about:")
_DATE = re.compile(
    r"(?:(?:19|20)\d\d|\d\d)\s*[-/.年]\s*[01]?\d\s*[-/.月]\s*[0-3]?\d日?(?:\s+[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?"
    r"|(?<![\d.])[01]?\d\s*[-/月]\s*[0-3]?\d日?(?![\d.])(?:\s+[0-2]?\d:[0-5]\d)?|\d{1,2}\s*(?:分钟|小时|天)前|(?:昨天|今天|前天)(?:\s*[0-2]?\d:[0-5]\d)?"
)
_AROUND_DATE = " \u3000[]【】()（）"
_DATE_AT_EDGE = re.compile(
    rf"^[\[【(（]?\s*(?:{_DATE.pattern})\s*[\]】)）]?(?=\s)|(?<=\s)[\[【(（]?\s*(?:{_DATE.pattern})\s*[\]】)）]?$"
)
# What template authors call the blocks that are not the page's list. `right` and `left` are not among them: the
# list stands right of a menu as often as left of a ranking.
_ASIDE = re.compile(
    r"(?:^|[-_ ])(?:side|sidebar|aside|hot|hots|rank|ranking|phb|top10|foot|footer|bottom|nav|menu|friend|friends|"
    r"links|ad|ads|recommend|related|tuijian)(?:[-_ \d]|$)",
    re.I,
)
_FRONT_PAGE = re.compile(r"^/?(?:(?:index|default)\.\w+)?$", re.I)
_NEWEST = re.compile(r"^[\W_]*(?:最新|今日|今天|本网|频道|栏目|新闻|更多|专题)")
_MORE = re.compile(
    r"^[\[【(（<]*(?:详细|详情|查看详情|更多|全文|阅读全文|查看全文|点击查看|more|detail)[\]】)）>…. ]*$", re.I
)
_CUT_SHORT = re.compile(r"(?:\.{2,}|…)$")
# How far up a link's item, its list and the list's class reach.
_LEVELS = 6
_SHORTEST_TITLE = 4
# In a list that is sure, 图解5 is a title, too.
_SHORTEST_IN_LIST = 2
# Names of channels and services are shorter than this on average, headlines longer.
_HEADLINE = 8


@dataclass(slots=True)
class Link:
    """One address with the longest title its links give and its element. likely: whether it looks like an article's."""

    url: str
    title: str
    element: etree._Element
    likely: bool
    date: str | None = None


def main_links(page: Page) -> list[Link]:
    """The links that are a page's list, in page order, each address once, with title and date."""
    links = links_of(page, page.root.iter("a"), every=False)
    alone = _alone([link for link in links if link.likely] or links)
    for link in links:
        link.date = _date_beside(link, alone)
        if inside := _DATE_AT_EDGE.search(link.title):
            link.date = inside.group().strip(_AROUND_DATE)
            link.title = link.title.replace(inside.group(), "").strip()
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(_place(link.element), []).append(link)
    beside = set(page.root.iter("nav", "aside", "footer"))
    headed = _under_block_headings(page)
    ranks = {key: _rank(group, beside, headed) for key, group in groups.items()}
    best = max(ranks, key=lambda key: ranks[key], default="")
    if not best or ranks[best][0] <= 0:
        return []
    chosen = [link for link in groups[best] if link.likely or link.date or not _mostly_likely(groups[best])]
    if ranks[best][0] < 2 and _FRONT_PAGE.search(urlsplit(page.url).path):
        # A front page has many lists and dates beside none of them.
        chosen = [link for link in links if ranks[_place(link.element)][0] >= 1]
    around = _around(chosen)
    # What stands in the list's own block belongs to it, also a lead or a pinned item of another design.
    kept = [
        link
        for link in links
        if link in chosen or (link.likely and around is not None and _inside(link.element, around))
    ]
    best_of: dict[str, Link] = {}
    for link in kept:
        known = best_of.get(link.url)
        if known is None or (link in chosen and known not in chosen):
            best_of[link.url] = link
    shortest = {True: _SHORTEST_IN_LIST, False: _SHORTEST_TITLE}
    return [link for link in kept if best_of[link.url] is link and len(link.title) >= shortest[link in chosen]]


def links_of(page: Page, anchors: object, *, every: bool) -> list[Link]:
    """The addresses that the anchors lead to, each once for a place on the page, with its longest title.

    every: take all for likely and each address once, since a profile chose the anchors.
    """
    own = urldefrag(page.url).url
    found: dict[tuple[str, str], Link] = {}
    for anchor in anchors:  # type: ignore[attr-defined]
        href = (anchor.get("href") or "").strip()
        if not href or href.lower().startswith(_SKIPPED):
            continue
        try:
            url = absolute(page, href)
            split = urlsplit(url)
        except ValueError:
            continue
        if split.scheme not in ("http", "https") or url == own or FILES.search(split.path):
            continue
        title = _title(anchor)
        key = (url, "" if every else _place(anchor))
        known = found.get(key)
        if known is None:
            found[key] = Link(url, title, anchor, every or looks_like_article(split.path, split.query))
        elif len(title) > len(known.title):
            known.title, known.element = title, anchor
    return list(found.values())


def _title(anchor: etree._Element) -> str:
    """The text of a link, in full where the page cuts it short; "" for pictures and for 详细."""
    text = " ".join("".join(anchor.itertext()).split()).strip(EDGES + "·•・●■▪◆>›-")
    full = (anchor.get("title") or "").strip()
    if full and _CUT_SHORT.search(text) and full[:4] == text[:4]:
        return full
    if _MORE.match(text) or (text and is_tools(text)):
        return ""
    return text


def _alone(links: list[Link]) -> dict[etree._Element, str]:
    """Elements around links, up to some levels, that hold one address only, with that address."""
    holds: dict[etree._Element, str] = {}
    for link in links:
        for level, ancestor in enumerate(link.element.iterancestors()):
            if level >= _LEVELS:
                break
            holds[ancestor] = link.url if holds.get(ancestor, link.url) == link.url else ""
    return holds


def _date_beside(link: Link, alone: dict[etree._Element, str]) -> str | None:
    """The date in the item around a link, or in a neighbour of the item that holds no link."""
    item = link.element
    for ancestor in link.element.iterancestors():
        if alone.get(ancestor) != link.url:
            break
        item = ancestor
        if date := _date_in(ancestor, link.element):
            return date
    texts = [item.tail or ""]
    for neighbour in (item.getnext(), item.getprevious()):
        if neighbour is not None and neighbour.find(".//a") is None and neighbour.tag != "a":
            texts.append("".join(neighbour.itertext()) if isinstance(neighbour.tag, str) else "")
    for text in texts:
        if len(text.strip()) <= 40 and (match := _DATE.search(text)):
            return match.group().strip()
    return None


def _date_in(item: etree._Element, anchor: etree._Element) -> str | None:
    inside = {id(element) for element in anchor.iter()}
    for element in item.iter():
        text = element.text if id(element) not in inside else None
        for piece in (
            text,
            element.tail if element is not item and (id(element) not in inside or element is anchor) else None,
        ):
            if piece and len(piece.strip()) <= 40 and (match := _DATE.search(piece)):
                return match.group().strip()
    return None


def _place(element: etree._Element) -> str:
    """Where a link stands in the page's structure: the tags around it, and the classes of what repeats."""
    steps = []
    for level, ancestor in enumerate(element.iterancestors()):
        if level >= _LEVELS or ancestor.tag in ("body", "html"):
            break
        name = ancestor.get("id") if level > 1 else None
        mark = name or ancestor.get("class") or ""
        steps.append(f"{ancestor.tag}.{re.sub(r'[0-9]+', '', mark)}")
    return "<".join(steps)


def _under_block_headings(page: Page) -> set[etree._Element]:
    """Block elements whose first line, or the line before them, is a heading like 热点推荐 or 点击排行."""
    headed = set()
    for index in range(len(page.blocks)):
        block = page.blocks[index]
        if block.tag in ("html", "body") or block.start >= block.end:
            continue
        before = page.lines[block.start - 1].text if block.start else ""
        first = page.lines[block.start].text
        if _is_other_block(first) or (block.tag in ("ul", "ol", "dl", "table", "div") and _is_other_block(before)):
            headed.add(page.element(index))
    return headed


def _mostly_likely(group: list[Link]) -> bool:
    """Whether a group's links look like articles but for a few, which then are channels beside the titles."""
    return sum(link.likely for link in group) >= 0.5 * len(group)


def _is_other_block(text: str) -> bool:
    """Whether a heading is that of a ranking or of recommendations; 最新文章 may head the list itself."""
    return is_block_heading(text) and _NEWEST.match(text) is None


def _rank(group: list[Link], beside: set[etree._Element], headed: set[etree._Element]) -> tuple[float, float]:
    """How much a group looks like the page's list: first by kind, then by size. A kind of 0 is no list.

    Links with dates beside them are a list; without, they must look like articles and have headlines for titles,
    and stand neither under 热点推荐 nor in what the page itself calls a sidebar, a ranking or a footer.
    """
    titled = [link for link in group if len(link.title) >= _SHORTEST_IN_LIST]
    if not titled:
        return 0.0, 0.0
    mean = sum(len(link.title) for link in titled) / len(titled)
    dated = sum(link.date is not None for link in titled) / len(titled)
    likely = sum(link.likely for link in titled) / len(titled)
    size = sum(min(len(link.title), 30) for link in titled)
    around = list(titled[0].element.iterancestors())
    apart = any(element in beside for element in around)
    under = any(element in headed for element in around[:_LEVELS])
    if dated >= 0.5 and mean >= _SHORTEST_IN_LIST:
        return (0.0 if under else 0.5 if apart else 2.0), size * (0.5 + likely)
    if likely < 0.5 or mean < _HEADLINE or under or apart or any(map(_is_called_aside, around)):
        return 0.0, 0.0
    return 1.0, size


def _is_called_aside(element: etree._Element) -> bool:
    return any(_ASIDE.search(element.get(name) or "") for name in ("class", "id"))


def _around(group: list[Link]) -> etree._Element | None:
    """The innermost element around all links of a group; None for a single link or when it is the whole page."""
    if len(group) < 2:
        return None
    common = list(group[0].element.iterancestors())
    for link in group[1:]:
        theirs = set(link.element.iterancestors())
        common = [element for element in common if element in theirs]
    return common[0] if common and common[0].tag not in ("body", "html", "form") else None


def _inside(element: etree._Element, around: etree._Element) -> bool:
    return any(ancestor is around for ancestor in element.iterancestors())
