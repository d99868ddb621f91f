"""Excel workbooks, by XlsxWriter, which keeps one row in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.worksheet import Worksheet

from portal_crawler.export.columns import Column, Value
from portal_crawler.export.guard import guarded, without_nul

# Excel's limits: rows of a sheet, and UTF-16 units of a cell, one of which is kept for an apostrophe.
MOST_ROWS = 1_048_576
MOST_UNITS = 32_767 - 1


def write_xlsx(
    path: Path,
    columns: Sequence[Column],
    rows: Iterator[Sequence[Value]],
    *,
    raw: bool = False,
    parts: Mapping[str, int],
    most_rows: int = MOST_ROWS,
) -> None:
    """Write rows with a header to the sheet `articles`, what does not fit on it to `articles 2` and so on.

    parts: into how many cells a column's texts are cut, see `parts_of`; the further ones are named `body_2` and so
    on. raw: text that a spreadsheet takes for a formula as it is; no cell is ever a formula. Raises OSError.
    """
    workbook = Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    # Only files that are larger than 4 GiB come out differently.
    workbook.use_zip64()
    header = [name for column in columns for name in cell_names(column, parts)]
    sheets = 0
    left = 0
    sheet: Any = None
    for row in rows:
        if not left:
            sheets += 1
            sheet = _new_sheet(workbook, sheets, header)
            left = most_rows - 1
        _write_row(sheet, most_rows - left, _cells(columns, row, parts), raw)
        left -= 1
    if not sheets:
        _new_sheet(workbook, 1, header)
    try:
        workbook.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error


def cell_names(column: Column, parts: Mapping[str, int]) -> list[str]:
    """The names that a column has in the header, one for each of its parts."""
    return [column.name] + [f"{column.name}_{number}" for number in range(2, parts.get(column.name, 1) + 1)]


def parts_of(text: str) -> list[str]:
    """The text cut into as many parts as cells are needed to hold it; together they are the text."""
    # No character takes more than two units.
    if len(text) <= MOST_UNITS // 2:
        return [text]
    units = text.encode("utf-16-le")
    parts = []
    begin = 0
    while begin < len(units):
        end = min(begin + 2 * MOST_UNITS, len(units))
        if end < len(units) and 0xD8 <= units[end - 1] < 0xDC:
            # Not between the halves of one character.
            end -= 2
        parts.append(units[begin:end].decode("utf-16-le"))
        begin = end
    return parts


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter has no types
    """A sheet without text in several fonts: XlsxWriter takes `<r>…</r>` for one, and writes it as XML unseen."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)


def _new_sheet(workbook: Workbook, number: int, header: Iterable[str]) -> Worksheet:
    sheet = workbook.add_worksheet("articles" if number == 1 else f"articles {number}", worksheet_class=_Sheet)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(header):
        sheet.write_string(0, place, name)
    return sheet


def _cells(columns: Sequence[Column], row: Sequence[Value], parts: Mapping[str, int]) -> Iterator[Value]:
    for column, value in zip(columns, row, strict=True):
        width = parts.get(column.name, 1)
        cells: list[Value] = [*parts_of(value)] if isinstance(value, str) else [value]
        yield from cells + [None] * (width - len(cells))


def _write_row(sheet: Worksheet, number: int, cells: Iterable[Value], raw: bool) -> None:
    for place, value in enumerate(cells):
        if isinstance(value, str):
            text = without_nul(value)
            sheet.write_string(number, place, text if raw else guarded(text))
        elif value is not None:
            sheet.write_number(number, place, value)
