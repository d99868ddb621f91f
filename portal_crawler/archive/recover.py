"""Cutting off what a run that was killed left in the archive."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError, check_portal_id
from portal_crawler.archive.naming import segment_path


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done to a segment: bytes cut from its end, or all of them when it was removed."""

    file: str
    cut_bytes: int
    removed: bool


def recover(directory: Path, portal_id: str, known_ends: Mapping[str, int]) -> list[Recovery]:
    """Cut a portal's segments back to the last record that the database knows.

    known_ends: segment (path below `directory`) to the end of its last known response record in bytes, 0
    where no record is known. What lies behind was written by a run that ended before its rows were, and its
    pages are fetched again; a segment without any known record is removed. Files that are not named are left
    alone: they may be another database's. Call it only while holding the portal's lock. Raises ArchiveError
    when the disk refuses.
    """
    done = []
    folder = check_portal_id(portal_id)
    for file, known in sorted(known_ends.items()):
        path = segment_path(directory, file)
        if Path(file).parts != (folder, path.name):
            raise ArchiveError(f"{file}: no segment of {portal_id}")
        try:
            if not path.is_file() or (size := path.stat().st_size) <= known:
                continue
            if path.is_symlink():
                raise ArchiveError(f"{path}: a link, through which nothing is cut off; put the file itself there")
            if known == 0:
                path.unlink()
            else:
                _cut(path, known)
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror or error}") from error
        done.append(Recovery(file, size - known, removed=known == 0))
    return done


def _cut(path: Path, size_bytes: int) -> None:
    # What a link leads to was not written by a run that was killed, and may be anything.
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        os.ftruncate(handle, size_bytes)
        os.fsync(handle)
    finally:
        os.close(handle)
