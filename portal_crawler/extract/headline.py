"""An article's headline: which line of the page it is, and its text.

The page's `<title>` begins with the headline nearly always, followed by channel and site, but where it ends
cannot be told from the title alone, since headlines contain the same separators. A line of the page that stands
in the title says it, and where no line does, the heading element above the meta line speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.byline_lines import is_reporter_line
from portal_crawler.extract.head import GREETING, is_yearless
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import find_stamp, without_stamps

_SEPARATOR: Final = re.compile(r"\s{0,9}(?:[_|｜丨–]+|-{1,2}(?=\s|[^\d\w]|[\u4e00-\u9fff])|—(?!—)|>>?|»)\s{0,9}")
_SITE_WORDS: Final = re.compile(
    r"(?:网|在线|频道|新闻|资讯|报|台|中心|首页|正文|门户|社|要闻|站|搜狐|新浪|.com|.cn)$", re.I
)
_DOTS: Final = re.compile(r"\.{3}|…")
_SITE: Final = re.compile(r"(?:网|在线|门户|频道|之窗|日报|晚报|政府)$")
_LONGEST_SITE: Final = 12
# Shorter parts of a `<title>` are in doubt: a site, a channel, a kicker.
_SHORTEST: Final = 8
_COUNT: Final = re.compile(r"(?<!\s)\s*+[(（]\d{1,3}/\d{1,3}[)）]$")
_HEADINGS: Final = {"h1": 3, "h2": 2, "h3": 1}


@dataclass(frozen=True, slots=True)
class Headline:
    """text: as printed, None where the page has none. line: index of its line, -1 where it stands in none."""

    text: str | None
    line: int
    rule: str | None


def find_headline(page: Page) -> Headline:
    """The headline of an article page."""
    page_title = " ".join(_title_of(page).split())
    if is_outlet(page_title) and (announced := _announced(page)):
        # A page made by a script is entitled with the name of its program.
        page_title = announced
    squashed = squash(page_title)
    lines, tags = page.lines, page.blocks.tags
    first_part = squash(_SEPARATOR.split(page_title)[0]).rstrip(".…")
    if (dots := _DOTS.search(squashed)) and dots.start() > len(first_part):
        # Systems cut long titles and say so.
        first_part = squashed[: dots.start()]
    site = squashed if len(squashed) <= _LONGEST_SITE and _SITE.search(squashed) else ""
    best, best_rank = -1, (False, 0, 0, 0)
    heading, heading_rank = -1, (0, 0, 0)
    linked = short = -1
    for index, line in enumerate(lines):
        shown = line.text
        size = len(shown)
        if size < 4 or size > 120:
            # Essays and poems are headed with two characters.
            if (
                2 <= size < 4
                and short < 0
                and shown == first_part
                and not line.link
                and _has_meta_below(lines, index, 1 if site else 4)
            ):
                short = index
            continue
        if line.link * 2 > size:
            if linked < 0 and tags[line.block] in _HEADINGS and _says_title(shown, page_title, first_part):
                linked = index if _has_meta_below(lines, index) else -1
            continue
        if site and squash(shown) == site and not _has_meta_below(lines, index, 1):
            # The page is entitled with the site's name only, which its masthead says, too.
            continue
        level = _HEADINGS.get(tags[line.block], 0)
        # What stands below is looked at only where it can decide.
        if level and (level, 1, -index) > heading_rank:
            rank = (level, int(_has_meta_below(lines, index)), -index)
            if rank > heading_rank and (level == 3 or rank[1]):
                heading, heading_rank = index, rank
        if squashed and shown[:2] in page_title:
            text = squash(shown)
            inside = text in squashed and len(text) * 3 >= len(squashed) * 0.8
            if inside and size < _SHORTEST and text != first_part and squashed.endswith(text) and is_outlet(shown):
                # The site's name, longer than a short headline.
                continue
            # A title cut short by the CMS: the line says it in full.
            if inside or (len(first_part) >= _SHORTEST and first_part in text and len(text) < 3 * len(first_part)):
                names = (level == 3 and size >= _SHORTEST, min(len(text), len(squashed)))
                if names >= best_rank[:2]:
                    named = (*names, level + 2 * int(_has_meta_below(lines, index)), -index)
                    if named > best_rank:
                        best, best_rank = index, named
    if short >= 0 and (best < 0 or len(lines[best].text) < _SHORTEST):
        return Headline(lines[short].text, short, "line in <title>")
    above = _above_meta(lines) if best < 0 and linked < 0 else -1
    if 0 <= above < heading and heading_rank[0] < _HEADINGS["h1"]:
        # Columns beside the text have headings, too.
        return Headline(lines[above].text, above, "line above meta line")
    if heading >= 0 and heading != best:
        text = squash(_whole(page, heading, page_title))
        contains = len(first_part) >= 6 and first_part in text
        # A linked heading in the title is the headline before any that is not in it.
        if contains or (linked < 0 if best < 0 else squash(lines[best].text) in text):
            text = _without_count(_whole(page, heading, page_title), page_title)
            return Headline(text, heading, tags[lines[heading].block])
    if best >= 0:
        return Headline(_without_count(_whole(page, best, page_title), page_title), best, "line in <title>")
    if linked >= 0:
        return Headline(lines[linked].text, linked, "linked line in <title>")
    # What a `<title>` says stands on the page, too, if it is the headline; else it is a channel or the site.
    if above >= 0:
        return Headline(lines[above].text, above, "line above meta line")
    if is_outlet(page_title) and (listed := _listed(lines)) >= 0:
        return Headline(lines[listed].text, listed, "line that a list names")
    title = _from_title(page_title)
    return Headline(title, -1, "<title>") if title else Headline(None, -1, None)


def _title_of(page: Page) -> str:
    element = next(page.root.iter("title"), None)
    return (element.text or "") if element is not None else ""


def _announced(page: Page) -> str:
    """The title that a page gives to those who link to it; empty where it gives none."""
    for element in page.root.iterfind(".//meta[@property='og:title']"):
        return " ".join((element.get("content") or "").split())
    return ""


def _above_meta(lines: list[Line]) -> int:
    """The line right above the first one that gives a time as meta lines do, or reporters; -1 where there is none."""
    for index, line in enumerate(lines):
        if not 8 <= len(line.text) <= 150:
            continue
        reporters = is_reporter_line(line.text)
        if not (reporters or find_stamp(line.text) or is_yearless(line.text)):
            continue
        if (not line.labels and len(without_stamps(line.text)) > 24) or GREETING.search(line.text):
            continue
        for above in range(index - 1, max(index - 4, -1), -1):
            text = lines[above].text
            if (
                (4 if reporters else 6) <= len(text) <= 80
                and not lines[above].link
                and not is_tools(text)
                and not lines[above].labels
                and not find_stamp(text)
            ):
                return above
    return -1


def _listed(lines: list[Line]) -> int:
    """The line that a link of the page says, too: e-papers list the articles of the page beside each; -1 for none."""
    linked = {line.text for line in lines if _SHORTEST <= len(line.text) == line.link}
    return next((index for index, line in enumerate(lines) if not line.link and line.text in linked), -1)


def squash(text: str) -> str:
    """Text without blanks, for comparing what two places of a page print."""
    return "".join(text.split())


def _has_meta_below(lines: list[Line], index: int, within: int = 4) -> bool:
    return any(
        len(line.text) <= 150 and (line.labels or find_stamp(line.text) is not None) and not GREETING.search(line.text)
        for line in lines[index + 1 : index + 1 + within]
    )


def _says_title(shown: str, page_title: str, first_part: str) -> bool:
    """Whether a linked heading says most of the title, the whole of its first part, or goes on where it is cut."""
    text = squash(shown)
    if text == first_part and len(text) < len(squash(page_title)) and not is_outlet(shown):
        return True
    if len(shown) < _SHORTEST:
        return False
    return (shown in page_title and len(shown) * 2 > len(page_title)) or (
        len(first_part) >= _SHORTEST and text.startswith(first_part)
    )


def _whole(page: Page, index: int, page_title: str) -> str:
    """The line with the lines that continue it: a heading element broken by `<br>`, up to the meta line in it."""
    block = page.blocks[page.lines[index].block]
    if block.tag not in _HEADINGS:
        return _said_in_one(page, index, page_title)
    parts: list[str] = []
    for line in page.lines[block.start : block.end]:
        if parts and (line.labels or find_stamp(line.text)):
            break
        if line.text:
            parts.append(line.text)
    return _as_titled(parts, page_title)


def _said_in_one(page: Page, index: int, page_title: str) -> str:
    """The line with those right beside it in its block that the page's title says in one with it: a headline broken by
    `<br>` in a table's cell or a `<div>`."""
    lines, squashed = page.lines, squash(page_title)
    first = last = index
    text = squash(lines[index].text)
    while last + 1 < len(lines) and _goes_on(lines[index], lines[last + 1]):
        longer = text + squash(lines[last + 1].text)
        if longer not in squashed:
            break
        text, last = longer, last + 1
    while first > 0 and _goes_on(lines[index], lines[first - 1]):
        longer = squash(lines[first - 1].text) + text
        if longer not in squashed:
            break
        text, first = longer, first - 1
    return _as_titled([line.text for line in lines[first : last + 1] if line.text], page_title)


def _as_titled(parts: list[str], page_title: str) -> str:
    """The lines of a headline as one: with blanks between them, unless the page's title has none."""
    joined = "".join(parts)
    return joined if joined in page_title else " ".join(parts)


def _goes_on(line: Line, beside: Line) -> bool:
    """Whether a line beside a headline may be the rest of it: not the site's name, nor who wrote it and when."""
    return (
        beside.block == line.block
        and not beside.link
        and not beside.labels
        and not is_outlet(beside.text)
        and find_stamp(beside.text) is None
    )


def _without_count(text: str, page_title: str) -> str:
    """A headline without the number of its picture (1/5), which the page's title does not give."""
    return text if text in page_title else _COUNT.sub("", text)


def _from_title(title: str) -> str:
    parts = _SEPARATOR.split(title)
    while len(parts) > 1 and (_SITE_WORDS.search(parts[-1]) or len(parts[-1]) < len(parts[0]) / 2):
        parts.pop()
    end = title.find(parts[-1], sum(map(len, parts[:-1]))) + len(parts[-1])
    return title[:end].strip()
