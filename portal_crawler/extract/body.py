"""Where the article's text stands on a page.

No class name decides. Lines below the headline and its meta line are weighed: running text counts for itself,
links and furniture count against, and what stands below the first line that closes an article (相关阅读, 上一篇,
comments) counts little. The body's container is the block with the greatest sum; ties go to the innermost. Then
the lines that are not text are taken out, at the edges and inside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import NamedTuple

from portal_crawler.extract.boilerplate import (
    is_invitation,
    is_notice,
    is_teaser,
    is_tools,
    opened_by,
)
from portal_crawler.extract.head import SENTENCE_END, home, is_credit
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet
from portal_crawler.extract.page import Page
from portal_crawler.extract.traditional import simpler

_SENTENCE = re.compile(r"[。！？；，、：“”]|[,.;:!?](?=\s|$)")
# Text below the line that closes an article is a comment, a teaser or a notice; weighed so low, it does not pull
# the container outwards, and it still counts when there is nothing above it.
_AFTER_CLOSE = 0.2
_AFTER_END = 0.02
# So many characters of links and furniture below the headline halve what a line says: a caption of one sentence
# right below it outweighs the teasers of the right-hand column.
_FAR = 200.0
_SHORT = 40
# Characters of text above the line that ends an article, with which nothing below it is looked at.
_ENOUGH = 60.0
# A sentence below a sub-heading is longer than most of what readers write below an article in one line.
_SHORTEST_TOLD = 15
# What hangs on an announcement is named in its text, by links.
_ATTACHMENT = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar)[\W_]*$", re.I)
_WORD = re.compile(r"[\u4e00-\u9fff]{2}")
_ADVERTISEMENT = re.compile(r"[\W_]*(?:广告|廣告|推广|推廣|赞助|贊助)[\W_]*$")
# What a digest prints before the headline of each of its items, which may be a link.
_NUMBERED = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、]")
_TEXT, _FURNITURE, _LINKS, _CREDIT, _HEADING, _NOTICE, _END = (
    "text",
    "furniture",
    "links",
    "credit",
    "heading",
    "notice",
    "end",
)
_CLOSING = (_CREDIT, _HEADING, _NOTICE, _END)


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of an article's text, as indices into the page's lines.

    block: index of the container, -1 where there is none. end: index of the first line below the text.
    """

    block: int
    lines: tuple[int, ...]
    end: int


class _Weighed(NamedTuple):
    kind: str
    weight: float
    labels: bool = False


_NOTHING = _Weighed(_FURNITURE, 0.0)
_FURNITURE_LINE = _Weighed(_FURNITURE, -4.0)
_HEADS = _Weighed(_HEADING, -8.0)
# 相关文章：X leads to one article by itself, and heads no text below it.
_HEADED_LINK = _Weighed(_HEADING, -8.0, labels=True)
_CLOSING_CREDIT = _Weighed(_CREDIT, -2.0)
_CLOSING_NOTICE = _Weighed(_NOTICE, -8.0)
_ENDS = _Weighed(_END, -8.0)
_COMMENTED = _Weighed(_END, -8.0)
_ATTACHED = _Weighed(_TEXT, 0.0, labels=True)


def _opens_with_label(line: Line) -> bool:
    """Whether a line begins with a label of the page (时间：) and not with a word that ends in one (上班时间：)."""
    opening = line.text[: line.labels[0].start].strip("【[（( \u3000")
    if opening and not (line.labels[0].kind == "author" and line.text[0] == opening[0] and is_outlet(opening)):
        return False
    return all(item.kind != "text" for item in line.labels)


def _closes(line: Line) -> bool:
    """Whether a credit line names an editor or a source: those stand below an article, not inside it.

    记者：… and 时间：… open lines of interviews and announcements.
    """
    return any(item.kind in ("editor", "source") and len(item.value) <= 30 for item in line.labels)


