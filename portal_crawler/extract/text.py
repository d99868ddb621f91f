"""The lines of a body as paragraphs, and the rows of its tables."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from portal_crawler.extract.page import Page

# A cell longer than this holds text that is laid out by a table, as old pages do, and not a table's value.
_LONGEST_CELL: Final = 120


def paragraphs(page: Page, indices: Sequence[int]) -> str:
    """The text of the given lines: paragraphs separated by line feeds, the cells of a table's row by tabs."""
    rows = _rows(page, indices)
    members: dict[int, list[int]] = {}
    for index, row in rows.items():
        members.setdefault(row, []).append(index)
    written: list[str] = []
    done: set[int] = set()
    for index in indices:
        in_row = rows.get(index)
        if in_row is None:
            written.append(page.lines[index].text)
        elif in_row not in done:
            done.add(in_row)
            written.append(_row_text(page, members[in_row], in_row))
    return "\n".join(written)


def _rows(page: Page, indices: Sequence[int]) -> dict[int, int]:
    """For lines that stand in a data table, the block of their row."""
    if not indices or "tr" not in page.blocks.tags:
        return {}
    last = indices[-1]
    rows: dict[int, int] = {}
    cells: dict[int, set[int]] = {}
    layouts: set[int] = set()
    for index in indices:
        cell = -1
        for block in page.ancestors(page.lines[index].block):
            tag = page.blocks.tags[block]
            if tag in ("td", "th") and cell < 0:
                cell = block
            elif tag == "tr" and cell >= 0:
                # A row that reaches beyond the text holds the whole article: a layout, not data.
                if page.blocks.starts[block] >= indices[0] and page.blocks.ends[block] <= last + 1:
                    rows[index] = block
                    cells.setdefault(block, set()).add(cell)
                    if len(page.lines[index].text) > _LONGEST_CELL:
                        layouts.add(block)
                break
    layouts.update(row for row, inside in cells.items() if len(inside) < 2)
    return {index: row for index, row in rows.items() if row not in layouts}


def _row_text(page: Page, indices: list[int], row: int) -> str:
    """A row's cells, separated by tabs. indices: the row's lines, in order."""
    cells: list[str] = []
    for child in range(row + 1, len(page.blocks)):
        block = page.blocks[child]
        if block.start >= page.blocks[row].end and block.parent != row:
            break
        if block.parent == row and block.tag in ("td", "th"):
            inside = indices[bisect_left(indices, block.start) : bisect_left(indices, block.end)]
            cells.append(" ".join(page.lines[index].text for index in inside))
    return "\t".join(cells).rstrip("\t")
