"""The links of a listing page, and which of them are its list.

What tells a list of articles from navigation, rankings and adverts: its links lead to addresses that look like
articles, they repeat one structure, their titles are as long as headlines, and a date stands beside each. Links
are grouped by their place in the page's structure, the groups are weighed by these, and the list is what stands
in the block around the heaviest group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

from lxml import etree

from portal_crawler.extract.addresses import FILES, looks_like_article
from portal_crawler.extract.day_headings import date_by_headings
from portal_crawler.extract.lines import hidden_elements
from portal_crawler.extract.link_groups import (
    ASIDE,
    DATED,
    HEADLINE,
    SHORTEST_IN_LIST,
    Link,
    around_of,
    columns_beside,
    is_called_aside,
    is_inside,
    mostly_likely,
    place_of,
    rank_of,
    under_headings,
    with_pager,
)
from portal_crawler.extract.link_items import alone, date_beside, title_and_date
from portal_crawler.extract.page import Page
from portal_crawler.extract.page_links import absolute

_SKIPPED = ("javascript:", "mailto:", "tel:", "data:", "#", "about:")
_FRONT_PAGE = re.compile(r"^/?(?:(?:index|default)\.\w+)?$", re.I)
_NEIGHBOUR = re.compile(r"^[\W_]*(?:上一篇|下一篇|上一条|下一条|上篇|下篇|前一篇|后一篇|上一则|下一则)")
_EMPTY = re.compile(
    r"^[\W_]*(?:暂无|暂时没有|没有(?:找到|相关|任何|符合)|对不起)|共\s*0\s*[条页篇]|"
    r"(?:暂无|没有)(?:内容|数据|信息|新闻|文章|记录)"
)
_CALLED_LIST = re.compile(r"list|news|con|article|main", re.I)
_BYLINE = re.compile(r"(?:来源|來源|责任编辑|责编|编辑|責任編輯|編輯|作者|撰文|记者|記者)\s*[:：]")
_HEADINGS = ("h1", "h2", "h3", "h4", "dt")
_OPENS = re.compile(
    r"(?:open|go\w{0,40}|jump\w{0,40}|href\s{0,9}=|location\s{0,9}=)\s{0,9}\(?\s{0,9}['\"]([^'\"\s][^'\"\s/.?]*+[/.?][^'\"\s]*+)['\"]"
)
# A list by the pager goes before one with dates elsewhere.
_PAGED = 1.25
# One whose articles lie in the channel's own folder goes before others like it.
_OWN = 0.05
# Below every list with dates that is shown, above those without.
_HIDDEN = 1.8
_FEW_LISTS = 2
_FEW_LINKS = 3
# Characters of running text, in paragraphs of their own, that make a page an article.
_PARAGRAPH = 20
_PROSE_OF_ARTICLE = 60
_PROSE_BESIDE_LIST = 200
_SHORTEST_TITLE = 4


def main_links(page: Page) -> list[Link]:
    """The links that are a page's list, in page order, each address once, with title and date."""
    links = [link for link in links_of(page, _anchors(page), every=False) if not _is_neighbour(link.element)]
    # The words of a link to comments stand for nothing, where those of a picture do.
    likely = [link for link in links if link.likely and (link.title or not "".join(link.element.itertext()).strip())]
    holders = alone(likely or links)
    for link in links:
        link.date = link.date or date_beside(link, holders)
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(place_of(link.element), []).append(link)
    date_by_headings(page, list(groups.values()), holders)
    beside = set(page.root.iter("nav", "aside", "footer"))
    headed = under_headings(page)
    ranks = {key: rank_of(group, beside, headed) for key, group in groups.items()}
    hidden = hidden_elements(page.root)
    for key, group in groups.items() if hidden else ():
        # The lists of other tabs are hidden, and a list that only a script shows when the page has loaded.
        if not hidden.isdisjoint(group[0].element.iterancestors()):
            ranks[key] = (min(ranks[key][0], _HIDDEN), ranks[key][1])
    paged = with_pager(page, {key: group for key, group in groups.items() if ranks[key][0] > 0})
    split = urlsplit(page.url)
    folder = split.path.rpartition("/")[0]
    below = f"{split.scheme}://{split.netloc}{folder}/"
    own = {key for key, group in groups.items() if folder and _mostly_below(below, group)}

    def weight(key: str) -> tuple[float, float]:
        return ranks[key][0] + (_PAGED if key in paged else 0) + (_OWN if key in own else 0), ranks[key][1]

    best = max(ranks, key=weight, default="")
    if not best or ranks[best][0] <= 0:
        return []
    chosen = [link for link in groups[best] if link.likely or link.date or not mostly_likely(groups[best])]
    if _FRONT_PAGE.search(split.path):
        # A front page has many lists, and dates beside none of them or only in a corner.
        listed = [link for link in links if ranks[place_of(link.element)][0] >= 1]
        few = ranks[best][0] >= DATED and len(chosen) * 2 < len(listed)
        if few and is_article(page, chosen):
            return []
        if few or ranks[best][0] < DATED:
            chosen = listed
    # A page of many undated lists has places for more.
    single = sum(rank[0] >= 1 for rank in ranks.values()) <= _FEW_LISTS
    if (ranks[best][0] < DATED and single and _says_empty(page, chosen)) or is_article(page, chosen):
        return []
    around = around_of(chosen)
    chosen += columns_beside(around, best, groups, ranks)
    # What stands in the list's own block belongs to it, also a lead or a pinned item of another design.
    sure = {id(link) for link in chosen}
    kept = [
        link
        for link in links
        if id(link) in sure or (link.likely and around is not None and is_inside(link.element, around))
    ]
    kept = _leading(around, kept, links) + kept
    best_of: dict[str, Link] = {}
    for link in kept:
        known = best_of.get(link.url)
        if known is None or (id(link) in sure and id(known) not in sure):
            best_of[link.url] = link
    shortest = {True: SHORTEST_IN_LIST, False: _SHORTEST_TITLE}
    return [link for link in kept if best_of[link.url] is link and len(link.title) >= shortest[id(link) in sure]]


