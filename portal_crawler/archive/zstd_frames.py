"""Records as zstd frames, one each: how they are packed, and what is wrong with one that unpacks.

Zstandard Compression for WARC Files 1.0 (IIPC). A warcinfo record is a frame without compression, of which there is
only one for each text; it names the digest of the dictionary before it. A request's frame is preceded by an extension
frame with its digest, and names that of its response's: where a text repeats itself, many ways to pack it unpack to
the same, so that zstd's own check sum overlooks a changed byte.
"""

from __future__ import annotations

import hashlib
import os
import struct

from portal_crawler.archive.dictionary import (
    LEVEL,
    MOST_WINDOW,
    Dictionary,
    checked,
)
from portal_crawler.archive.naming import ZSTD_SUFFIX
from portal_crawler.archive.packing import MOST_RECORD_BYTES, Decoder
from portal_crawler.archive.record import Record
from portal_crawler.archive.zstandard import zstd

_MAGIC = b"\x28\xb5\x2f\xfd"
_RECORD = b"WARC/1."
_SEAL_BYTES = 16
# A skippable frame that readers of WARC files pass over; other than the one that holds a dictionary.
_SEAL_HEAD = struct.pack("<II", 0x184D2A5E, _SEAL_BYTES)
_BLOCK_BYTES = 128 * 1024
# What a frame may have before the end of its first block.
_FIRST_BLOCK = range(0, _BLOCK_BYTES + 32 * 1024, 32 * 1024)
# Bytes that look like a beginning and are none: by chance one in 4 GB.
_MOST_FALSE = 10_000


class ZstdPacking:
    """Packs the records of a segment. See `Packing`."""

    suffix = ZSTD_SUFFIX

    def __init__(self, dictionary: Dictionary | None) -> None:
        self._dictionary = dictionary
        content = dictionary.content.as_digested_dict if dictionary else None
        self._compressor = zstd.ZstdCompressor(options=checked(LEVEL), zstd_dict=content)

    @property
    def head(self) -> bytes:
        """The dictionary."""
        return self._dictionary.frame if self._dictionary else b""

    @property
    def spare(self) -> bytes:
        """The dictionary a second time."""
        return self._dictionary.spare if self._dictionary else b""

    def info(self, record: bytes) -> bytes:
        """A warcinfo record."""
        return _plain(record, self._dictionary)

    def request(self, record: bytes) -> bytes:
        """A request record, its seal before it."""
        frame = self.response(record)
        return _seal(frame) + frame

    def response(self, record: bytes) -> bytes:
        """A response or revisit record."""
        return self._compressor.compress(record, zstd.ZstdCompressor.FLUSH_FRAME)


class ZstdFrames:
    """Reads the frames of a segment. See `Members`. trouble: why its dictionary cannot be used."""

    name = "zstd frame"
    errors = (zstd.ZstdError,)
    beginnings = (_MAGIC, _SEAL_HEAD)

    def __init__(self, dictionary: Dictionary | None, trouble: str | None = None) -> None:
        self._dictionary = dictionary
        self._trouble = trouble
        self._false = 0

    def lead(self, handle: int, offset: int) -> int:
        """Bytes of the dictionary, or of the seal and what may stand before it: the dictionary's copy."""
        if offset == 0:
            if self._trouble:
                raise zstd.ZstdError(self._trouble)
            return len(self._dictionary.frame) if self._dictionary else 0
        spare = self._dictionary.spare if self._dictionary else b""
        head = os.pread(handle, len(_SEAL_HEAD), offset)
        if head and spare.startswith(head):
            copy_bytes = len(os.pread(handle, len(spare), offset))
            return copy_bytes + self._seal_bytes(handle, offset + copy_bytes)
        return self._seal_bytes(handle, offset)

    def decoder(self) -> Decoder:
        """A decoder of one frame."""
        return _FrameDecoder(self._dictionary)

    def begins_record(self, handle: int, offset: int) -> bool:
        """Whether a record can be read there; never, when too many places have turned out to be none."""
        if self._false >= _MOST_FALSE:
            return False
        place = offset + self.lead(handle, offset)
        decoder, begun = self.decoder(), b""
        try:
            for start in _FIRST_BLOCK:
                begun += decoder.decompress(
                    os.pread(handle, _FIRST_BLOCK.step, place + start), len(_RECORD) - len(begun)
                )
                if begun == _RECORD or decoder.eof:
                    break
        except zstd.ZstdError:
            pass
        is_record = begun == _RECORD
        self._false += not is_record
        return is_record

    def wrong(self, handle: int, offset: int, length: int, record: Record, content: bytes) -> str | None:
        """Whether the bytes are not as written."""
        member = os.pread(handle, length, offset)
        lead_bytes = self.lead(handle, offset)
        lead, frame = member[:lead_bytes], member[lead_bytes:]
        if record.kind == "warcinfo":
            if record.fields.get("dictionary-frame-digest") != (self._dictionary.digest if self._dictionary else None):
                return "the dictionary is not that which the segment was begun with"
            is_right = frame == _plain(content, self._dictionary)
        elif record.kind in ("response", "revisit"):
            # The request before it tells the digest of these bytes.
            is_right = not lead
        else:
            is_right = lead.removeprefix(self._dictionary.spare if self._dictionary else b"") == _seal(frame)
        return None if is_right else "damaged zstd frame (not as written)"

    def _seal_bytes(self, handle: int, offset: int) -> int:
        """Bytes of the seal there: the whole of it, or where the file ends within it, what there is."""
        seal = os.pread(handle, len(_SEAL_HEAD) + _SEAL_BYTES, offset)
        return len(seal) if seal[: len(_SEAL_HEAD)] == _SEAL_HEAD[: len(seal)] else 0


