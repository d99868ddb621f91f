"""Exchanges as WARC 1.1 records, each packed by itself.

The request names the digest of its response's member: what unpacks to the right bytes can still have been changed, as
where a compressed page repeats itself.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass
from datetime import UTC

from fastwarc.warc import WarcRecord, WarcRecordType

from portal_crawler import __version__
from portal_crawler.archive.exchange import Exchange, Headers
from portal_crawler.archive.packing import Packing

_ORIGINAL = b"X-Archive-Orig-"
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


@dataclass(frozen=True, slots=True)
class Members:
    """An exchange's two records as packed, the response's as it was before, and its WARC-Date."""

    request: bytes
    response: bytes
    unpacked: bytes
    date: str


@dataclass(frozen=True, slots=True)
class Original:
    """A response whose body came again: what it answered, its WARC-Date, and the place of its member."""

    url: str
    date: str
    file: str
    offset: int
    length: int


def opening(file_name: str, run: str, packing: Packing, further: str = "") -> bytes:
    """What a segment begins with: the record that says what wrote it, and what `packing` has stand before it.

    run: what the segments of one run have in common. further: lines of other fields.
    """
    fields = f"software: portal-crawler/{__version__}\r\nformat: WARC File Format 1.1\r\nisPartOf: {run}\r\n"
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.warcinfo)
    record.headers["WARC-Filename"] = file_name
    record.headers["Content-Type"] = "application/warc-fields"
    if packing.head:
        record.headers["Dictionary-Frame-Digest"] = f"sha256:{hashlib.sha256(packing.head).hexdigest()}"
    record.set_bytes_content((fields + further).encode())
    return packing.head + packing.info(_written(record))


def members(exchange: Exchange, digest: str, packing: Packing, original: Original | None = None) -> Members:
    """The request and the response record of an exchange; the request refers to the response.

    digest: of the exchange's body, as `sha1_of` gives it. original: an earlier response with the same body; the record
    is then a revisit, without the body.
    """
    response_id = uuid.uuid4().urn
    head = [_unframed(line, len(exchange.body)) for line in _head(exchange)]
    kind = WarcRecordType.revisit if original else WarcRecordType.response
    response = _record(exchange, kind, head, b"" if original else exchange.body)
    response.headers["WARC-Record-ID"] = f"<{response_id}>"
    response.headers["WARC-Payload-Digest"] = digest
    if original:
        response.headers["WARC-Profile"] = _SAME_PAYLOAD
        response.headers["WARC-Refers-To-Target-URI"] = original.url
        response.headers["WARC-Refers-To-Date"] = original.date
        # No standard field says where it lies; without one, a reader has to have an index of everything.
        response.headers["Refers-To-Member"] = f"{original.file}:{original.offset}+{original.length}"
    written = _written(response)
    member = packing.response(written)
    request = _record(
        exchange, WarcRecordType.request, [_request_line(exchange), *_lines(exchange.request_headers)], b""
    )
    request.headers["WARC-Concurrent-To"] = f"<{response_id}>"
    request.headers["Response-Member-Digest"] = f"sha256:{hashlib.sha256(member).hexdigest()}"
    return Members(packing.request(_written(request)), member, written, response.headers["WARC-Date"])


def _request_line(exchange: Exchange) -> bytes:
    target = exchange.url.split("://", 1)[-1].partition("#")[0]
    path = target[target.index("/") :] if "/" in target else "/"
    return f"{exchange.method} {path} HTTP/1.1".encode("latin-1", "replace")


def _head(exchange: Exchange) -> list[bytes]:
    """The response's status line and header lines."""
    if exchange.head is not None:
        return exchange.head.split(b"\r\n")
    status_line = f"HTTP/1.1 {exchange.status} {exchange.reason}".encode("latin-1", "replace")
    return [status_line, *_lines(exchange.headers)]


def _lines(headers: Headers) -> list[bytes]:
    return [name + b": " + value for name, value in headers]


def _unframed(line: bytes, size_bytes: int) -> bytes:
    """A header line; one that would misstate the stored bytes gets another name.

    Transfer-Encoding said how the body was cut up on the wire, and a Content-Length is wrong where the body
    broke off: a reader that believes them finds no body or waits for the rest.
    """
    name, _, value = line.partition(b":")
    match name.strip().lower():
        case b"transfer-encoding":
            return _ORIGINAL + line
        case b"content-length" if value.strip() != str(size_bytes).encode():
            return _ORIGINAL + line
    return line


def _record(exchange: Exchange, kind: WarcRecordType, head: list[bytes], body: bytes) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=kind)
    record.headers["WARC-Target-URI"] = exchange.url
    record.headers["WARC-Date"] = exchange.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if exchange.ip:
        record.headers["WARC-IP-Address"] = exchange.ip
    msgtype = "request" if kind is WarcRecordType.request else "response"
    record.headers["Content-Type"] = f"application/http; msgtype={msgtype}"
    record.set_bytes_content(b"\r\n".join(head) + b"\r\n\r\n" + body)
    return record


def _written(record: WarcRecord) -> bytes:
    """The record as bytes, with its block digest."""
    buffer = io.BytesIO()
    record.write(buffer, checksum_data=True)
    return buffer.getvalue()
