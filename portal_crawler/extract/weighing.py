"""What each line below the headline is, and how much it speaks for the block that it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from portal_crawler.extract.boilerplate import is_invitation, is_notice, is_teaser, is_tools, opened_by
from portal_crawler.extract.head import SENTENCE_END, home, is_credit
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet
from portal_crawler.extract.page import Page
from portal_crawler.extract.traditional import simpler

_SENTENCE: Final = re.compile(r"[。！？；，、：“”]|[,.;:!?](?=\s|$)")
_SHORT: Final = 40
# Characters of text above the line that ends an article, with which nothing below it is looked at.
_ENOUGH: Final = 60.0
# A sentence below a sub-heading is longer than most of what readers write below an article in one line.
_SHORTEST_TOLD: Final = 15
# What hangs on an announcement is named in its text, by links.
_ATTACHMENT: Final = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar)[\W_]*$", re.I)
# What a digest prints before the headline of each of its items, which may be a link.
_NUMBERED: Final = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、]")
TEXT: Final = "text"
FURNITURE: Final = "furniture"
LINKS: Final = "links"
CREDIT: Final = "credit"
HEADING: Final = "heading"
NOTICE: Final = "notice"
END: Final = "end"
CLOSING: Final = (CREDIT, HEADING, NOTICE, END)


@dataclass(frozen=True, slots=True)
class Weighed:
    """kind: what a line is. weight: what it says for its block, in characters of running text; below 0, against it.

    labels: whether it begins with a label, so that it is text only between lines of text.
    """

    kind: str
    weight: float
    labels: bool = False


NOTHING: Final = Weighed(FURNITURE, 0.0)
_FURNITURE_LINE: Final = Weighed(FURNITURE, -4.0)
_HEADS: Final = Weighed(HEADING, -8.0)
# 相关文章：X leads to one article by itself, and heads no text below it.
_HEADED_LINK: Final = Weighed(HEADING, -8.0, labels=True)
_CLOSING_CREDIT: Final = Weighed(CREDIT, -2.0)
_CLOSING_NOTICE: Final = Weighed(NOTICE, -8.0)
_ENDS: Final = Weighed(END, -8.0)
_COMMENTED: Final = Weighed(END, -8.0)
_ATTACHED: Final = Weighed(TEXT, 0.0, labels=True)


def _opens_with_label(line: Line) -> bool:
    """Whether a line begins with a label of the page (时间：) and not with a word that ends in one (上班时间：)."""
    opening = line.text[: line.labels[0].start].strip("【[（( \u3000")
    if opening and not (line.labels[0].kind == "author" and line.text[0] == opening[0] and is_outlet(opening)):
        return False
    return all(item.kind != "text" for item in line.labels)


def _closes(line: Line) -> bool:
    """Whether a credit line names an editor, a source, or two who checked: those stand below an article, not inside it.

    记者：… and 时间：… open lines of interviews and announcements.
    """
    short = [item.kind for item in line.labels if len(item.value) <= 30]
    return "editor" in short or "source" in short or short.count("role") > 1


def weigh_lines(page: Page, start: int) -> list[Weighed]:
    """What the lines from `start` on are and how much each speaks for its block, in characters of running text.

    It ends at the line that ends the article.
    """
    besides = page.blocks.besides
    traditional = any(character in page.text for character in "權關聞報們")
    weighed: list[Weighed] = []
    gained = 0.0
    for line in page.lines[start:]:
        if traditional:
            line = simpler(line)
        text = line.text
        if not text:
            item = NOTHING
        elif besides and besides[line.block]:
            item = _ENDS if opened_by(text) in ("end", "comments") else _FURNITURE_LINE
        else:
            item = _weigh_short(text, line.link) if len(text) <= _SHORT else _weigh_text(line)
            if item is _COMMENTED and _heads_text(page, start + len(weighed)):
                item = _HEADS
        weighed.append(item)
        if item.weight > 0:
            gained += item.weight
        elif item.kind == END and gained >= _ENOUGH:
            break
    return weighed


@lru_cache(maxsize=8192)
def _weigh_short(text: str, link: int) -> Weighed:
    """Remembered, since the short lines of a page are mostly those of its portal's other pages."""
    return _weigh_text(Line(text, link, -1, ()))


def _weigh_text(line: Line) -> Weighed:
    text, link = line.text, line.link
    size = len(text)
    opened = opened_by(text)
    if opened in ("end", "comments"):
        return _ENDS if opened == "end" else _COMMENTED
    if link * 2 > size and _ATTACHMENT.search(text):
        return _ATTACHED
    if link * 2 > size and ":" not in text and "：" not in text and "。" not in text:
        return _HEADS if opened else _links(link, numbered=link < size and _NUMBERED.match(text) is not None)
    if size <= 90:
        if opened:
            return _HEADED_LINK if link * 2 > size else _HEADS
        if is_tools(text) or is_invitation(text) or (link and _is_row_of_pages(text)):
            return _FURNITURE_LINE
    labels = is_credit(line)
    if labels and _closes(line):
        return _CLOSING_CREDIT
    plain = size - link
    if link and (is_teaser(text) or (link * 2 > size and not (plain > 8 and SENTENCE_END.search(text)))):
        return _links(link)
    if is_notice(text):
        return _CLOSING_NOTICE
    if labels:
        return Weighed(TEXT, 0.0, labels=_opens_with_label(line))
    if _SENTENCE.search(text):
        return _running(float(plain - link))
    return _running(plain * 0.3 if plain > 1 else 0.0)


def _heads_text(page: Page, index: int) -> bool:
    """Whether 网友评论 is a sub-heading: a paragraph between two of one text, the next of which is a sentence."""
    line = page.lines[index]
    if line.link or not 0 < index < len(page.lines) - 1:
        return False
    before, after = page.lines[index - 1], page.lines[index + 1]
    if after.link or len(after.text) < _SHORTEST_TOLD or not SENTENCE_END.search(after.text) or not before.text:
        return False
    place = home(page, index)
    return home(page, index - 1) == place == home(page, index + 1)


def _is_row_of_pages(text: str) -> bool:
    """Whether a line with links is the numbers of an article's pages, the page's own among them without a link."""
    numbers = [part.strip("[]【】()（）|") for part in text.split()]
    return len(numbers) > 1 and numbers == [str(number) for number in range(1, len(numbers) + 1)]


@lru_cache(maxsize=512)
def _links(link: int, *, numbered: bool = False) -> Weighed:
    return Weighed(LINKS, -(link * 0.5 + 4), labels=numbered)


@lru_cache(maxsize=2048)
def _running(weight: float) -> Weighed:
    return Weighed(TEXT, weight)
