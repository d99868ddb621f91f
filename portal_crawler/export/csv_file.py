"""CSV as RFC 4180 has it, in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from portal_crawler.export.columns import Column, Value
from portal_crawler.export.guard import guarded, without_nul


def write_csv(
    path: Path, columns: Sequence[Column], rows: Iterator[Sequence[Value]], *, excel: bool = False, raw: bool = False
) -> None:
    """Write rows with a header. Text is quoted, numbers are not, NULL is nothing; JSON stays text.

    excel: with a byte order mark and CRLF after each record, by which Excel knows UTF-8. raw: text that a
    spreadsheet takes for a formula as it is.
    """
    end = "\r\n" if excel else "\n"
    with path.open("w", encoding="utf-8-sig" if excel else "utf-8", newline="") as file:
        file.write(",".join(column.name for column in columns) + end)
        for row in rows:
            file.write(",".join([_cell(value, raw) for value in row]) + end)


def _cell(value: Value, raw: bool) -> str:
    # Not by Python's csv module: before 3.12 it cannot tell NULL from an empty text, and before 3.13 it leaves a
    # carriage return unquoted.
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = without_nul(value)
    if not raw:
        text = guarded(text)
    return '"' + text.replace('"', '""') + '"'
