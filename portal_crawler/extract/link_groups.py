"""The links of a page in groups by their place in its structure, and how much each looks like the page's list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from portal_crawler.extract.boilerplate import is_block_heading
from portal_crawler.extract.link_items import LEVELS
from portal_crawler.extract.page import Page
from portal_crawler.extract.traditional import simplified

# What template authors call the blocks that are not the page's list. `right` and `left` are not among them: the
# list stands right of a menu as often as left of a ranking.
ASIDE = re.compile(
    r"(?:^|[-_ ])(?:side|sidebar|aside|hot|hots|rank|ranking|phb|top10|foot|footer|bottom|nav|menu|friend|friends|"
    r"links|ad|ads|recommend|related|tuijian)(?:[-_ \d]|$)",
    re.I,
)
_NEWEST = re.compile(r"^[\W_]*(?:最新|今日|今天|本网|频道|栏目|新闻|更多|专题)")
_RANKING = re.compile(
    r"^[\W_]*(?:.{0,4}(?:最热|热读|热文|热榜|热搜|热议|人气|排行|排名|猜你喜欢|大家都在看)|(?:TOP|top)\s*\d+|(?:一周|本周|本月|今日|24小时)(?:最热|热点|点击|要闻榜))"
    r".{0,6}$"
)
_PAGER = re.compile(r"^[\[【<(（\s]*(?:下一页|下页|后一页|上一页|上页|前一页|尾页|末页|页次|共\s*\d+\s*页).{0,8}$")
_CALLED_PAGER = re.compile(
    r"(?:^|[-_ ])(?:pages?|pager|pagination|page-?list|page-?bar|fenye|fy|page-?info)(?:[-_ \d]|$)", re.I
)
_PAGER_SCRIPT = re.compile(r"createPage\w{0,40}\s{0,9}\(|countPage|pageCount|下一页")
# Classes by which rows of one list differ.
_ROW_CLASSES = re.compile(
    r"(?<![\w-])(?:odd|even|first|last|cur|current|on|active|top|bold|red|new|clearfix|clear|fl|fr)(?![\w-])"
)
# In a list that is sure, 图解5 is a title, too.
SHORTEST_IN_LIST = 2
# The kind, as `rank_of` gives it, of a list with dates.
DATED = 1.9
# Names of channels and services are shorter than this on average, headlines longer.
HEADLINE = 8


@dataclass(slots=True)
class Link:
    """One address with the longest title its links give and its element. likely: whether it looks like an article's."""

    url: str
    title: str
    element: etree._Element
    likely: bool
    date: str | None = None


def place_of(element: etree._Element) -> str:
    """Where a link stands in the page's structure: the tags around it, and the classes of what repeats."""
    steps = []
    for level, ancestor in enumerate(element.iterancestors()):
        if level >= LEVELS or ancestor.tag in ("body", "html"):
            break
        name = ancestor.get("id") if level > 1 else None
        mark = name or ancestor.get("class") or ""
        if level < 2:
            mark = _ROW_CLASSES.sub("", mark).strip()
        steps.append(f"{ancestor.tag}.{re.sub(r'[0-9]+', '', mark)}")
    return "<".join(steps)


def under_headings(page: Page) -> set[etree._Element]:
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


def mostly_likely(group: list[Link]) -> bool:
    """Whether a group's links look like articles but for a few, which then are channels beside the titles."""
    return sum(link.likely for link in group) >= 0.5 * len(group)


def _is_other_block(text: str) -> bool:
    """Whether a heading is that of a ranking or of recommendations; 最新文章 may head the list itself."""
    text = simplified(text)
    return (is_block_heading(text) and _NEWEST.match(text) is None) or _RANKING.match(text) is not None


def with_pager(page: Page, groups: dict[str, list[Link]]) -> set[str]:
    """The lists that the page's pager stands by: of two lists, its own is the channel's."""
    holders: dict[etree._Element, set[str]] = {}
    for key, group in groups.items():
        for link in group:
            for up in islice(link.element.iterancestors(), 2 * LEVELS):
                holders.setdefault(up, set()).add(key)
    found: set[str] = set()
    for element in page.root.iter("a", "span", "li", "b", "em", "font", "select", "script", "div"):
        if _is_pager(element):
            found |= next((holders[up] for up in islice(element.iterancestors(), LEVELS) if up in holders), set())
    return found


