"""What the pages of a portal have in common, as a dictionary at the start of a segment.

Zstandard Compression for WARC Files 1.0 (IIPC): a skippable frame of its own kind, in it the dictionary as a frame.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal_crawler.archive.zstandard import zstd

MAGIC = struct.pack("<I", 0x184D2A5D)
# A frame that readers of WARC files pass over, for a second copy.
SPARE_MAGIC = struct.pack("<I", 0x184D2A5F)
# What the specification asks every reader to take, of both the packed dictionary and the unpacked one.
MOST_DICTIONARY_BYTES = 8 * 1024 * 1024
MOST_WINDOW: Mapping[int, int] = {zstd.DecompressionParameter.window_log_max: 23}
# Whole pages one behind the other, with the tables that zstd's training adds: on 200 pages of the replica they pack
# to 0.9 KB, by the parts that training itself would choose to 2.8 KB. Few suffice, and they pack each other.
_MOST_PAGES = 8
_MOST_PAGE_BYTES = 512 * 1024
# For zstd's tables; it takes less than 1 KB.
_TABLES_BYTES = 20_000
LEVEL = 6
# Of the dictionary itself: 14 ms, and 2 % less than by LEVEL.
_OWN_LEVEL = 12


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary. frame: the bytes that hold it at the start of a segment."""

    content: zstd.ZstdDict
    frame: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the frame."""
        return f"sha256:{hashlib.sha256(self.frame).hexdigest()}"

    @property
    def spare(self) -> bytes:
        """The frame as a second copy, which a reader passes over."""
        return SPARE_MAGIC + self.frame[len(SPARE_MAGIC) :]


def checked(level: int) -> Mapping[int, int]:
    """Options for a frame with a check sum, as the specification wants it."""
    return {zstd.CompressionParameter.compression_level: level, zstd.CompressionParameter.checksum_flag: 1}


def dictionary_of(records: Sequence[bytes]) -> Dictionary | None:
    """A dictionary of the last of these records; None where they are too few or too much alike for one."""
    pages: list[bytes] = []
    room = _MOST_PAGE_BYTES
    for record in reversed(records):
        if len(record) <= room and len(pages) < _MOST_PAGES:
            pages.append(record)
            room -= len(record)
    # What stands last in a dictionary costs least to refer to.
    whole = b"".join(reversed(pages))
    if not whole:
        return None
    try:
        content = zstd.finalize_dict(
            zstd.ZstdDict(whole, is_raw=True), records, dict_size=len(whole) + _TABLES_BYTES, level=LEVEL
        )
        packed = zstd.compress(content.dict_content, options=checked(_OWN_LEVEL))
        return Dictionary(content, MAGIC + struct.pack("<I", len(packed)) + packed)
    except zstd.ZstdError:
        return None


def read_dictionary(pread: Callable[[int, int], bytes]) -> Dictionary | None:
    """The dictionary of a segment; None where it begins without one. pread: gives so many bytes at an offset.

    Raises ValueError for one that cannot be used.
    """
    head = pread(8, 0)
    if head[:4] != MAGIC:
        return None
    size = struct.unpack("<I", head[4:])[0] if len(head) == 8 else 0
    if not 8 <= size <= MOST_DICTIONARY_BYTES:
        raise ValueError(f"no dictionary has {size} bytes")
    packed = pread(size, 8)
    if len(packed) != size:
        raise ValueError("the segment ends within its dictionary")
    try:
        content = zstd.ZstdDict(_unpacked(packed))
        # Only now are its tables looked at.
        zstd.ZstdDecompressor(zstd_dict=content)
    except (zstd.ZstdError, ValueError) as error:
        raise ValueError(f"damaged dictionary ({error})") from error
    return Dictionary(content, head + packed)


def dictionary_in(path: Path) -> Dictionary | None:
    """The dictionary of a file, read once and remembered. Raises OSError, and ValueError as `read_dictionary`."""
    state = path.stat()
    return _remembered(path, state.st_dev, state.st_ino, state.st_mtime_ns)


# A reader goes from page to page of a portal; each dictionary takes about 1 MB.
@lru_cache(maxsize=4)
def _remembered(path: Path, device: int, inode: int, changed_ns: int) -> Dictionary | None:
    handle = os.open(path, os.O_RDONLY)
    try:
        return read_dictionary(lambda size, offset: os.pread(handle, size, offset))
    finally:
        os.close(handle)


def _unpacked(data: bytes) -> bytes:
    """The dictionary in a frame, or as it is. Raises ZstdError and ValueError."""
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        return data
    decoder = zstd.ZstdDecompressor(options=MOST_WINDOW)
    content = decoder.decompress(data, MOST_DICTIONARY_BYTES + 1)
    if len(content) > MOST_DICTIONARY_BYTES:
        raise ValueError(f"more than {MOST_DICTIONARY_BYTES} bytes when unpacked")
    if not decoder.eof or decoder.unused_data:
        raise ValueError("not one frame")
    return content
