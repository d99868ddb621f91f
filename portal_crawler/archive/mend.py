"""Putting back a segment's dictionary, without which nothing in it can be read, from where it stands a second time."""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import struct
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from portal_crawler.archive.dictionary import MAGIC, MOST_DICTIONARY_BYTES, SPARE_MAGIC
from portal_crawler.archive.exchange import ArchiveError
from portal_crawler.archive.naming import ZSTD_SUFFIX, segment_path

# The first record is a frame without compression, so that its text can be found: magic, a head of at most 10 bytes and
# the first block's.
_BEGIN = re.compile(rb"\x28\xb5\x2f\xfd.{5,13}?WARC/1\.", re.DOTALL)
_TOLD = re.compile(rb"\r\nDictionary-Frame-Digest: sha256:([0-9a-f]{64})\r\n")
_MOST_INFO_BYTES = 1024 * 1024
# A segment has one copy; one that was made to has no end of what looks like it.
_MOST_SPARES = 16


def mend_dictionary(directory: Path, file: str) -> bool:
    """Put the dictionary back that a segment says it began with; whether that was needed and could be done.

    It is taken from the segment itself, where a long one has it a second time, or from another one of the portal.
    file: path of the segment below `directory`. Call it only while holding the portal's lock. Raises ArchiveError when
    the disk refuses.
    """
    path = segment_path(directory, file)
    # What a link leads to is not the archive's own.
    if not path.name.endswith(ZSTD_SUFFIX) or path.is_symlink() or not path.is_file():
        return False
    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        try:
            frame = _missing_frame(handle, path)
            if frame is None:
                return False
            os.pwrite(handle, frame, 0)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    return True


def _missing_frame(handle: int, path: Path) -> bytes | None:
    """The dictionary's frame as the segment says that it was, None when it is so or cannot be had."""
    if os.fstat(handle).st_size == 0:
        return None
    with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as data:
        begin = _BEGIN.search(data, 0, 2 * MOST_DICTIONARY_BYTES)
        told = begin and _TOLD.search(data, begin.start(), begin.start() + _MOST_INFO_BYTES)
        if begin is None or told is None:
            return None
        size, digest = begin.start(), told[1].decode("ascii")
        if _digest(data[:size]) == digest:
            return None
        for frame in chain(islice(_spares(data, size), _MOST_SPARES), _heads(path, size)):
            if _digest(frame) == digest:
                return frame
    return None


def _spares(data: mmap.mmap, size: int) -> Iterator[bytes]:
    beginning = SPARE_MAGIC + struct.pack("<I", size - 8)
    place = data.find(beginning, size)
    while place >= 0:
        yield MAGIC + data[place + 4 : place + size]
        place = data.find(beginning, place + 1)


def _heads(path: Path, size: int) -> Iterator[bytes]:
    for other in sorted(path.parent.glob(f"*{ZSTD_SUFFIX}")):
        if other != path and other.is_file():
            with other.open("rb") as segment:
                yield segment.read(size)


def _digest(frame: bytes) -> str:
    return hashlib.sha256(frame).hexdigest()
