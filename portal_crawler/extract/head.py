"""The lines at the head of an article: what gives time, source and names, and where the text begins below it."""

from __future__ import annotations

import re
from typing import Final

from portal_crawler.extract.boilerplate import opened_by
from portal_crawler.extract.byline_lines import is_reporter_line
from portal_crawler.extract.lines import Line
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import find_stamp, without_stamps

SENTENCE_END: Final = re.compile(r"[。！？…；]|[.!?]\s*$")
# A masthead greets its readers and tells them the day.
GREETING: Final = re.compile("今天是|欢迎[您你]?(?:访问|光临|来到)")
_PARAGRAPHS: Final = frozenset("p h1 h2 h3 h4 h5 h6 li blockquote center pre dd dt figcaption".split())
_HEADINGS: Final = frozenset(("h1", "h2", "h3"))
_EVENT: Final = re.compile(r"[\u4e00-\u9fff]{2,6}")
_SPOKEN: Final = re.compile(r"[。！？]")
# Shorter lines between headline and meta line are buttons, kickers and pages' words about themselves.
_LINE_OF_TEXT: Final = 12
# Lines below a meta line that are looked at to tell a summary above it from a text.
_SUMMED_UP: Final = 12


def first_text_line(page: Page, headline: int) -> int:
    """Index of the first line that can be text: below the headline and the meta lines that follow it."""
    start = headline + 1
    while 0 < start < len(page.lines) and _continues(page, headline, start):
        start += 1
    own = home(page, headline) if headline >= 0 else -1
    # Blocks apart from the headline's in which text has begun: what follows in them is text, too (志愿填报时间：).
    opened: set[int] = set()
    dated = False
    told = 0
    for index in range(start, min(start + 16, len(page.lines))):
        line = page.lines[index]
        # A time that lacks its year is the page's own right below the headline only.
        if is_meta(line) or (not dated and index < headline + 5 and is_yearless(line.text)):
            dated = dated or find_stamp(line.text) is not None
            if (opened and home(page, index) in opened) or (told and not _is_outweighed(page, index, told)):
                break
            start = index + 1
        elif SENTENCE_END.search(line.text) and len(line.text) > (60 if start == headline + 1 else 15):
            return (0 if dated else _below_summary(page, index)) or start
        elif (
            len(line.text) >= _LINE_OF_TEXT
            and not line.link
            and (not line.labels or _is_of_an_event(line))
            and not is_reporter_line(line.text)
        ):
            opened.add(home(page, index))
            opened.discard(own)
            told += len(line.text) if _SPOKEN.search(line.text) else 0
    return start


def _continues(page: Page, headline: int, index: int) -> bool:
    """Whether a line is a further one of a heading element broken by `<br>`, and no meta line in it."""
    block = page.lines[headline].block
    if headline < 0 or page.lines[index].block != block or page.blocks.tags[block] not in _HEADINGS:
        return False
    return not is_meta(page.lines[index])


def is_yearless(text: str) -> bool:
    """Whether a line is short and gives a time of which a fetch time or the address has the rest."""
    return 5 <= len(text) <= 40 and not SENTENCE_END.search(text) and "\t" in without_stamps(text)


def _below_summary(page: Page, index: int) -> int:
    """The line below the meta line that follows a summary, the line of an index; 0 where the line is text itself.

    More text than the summary's has to follow: a line of credits stands below an article of one paragraph, too.
    """
    for below in range(index + 1, min(index + 4, len(page.lines))):
        line = page.lines[below]
        if find_stamp(line.text) is None or not is_meta(line) or not line.labels:
            continue
        return below + 1 if _is_outweighed(page, below, len(page.lines[index].text)) else 0
    return 0


def _is_outweighed(page: Page, meta: int, size: int) -> bool:
    """Whether more text follows a meta line than the characters that stand above it."""
    for other in page.lines[meta + 1 : meta + _SUMMED_UP]:
        if opened_by(other.text):
            break
        if not other.link and SENTENCE_END.search(other.text):
            size -= len(other.text)
    return size < 0


def summary_above(page: Page, headline: int, start: int) -> tuple[int, ...]:
    """The index of the summary that stands between headline and meta line, or nothing."""
    for index in range(headline + 1, start):
        text = page.lines[index].text
        if len(text) > 60 and SENTENCE_END.search(text) and not is_meta(page.lines[index]):
            return (index,)
    return ()


def is_meta(line: Line) -> bool:
    """Whether a line is the one that gives time, source and names, or one of several such lines."""
    text = line.text
    if not text or SENTENCE_END.search(text) or len(text) > 150:
        return False
    if line.labels and _is_of_an_event(line):
        return False
    if len(text) <= 60 and find_stamp(text) is not None:
        return True
    return is_credit(line) and any(item.kind not in ("page", "text") for item in line.labels)


def is_credit(line: Line) -> bool:
    """Whether a line does nothing but give labelled names, sources, times and counts."""
    text = line.text
    if len(text) > 150 or text[-1:] in "。！？":
        return False
    labels = line.labels
    if not labels or _is_of_an_event(line):
        return False
    head = text[: labels[0].start].strip("[]【（(［>|-—· \u3000")
    # Credits that an editor typed behind the last sentence leave the paragraph one of the text.
    if SENTENCE_END.search(head):
        return False
    if len(head) > 6 and find_stamp(head) is None and "http" not in head and len(labels) < 2:
        return False
    return all(len(item.value) <= 60 and not _SPOKEN.search(item.value) for item in labels)


def _is_of_an_event(line: Line) -> bool:
    """Whether a line's first label is the end of a longer word, a time that is not the page's (停水时间：)."""
    first = line.labels[0]
    before = line.text[: first.start].strip("【[（( \u3000")
    return first.kind == "time" and first.label in ("时间", "日期") and _EVENT.fullmatch(before) is not None


def home(page: Page, index: int) -> int:
    """The block that a line's paragraph stands in: text of one article has one home, or few."""
    block = page.lines[index].block
    return page.blocks.parents[block] if page.blocks.tags[block] in _PARAGRAPHS else block
