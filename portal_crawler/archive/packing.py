"""What every way to compress a segment can do: records are packed one by one, and found and unpacked again."""

from __future__ import annotations

from typing import Protocol

from portal_crawler.archive.record import Record

# A member that unpacks to more holds no page of news: Scrapy is told to give up at 24 MB.
MOST_RECORD_BYTES = 40 * 1024 * 1024


class Packing(Protocol):
    """Packs the records of one segment, each by itself, so that it can be read from its offset alone.

    suffix: what the segment's name ends with. head: bytes that stand before its first record. spare: a second copy of
    these, to stand once before a request. What `info` and `request` give is such that a reader can tell whether each
    byte of it is as it was written.
    """

    @property
    def suffix(self) -> str:
        """What the segment's name ends with."""

    @property
    def head(self) -> bytes:
        """Bytes before the first record."""

    @property
    def spare(self) -> bytes:
        """A copy of them."""

    def info(self, record: bytes) -> bytes:
        """A warcinfo record."""

    def request(self, record: bytes) -> bytes:
        """A request record."""

    def response(self, record: bytes) -> bytes:
        """A response or revisit record; the request before it has the digest of these bytes."""


class Decoder(Protocol):
    """Unpacks one member, given its bytes piece by piece; at most so many bytes of content a call."""

    @property
    def eof(self) -> bool:
        """Whether the member's end has been reached."""

    @property
    def unused_data(self) -> bytes:
        """What was given behind that end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Content, as far as it goes."""


class Members(Protocol):
    """Reads the members of one segment.

    name: what a member is called in messages. errors: raised by its decoder. beginnings: bytes one of which a
    member, or what belongs to it and stands before it, begins with.
    """

    @property
    def name(self) -> str:
        """What a member is called."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What a decoder raises."""

    @property
    def beginnings(self) -> tuple[bytes, ...]:
        """What to look for behind damage."""

    def lead(self, handle: int, offset: int) -> int:
        """Bytes that stand at an offset before a member and belong to it."""

    def decoder(self) -> Decoder:
        """A decoder of one member."""

    def begins_record(self, handle: int, offset: int) -> bool:
        """Whether a record can be read at an offset."""

    def wrong(self, handle: int, offset: int, length: int, record: Record, content: bytes) -> str | None:
        """What is wrong with the bytes of a member, its lead among them, that unpacks to `content`."""
