"""One merge of one shard: in which order rows are taken, and in which transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from portal_crawler.article import BEIJING
from portal_crawler.merge.articles import join_article
from portal_crawler.merge.channels import Channels
from portal_crawler.merge.evidence import Pair, begin_runs, end_runs, put_capture
from portal_crawler.merge.ledger import join_address, join_row
from portal_crawler.merge.segments import bring_segment, segment_ends
from portal_crawler.merge.shard import (
    Marks,
    changed_ids,
    last_change,
    last_run,
    load_marks,
    name_of,
    open_shard,
    save_marks,
)
from portal_crawler.store import StorageError, Store
from portal_crawler.store.locks import LockHeld, make_lock_folder

# A crawl that writes meanwhile waits no longer than this, and then gets its turn: SQLite hands nothing over.
_TRANSACTION_S, _PAUSE_S = 0.1, 0.02
_AT_ONCE = 500


@dataclass(slots=True)
class Merged:
    """What a merge brought: rows that were new, articles with new revisions, and bytes copied into the archive.

    read, total: articles and rows of the ledger that were looked at so far, and that there are to look at.
    """

    articles: int = 0
    revised: int = 0
    captures: int = 0
    addresses: int = 0
    copied_bytes: int = 0
    read: int = 0
    total: int = 0


def merge_shard(
    store: Store,
    path: Path,
    *,
    archive: Path,
    shard_archive: Path | None = None,
    portal: str | None = None,
    progress: Callable[[Merged], None] = lambda merged: None,
) -> Merged:
    """Make what a shard holds part of a database. Only what is new since the last merge is looked at.

    path: of the shard, which is only read. archive: that of the database, where the segments of the shard must lie;
    shard_archive: where they lie instead, to be copied. portal: take this portal's rows alone. progress: called now and
    then. A kill costs the last transaction. Raises StorageError for a shard that cannot be read, is newer than this
    version, or is the database itself; ShardElsewhere; ArchiveError when a segment is missing; LockHeld while another
    process merges into this database.
    """
    if path.exists() and path.samefile(store.path):
        raise StorageError(f"{path}: is the database itself")
    with _lock(store.path), open_shard(path, store.path) as shard:
        name = name_of(path, portal)
        pair = Pair(shard, store.connection, name, portal)
        merged = Merged()
        marks = load_marks(store.connection, name, shard)
        for file, size_bytes in segment_ends(shard, marks.captures, portal):
            merged.copied_bytes += bring_segment(file, size_bytes, archive, shard_archive)
        _merge(store, pair, marks, merged, lambda: progress(merged))
        return merged


def _merge(store: Store, pair: Pair, marks: Marks, merged: Merged, progress: Callable[[], None]) -> None:
    """Evidence first, then what was read on it, then the ledger: nothing ever refers to what is not there yet."""
    shard = pair.shard
    changed = {kind: changed_ids(shard, kind, marks) for kind in ("run", "article", "ledger")}
    runs = [
        row[0]
        for row in shard.execute("SELECT id FROM runs ORDER BY id")
        if marks.merged_at is None or row[0] > marks.run_id
    ]
    runs = sorted({*runs, *changed["run"]})
    new_articles = _count(shard, "articles", marks.articles)
    merged.total = sum(map(len, changed.values())) + new_articles + _count(shard, "ledger", marks.ledger)

    def capture(row: sqlite3.Row) -> None:
        if pair.is_wanted(row):
            merged.captures += put_capture(pair, row)
        marks.captures = row["id"]

    def article(row: sqlite3.Row) -> None:
        merged.read += 1
        if pair.is_wanted(row):
            _, fate = join_article(pair, row["id"])
            merged.articles += fate == "new"
            merged.revised += fate == "revised"
            # In the same transaction: an article without its row in the ledger would be fetched again.
            pages = shard.execute("SELECT url FROM article_pages WHERE article_id = ?", (row["id"],)).fetchall()
            for url in dict.fromkeys((row["url"], *(page["url"] for page in pages))):
                merged.addresses += join_address(pair, channels, url)
        marks.articles = max(marks.articles, row["id"])

    def address(row: sqlite3.Row) -> None:
        merged.read += 1
        if pair.is_wanted(row):
            merged.addresses += join_row(pair, channels, row)
        marks.ledger = max(marks.ledger, row["id"])

    def save() -> None:
        save_marks(pair.target, pair.name, marks)

    known = replace(marks)
    with store.transaction():
        begin_runs(pair, runs)
        save()
    _in_batches(store, _new(shard, "captures", marks.captures), capture, save, progress)
    with store.transaction():
        channels = Channels(pair)
    _in_batches(store, _new(shard, "articles", marks.articles), article, save, progress)
    _in_batches(store, _rows(shard, "articles", changed["article"], known.articles), article, save, progress)
    _in_batches(store, _new(shard, "ledger", marks.ledger), address, save, progress)
    _in_batches(store, _rows(shard, "ledger", changed["ledger"], known.ledger), address, save, progress)
    with store.transaction():
        _put_templates(pair)
        _put_lost(pair)
        end_runs(pair, runs)
        marks.run_id, marks.run_token = last_run(shard)
        marks.changes = last_change(shard)
        marks.merged_at = datetime.now(BEIJING).isoformat(timespec="seconds")
        save()
    progress()


def _in_batches(
    store: Store,
    rows: Iterable[sqlite3.Row],
    write: Callable[[sqlite3.Row], None],
    save: Callable[[], None],
    progress: Callable[[], None],
) -> None:
    rest = iter(rows)
    row = next(rest, None)
    while row is not None:
        ends_s = time.monotonic() + _TRANSACTION_S
        with store.transaction():
            while row is not None and time.monotonic() < ends_s:
                write(row)
                row = next(rest, None)
            save()
        progress()
        time.sleep(_PAUSE_S if row is not None else 0)


def _new(shard: sqlite3.Connection, table: str, after: int) -> Iterator[sqlite3.Row]:
    """The rows with ids above the given one."""
    while rows := shard.execute(
        f"SELECT * FROM {table} WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}", (after,)
    ).fetchall():
        yield from rows
        after = rows[-1]["id"]


def _rows(shard: sqlite3.Connection, table: str, ids: Iterable[int], up_to: int) -> Iterator[sqlite3.Row]:
    """The rows of these ids up to the given one: those above it are new and were taken already."""
    for number in ids:
        if number <= up_to:
            yield shard.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()


def _count(shard: sqlite3.Connection, table: str, after: int) -> int:
    return int(shard.execute(f"SELECT count(*) FROM {table} WHERE id > ?", (after,)).fetchone()[0])


def _put_templates(pair: Pair) -> None:
    """What was learnt last of each portal."""
    for row in pair.shard.execute("SELECT portal, learnt_at, pages, template FROM templates").fetchall():
        if pair.is_wanted(row):
            pair.target.execute(
                """INSERT INTO templates (portal, learnt_at, pages, template) VALUES (?, ?, ?, ?)
                   ON CONFLICT (portal) DO UPDATE
                   SET learnt_at = excluded.learnt_at, pages = excluded.pages, template = excluded.template
                   WHERE (excluded.learnt_at, excluded.pages, excluded.template) > (learnt_at, pages, template)""",
                tuple(row),
            )


def _put_lost(pair: Pair) -> None:
    rows = pair.shard.execute(
        """SELECT file, offset, url, reason, noticed_at FROM lost_records
           WHERE ? IS NULL OR file IN (SELECT file FROM segments WHERE portal = ?)""",
        (pair.portal, pair.portal),
    )
    pair.target.executemany(
        """INSERT INTO lost_records (file, offset, url, reason, noticed_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (file, offset) DO UPDATE
           SET url = excluded.url, reason = excluded.reason, noticed_at = excluded.noticed_at
           WHERE (excluded.noticed_at, excluded.reason) < (noticed_at, reason)""",
        [tuple(row) for row in rows],
    )


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Merges into a database are one at a time; the kernel frees the lock when its holder dies."""
    try:
        lock = FileLock(make_lock_folder(path) / ".merge.lock", timeout=0, fallback_to_soft=False)
        lock.acquire()
    except Timeout:
        raise LockHeld(f"{path}: another process is merging into it") from None
    except OSError as error:
        raise StorageError(f"{error.filename or path}: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()