def _is_pager(element: etree._Element) -> bool:
    """Whether an element is part of a pager, also of one whose ways on lead nowhere."""
    if element.tag == "select":
        return len(element) > 1 and element.get("onchange") is not None
    if element.tag == "script":
        return element.text is not None and _PAGER_SCRIPT.search(element.text) is not None
    if element.get("rel") == "next" or _CALLED_PAGER.search(element.get("class") or ""):
        return True
    text = (element.text or "").strip()
    if not text and len(element) and element[0].tag in ("img", "span", "i"):
        text = (element[0].get("alt") or element[0].text or "").strip()
    return len(text) <= 12 and _PAGER.match(text) is not None


def columns_beside(
    around: etree._Element | None, best: str, groups: dict[str, list[Link]], ranks: dict[str, tuple[float, float]]
) -> list[Link]:
    """The links of lists right beside a dated one that differ from it in their class only: a list in columns."""
    if around is None or ranks[best][0] < DATED:
        return []
    form = re.sub(r"\.[^<]*", "", best)
    parents = set(islice(around.iterancestors(), 2)) - set(around.iterancestors("body", "html", "form"))
    found = []
    for key, group in groups.items():
        if key != best and ranks[key][0] == ranks[best][0] and re.sub(r"\.[^<]*", "", key) == form:
            theirs = around_of(group) if len(group) > 1 else group[0].element.getparent()
            if theirs is not None and not parents.isdisjoint(
                islice(theirs.iterancestors(), 2 if len(group) > 1 else 3)
            ):
                found += group
    return found


def rank_of(group: list[Link], beside: set[etree._Element], headed: set[etree._Element]) -> tuple[float, float]:
    """How much a group looks like the page's list: first by kind, then by size. A kind of 0 is no list.

    Links with dates beside them are a list; without, they must look like articles and have headlines for titles,
    and stand neither under 热点推荐 nor in what the page itself calls a sidebar, a ranking or a footer.
    """
    titled = [link for link in group if len(link.title) >= SHORTEST_IN_LIST]
    if not titled:
        return 0.0, 0.0
    mean = sum(len(link.title) for link in titled) / len(titled)
    dated = sum(link.date is not None for link in titled) / len(titled)
    likely = sum(link.likely for link in titled) / len(titled)
    size = float(sum(min(len(link.title), 30) for link in titled))
    if not "".join(titled[0].element.itertext()).strip():
        # Pictures, whose titles are what they say instead of being seen.
        size *= 0.5
    around = list(titled[0].element.iterancestors())
    apart = any(element in beside for element in around)
    under = any(element in headed for element in around[:LEVELS])
    # One short link beside a time is an author's name, or the way back.
    if dated >= 0.5 and mean >= (SHORTEST_IN_LIST if len(titled) > 1 else HEADLINE - 1):
        kind = 1.9 if any(map(is_called_aside, around)) else 2.0
        return (0.0 if under else 0.5 if apart else kind), size * (0.5 + likely)
    if likely < 0.5 or mean < HEADLINE or under or apart or any(map(is_called_aside, around)):
        return 0.0, 0.0
    return 1.0, size


def is_called_aside(element: etree._Element) -> bool:
    """Whether an element's class or id is that of a ranking, a menu, a footer."""
    return any(ASIDE.search(element.get(name) or "") for name in ("class", "id"))


def around_of(group: list[Link]) -> etree._Element | None:
    """The innermost element around all links of a group; None for a single link or when it is the whole page."""
    if len(group) < 2:
        return None
    common = list(group[0].element.iterancestors())
    for link in group[1:]:
        theirs = set(link.element.iterancestors())
        common = [element for element in common if element in theirs]
    return common[0] if common and common[0].tag not in ("body", "html", "form") else None


def is_inside(element: etree._Element, around: etree._Element) -> bool:
    """Whether an element stands in another."""
    return any(ancestor is around for ancestor in element.iterancestors())
