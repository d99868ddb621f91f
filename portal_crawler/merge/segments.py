"""The archive's part of a merge: what rows will refer to lies in the target's archive before they do."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from portal_crawler.archive import ArchiveError, segment_path
from portal_crawler.archive.durable import sync_path

_CHUNK = 1024 * 1024


def segment_ends(shard: sqlite3.Connection, after: int, portal: str | None) -> Iterator[tuple[str, int]]:
    """The segments of the captures with ids above `after`, and up to which byte the shard knows each.

    Segments with records that were given up as lost are not among them: there may be nothing to find.
    """
    rows = shard.execute(
        """SELECT DISTINCT file FROM captures WHERE id > ? AND (? IS NULL OR portal = ?)
           AND file NOT IN (SELECT file FROM lost_records) ORDER BY file""",
        (after, portal, portal),
    ).fetchall()
    for (file,) in rows:
        last = shard.execute(
            "SELECT offset + length FROM captures WHERE file = ? ORDER BY offset DESC LIMIT 1", (file,)
        ).fetchone()
        yield file, last[0]


def bring_segment(file: str, size_bytes: int, archive: Path, source: Path | None) -> int:
    """See to it that the first `size_bytes` of a segment lie in the archive; gives how many were copied.

    source: the archive of the shard, None when it is the same. What is copied is read back and compared. Raises
    ArchiveError when the segment is nowhere, another one has its name, or the disk refuses.
    """
    own = segment_path(archive, file)
    theirs = None if source is None else segment_path(source, file)
    try:
        if theirs is None or (own.exists() and theirs.exists() and own.samefile(theirs)):
            if not own.exists() or own.stat().st_size < size_bytes:
                raise ArchiveError(f"{own}: not there as far as the shard knows it; where is the shard's archive?")
            return 0
        if not theirs.exists() or theirs.stat().st_size < size_bytes:
            raise ArchiveError(f"{theirs}: shorter than the shard's database says; see verify")
        if own.exists():
            common = min(own.stat().st_size, size_bytes)
            if _digest(own, common) != _digest(theirs, common):
                raise ArchiveError(f"{own}: another segment than {theirs}")
            if common == size_bytes:
                return 0
        _copy(theirs, own, size_bytes)
    except OSError as error:
        raise ArchiveError(f"{error.filename or own}: {error.strerror or error}") from error
    return size_bytes


def _copy(source: Path, target: Path, size_bytes: int) -> None:
    """Copy the beginning of a file, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # No name that a reader of the archive takes for a segment.
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        # Made new: a link of that name leads elsewhere.
        unfinished.unlink(missing_ok=True)
        with source.open("rb") as reading, unfinished.open("xb") as writing:
            for start in range(0, size_bytes, _CHUNK):
                writing.write(reading.read(min(_CHUNK, size_bytes - start)))
            writing.flush()
            os.fsync(writing.fileno())
        if _digest(unfinished, size_bytes) != _digest(source, size_bytes):
            raise ArchiveError(f"{target}: the copy of {source} does not say what it says")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_path(target.parent)


def _digest(path: Path, size_bytes: int) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for start in range(0, size_bytes, _CHUNK):
            digest.update(file.read(min(_CHUNK, size_bytes - start)))
    return digest.digest()
