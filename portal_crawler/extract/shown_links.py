"""The links of a listing page, and which of them are its list.

What tells a list of articles from navigation, rankings and adverts: its links lead to addresses that look like
articles, they repeat one structure, their titles are as long as headlines, and a date stands beside each. Links
are grouped by their place in the page's structure, the groups are weighed by these, and the list is what stands
in the block around the heaviest group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urldefrag, urlsplit

from lxml import etree

from portal_crawler.extract.addresses import FILES, looks_like_article
from portal_crawler.extract.boilerplate import is_block_heading
from portal_crawler.extract.link_items import LEVELS, alone, date_beside, title_and_date
from portal_crawler.extract.page import Page
from portal_crawler.extract.pager import absolute

_SKIPPED = ("javascript:", "mailto:", "tel:", "data:", "#", "about:")
# What template authors call the blocks that are not the page's list. `right` and `left` are not among them: the
# list stands right of a menu as often as left of a ranking.
_ASIDE = re.compile(
    r"(?:^|[-_ ])(?:side|sidebar|aside|hot|hots|rank|ranking|phb|top10|foot|footer|bottom|nav|menu|friend|friends|"
    r"links|ad|ads|recommend|related|tuijian)(?:[-_ \d]|$)",
    re.I,
)
_FRONT_PAGE = re.compile(r"^/?(?:(?:index|default)\.\w+)?$", re.I)
_NEWEST = re.compile(r"^[\W_]*(?:最新|今日|今天|本网|频道|栏目|新闻|更多|专题)")
_NEIGHBOUR = re.compile(r"^[\W_]*(?:上一篇|下一篇|上一条|下一条|上篇|下篇|前一篇|后一篇|上一则|下一则)")
_EMPTY = re.compile(
    r"^[\W_]*(?:暂无|暂时没有|没有(?:找到|相关|任何|符合)|对不起)|共\s*0\s*[条页篇]|"
    r"(?:暂无|没有)(?:内容|数据|信息|新闻|文章|记录)"
)
_CALLED_LIST = re.compile(r"list|news|con|article|main", re.I)
_BYLINE = re.compile(r"(?:来源|责任编辑|责编|编辑|作者|记者)\s*[:：]")
_HEADINGS = ("h1", "h2", "h3", "h4", "dt")
_RANKING = re.compile(
    r"^[\W_]*(?:.{0,4}(?:最热|热读|热文|热榜|热搜|热议|人气|排行|排名|猜你喜欢|大家都在看)|(?:TOP|top)\s*\d+|(?:一周|本周|本月|今日|24小时)(?:最热|热点|点击|要闻榜))"
    r".{0,6}$"
)
_PAGER = re.compile(r"^[\[【<(（\s]*(?:下一页|下页|后一页|上一页|上页|前一页|尾页|末页)[\]】>）)\s›»>]*$")
_FEW_LISTS = 2
# Characters of running text, in paragraphs of their own, that make a page an article.
_PARAGRAPH = 20
_PROSE_OF_ARTICLE = 60
_PROSE_BESIDE_LIST = 200
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
    links = [link for link in links_of(page, page.root.iter("a"), every=False) if not _is_neighbour(link.element)]
    holders = alone([link for link in links if link.likely] or links)
    for link in links:
        link.date = link.date or date_beside(link, holders)
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(_place(link.element), []).append(link)
    beside = set(page.root.iter("nav", "aside", "footer"))
    headed = _under_block_headings(page)
    paged = _around_pagers(page)
    ranks = {key: _rank(group, beside, headed, paged) for key, group in groups.items()}
    best = max(ranks, key=lambda key: ranks[key], default="")
    if not best or ranks[best][0] <= 0:
        return []
    chosen = [link for link in groups[best] if link.likely or link.date or not _mostly_likely(groups[best])]
    if ranks[best][0] < 2 and _FRONT_PAGE.search(urlsplit(page.url).path):
        # A front page has many lists and dates beside none of them.
        chosen = [link for link in links if ranks[_place(link.element)][0] >= 1]
    # A page of many undated lists has places for more.
    single = sum(rank[0] >= 1 for rank in ranks.values()) <= _FEW_LISTS
    if (ranks[best][0] < 2 and single and _says_empty(page, chosen)) or _is_article(page, chosen):
        return []
    around = _around(chosen)
    # What stands in the list's own block belongs to it, also a lead or a pinned item of another design.
    sure = {id(link) for link in chosen}
    kept = [
        link
        for link in links
        if id(link) in sure or (link.likely and around is not None and _inside(link.element, around))
    ]
    kept = _leading(around, kept, links) + kept
    best_of: dict[str, Link] = {}
    for link in kept:
        known = best_of.get(link.url)
        if known is None or (id(link) in sure and id(known) not in sure):
            best_of[link.url] = link
    shortest = {True: _SHORTEST_IN_LIST, False: _SHORTEST_TITLE}
    return [link for link in kept if best_of[link.url] is link and len(link.title) >= shortest[id(link) in sure]]


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
        title, date = title_and_date(anchor)
        key = (url, "" if every else _place(anchor))
        known = found.get(key)
        if known is None:
            found[key] = Link(url, title, anchor, every or looks_like_article(split.path, split.query), date)
        elif len(title) > len(known.title):
            known.title, known.element, known.date = title, anchor, date or known.date
    return list(found.values())


def _place(element: etree._Element) -> str:
    """Where a link stands in the page's structure: the tags around it, and the classes of what repeats."""
    steps = []
    for level, ancestor in enumerate(element.iterancestors()):
        if level >= LEVELS or ancestor.tag in ("body", "html"):
            break
        name = ancestor.get("id") if level > 1 else None
        mark = name or ancestor.get("class") or ""
        steps.append(f"{ancestor.tag}.{re.sub(r'[0-9]+', '', mark)}")
    return "<".join(steps)


