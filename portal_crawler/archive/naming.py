"""Where segments lie: the one way from a name in a row or a record to a file, and from a folder to its segments."""

from __future__ import annotations

import re
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError

GZIP_SUFFIX = ".warc.gz"
ZSTD_SUFFIX = ".warc.zst"
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]*/[a-z0-9_][\w.-]*\.warc\.(?:gz|zst)", re.ASCII | re.IGNORECASE)


def segment_path(directory: Path, file: str) -> Path:
    """The file of a segment. file: its path below `directory`, as a database or a record says it.

    Raises ArchiveError for a name that no segment has, since a database of others may name any file of this machine.
    The archive, and a portal's folder in it, may be links: whoever keeps the archive may keep it on several disks.
    """
    if not _FILE.fullmatch(file):
        raise ArchiveError(f"{file!r} names no segment: PORTAL/NAME{GZIP_SUFFIX} or PORTAL/NAME{ZSTD_SUFFIX}")
    return directory / file


def segments_below(directory: Path, portal_id: str | None = None) -> list[Path]:
    """The files of all segments in an archive, or of one portal's, each portal's in the order of their time."""
    found = [path for suffix in (GZIP_SUFFIX, ZSTD_SUFFIX) for path in directory.glob(f"{portal_id or '*'}/*{suffix}")]
    return sorted(found, key=lambda path: (path.parent.name, path.name))


def without_suffix(name: str) -> str:
    """A segment's name less what says how it is compressed."""
    return name.removesuffix(GZIP_SUFFIX).removesuffix(ZSTD_SUFFIX)