def find_body(page: Page, start: int) -> Body:
    """The body among the lines from `start` on, the first line that can belong to it."""
    weighed = _weigh_all(page, start)
    block = _heaviest_block(page, _shared(page, weighed, start), start)
    if block < 0:
        # What was taken for the headline stands below the text.
        return find_body(page, 0) if start > 0 else Body(-1, (), start)
    first, end = max(page.blocks.starts[block], start), min(page.blocks.ends[block], start + len(weighed))
    end = start + _tail(page, weighed, start, first - start, end - start)
    while first < end and (weighed[first - start].kind != _TEXT or weighed[first - start].labels):
        first += 1
    above = weighed[first - 1 - start] if first > start else _NOTHING
    inside = first > page.blocks.starts[block]
    first -= inside and ((above.kind == _LINKS and above.labels) or _opens_text(page, above, first))
    kept = [
        index
        for index in range(first, end)
        if page.lines[index].text and _is_text(page, weighed, start, index - start, end - start)
    ]
    if "form" in page.blocks.tags:
        kept = [index for index in kept if not _in_form(page, index, block)]
    kept = _without_advertisements(page, kept, first, end, block)
    return Body(block, tuple(kept), kept[-1] + 1 if kept else end)


def _opens_text(page: Page, above: _Weighed, first: int) -> bool:
    """Whether the line above the text is its first sub-heading (【今日要闻】), a paragraph beside the text's own."""
    if above.kind != _HEADING or above.labels or page.lines[first - 1].link:
        return False
    return page.lines[first - 1].block != page.lines[first].block and home(page, first - 1) == home(page, first)


def _weigh_all(page: Page, start: int) -> list[_Weighed]:
    """What the lines from `start` on are and how much each speaks for its block, in characters of running text.

    It ends at the line that ends the article.
    """
    besides = page.blocks.besides
    traditional = any(character in page.text for character in "權關聞報們")
    weighed: list[_Weighed] = []
    gained = 0.0
    for line in page.lines[start:]:
        if traditional:
            line = simpler(line)
        text = line.text
        if not text:
            item = _NOTHING
        elif besides and besides[line.block]:
            item = _ENDS if opened_by(text) in ("end", "comments") else _FURNITURE_LINE
        else:
            item = _weigh_short(text, line.link) if len(text) <= _SHORT else _weigh_text(line)
            if item is _COMMENTED and _heads_text(page, start + len(weighed)):
                item = _HEADS
        weighed.append(item)
        if item.weight > 0:
            gained += item.weight
        elif item.kind == _END and gained >= _ENOUGH:
            break
    return weighed


@lru_cache(maxsize=8192)
def _weigh_short(text: str, link: int) -> _Weighed:
    """Remembered, since the short lines of a page are mostly those of its portal's other pages."""
    return _weigh_text(Line(text, link, -1, ()))


def _weigh_text(line: Line) -> _Weighed:
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
        return _Weighed(_TEXT, 0.0, labels=_opens_with_label(line))
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
def _links(link: int, *, numbered: bool = False) -> _Weighed:
    return _Weighed(_LINKS, -(link * 0.5 + 4), labels=numbered)


@lru_cache(maxsize=2048)
def _running(weight: float) -> _Weighed:
    return _Weighed(_TEXT, weight)


def _shared(page: Page, weighed: list[_Weighed], start: int) -> list[float]:
    """The weights, those of text below a closing line or below many links cut to a share.

    Text beside the text above the closing line is not cut: a box of links may stand inside an article.
    """
    weights = []
    share, gained, passed = 1.0, 0.0, 0.0
    homes: dict[int, float] = {}
    for index, item in enumerate(weighed, start):
        weight = item.weight
        if weight > 0:
            home = _place(page, index)
            at_home = share > _AFTER_END and homes.get(home, 0.0) * 4 >= gained
            weight *= (1.0 if at_home else share) / (1.0 + passed / _FAR)
            gained += weight
            homes[home] = homes.get(home, 0.0) + weight
        else:
            passed -= weight
            if item.kind in _CLOSING and gained > 0:
                share = min(share, _AFTER_END if item.kind == _END and gained >= _WORTH_TAKING else _AFTER_CLOSE)
        weights.append(weight)
    return weights


