"""Where the article's text stands on a page.

No class name decides. Lines below the headline and its meta line are weighed: running text counts for itself,
links and furniture count against, and what stands below the first line that closes an article (相关阅读, 上一篇,
comments) counts little. The body's container is the block with the greatest sum; ties go to the innermost. Then
the lines that are not text are taken out, at the edges and inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from portal_crawler.extract.head import home
from portal_crawler.extract.lines import Line
from portal_crawler.extract.page import Page
from portal_crawler.extract.text_lines import in_form, is_text, opens_text, without_advertisements, without_opening
from portal_crawler.extract.weighing import CLOSING, END, HEADING, LINKS, NOTHING, TEXT, Weighed, weigh_lines

# Text below the line that closes an article is a comment, a teaser or a notice; weighed so low, it does not pull
# the container outwards, and it still counts when there is nothing above it.
_AFTER_CLOSE: Final = 0.2
_AFTER_END: Final = 0.02
# So many characters of links and furniture below the headline halve what a line says: a caption of one sentence
# right below it outweighs the teasers of the right-hand column.
_FAR: Final = 200.0


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of an article's text, as indices into the page's lines.

    block: index of the container, -1 where there is none. end: index of the first line below the text.
    """

    block: int
    lines: tuple[int, ...]
    end: int


def find_body(page: Page, start: int) -> Body:
    """The body among the lines from `start` on, the first line that can belong to it."""
    weighed = weigh_lines(page, start)
    block = _heaviest_block(page, _shared(page, weighed, start), start)
    if block < 0:
        # What was taken for the headline stands below the text.
        return find_body(page, 0) if start > 0 else Body(-1, (), start)
    first, end = max(page.blocks.starts[block], start), min(page.blocks.ends[block], start + len(weighed))
    end = start + _tail(page, weighed, start, first - start, end - start)
    while first < end and (weighed[first - start].kind != TEXT or weighed[first - start].labels):
        first += 1
    above = weighed[first - 1 - start] if first > start else NOTHING
    inside = first > page.blocks.starts[block]
    first -= inside and ((above.kind == LINKS and above.labels) or opens_text(page, above, first))
    kept = [
        index
        for index in range(first, end)
        if page.lines[index].text and is_text(page, weighed, start, index - start, end - start)
    ]
    if "form" in page.blocks.tags:
        kept = [index for index in kept if not in_form(page, index, block)]
    kept = without_opening(page, without_advertisements(page, kept, first, end, block))
    return Body(block, tuple(kept), kept[-1] + 1 if kept else end)


def _shared(page: Page, weighed: list[Weighed], start: int) -> list[float]:
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
            if item.kind in CLOSING and gained > 0:
                share = min(share, _AFTER_END if item.kind == END and gained >= _WORTH_TAKING else _AFTER_CLOSE)
            elif share == _AFTER_END:
                weight *= share
        weights.append(weight)
    return weights


def _heaviest_block(page: Page, weights: list[float], start: int) -> int:
    blocks = page.blocks
    last = len(page.lines) - start - len(weights)
    sums = [0.0] * start + list(accumulate(weights, initial=0.0))
    sums += [sums[-1]] * last
    totals = [sums[end] - sums[first] for first, end in zip(blocks.starts, blocks.ends, strict=True)]
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
    blocks = page.blocks
    if blocks.tags[best] not in ("p", "blockquote") and blocks.ends[best] - blocks.starts[best] > 1:
        return best
    around = _place(page, blocks.starts[best])
    others = 0.0
    for index in range(max(blocks.starts[around], start), min(blocks.ends[around], start + len(weights))):
        if (
            weights[index - start] >= _SHORT_SENTENCE
            and page.lines[index].block != best
            and _place(page, index) == around
        ):
            others += weights[index - start]
    return around if others >= _SHORT_SENTENCE else best


# Credits, headings and notices that a text goes on below; no page of the corpus has more than two.
_MOST_PASSED: Final = 40
# A line of running text this long outside the inner block is part of the article.
_WORTH_TAKING: Final = 12.0
# Beside a paragraph a short sentence is, too, even with a box of links above it.
_SHORT_SENTENCE: Final = 6.0


def _tail(page: Page, weighed: list[Weighed], start: int, first: int, end: int) -> int:
    """Where the text of a container ends: at the line that closes it, and before the links that trail it.

    first, end: the container's range, counted from `start` as `weighed` is.
    """
    homes: dict[int, float] = {}
    passed = 0
    for index in range(first, end):
        item = weighed[index]
        if item.kind in CLOSING and item.kind != END:
            # Each costs a look at all that follows.
            passed += 1
            if passed > _MOST_PASSED:
                continue
        if item.kind == TEXT:
            home = _place(page, start + index)
            homes[home] = homes.get(home, 0.0) + item.weight
        elif item.kind in CLOSING and (before := sum(homes.values())) >= _WORTH_TAKING:
            after = sum(
                other.weight
                for position, other in enumerate(weighed[index:end], index)
                if other.kind == TEXT
                and homes.get(_place(page, start + position), 0.0) * 4 >= before
                # Below a linked headline stands its teaser.
                and not (item.kind != HEADING and _is_teaser_below(page, weighed, start, position))
            )
            # A box of links may stand inside an article, which goes on beside it; credits and notices stand below.
            if item.kind == END or after < (_WORTH_TAKING if item.kind == HEADING else before):
                end = index
                break
    while end > first and (
        weighed[end - 1].kind != TEXT or weighed[end - 1].labels or _is_count(page.lines[start + end - 1], page)
    ):
        end -= 1
    return end


def _is_teaser_below(page: Page, weighed: list[Weighed], start: int, index: int) -> bool:
    """Whether a line stands right below a linked headline beside it."""
    return weighed[index - 1].kind == LINKS and home(page, start + index - 1) == home(page, start + index)


def _is_count(line: Line, page: Page) -> bool:
    """Whether a line is a number by itself and no cell of a table: a counter of readers or of praise."""
    return line.text.isdecimal() and page.blocks.tags[line.block] not in ("td", "th")


def _place(page: Page, index: int) -> int:
    """The home of a line, where a block that holds no other line is a paragraph, too, as some editors write them.

    Editors for accounts on platforms set each paragraph in a `<section>` of its own, or in two.
    """
    blocks = page.blocks
    block = page.lines[index].block
    if blocks.ends[block] - blocks.starts[block] > 1:
        return home(page, index)
    while (around := blocks.parents[block]) >= 0 and blocks.ends[around] - blocks.starts[around] == 1:
        block = around
    return around if blocks.tags[block] not in ("td", "th", "body") else block
