"""Reading exchanges back from their place in the archive."""

from __future__ import annotations

import re
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError, Exchange
from portal_crawler.archive.naming import segment_path
from portal_crawler.archive.packing import MOST_RECORD_BYTES
from portal_crawler.archive.record import Record, parse_record, sha1_of
from portal_crawler.archive.scan import unpack

_PLACE = re.compile(
    r"(?P<file>[a-z0-9._-]+/[\w.-]+\.warc\.(?:gz|zst)):(?P<offset>\d{1,15})\+(?P<length>\d{1,15})", re.ASCII
)


def read_exchange(directory: Path, file: str, offset: int, length: int) -> Exchange:
    """The exchange whose response record lies at a place, its digests checked; without the request's headers.

    file: path of the segment below `directory`. offset, length: bytes of the record's compressed member. Of a revisit,
    which holds no body of its own, the body is that of the response it refers to. Raises ArchiveError that names the
    place when the file is missing, or the record is damaged or no response.
    """
    place = f"{file}:{offset}"
    record = read_record(directory, file, offset, length)
    try:
        if record.kind == "response":
            return record.exchange()
        if record.kind == "revisit":
            return record.exchange(body=body_of_revisit(directory, record))
    except (ValueError, KeyError) as error:
        raise ArchiveError(f"{place}: {error}") from error
    raise ArchiveError(f"{place}: a {record.kind} record, no response")


def original_of(record: Record) -> tuple[str, int, int] | None:
    """File, offset and length of the response that a revisit refers to; None where it names no place."""
    match = _PLACE.fullmatch(record.fields.get("refers-to-member", ""))
    return (match["file"], int(match["offset"]), int(match["length"])) if match else None


def body_of_revisit(directory: Path, record: Record) -> bytes:
    """The body that a revisit stands for. Raises ArchiveError when it cannot be had, or has another digest."""
    place = original_of(record)
    if place is None:
        raise ArchiveError(f"{record.url}: a revisit that does not say where its payload lies")
    original = read_record(directory, *place)
    if original.kind != "response" or sha1_of(original.payload) != record.fields.get("warc-payload-digest"):
        raise ArchiveError(f"{place[0]}:{place[1]}: not the payload that was seen again at {record.url}")
    return original.payload


def read_record(directory: Path, file: str, offset: int, length: int) -> Record:
    """The record at a place, its digests checked. Raises ArchiveError that names the place."""
    place = f"{file}:{offset}"
    path = segment_path(directory, file)
    # What cannot be compressed grows by a few bytes in each 16 KB.
    if not 0 < length <= MOST_RECORD_BYTES * 1.01:
        raise ArchiveError(f"{place}: {length} bytes are the length of no record")
    try:
        with path.open("rb") as segment:
            segment.seek(offset)
            member = segment.read(length)
    except OSError as error:
        raise ArchiveError(f"{place}: {error.strerror or error}") from error
    if len(member) != length:
        raise ArchiveError(f"{place}: the file ends {length - len(member)} bytes too early")
    try:
        record = parse_record(unpack(path, member))
    except OSError as error:
        raise ArchiveError(f"{place}: {error.strerror or error}") from error
    except ValueError as error:
        raise ArchiveError(f"{place}: {error}") from error
    if problem := record.problem():
        raise ArchiveError(f"{place}: {problem}")
    return record
