"""One export: a moment of the database, written to a file in the format of its suffix, and its manifest."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal_crawler import __version__
from portal_crawler.article import BEIJING
from portal_crawler.export.columns import Column, ExportError, Value, columns_of
from portal_crawler.export.csv_file import write_csv
from portal_crawler.export.jsonl_file import write_jsonl
from portal_crawler.export.manifest import manifest_path, put_in_place, sha256_of
from portal_crawler.export.parquet_file import write_parquet
from portal_crawler.export.selection import Selection
from portal_crawler.export.xlsx_file import MOST_UNITS, cell_names, parts_of, write_xlsx
from portal_crawler.store import StorageError, Store

FORMATS = (".csv", ".jsonl", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written. continued: columns of an Excel file whose longest text takes several cells, and how
    many."""

    path: Path
    manifest: Path
    rows: int
    size_bytes: int
    continued: dict[str, int] = field(default_factory=dict)


def export_articles(
    store: Store,
    path: Path,
    selection: Selection | None = None,
    *,
    columns: Sequence[str] | None = None,
    excel: bool = False,
    raw: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write articles in the order of their ids to a file whose suffix says its format, and a manifest beside it.

    columns: names, by default all. excel: a CSV file for Excel. raw: CSV and Excel texts without a guard against
    formulas. progress: called after each row with how many were written, and how many there are. The store must have
    no transaction open.

    All rows are of one moment, whatever a crawl writes meanwhile. Until the end the work lies in a folder
    `.NAME.….part` beside the file; what had the file's name before is replaced only then. Raises ExportError for what
    cannot be done as asked, StorageError when the database cannot be read or the file not be written.
    """
    form = path.suffix.lower()
    if form not in FORMATS:
        raise ExportError(f"{path}: no known suffix, there are {', '.join(FORMATS)}")
    if excel and form != ".csv":
        raise ExportError(f"{path}: --excel is about .csv files only")
    selection = selection or Selection()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".part", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with _snapshot(store):
                chosen = columns_of(store, columns)
                rows = _Rows(store, chosen, selection, progress)
                parts = _parts(store, chosen, selection) if form == ".xlsx" else {}
                if form == ".csv":
                    write_csv(unfinished, chosen, iter(rows), excel=excel, raw=raw)
                elif form == ".jsonl":
                    write_jsonl(unfinished, chosen, iter(rows))
                elif form == ".parquet":
                    write_parquet(unfinished, chosen, iter(rows))
                else:
                    write_xlsx(unfinished, chosen, iter(rows), raw=raw, parts=parts)
                schema = store.rows("SELECT max(name) FROM _sqlite_migrations WHERE migration_set = 'portal_crawler'")
            size_bytes = unfinished.stat().st_size
            manifest = {
                "file": path.name,
                "format": form[1:],
                "rows": rows.count,
                "size_bytes": size_bytes,
                "sha256": sha256_of(unfinished),
                "columns": [
                    {"name": name, "type": column.kind} for column in chosen for name in cell_names(column, parts)
                ],
                "query": selection.given(),
                "excel": excel,
                "raw": raw,
                "database": str(store.path.resolve()),
                "schema": schema[0][0],
                "made_by": f"portal-crawler {__version__}",
                "made_at": datetime.now(BEIJING).isoformat(timespec="seconds"),
            }
            put_in_place(unfinished, path, manifest)
    except sqlite3.Error as error:
        raise StorageError(f"{store.path}: {error}") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    return Exported(path, manifest_path(path), rows.count, size_bytes, parts)


@contextmanager
def _snapshot(store: Store) -> Iterator[None]:
    """One moment of the database, whatever is written to it meanwhile."""
    store.connection.execute("BEGIN")
    try:
        yield
    finally:
        # A database that can no longer be read may have ended it already.
        if store.connection.in_transaction:
            store.connection.execute("ROLLBACK")


class _Rows:
    """The selected articles' values, one row at a time. count: how many were given."""

    def __init__(
        self,
        store: Store,
        columns: Sequence[Column],
        selection: Selection,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        condition, self._values = selection.condition()
        names = ", ".join(f"a.{column.name}" for column in columns)
        # By the table itself: an index would have SQLite sort the rows, whole texts and all.
        self._sql = f"SELECT {names} FROM articles a NOT INDEXED WHERE {condition} ORDER BY a.id"
        self._count = f"SELECT count(*) FROM articles a WHERE {condition}"
        self._connection = store.connection
        self._progress = progress
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Value]]:
        total = self._connection.execute(self._count, self._values).fetchone()[0] if self._progress else 0
        for row in self._connection.execute(self._sql, self._values):
            yield tuple(row)
            self.count += 1
            if self._progress:
                self._progress(self.count, total)


def _parts(store: Store, columns: Sequence[Column], selection: Selection) -> dict[str, int]:
    """The columns with a text that takes several cells of an Excel file, and how many the longest one takes."""
    condition, values = selection.condition()
    texts = [column.name for column in columns if column.kind not in ("integer", "number")]
    # A character has at least as many bytes in UTF-8 as units in UTF-16.
    long = " OR ".join(f"length(CAST(a.{name} AS BLOB)) > {MOST_UNITS}" for name in texts)
    most: dict[str, int] = {}
    sql = f"SELECT * FROM articles a NOT INDEXED WHERE ({long or 0}) AND {condition}"
    for row in store.connection.execute(sql, values):
        for name in texts:
            most[name] = max(most.get(name, 1), len(parts_of(row[name] or "")))
    return {name: parts for name, parts in most.items() if parts > 1}
