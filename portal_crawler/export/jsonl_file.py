"""JSON lines: one object an article, with real lists and objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from portal_crawler.export.columns import Column, Value

# Some programs end a line at these, too.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")


def write_jsonl(path: Path, columns: Sequence[Column], rows: Iterator[Sequence[Value]]) -> None:
    """Write each row as an object with the columns' names. Nothing is altered."""
    with path.open("wb") as file:
        for row in rows:
            record = {column.name: column.decoded(value) for column, value in zip(columns, row, strict=True)}
            text = json.dumps(record, ensure_ascii=False)
            text = _LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
            try:
                line = text.encode()
            except UnicodeEncodeError:
                # Half a surrogate pair, which only JSON in the database can carry.
                line = json.dumps(record).encode()
            file.write(line + b"\n")
