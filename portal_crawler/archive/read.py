"""Reading exchanges back from their place in the archive."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord

from portal_crawler.archive.exchange import ArchiveError, Exchange


def read_exchange(directory: Path, file: str, offset: int, length: int) -> Exchange:
    """The exchange whose response record lies at a place, its digest checked; without the request's headers.

    file: path of the segment below `directory`. offset, length: bytes of the record's gzip member. Raises
    ArchiveError that names the place when the file is missing, or the record is damaged or no response.
    """
    place = f"{file}:{offset}"
    try:
        with (directory / file).open("rb") as segment:
            segment.seek(offset)
            member = segment.read(length)
    except OSError as error:
        raise ArchiveError(f"{place}: {error.strerror or error}") from error
    if len(member) != length:
        raise ArchiveError(f"{place}: the file ends {length - len(member)} bytes too early")
    try:
        for record in ArchiveIterator(io.BytesIO(member), parse_http=False):
            return _exchange(record, place)
    except (OSError, ValueError, EOFError) as error:
        raise ArchiveError(f"{place}: {error}") from error
    raise ArchiveError(f"{place}: no record lies there")


def _exchange(record: WarcRecord, place: str) -> Exchange:
    if not record.verify_block_digest(consume=False):
        raise ArchiveError(f"{place}: block digest does not match")
    block = record.reader.read()
    head, separator, body = block.partition(b"\r\n\r\n")
    status_line, *lines = head.split(b"\r\n")
    parts = status_line.split(b" ", 2)
    if not separator or len(parts) < 2 or not parts[1].isdigit():
        raise ArchiveError(f"{place}: the record holds no HTTP response")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))
    return Exchange(
        url=record.headers["WARC-Target-URI"],
        method="GET",
        request_headers=(),
        status=int(parts[1]),
        reason=parts[2].decode("latin-1") if len(parts) > 2 else "",
        headers=headers,
        body=body,
        fetched_at=datetime.fromisoformat(record.headers["WARC-Date"]),
        ip=record.headers.get("WARC-IP-Address"),
    )
