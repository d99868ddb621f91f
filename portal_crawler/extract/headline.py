"""An article's headline: which line of the page it is, and its text.

The page's `<title>` begins with the headline nearly always, followed by channel and site, but where it ends
cannot be told from the title alone, since headlines contain the same separators. A line of the page that stands
in the title says it, and where no line does, the heading element above the meta line speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.labels import read_labels
from portal_crawler.extract.page import Line, Page
from portal_crawler.extract.times import find_stamp

_BLANK = re.compile(r"[\s\u3000]+")
_SEPARATOR = re.compile(r"\s*(?:[_|｜丨–]+|-{1,2}(?=\s|[^\d\w]|[\u4e00-\u9fff])|—(?!—)|>>?|»)\s*")
_SITE_WORDS = re.compile(r"(?:网|在线|频道|新闻|资讯|报|台|中心|首页|正文|门户|社|要闻|站|搜狐|新浪|.com|.cn)$", re.I)
# A `<title>` that gives nothing but the site (经济参考网, XX网首页).
_SITE_ONLY = re.compile(r"^\S{2,12}(?:网|在线|频道|新闻|门户|首页|网站)$")
# Shorter headlines exist, but a `<title>` that stands nowhere on the page and is this short is the site's name.
_SHORTEST = 8
_HEADINGS = {"h1": 3, "h2": 2, "h3": 1}


@dataclass(frozen=True, slots=True)
class Headline:
    """text: as printed, None where the page has none. line: index of its line, -1 where it stands in none."""

    text: str | None
    line: int
    rule: str | None


def find_headline(page: Page) -> Headline:
    """The headline of an article page."""
    page_title = (page.root.findtext(".//title") or "").strip()
    squashed = squash(page_title)
    lines = page.lines
    best, best_rank = -1, (0.0, 0.0, 0)
    heading, heading_rank = -1, (0, 0, 0)
    for index, line in enumerate(lines):
        size = len(line.text)
        if not 2 <= size <= 120 or line.link * 2 > size:
            continue
        level = _HEADINGS.get(page.blocks[line.block].tag, 0)
        if level and size >= 4:
            rank = (level, int(_has_meta_below(lines, index)), -index)
            if rank > heading_rank:
                heading, heading_rank = index, rank
        if squashed and line.text[:2] in page_title:
            text = squash(line.text)
            if len(text) >= 4 and text in squashed and len(text) * 3 >= len(squashed) * 0.8:
                rank = (len(text), level + 2 * int(_has_meta_below(lines, index)), -index)
                if rank > best_rank:
                    best, best_rank = index, rank
    if heading >= 0 and heading != best:
        text = squash(_whole(page, heading))
        first = squash(_SEPARATOR.split(page_title)[0]) if page_title else ""
        contains = len(first) >= 6 and first in text
        if best < 0 or contains or squash(lines[best].text) in text:
            rule = f"{page.blocks[lines[heading].block].tag}"
            return Headline(_whole(page, heading), heading, rule)
    if best >= 0:
        return Headline(_whole(page, best), best, "line in <title>")
    title = _from_title(page_title)
    if _SITE_ONLY.search(title) or len(title) < _SHORTEST:
        above = _above_meta(lines)
        if above >= 0:
            return Headline(lines[above].text, above, "line above meta line")
    return Headline(title, -1, "<title>") if title else Headline(None, -1, None)


def _above_meta(lines: list[Line]) -> int:
    """The line right above the first one that gives a time with a label or a source; -1 where there is none."""
    for index, line in enumerate(lines):
        if 8 <= len(line.text) <= 150 and find_stamp(line.text) and read_labels(line.text):
            for above in range(index - 1, max(index - 6, -1), -1):
                text = lines[above].text
                if 5 <= len(text) <= 80 and not lines[above].link and not is_tools(text) and not read_labels(text):
                    return above
    return -1


def squash(text: str) -> str:
    """Text without blanks, for comparing what two places of a page print."""
    return _BLANK.sub("", text)


def _has_meta_below(lines: list[Line], index: int) -> bool:
    return any(
        len(line.text) <= 150 and (find_stamp(line.text) is not None or read_labels(line.text))
        for line in lines[index + 1 : index + 5]
    )


def _whole(page: Page, index: int) -> str:
    """The line with the lines that continue it: a heading element broken by `<br>`, up to the meta line in it."""
    block = page.blocks[page.lines[index].block]
    if block.tag not in _HEADINGS:
        return page.lines[index].text
    parts = []
    for line in page.lines[block.start : block.end]:
        if parts and (find_stamp(line.text) or read_labels(line.text)):
            break
        if line.text:
            parts.append(line.text)
    return " ".join(parts)


def _from_title(title: str) -> str:
    parts = _SEPARATOR.split(title)
    while len(parts) > 1 and (_SITE_WORDS.search(parts[-1]) or len(parts[-1]) < len(parts[0]) / 2):
        parts.pop()
    end = title.find(parts[-1], sum(map(len, parts[:-1]))) + len(parts[-1])
    return title[:end].strip()
