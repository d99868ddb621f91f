"""Parquet, by pyarrow, which is no part of the plain installation: it takes 170 MB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from portal_crawler.export.columns import Column, ExportError, Value

# A row group is held in memory, by us and by whoever reads it. Rows are no measure: articles differ by a factor of
# a thousand.
_GROUP_BYTES = 16 * 1024 * 1024
_AT_ONCE = 200


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterator[Sequence[Value]]) -> None:
    """Write rows in groups of bounded size, compressed by zstd. Nothing is altered.

    Texts and integers are what they are in the database, lists are lists of text or of {url, caption}, objects are
    maps from text to text. Raises ExportError where pyarrow is missing, or for JSON of another shape.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ExportError(
            "Parquet files need pyarrow, which is not installed: pip install 'portal-crawler[parquet]'"
        ) from error
    text = pyarrow.string()
    image = pyarrow.struct([("url", text), ("caption", text)])
    types = {
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "text": text,
        "list of texts": pyarrow.list_(text),
        "list of images": pyarrow.list_(image),
        "object of texts": pyarrow.map_(text, text),
    }
    schema = pyarrow.schema([(column.name, types[column.kind]) for column in columns])
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        group: list[Any] = []
        size_bytes = 0
        while values := list(islice(rows, _AT_ONCE)):
            arrays = [
                _array(pyarrow, column, [row[place] for row in values], schema.field(place).type)
                for place, column in enumerate(columns)
            ]
            group.append(pyarrow.record_batch(arrays, schema=schema))
            size_bytes += group[-1].nbytes
            if size_bytes >= _GROUP_BYTES:
                writer.write_table(pyarrow.Table.from_batches(group))
                group, size_bytes = [], 0
        if group:
            writer.write_table(pyarrow.Table.from_batches(group))


def _array(pyarrow: Any, column: Column, values: list[Value], kind: Any) -> Any:
    decoded = [column.decoded(value) for value in values]
    if column.kind == "object of texts":
        decoded = [list(item.items()) if isinstance(item, dict) else item for item in decoded]
    try:
        return pyarrow.array(decoded, type=kind)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, UnicodeEncodeError) as error:
        raise ExportError(f"an article's {column.name} is no {column.kind}: {error}") from error
