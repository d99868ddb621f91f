"""One HTTP exchange as it came over the wire."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import brotli

from portal_crawler.archive.zstandard import zstd
from portal_crawler.portals.portal_id import id_problem

Headers = tuple[tuple[bytes, bytes], ...]

# A page of news is far below this; more is an archive, a video or a bomb.
MOST_DECODED_BYTES = 32 * 1024 * 1024
# A proxy may pack what a server has packed. Each further one costs another unpacking of all that is allowed.
MOST_ENCODINGS = 3
_STEP_BYTES = 1024 * 1024


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

        Raises ArchiveError for an encoding that is unknown or does not fit the bytes, for more of them than anybody
        needs, and for more than MOST_DECODED_BYTES.
        """
        body = self.body
        values = [value for name, value in self.headers if name.lower() == b"content-encoding"]
        encodings = b",".join(values).decode("latin-1").lower().split(",")
        if len(encodings) > MOST_ENCODINGS:
            raise ArchiveError(f"{self.url}: {len(encodings)} content encodings, one upon the other")
        for encoding in reversed(encodings):
            body = _decode(body, encoding.strip(), self.url)
        return body


def check_portal_id(portal_id: str) -> str:
    """The id if it can be a folder's name; ArchiveError for anything that could lead elsewhere."""
    if problem := id_problem(portal_id):
        raise ArchiveError(f"portal id {portal_id!r}: {problem}")
    return portal_id


def _decode(body: bytes, encoding: str, url: str) -> bytes:
    """The body less one encoding; never more than MOST_DECODED_BYTES and a step in memory."""
    if encoding in ("", "identity"):
        return body
    decode = _DECODERS.get(encoding)
    if decode is None:
        raise ArchiveError(f"{url}: unknown content encoding {encoding!r}")
    pieces: list[bytes] = []
    size_bytes = 0
    try:
        for piece in decode(body):
            size_bytes += len(piece)
            if size_bytes > MOST_DECODED_BYTES:
                raise ArchiveError(f"{url}: more than {MOST_DECODED_BYTES} bytes when decoded")
            pieces.append(piece)
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise ArchiveError(f"{url}: body is not {encoding}: {error}") from error
    return b"".join(pieces)


def _gunzip(body: bytes) -> Iterator[bytes]:
    rest = body
    # A body may be several members; zeros or other bytes behind the last one are padding.
    while rest and (rest is body or rest.startswith(b"\x1f\x8b")):
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        yield from _inflated(decoder, rest)
        rest = decoder.unused_data


def _inflate(body: bytes) -> Iterator[bytes]:
    # The standard means a zlib stream; some servers send the bare one inside it.
    decoder = zlib.decompressobj()
    try:
        decoder.decompress(body, 1)
    except zlib.error:
        return _inflated(zlib.decompressobj(-zlib.MAX_WBITS), body)
    return _inflated(zlib.decompressobj(), body)


def _inflated(decoder: zlib._Decompress, body: bytes) -> Iterator[bytes]:
    # What has been read in may still hold text when nothing is left to be read: so until there comes none.
    piece = decoder.decompress(body, _STEP_BYTES)
    while piece:
        yield piece
        piece = b"" if decoder.eof else decoder.decompress(decoder.unconsumed_tail, _STEP_BYTES)


def _unbrotli(body: bytes) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    piece = decoder.process(body, output_buffer_limit=_STEP_BYTES)
    while piece:
        yield piece
        piece = b"" if decoder.is_finished() else decoder.process(b"", output_buffer_limit=_STEP_BYTES)


def _unzstd(body: bytes) -> Iterator[bytes]:
    rest = body
    while rest:
        decoder = zstd.ZstdDecompressor()
        piece = decoder.decompress(rest, _STEP_BYTES)
        while piece:
            yield piece
            piece = b"" if decoder.eof else decoder.decompress(b"", _STEP_BYTES)
        rest = decoder.unused_data if decoder.eof else b""


_DECODERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