def _anchors(page: Page) -> Iterator[etree._Element]:
    """The links of a page, and what leads on by a click and holds none."""
    for element in page.root.iter("a" if "onclick" not in page.text else "*"):
        if element.tag == "a" or (element.get("onclick") and element.find(".//a") is None and _clicked(element)):
            yield element


def _mostly_below(folder: str, group: list[Link]) -> bool:
    """Whether most links of a group lead into a folder, given by its address."""
    return sum(link.url.startswith(folder) for link in group) * 5 >= len(group) * 4


def links_of(page: Page, anchors: object, *, every: bool) -> list[Link]:
    """The addresses that the anchors lead to, each once for a place on the page, with its longest title.

    every: take all for likely and each address once, since a profile chose the anchors.
    """
    own = urldefrag(page.url).url
    found: dict[tuple[str, str], Link] = {}
    for anchor in anchors:  # type: ignore[attr-defined]
        href = (anchor.get("href") or "").strip()
        if (not href or href.lower().startswith(_SKIPPED)) and not (href := _clicked(anchor)):
            continue
        try:
            url = absolute(page, href)
            split = urlsplit(url)
        except ValueError:
            continue
        if split.scheme not in ("http", "https") or url == own or FILES.search(split.path):
            continue
        title, date = title_and_date(anchor)
        key = (url, "" if every else place_of(anchor))
        known = found.get(key)
        if known is None:
            found[key] = Link(url, title, anchor, every or looks_like_article(split.path, split.query), date)
        elif len(title) > len(known.title):
            known.title, known.element, known.date = title, anchor, date or known.date
    return list(found.values())


