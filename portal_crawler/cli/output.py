"""Printing: JSON lines for programs, plain lines for pipes, tables for a terminal."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

# C0 and C1 controls drive a terminal, bidirectional ones reorder what it shows; a page may hold any of them.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text for one line of a terminal: controls become blanks."""
    return _CONTROLS.sub(" ", text)


def print_json(record: Any) -> None:
    """One record as one line of JSON in UTF-8, whatever the locale, safe on a terminal."""
    text = json.dumps(record, ensure_ascii=False)
    text = _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        line = text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which only JSON can carry.
        line = json.dumps(record).encode()
    click.echo(line)


def print_rows(names: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Rows as a table on a terminal, else as lines with tabs between the cells."""
    rows = list(rows)
    cells = [["" if cell is None else plain(str(cell)) for cell in row] for row in rows]
    # Not what rich takes for a terminal: FORCE_COLOR would make tables of what another program reads.
    if not sys.stdout.isatty():
        for row in cells:
            click.echo("\t".join(row))
        return
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(names):
        is_number = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        table.add_column(name, overflow="fold", justify="right" if is_number else "left")
    for row in cells:
        table.add_row(*map(escape, row))
    Console().print(table)
