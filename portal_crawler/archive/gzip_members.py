"""Records as gzip members, one each: how they are packed, and what is wrong with one that unpacks."""

from __future__ import annotations

import os
import struct
import zlib

import deflate

from portal_crawler.archive.naming import GZIP_SUFFIX
from portal_crawler.archive.packing import Decoder
from portal_crawler.archive.record import Record

_MAGIC = b"\x1f\x8b\x08"
# Magic, deflate, no flags, no time, no extra flags, system unknown: what `stored` writes.
_STORED_HEAD = _MAGIC + b"\x00\x00\x00\x00\x00\x00\xff"
# What follows the magic in a compressed member: no flags, no time, no extra flags, Unix.
_COMPRESSED_HEAD = b"\x00" * 6 + b"\x03"
# Of libdeflate. On 173 real pages its level 5 takes 0.41 of the time of zlib's level 6 and 0.8 % more room, on made
# ones 10 % less; level 6 takes 0.48 and as much room as zlib's, level 9 as long as zlib's and 1 % less room.
_LEVEL = 5


def compressed(record: bytes) -> bytes:
    """A record as a gzip member."""
    body = deflate.deflate_compress(record, _LEVEL)
    return b"".join((_MAGIC, _COMPRESSED_HEAD, body, struct.pack("<II", deflate.crc32(record), len(record))))


def stored(record: bytes) -> bytes:
    """A record as a gzip member without compression: of any record, there is one such member alone.

    So a reader can tell whether each of its bytes is as it was written, and not only what it unpacks to.
    """
    if len(record) > 0xFFFF:
        # Longer ones take several blocks; nothing that is stored so comes near to it but a monstrous request.
        return _STORED_HEAD + _deflated(record) + struct.pack("<II", zlib.crc32(record), len(record))
    block = b"\x01" + struct.pack("<HH", len(record), len(record) ^ 0xFFFF) + record
    return _STORED_HEAD + block + struct.pack("<II", zlib.crc32(record), len(record))


class GzipPacking:
    """Packs the records of a segment. See `Packing`."""

    suffix = GZIP_SUFFIX
    head = b""
    spare = b""

    def info(self, record: bytes) -> bytes:
        """A warcinfo record."""
        return stored(record)

    def request(self, record: bytes) -> bytes:
        """A request record."""
        return stored(record)

    def response(self, record: bytes) -> bytes:
        """A response or revisit record."""
        return compressed(record)


class GzipMembers:
    """Reads the members of a segment. See `Members`."""

    name = "gzip member"
    errors = (zlib.error,)
    beginnings = (_MAGIC,)

    def lead(self, handle: int, offset: int) -> int:
        """Bytes before the member."""
        return 0

    def decoder(self) -> Decoder:
        """A decoder of one member."""
        return zlib.decompressobj(zlib.MAX_WBITS | 16)

    def begins_record(self, handle: int, offset: int) -> bool:
        """Whether a record can be read there."""
        try:
            begun = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(os.pread(handle, 512, offset), 7)
        except zlib.error:
            return False
        return begun.startswith(b"WARC/1.")

    def wrong(self, handle: int, offset: int, length: int, record: Record, content: bytes) -> str | None:
        """Whether there are bytes that unpacking ignores, and that are not as written."""
        head = os.pread(handle, len(_STORED_HEAD) + 1, offset)
        # The kind of the first block: a compressed response may begin with such a one, too, if its body is a picture.
        is_stored = head[-1] & 0b110 == 0 and record.kind not in ("response", "revisit")
        if is_stored and os.pread(handle, length, offset) != stored(content):
            return "damaged gzip member (not as written)"
        if not is_stored and head[3:-1] != _COMPRESSED_HEAD:
            return "damaged gzip header"
        return None


def _deflated(record: bytes) -> bytes:
    blocks = [record[place : place + 0xFFFF] for place in range(0, len(record), 0xFFFF)]
    return b"".join(
        bytes([block is blocks[-1]]) + struct.pack("<HH", len(block), len(block) ^ 0xFFFF) + block for block in blocks
    )
