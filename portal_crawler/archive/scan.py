"""Reading a segment from its first byte to its last: each compressed member, and the record in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive.dictionary import dictionary_in, read_dictionary
from portal_crawler.archive.exchange import ArchiveError
from portal_crawler.archive.gzip_members import GzipMembers
from portal_crawler.archive.naming import ZSTD_SUFFIX
from portal_crawler.archive.packing import MOST_RECORD_BYTES, Members
from portal_crawler.archive.record import Record, parse_record
from portal_crawler.archive.zstd_frames import ZstdFrames

_CHUNK = 32 * 1024


@dataclass(frozen=True, slots=True)
class Scanned:
    """What lies at a place of a segment: a record, or bytes that are none and the reason why.

    offset, length: bytes of the compressed member, with what belongs to it and stands before it; of what is none, up
    to the next member or the end. digest: SHA-256 of these bytes. torn: the segment ends within the member, as a killed
    run leaves it.
    """

    offset: int
    length: int
    digest: str
    record: Record | None
    problem: str | None = None
    torn: bool = False


def scan_segment(path: Path) -> Iterator[Scanned]:
    """Everything in a segment, in order; one record in memory at a time.

    Where a member is damaged, the scan goes on with the next place where a record begins. Raises ArchiveError when
    the file cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    try:
        members = _members_of(path, handle)
        offset = 0
        while (found := _member(members, handle, offset)) is not None:
            yield found
            offset += found.length
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror or error}") from error
    finally:
        os.close(handle)


def unpack(path: Path, member: bytes) -> bytes:
    """The record in a member of a segment. Raises ValueError when the bytes are not one whole member, and OSError."""
    members = ZstdFrames(dictionary_in(path)) if path.name.endswith(ZSTD_SUFFIX) else GzipMembers()
    decoder = members.decoder()
    try:
        content = decoder.decompress(member, MOST_RECORD_BYTES)
    except members.errors as error:
        raise ValueError(f"damaged {members.name} ({error})") from error
    if not decoder.eof or decoder.unused_data:
        raise ValueError(f"not one {members.name}")
    return content


def _members_of(path: Path, handle: int) -> Members:
    if not path.name.endswith(ZSTD_SUFFIX):
        return GzipMembers()
    try:
        return ZstdFrames(read_dictionary(lambda size, offset: os.pread(handle, size, offset)))
    except ValueError as error:
        return ZstdFrames(None, str(error))


def _member(members: Members, handle: int, offset: int) -> Scanned | None:
    """What lies at an offset; None at the end of the file."""
    decoder = members.decoder()
    digest = hashlib.sha256()
    content = bytearray()
    place = offset
    problem, torn, lead_bytes = "", False, 0
    try:
        lead_bytes = members.lead(handle, offset)
        for start in range(offset, offset + lead_bytes, _CHUNK):
            digest.update(os.pread(handle, min(_CHUNK, offset + lead_bytes - start), start))
        place += lead_bytes
        while not decoder.eof:
            chunk = os.pread(handle, _CHUNK, place)
            if not chunk:
                if place == offset:
                    return None
                problem, torn = "the file ends within a record", True
                break
            content += decoder.decompress(chunk, MOST_RECORD_BYTES + 1 - len(content))
            if len(content) > MOST_RECORD_BYTES:
                problem = f"a record of more than {MOST_RECORD_BYTES} bytes"
                break
            used = len(chunk) - len(decoder.unused_data)
            digest.update(chunk[:used])
            place += used
    except members.errors as error:
        problem = f"damaged {members.name} ({error})"
    if problem:
        return _unreadable(members, handle, offset, lead_bytes, problem, torn)
    length = place - offset
    try:
        record = parse_record(bytes(content))
    except ValueError as error:
        return Scanned(offset, length, digest.hexdigest(), None, str(error))
    wrong = members.wrong(handle, offset, length, record, bytes(content)) or record.problem()
    return Scanned(offset, length, digest.hexdigest(), record, wrong)


def _unreadable(members: Members, handle: int, offset: int, lead_bytes: int, problem: str, torn: bool) -> Scanned:
    """The bytes from an offset to the next place where a record begins, or to the end."""
    end = _next_record(members, handle, offset + lead_bytes + 1)
    if end is None:
        end = os.fstat(handle).st_size
    digest = hashlib.sha256()
    for place in range(offset, end, _CHUNK):
        digest.update(os.pread(handle, min(_CHUNK, end - place), place))
    return Scanned(offset, end - offset, digest.hexdigest(), None, problem, torn and end == os.fstat(handle).st_size)


def _next_record(members: Members, handle: int, start: int) -> int | None:
    place = start
    longest = max(len(beginning) for beginning in members.beginnings)
    while window := os.pread(handle, _CHUNK, place):
        behind = 0
        while found := [at for beginning in members.beginnings if (at := window.find(beginning, behind)) >= 0]:
            if members.begins_record(handle, place + min(found)):
                return place + min(found)
            behind = min(found) + 1
        # A beginning may lie across two windows.
        place += max(len(window) - longest + 1, behind, 1)
    return None