def _heaviest_block(page: Page, weights: list[float], start: int) -> int:
    blocks = page.blocks
    last = len(page.lines) - start - len(weights)
    sums = [0.0] * start + list(accumulate(weights, initial=0.0))
    sums += [sums[-1]] * last
    totals = list(map(sub, map(sums.__getitem__, blocks.ends), map(sums.__getitem__, blocks.starts)))
    most = max(totals, default=0.0)
    if most <= 0:
        return -1
    best = len(totals) - 1 - totals[::-1].index(most)
    if (around := _around_paragraph(page, weights, start, best)) != best:
        return around
    # A block around the text gains a few characters by stray labels; that is no reason to take it.
    for index in range(best + 1, len(totals)):
        if blocks.starts[index] >= blocks.ends[best]:
            break
        if totals[index] >= totals[best] * 0.95:
            low, high = max(blocks.starts[best] - start, 0), max(blocks.starts[index] - start, 0)
            rest = weights[low:high] + weights[blocks.ends[index] - start : blocks.ends[best] - start]
            if max(rest, default=0.0) < _WORTH_TAKING:
                best = index
    return best


def _around_paragraph(page: Page, weights: list[float], start: int, best: int) -> int:
    """The block itself, or for a single paragraph the one around it where other paragraphs of the text stand.

    A box of links between paragraphs makes each of them weigh more than all with the box.
    """
    if page.blocks.tags[best] not in ("p", "blockquote"):
        return best
    around = page.blocks.parents[best]
    others = 0.0
    for index in range(max(page.blocks.starts[around], start), min(page.blocks.ends[around], start + len(weights))):
        if (
            weights[index - start] >= _SHORT_SENTENCE
            and page.lines[index].block != best
            and home(page, index) == around
        ):
            others += weights[index - start]
    return around if others >= _SHORT_SENTENCE else best


# A line of running text this long outside the inner block is part of the article.
_WORTH_TAKING = 12.0
# Beside a paragraph a short sentence is, too, even with a box of links above it.
_SHORT_SENTENCE = 6.0


def _tail(page: Page, weighed: list[_Weighed], start: int, first: int, end: int) -> int:
    """Where the text of a container ends: at the line that closes it, and before the links that trail it.

    first, end: the container's range, counted from `start` as `weighed` is.
    """
    homes: dict[int, float] = {}
    for index in range(first, end):
        item = weighed[index]
        if item.kind == _TEXT:
            home = _place(page, start + index)
            homes[home] = homes.get(home, 0.0) + item.weight
        elif item.kind in _CLOSING and (before := sum(homes.values())) >= _WORTH_TAKING:
            after = sum(
                other.weight
                for position, other in enumerate(weighed[index:end], index)
                if other.kind == _TEXT
                and homes.get(_place(page, start + position), 0.0) * 4 >= before
                # Below a linked headline stands its teaser.
                and not (item.kind != _HEADING and _is_teaser_below(page, weighed, start, position))
            )
            # A box of links may stand inside an article, which goes on beside it; credits and notices stand below.
            if item.kind == _END or after < (_WORTH_TAKING if item.kind == _HEADING else before):
                end = index
                break
    while end > first and (
        weighed[end - 1].kind != _TEXT or weighed[end - 1].labels or _is_count(page.lines[start + end - 1], page)
    ):
        end -= 1
    return end


def _is_teaser_below(page: Page, weighed: list[_Weighed], start: int, index: int) -> bool:
    """Whether a line stands right below a linked headline beside it."""
    return weighed[index - 1].kind == _LINKS and home(page, start + index - 1) == home(page, start + index)


