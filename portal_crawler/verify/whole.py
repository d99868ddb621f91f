"""Everything that is stored, read once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from portal_crawler.archive import segments_below
from portal_crawler.store import StorageError, Store
from portal_crawler.store.runs import unsettled_capture_ends
from portal_crawler.verify.finding import Figures, Finding
from portal_crawler.verify.rows import check_rows
from portal_crawler.verify.segments import SegmentCheck


def verify(
    store: Store,
    archive: Path,
    *,
    portal: str | None = None,
    figures: Figures | None = None,
    progress: Callable[[Figures], None] = lambda figures: None,
) -> Iterator[Finding]:
    """What is wrong with a database and its archive, as it is found: segments first, then rows.

    portal: read only this portal's segments. figures: counted up on the way; progress: called with them after each
    record and row. One moment of the database is read, so that a crawl may go on meanwhile. Raises StorageError when
    the database cannot be read at all.
    """
    figures = figures if figures is not None else Figures()
    # The names first: what a crawl begins later has no file here yet.
    files = {path.relative_to(archive).as_posix() for path in segments_below(archive, portal)}
    connection = store.connection
    connection.execute("BEGIN")
    try:
        yield from _check(store, archive, files, portal, figures, progress)
    except sqlite3.Error as error:
        raise StorageError(f"{store.path}: {error}") from error
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _check(
    store: Store,
    archive: Path,
    files: set[str],
    portal: str | None,
    figures: Figures,
    progress: Callable[[Figures], None],
) -> Iterator[Finding]:
    known = dict(
        store.connection.execute(
            "SELECT file, portal FROM segments WHERE ? IS NULL OR portal = ? ORDER BY file", (portal, portal)
        ).fetchall()
    )
    sizes = {file: _size(archive / file) for file in files | known.keys()}
    figures.bytes_total = sum(sizes.values())
    uncut = frozenset(file for name in set(known.values()) for file in unsettled_capture_ends(store, name))
    lost = {
        (row["file"], row["offset"]): str(row["noticed_at"])
        for row in store.connection.execute("SELECT file, offset, noticed_at FROM lost_records")
    }
    segments = SegmentCheck(archive, store.connection, figures, progress, uncut, lost)
    for file in sorted(known):
        try:
            yield from segments.check(file)
        except sqlite3.DatabaseError as error:
            yield Finding(True, "database: captures", None, f"{error}, where the rows of {file} are looked for")
    for file in sorted(files - known.keys()):
        yield Finding(True, file, None, "no row names this segment; it may be another database's")
    yield from check_rows(store.connection, figures, progress)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
