"""The entries of a channel's listing page, found without a profile.

What tells a list of articles from navigation, rankings and adverts: its links lead to addresses that look like
articles, they repeat one structure, their titles are as long as headlines, and a date stands beside each. Links
are grouped by their place in the page's structure, the groups are weighed by these, and the list is what stands
in the block around the heaviest group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

from portal_crawler.article import Entry, Listing, Portal
from portal_crawler.extract.boilerplate import is_block_heading, is_tools
from portal_crawler.extract.page import EDGES, Page
from portal_crawler.extract.pager import next_page

_SKIPPED = ("javascript:", "mailto:", "tel:", "data:", "#", "about:")
# Directory indexes and pages of lists, in the CMSs' own naming; everything else with a number is an article.
_LIST_PAGE = re.compile(r"(?:^|/)(?:(?:index|default|list|node|channel|more|c\d+_)[\w-]*\.\w+|)$", re.I)
_ARTICLE_PATH = re.compile(
    r"/(?:19|20)\d\d[-/_]?[01]?\d|\d{5,}|[a-z]*[-_]?\d+\.(?:s?html?|jhtml|aspx?|php|jsp)$|/(?:content|article|art|detail|info|news|a|p|n)/.*\d",
    re.I,
)
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:\w*id|aid|nid|contentid)=\w*\d", re.I)
_FILES = re.compile(r"\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|zip|rar|mp[34]|apk|exe|js|css|xml)$", re.I)
_DATE = re.compile(
    r"(?:(?:19|20)\d\d|\d\d)\s*[-/.年]\s*[01]?\d\s*[-/.月]\s*[0-3]?\d日?(?:\s+[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?"
    r"|(?<![\d.])[01]?\d\s*[-/月]\s*[0-3]?\d日?(?![\d.])(?:\s+[0-2]?\d:[0-5]\d)?|\d{1,2}\s*(?:分钟|小时|天)前|(?:昨天|今天|前天)(?:\s*[0-2]?\d:[0-5]\d)?"
)
_MORE = re.compile(
    r"^[\[【(（<]*(?:详细|详情|查看详情|更多|全文|阅读全文|查看全文|点击查看|more|detail)[\]】)）>…. ]*$", re.I
)
_CUT_SHORT = re.compile(r"(?:\.{2,}|…)$")
# How far up a link's item, its list and the list's class reach.
_LEVELS = 6
_SHORTEST_TITLE = 4


@dataclass(slots=True)
class _Link:
    """One address that looks like an article's, with the best title its links give and its element."""

    url: str
    title: str
    element: etree._Element
    date: str | None = None


def listing_of(page: Page, *, portal: Portal | None = None) -> Listing:
    """The entries of a listing page in page order, each address once, and the address of the next page.

    A page that lists nothing gives no entries.
    """
    following = next_page(page, portal)
    if portal is not None and portal.entries:
        links = _links(page, page.root.cssselect(portal.entries), every=True)
    else:
        links = _main_links(page)
    return Listing(tuple(Entry(link.url, link.title or None, link.date) for link in links), following)


def _main_links(page: Page) -> list[_Link]:
    links = _links(page, page.root.iter("a"), every=False)
    if not links:
        return []
    alone = _alone(links)
    for link in links:
        link.date = _date_beside(link, alone)
    groups: dict[str, list[_Link]] = {}
    for link in links:
        groups.setdefault(_place(link.element), []).append(link)
    beside = {block.element for block in page.blocks if block.beside}
    headed = _under_block_headings(page)
    weights = {key: _weight(group, beside, headed) for key, group in groups.items()}
    best = max(weights, key=lambda key: weights[key])
    if weights[best] <= 0:
        return []
    around = _around(groups[best])
    kept = [link for link in links if link in groups[best] or (around is not None and _inside(link.element, around))]
    best_of: dict[str, _Link] = {}
    for link in kept:
        known = best_of.get(link.url)
        if known is None or (link in groups[best] and known not in groups[best]):
            best_of[link.url] = link
    return [link for link in kept if best_of[link.url] is link and len(link.title) >= _SHORTEST_TITLE]


def _links(page: Page, anchors: object, *, every: bool) -> list[_Link]:
    """The addresses that the anchors lead to, each once with its longest title. every: also unlikely ones."""
    base = _base(page)
    own = urldefrag(page.url).url
    found: dict[tuple[str, str], _Link] = {}
    for anchor in anchors:  # type: ignore[attr-defined]
        href = (anchor.get("href") or "").strip()
        if not href or href.lower().startswith(_SKIPPED):
            continue
        try:
            url = urldefrag(urljoin(base, href)).url
            split = urlsplit(url)
        except ValueError:
            continue
        if (
            split.scheme not in ("http", "https")
            or url == own
            or not (every or _looks_like_article(split.path, split.query))
        ):
            continue
        title = _title(anchor)
        key = (url, "" if every else _place(anchor))
        known = found.get(key)
        if known is None:
            found[key] = _Link(url, title, anchor)
        elif len(title) > len(known.title):
            known.title, known.element = title, anchor
    return list(found.values())


def _base(page: Page) -> str:
    base = page.root.find(".//base[@href]")
    return urljoin(page.url, base.get("href") or "") if base is not None else page.url


def _looks_like_article(path: str, query: str) -> bool:
    if _FILES.search(path):
        return False
    if query and _ARTICLE_QUERY.search(query):
        return True
    return _LIST_PAGE.search(path) is None and _ARTICLE_PATH.search(path) is not None


def _title(anchor: etree._Element) -> str:
    """The text of a link, in full where the page cuts it short; "" for pictures and for 详细."""
    text = " ".join("".join(anchor.itertext()).split()).strip(EDGES + "·•・●■▪◆>›-")
    full = (anchor.get("title") or "").strip()
    if full and _CUT_SHORT.search(text) and full[:4] == text[:4]:
        return full
    if _MORE.match(text) or (text and is_tools(text)):
        return ""
    return text


def _alone(links: list[_Link]) -> dict[etree._Element, str]:
    """Elements around links, up to some levels, that hold one address only, with that address."""
    holds: dict[etree._Element, str] = {}
    for link in links:
        for level, ancestor in enumerate(link.element.iterancestors()):
            if level >= _LEVELS:
                break
            holds[ancestor] = link.url if holds.get(ancestor, link.url) == link.url else ""
    return holds


def _date_beside(link: _Link, alone: dict[etree._Element, str]) -> str | None:
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
    for block in page.blocks:
        if block.tag in ("html", "body") or block.start >= block.end:
            continue
        before = page.lines[block.start - 1].text if block.start else ""
        first = page.lines[block.start].text
        if is_block_heading(first) or (block.tag in ("ul", "ol", "dl", "table", "div") and is_block_heading(before)):
            headed.add(block.element)
    return headed


def _weight(group: list[_Link], beside: set[etree._Element], headed: set[etree._Element]) -> float:
    titled = [link for link in group if len(link.title) >= _SHORTEST_TITLE]
    if not titled:
        return 0.0
    mean = sum(len(link.title) for link in titled) / len(titled)
    dated = sum(link.date is not None for link in titled) / len(titled)
    weight = sum(min(len(link.title), 30) for link in titled) * (1 + 3 * dated)
    if mean < 7:
        weight *= 0.2
    around = list(titled[0].element.iterancestors())
    if any(element in beside for element in around):
        weight *= 0.2
    if any(element in headed for element in around[:_LEVELS]):
        # Without dates it is a ranking; a channel whose own list is empty lists nothing.
        weight *= 0.3 if dated >= 0.5 else 0.0
    return weight


def _around(group: list[_Link]) -> etree._Element | None:
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