def _is_count(line: Line, page: Page) -> bool:
    """Whether a line is a number by itself and no cell of a table: a counter of readers or of praise."""
    return line.text.isdecimal() and page.blocks.tags[line.block] not in ("td", "th")


def _in_form(page: Page, index: int, container: int) -> bool:
    """Whether a line stands in a form inside the container (a poll); old servers wrap whole pages in one."""
    for block in page.ancestors(page.lines[index].block):
        if block == container:
            return False
        if page.blocks.tags[block] == "form":
            return True
    return False


def _without_advertisements(page: Page, kept: list[int], first: int, end: int, container: int) -> list[int]:
    """The lines without those of boxes inside the container that say of themselves that they are advertisements."""
    for index in range(first, end):
        line = page.lines[index]
        if len(line.text) <= 6 and _ADVERTISEMENT.match(line.text):
            block = line.block
            if page.blocks.tags[block] == "p" and page.blocks.starts[page.blocks.parents[block]] == index:
                block = page.blocks.parents[block]
            if block != container and page.blocks.starts[block] == index and page.blocks.tags[block] == "div":
                kept = [other for other in kept if not index < other < page.blocks.ends[block]]
    return kept


def _place(page: Page, index: int) -> int:
    """The home of a line, where a `<div>` of one line is a paragraph, too, as some editors write them."""
    block = page.lines[index].block
    if page.blocks.tags[block] == "div" and page.blocks.ends[block] - page.blocks.starts[block] == 1:
        return page.blocks.parents[block]
    return home(page, index)


def _in_row_of_text(page: Page, weighed: list[_Weighed], start: int, index: int) -> bool:
    """Whether a linked cell stands in a row of a table with more cells of text than links (a list of winners).

    A ranking has numbers and days beside its links, and no words.
    """
    blocks = page.blocks
    row = blocks.parents[page.lines[start + index].block]
    first = max(blocks.starts[row] - start, 0)
    cells = weighed[first : blocks.ends[row] - start]
    texts = [place for place, item in enumerate(cells, first + start) if item.kind == _TEXT]
    if blocks.tags[row] != "tr" or len(texts) < 2 or len(texts) * 2 <= len(cells):
        return False
    return any(_WORD.search(page.lines[place].text) for place in texts)


def _in_row_of_link(page: Page, weighed: list[_Weighed], start: int, index: int) -> bool:
    """Whether a cell without words stands in a row with a link that is none of the text: its rank, its readers."""
    blocks = page.blocks
    row = blocks.parents[page.lines[start + index].block]
    if blocks.tags[row] != "tr" or _WORD.search(page.lines[start + index].text):
        return False
    first = max(blocks.starts[row] - start, 0)
    linked = [place for place in range(first, blocks.ends[row] - start) if weighed[place].kind == _LINKS]
    return any(not _in_row_of_text(page, weighed, start, place) for place in linked)


def _is_text(page: Page, weighed: list[_Weighed], start: int, index: int, end: int) -> bool:
    """Whether a line between the first and the last line of text is text itself."""
    item = weighed[index]
    if item.kind == _HEADING:
        # 【相关阅读】 with text below it is a sub-heading of the article.
        return not item.labels and index + 1 < end and weighed[index + 1].kind == _TEXT
    if item.kind == _LINKS and item.labels:
        return index + 1 < end and weighed[index + 1].kind == _TEXT and weighed[index + 1].weight > 0
    if item.kind == _LINKS and page.blocks.tags[page.lines[start + index].block] in ("td", "th"):
        return _in_row_of_text(page, weighed, start, index)
    if item.kind == _TEXT and item.weight < 1.0 and page.blocks.tags[page.lines[start + index].block] == "td":
        return not _in_row_of_link(page, weighed, start, index)
    # Words of notices in the middle of a text are the text's own.
    return item.kind in (_TEXT, _NOTICE)