def _under_block_headings(page: Page) -> set[etree._Element]:
    """Block elements whose first line, or the line before them, is a heading like 热点推荐 or 点击排行."""
    headed = set()
    named = (page.root.findtext(".//title") or "").strip()

    def is_other(text: str) -> bool:
        # What heads the list itself stands in the page's title.
        return _is_other_block(text) and not (text.strip() and text.strip() in named)

    for index in range(len(page.blocks)):
        block = page.blocks[index]
        if block.tag in ("html", "body") or block.start >= block.end:
            continue
        first = page.lines[block.start].text
        beside = block.tag in ("ul", "ol", "dl", "table", "div") and block.start > 0
        if is_other(first) or (
            beside and _heads(page, block.start - 1, block.parent) and is_other(page.lines[block.start - 1].text)
        ):
            headed.add(page.element(index))
    return headed


def _heads(page: Page, line: int, parent: int) -> bool:
    """Whether a line stands right before a block of this parent, and not at the end of a menu before it."""
    above = list(islice(page.ancestors(page.lines[line].block), 3))
    linked = page.lines[line].link >= len(page.lines[line].text)
    return parent in above[: 2 if linked else 3]


def _mostly_likely(group: list[Link]) -> bool:
    """Whether a group's links look like articles but for a few, which then are channels beside the titles."""
    return sum(link.likely for link in group) >= 0.5 * len(group)


def _is_other_block(text: str) -> bool:
    """Whether a heading is that of a ranking or of recommendations; 最新文章 may head the list itself."""
    return (is_block_heading(text) and _NEWEST.match(text) is None) or _RANKING.match(text) is not None


def _around_pagers(page: Page) -> set[etree._Element]:
    """The blocks that a pager stands in: of two lists, its own is the channel's."""
    found: set[etree._Element] = set()
    for anchor in page.root.iter("a"):
        if _PAGER.match("".join(anchor.itertext()).strip()):
            found.update(islice((up for up in anchor.iterancestors() if up.tag not in ("body", "html", "form")), 4))
    return found


def _rank(
    group: list[Link], beside: set[etree._Element], headed: set[etree._Element], paged: set[etree._Element]
) -> tuple[float, float]:
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
    under = any(element in headed for element in around[:LEVELS])
    own = 0.25 if any(element in paged for element in around[:LEVELS]) else 0.0
    if dated >= 0.5 and mean >= _SHORTEST_IN_LIST:
        return (0.0 if under else (0.5 if apart else 2.0) + own), size * (0.5 + likely)
    if likely < 0.5 or mean < _HEADLINE or under or apart or any(map(_is_called_aside, around)):
        return 0.0, 0.0
    return 1.0 + own, size


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
        if len(element) or (element.text or "").strip() or not _CALLED_LIST.search(called) or _ASIDE.search(called):
            continue
        around = _around(chosen)
        # Not one of several lists in a row, of which another is full.
        if around is None or element.getparent() is not around.getparent():
            return _precedes(page, element, first)
    return False


def _precedes(page: Page, one: etree._Element, other: etree._Element) -> bool:
    return next(element for element in page.root.iter(one.tag, other.tag) if element in (one, other)) is one


def _is_article(page: Page, chosen: list[Link]) -> bool:
    """Whether a page is an article, whose links to others are no list of its channel."""
    around = _around(chosen)
    inside = set(around.iter()) if around is not None else set()
    split = urlsplit(page.url)
    enough = _PROSE_OF_ARTICLE if looks_like_article(split.path, split.query) else _PROSE_BESIDE_LIST
    prose = 0
    label = False
    for line in page.lines:
        label = label or (len(line.text) < 120 and _BYLINE.search(line.text) is not None)
        if len(line.text) >= _PARAGRAPH and line.link * 5 < len(line.text) and line.text[-1] in "。！？”…":
            if inside and page.element(line.block) in inside:
                continue
            prose += len(line.text)
    return prose >= enough and (label or enough == _PROSE_OF_ARTICLE)


def _leading(around: etree._Element | None, kept: list[Link], links: list[Link]) -> list[Link]:
    """The lead story: one article alone in a block right before the list, with a heading of its own."""
    if around is None:
        return []
    before = around.getprevious()
    while before is not None and not isinstance(before.tag, str):
        before = before.getprevious()
    if before is None or _is_called_aside(before) or before.tag in ("nav", "header"):
        return []
    inside = [link for link in links if _inside(link.element, before) and link.url not in {one.url for one in kept}]
    titled = [link for link in inside if link.likely and len(link.title) >= _HEADLINE]
    heads = any(ancestor.tag in _HEADINGS for link in titled for ancestor in link.element.iterancestors())
    return titled[:1] if len({link.url for link in inside}) == 1 and heads else []
