"""Cutting back what a run that was killed left in the archive."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError, check_portal_id


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done to a segment: bytes cut from its end, or all of them when it was removed."""

    file: str
    cut_bytes: int
    removed: bool


def recover(directory: Path, portal_id: str, known_ends: Mapping[str, int]) -> list[Recovery]:
    """Cut a portal's segments back to the last record that the database knows.

    known_ends: segment (path below `directory`) to the end of its last known response record, in bytes. What
    lies behind it was written by a run that ended before its rows were: the pages are fetched again. The request
    record behind the last response is cut, too. Call it only while holding the portal's lock. Raises
    ArchiveError when the disk refuses.
    """
    done = []
    folder = directory / check_portal_id(portal_id)
    for path in sorted(folder.glob("*.warc.gz")):
        name = f"{portal_id}/{path.name}"
        try:
            size = path.stat().st_size
            known = known_ends.get(name, 0)
            if known == 0:
                path.unlink()
                done.append(Recovery(name, size, removed=True))
            elif size > known:
                with path.open("r+b") as segment:
                    segment.truncate(known)
                    segment.flush()
                    os.fsync(segment.fileno())
                done.append(Recovery(name, size - known, removed=False))
        except OSError as error:
            raise ArchiveError(f"{path}: {error.strerror or error}") from error
    return done