class _FrameDecoder:
    """A decoder that takes no frame of unknown or monstrous size, nor one that does not begin as a record does."""

    def __init__(self, dictionary: Dictionary | None) -> None:
        self._decoder = zstd.ZstdDecompressor(dictionary.content if dictionary else None, MOST_WINDOW)
        self._is_new = True
        self._begun = b""

    @property
    def eof(self) -> bool:
        """Whether the frame's end has been reached."""
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        """What was given behind that end."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Content, as far as it goes. Raises ZstdError."""
        if self._is_new and data:
            self._is_new = False
            _check_head(data)
        if len(self._begun) == len(_RECORD):
            return self._decoder.decompress(data, max_length)
        # The beginning alone first: 1 KB may unpack to 40 MB of anything.
        content = self._decoder.decompress(data, min(len(_RECORD) - len(self._begun), max_length))
        self._begun += content
        if not _RECORD.startswith(self._begun):
            raise zstd.ZstdError("it holds no record")
        if self.eof or len(self._begun) < len(_RECORD) or len(content) == max_length:
            return content
        return content + self._decoder.decompress(b"", max_length - len(content))


def _check_head(data: bytes) -> None:
    if not data.startswith(_MAGIC[: len(data)]):
        raise zstd.ZstdError("no frame begins there")
    try:
        size = zstd.get_frame_info(data).decompressed_size
    except zstd.ZstdError:
        # Too short for a whole header: the decoder says what is wrong, or waits for the rest.
        return
    if size is None or size > MOST_RECORD_BYTES:
        raise zstd.ZstdError("it does not say its size" if size is None else f"it says that it holds {size} bytes")


def _seal(frame: bytes) -> bytes:
    return _SEAL_HEAD + hashlib.sha256(frame).digest()[:_SEAL_BYTES]


def _plain(record: bytes, dictionary: Dictionary | None) -> bytes:
    """A record as a frame without compression (RFC 8878, section 3.1.1)."""
    size = len(record)
    if size < 256:
        size_flag, size_field = 0, struct.pack("<B", size)
    elif size < 256 + 0x10000:
        size_flag, size_field = 1, struct.pack("<H", size - 256)
    else:
        size_flag, size_field = 2, struct.pack("<I", size)
    # The size in so many bytes, one segment, a check sum, and the dictionary's number in four bytes or none.
    flags = size_flag << 6 | 1 << 5 | 1 << 2 | (3 if dictionary else 0)
    number = struct.pack("<I", dictionary.content.dict_id) if dictionary else b""
    places = range(0, size, _BLOCK_BYTES) or (0,)
    blocks = [
        struct.pack("<I", len(block := record[place : place + _BLOCK_BYTES]) << 3 | (place == places[-1]))[:3] + block
        for place in places
    ]
    check_sum = zstd.compress(record, options=checked(1))[-4:]
    return b"".join((_MAGIC, bytes([flags]), number, size_field, *blocks, check_sum))
