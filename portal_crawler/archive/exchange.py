"""One HTTP exchange as it came over the wire."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import datetime

import brotli

Headers = tuple[tuple[bytes, bytes], ...]

# A page of news is far below this; more is an archive, a video or a bomb.
MOST_DECODED_BYTES = 64 * 1024 * 1024
_PORTAL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")


class ArchiveError(Exception):
    """The archive cannot be written or read: what was wrong, and where."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response. body: bytes as received, content encoding and all. fetched_at: aware.

    head: status line and header lines as received, with CRLF between them and none at the end, where they are known;
    reason and headers say the same in parts.
    """

    url: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    fetched_at: datetime
    ip: str | None = None
    head: bytes | None = None

    def header(self, name: str) -> str | None:
        """The first response header of a name, in any case."""
        wanted = name.lower().encode("ascii")
        for key, value in self.headers:
            if key.lower() == wanted:
                return value.decode("latin-1").strip()
        return None

    def content(self) -> bytes:
        """The body with its content encoding undone; of a body that broke off, what there is.

        Raises ArchiveError for an encoding that is unknown or does not fit the bytes, and for more than
        MOST_DECODED_BYTES.
        """
        body = self.body
        for encoding in reversed((self.header("content-encoding") or "").lower().split(",")):
            body = _decode(body, encoding.strip(), self.url)
            if len(body) > MOST_DECODED_BYTES:
                raise ArchiveError(f"{self.url}: more than {MOST_DECODED_BYTES} bytes when decoded")
        return body


def check_portal_id(portal_id: str) -> str:
    """The id if it can be a folder's name; ArchiveError for anything that could lead elsewhere."""
    if not _PORTAL_ID.fullmatch(portal_id) or ".." in portal_id:
        raise ArchiveError(f"portal id {portal_id!r}: only lower-case letters, digits, '.', '_', '-' allowed")
    return portal_id


def _decode(body: bytes, encoding: str, url: str) -> bytes:
    """The body less one encoding; at most a little over MOST_DECODED_BYTES of it."""
    try:
        match encoding:
            case "" | "identity":
                return body
            case "gzip" | "x-gzip":
                return _gunzip(body)
            case "deflate":
                return _inflate(body)
            case "br":
                decoder = brotli.Decompressor()
                return bytes(decoder.process(body, output_buffer_limit=MOST_DECODED_BYTES + 1))
    except (zlib.error, brotli.error) as error:
        raise ArchiveError(f"{url}: body is not {encoding}: {error}") from error
    raise ArchiveError(f"{url}: unknown content encoding {encoding!r}")


def _gunzip(body: bytes) -> bytes:
    decoded = bytearray()
    rest = body
    # A body may be several members; zeros or other bytes behind the last one are padding.
    while rest and len(decoded) <= MOST_DECODED_BYTES:
        if decoded and not rest.startswith(b"\x1f\x8b"):
            break
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        decoded += decoder.decompress(rest, MOST_DECODED_BYTES + 1 - len(decoded))
        rest = decoder.unused_data
    return bytes(decoded)


def _inflate(body: bytes) -> bytes:
    # The standard means a zlib stream; some servers send the bare one inside it.
    try:
        return zlib.decompressobj().decompress(body, MOST_DECODED_BYTES + 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, MOST_DECODED_BYTES + 1)
