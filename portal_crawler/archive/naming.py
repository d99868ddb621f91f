"""Where a segment lies: the one way from a name in a row or a record to a file."""

from __future__ import annotations

import re
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError

_FILE = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9_][\w.-]*\.warc\.gz", re.ASCII | re.IGNORECASE)


def segment_path(directory: Path, file: str) -> Path:
    """The file of a segment. file: its path below `directory`, as a database or a record says it.

    Raises ArchiveError for a name that no segment has, since a database of others may name any file of this machine.
    The archive, and a portal's folder in it, may be links: whoever keeps the archive may keep it on several disks.
    """
    if not _FILE.fullmatch(file):
        raise ArchiveError(f"{file!r} names no segment: PORTAL/NAME.warc.gz")
    return directory / file
