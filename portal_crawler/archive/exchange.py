"""One HTTP exchange as it came over the wire."""

from __future__ import annotations

import gzip
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
    """A request and its response. body: bytes as received, content encoding and all. fetched_at: aware time."""

    url: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    fetched_at: datetime
    ip: str | None = None

    def header(self, name: str) -> str | None:
        """The first response header of a name, in any case."""
        for key, value in self.headers:
            if key.lower() == name.lower().encode("ascii"):
                return value.decode("latin-1").strip()
        return None

    def content(self) -> bytes:
        """The body with its content encoding undone.

        Raises ArchiveError for an encoding that is unknown or does not fit the bytes, and for more than
        MOST_DECODED_BYTES.
        """
        body = self.body
        for encoding in reversed((self.header("content-encoding") or "").lower().split(",")):
            body = _decode(body, encoding.strip(), self.url)
        return body


def _decode(body: bytes, encoding: str, url: str) -> bytes:
    try:
        if encoding in ("", "identity"):
            return body
        if encoding in ("gzip", "x-gzip"):
            return _bounded(zlib.decompressobj(zlib.MAX_WBITS | 16), body, url)
        if encoding == "deflate":
            try:
                return _bounded(zlib.decompressobj(), body, url)
            except zlib.error:
                return _bounded(zlib.decompressobj(-zlib.MAX_WBITS), body, url)
        if encoding == "br":
            decoded = bytes(brotli.decompress(body))
            if len(decoded) > MOST_DECODED_BYTES:
                raise ArchiveError(f"{url}: more than {MOST_DECODED_BYTES} bytes when decoded")
            return decoded
    except (zlib.error, brotli.error, gzip.BadGzipFile, EOFError) as error:
        raise ArchiveError(f"{url}: body is not {encoding}: {error}") from error
    raise ArchiveError(f"{url}: unknown content encoding {encoding!r}")


def _bounded(decoder: zlib._Decompress, body: bytes, url: str) -> bytes:
    decoded = decoder.decompress(body, MOST_DECODED_BYTES)
    if decoder.unconsumed_tail:
        raise ArchiveError(f"{url}: more than {MOST_DECODED_BYTES} bytes when decoded")
    if not decoder.eof:
        raise ArchiveError(f"{url}: the compressed body ends too early")
    return decoded


def check_portal_id(portal_id: str) -> str:
    """The id if it can be a folder's name; ArchiveError for anything that could lead elsewhere."""
    if not _PORTAL_ID.fullmatch(portal_id) or ".." in portal_id:
        raise ArchiveError(f"portal id {portal_id!r}: only lower-case letters, digits, '.', '_' and '-' are allowed")
    return portal_id