def _clicked(anchor: etree._Element) -> str:
    """Where a link without an address of its own leads by a click."""
    match = _OPENS.search(anchor.get("onclick") or "")
    href = (match[1] if match else anchor.get("data-href") or anchor.get("data-url") or "").strip()
    return "" if href.lower().startswith(_SKIPPED) else href


def _is_neighbour(anchor: etree._Element) -> bool:
    """Whether a link leads to the article before or after the one shown."""
    text = "".join(anchor.itertext()).strip()
    before = anchor.getprevious().tail if anchor.getprevious() is not None else anchor.getparent().text
    return _NEIGHBOUR.match(text) is not None or _NEIGHBOUR.match((before or "").strip()) is not None


def _says_empty(page: Page, chosen: list[Link]) -> bool:
    """Whether a page says that its list is empty, or shows the empty list: other links without dates are none."""
    if any(len(line.text) <= 20 and _EMPTY.search(line.text) for line in page.lines):
        return True
    first = chosen[0].element
    for element in page.root.iter("ul", "ol", "table", "tbody"):
        called = f"{element.get('class') or ''} {element.get('id') or ''}"
        if len(element) or (element.text or "").strip() or not _CALLED_LIST.search(called) or ASIDE.search(called):
            continue
        around = around_of(chosen)
        # Not one of several lists in a row, of which another is full.
        if around is None or element.getparent() is not around.getparent():
            return _precedes(page, element, first)
    return False


def _precedes(page: Page, one: etree._Element, other: etree._Element) -> bool:
    return next(element for element in page.root.iter(one.tag, other.tag) if element in (one, other)) is one


def is_article(page: Page, chosen: list[Link]) -> bool:
    """Whether a page is an article, whose links to others are no list of its channel."""
    around = around_of(chosen) if chosen else None
    inside = set(around.iter()) if around is not None else set()
    prose = paragraphs = 0
    label = False
    for line in page.lines:
        named = len(line.text) < 120 and _BYLINE.search(line.text) is not None
        running = len(line.text) >= _PARAGRAPH and line.link * 5 < len(line.text) and line.text[-1] in "。！？”…"
        if (named or running) and not (inside and page.element(line.block) in inside):
            label = label or named
            prose += len(line.text) if running else 0
            paragraphs += running
    split = urlsplit(page.url)
    if not looks_like_article(split.path, split.query):
        return label and prose >= _PROSE_BESIDE_LIST
    if label and 0 < len(chosen) <= _FEW_LINKS and not any(link.date for link in chosen):
        return True
    # Words of a text that are links: a day beside them is the text's own.
    if label and chosen and all(map(_in_sentence, chosen)):
        return True
    # The summary of a lead story is a paragraph, too.
    return prose >= (_PROSE_OF_ARTICLE if label else _PROSE_BESIDE_LIST) and (label or paragraphs > 1)


def _in_sentence(link: Link) -> bool:
    """Whether a link is a small part of a sentence."""
    parent = link.element.getparent()
    text = "".join(parent.itertext()).strip() if parent is not None else ""
    return len(text) >= _PARAGRAPH and len(link.title) * 5 < len(text) and text[-1] in "。！？”…"


def _leading(around: etree._Element | None, kept: list[Link], links: list[Link]) -> list[Link]:
    """The lead story: one article alone in a block right before the list, with a heading of its own."""
    if around is None:
        return []
    inside: list[Link] = []
    before = around.getprevious()
    while before is not None and not inside:
        if is_called_aside(before) or before.tag in ("nav", "header"):
            return []
        # Between the two may stand what leads to a special topic.
        inside = [link for link in links if link.likely and is_inside(link.element, before)]
        inside = inside and [link for link in links if is_inside(link.element, before)]
        before = before.getprevious()
    listed = {link.url for link in kept}
    inside = [link for link in inside if link.url not in listed]
    titled = [link for link in inside if link.likely and len(link.title) >= HEADLINE]
    heads = any(ancestor.tag in _HEADINGS for link in titled for ancestor in link.element.iterancestors())
    return titled[:1] if len({link.url for link in inside}) == 1 and heads else []
