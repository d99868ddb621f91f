"""The head of an answer as it came: Twisted's parser forgets how names were spelt and in which order they stood."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error

from scrapy.core.downloader.handlers import http11
from scrapy.http import Response

# How the head travels from the parser to the capture. What a server sends under this name is overwritten.
_FIELD = b"X-Portal-Crawler-Head"
# Interim answers included. Browsers give up at as much; a head without end would be read until its time is over.
_MOST_BYTES = 256 * 1024


class HeadTooLong(Exception):
    """The head of an answer is longer than any that is meant to be read."""


class _HeadKeeper(http11._LenientHTTPClientParser):
    """Scrapy's parser, which hands on the lines of the head beside what it read in them."""

    # Scrapy makes a parser of Twisted's into one of its own: this one has no __init__ that is called.
    _lines: list[bytes] | None = None
    _size_bytes = 0

    def connectionMade(self) -> None:
        # Called again behind an interim answer (1xx), whose head is not the answer's.
        self._lines = None
        super().connectionMade()  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        if self._lines is None:
            self._lines = []
        self._lines.append(line.removesuffix(b"\r"))
        self._size_bytes += len(line)
        if self._size_bytes > _MOST_BYTES:
            raise HeadTooLong(f"a head of more than {_MOST_BYTES} bytes")
        super().lineReceived(line)

    def allHeadersReceived(self) -> None:
        # The last line is the empty one that ends the head.
        head = b"\r\n".join((self._lines or [])[:-1])
        self.response.headers.setRawHeaders(_FIELD, [b64encode(head)])
        super().allHeadersReceived()  # type: ignore[no-untyped-call]


def keep_heads() -> None:
    """Let every connection of this process keep the heads of its answers."""
    http11._LenientHTTPClientParser = _HeadKeeper  # type: ignore[misc]


def take_head(response: Response) -> bytes | None:
    """Status line and header lines of an answer as received, CRLF between them; None where they were not kept."""
    packed = response.headers.pop(_FIELD, None)
    try:
        return b64decode(packed[0], validate=True) if packed else None
    except Error:
        return None
