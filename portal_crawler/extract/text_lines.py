"""Which lines between the first and the last of a text are text, and not of boxes, rankings and advertisements."""

from __future__ import annotations

import re
from typing import Final

from portal_crawler.extract.head import SENTENCE_END, home
from portal_crawler.extract.headline import squash
from portal_crawler.extract.names import is_lone_name
from portal_crawler.extract.page import Page
from portal_crawler.extract.weighing import HEADING, LINKS, NOTICE, TEXT, Weighed

# A shorter line may be a refrain.
_SHORTEST_EXCERPT: Final = 15
# Cells of a row of a table of facts; old pages lay themselves out in wider ones.
_WIDEST_ROW: Final = 16
_WORD: Final = re.compile(r"[\u4e00-\u9fff]{2}")
# What hangs on a document is named in it, before the signature, and the name is a link to the file.
_ATTACHMENT: Final = re.compile(r"附件\s?\d{0,2}\s?[:：]")
_ADVERTISEMENT: Final = re.compile(r"[\W_]*(?:广告|廣告|推广|推廣|赞助|贊助)[\W_]*$")


def is_text(page: Page, weighed: list[Weighed], start: int, index: int, end: int) -> bool:
    """Whether a line between the first and the last line of text is text itself."""
    item = weighed[index]
    if item.kind == HEADING:
        # 【相关阅读】 with text below it is a sub-heading of the article.
        return not item.labels and index + 1 < end and weighed[index + 1].kind == TEXT
    if item.kind == LINKS and _ATTACHMENT.match(page.lines[start + index].text):
        return True
    if item.kind == LINKS and item.labels:
        return index + 1 < end and weighed[index + 1].kind == TEXT and weighed[index + 1].weight > 0
    if item.kind == LINKS and page.blocks.tags[page.lines[start + index].block] in ("td", "th"):
        return _in_row_of_text(page, weighed, start, index)
    if item.kind == TEXT and item.weight < 1.0 and page.blocks.tags[page.lines[start + index].block] == "td":
        return not _in_row_of_link(page, weighed, start, index)
    # Words of notices in the middle of a text are the text's own.
    return item.kind in (TEXT, NOTICE)


def opens_text(page: Page, above: Weighed, first: int) -> bool:
    """Whether the line above the text is its first sub-heading (【今日要闻】), a paragraph beside the text's own."""
    if above.kind != HEADING or above.labels or page.lines[first - 1].link:
        return False
    return page.lines[first - 1].block != page.lines[first].block and home(page, first - 1) == home(page, first)


def in_form(page: Page, index: int, container: int) -> bool:
    """Whether a line stands in a form inside the container (a poll); old servers wrap whole pages in one."""
    for block in page.ancestors(page.lines[index].block):
        if block == container:
            return False
        if page.blocks.tags[block] == "form":
            return True
    return False


def without_advertisements(page: Page, kept: list[int], first: int, end: int, container: int) -> list[int]:
    """The lines without those of boxes inside the container that say of themselves that they are advertisements."""
    dropped: set[int] = set()
    below = first
    for index in range(first, end):
        line = page.lines[index]
        if index >= below and len(line.text) <= 6 and _ADVERTISEMENT.match(line.text):
            block = line.block
            if page.blocks.tags[block] == "p" and page.blocks.starts[page.blocks.parents[block]] == index:
                block = page.blocks.parents[block]
            if block != container and page.blocks.starts[block] == index and page.blocks.tags[block] == "div":
                below = page.blocks.ends[block]
                dropped.update(range(index + 1, below))
    return [index for index in kept if index not in dropped] if dropped else kept


def without_opening(page: Page, kept: list[int]) -> list[int]:
    """The lines without a first one that is the author's name, or says again what the text below it begins with.

    Systems cut such summaries from a text.
    """
    if len(kept) < 2:
        return kept
    if is_lone_name(page.lines[kept[0]].text) and kept[1] == kept[0] + 1:
        return kept[1:] if SENTENCE_END.search(page.lines[kept[1]].text) else kept
    excerpt = squash(page.lines[kept[0]].text.rstrip("….。 "))
    if len(excerpt) < _SHORTEST_EXCERPT or not squash(page.lines[kept[1]].text).startswith(excerpt[:_SHORTEST_EXCERPT]):
        return kept
    told = ""
    for index in kept[1:]:
        told += squash(page.lines[index].text)
        if len(told) >= len(excerpt):
            break
    return kept[1:] if told.startswith(excerpt) else kept


def _in_row_of_text(page: Page, weighed: list[Weighed], start: int, index: int) -> bool:
    """Whether a linked cell stands in a row of a table with more cells of text than links (a list of winners).

    A ranking has numbers and days beside its links, and no words.
    """
    blocks = page.blocks
    cell = page.lines[start + index].block
    row = blocks.parents[cell]
    if blocks.ends[cell] - blocks.starts[cell] > 1:
        # Old pages set a whole article in one cell.
        return False
    first = max(blocks.starts[row] - start, 0)
    cells = weighed[first : min(blocks.ends[row] - start, first + _WIDEST_ROW + 1)]
    texts = [place for place, item in enumerate(cells, first + start) if item.kind == TEXT]
    if blocks.tags[row] != "tr" or len(cells) > _WIDEST_ROW or len(texts) < 2 or len(texts) * 2 <= len(cells):
        return False
    return any(_WORD.search(page.lines[place].text) for place in texts)


def _in_row_of_link(page: Page, weighed: list[Weighed], start: int, index: int) -> bool:
    """Whether a cell without words stands in a row with a link that is none of the text: its rank, its readers."""
    blocks = page.blocks
    row = blocks.parents[page.lines[start + index].block]
    if blocks.tags[row] != "tr" or _WORD.search(page.lines[start + index].text):
        return False
    first, last = max(blocks.starts[row] - start, 0), min(blocks.ends[row] - start, len(weighed))
    if last - first > _WIDEST_ROW:
        return False
    linked = [place for place in range(first, last) if weighed[place].kind == LINKS]
    return any(not _in_row_of_text(page, weighed, start, place) for place in linked)
