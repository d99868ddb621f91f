"""A WARC record as read: its header fields, its block, and whether they are what was written."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from portal_crawler.archive.exchange import Exchange, Headers

_END = b"\r\n\r\n"
_FOLD = re.compile(rb"\r\n[ \t]+")
# Digits of a status: RFC 9110 has three, and servers invent some of four.
_LONGEST_STATUS = 4


@dataclass(frozen=True, slots=True)
class Record:
    """A record. kind: its WARC-Type. fields: its header, names in lower case. block: what follows the header."""

    kind: str
    fields: dict[str, str]
    block: bytes

    @property
    def url(self) -> str | None:
        """WARC-Target-URI."""
        return self.fields.get("warc-target-uri")

    @property
    def payload(self) -> bytes:
        """Of an HTTP message, what follows its header."""
        return self.block.partition(_END)[2]

    def problem(self) -> str | None:
        """Which digest is missing or not that of the bytes; None when all are right."""
        block = self.fields.get("warc-block-digest")
        if block is None:
            return "no block digest"
        if block != sha1_of(self.block):
            return "block digest does not match"
        payload = self.fields.get("warc-payload-digest")
        if self.kind == "response" and payload != sha1_of(self.payload):
            return "payload digest does not match"
        return None

    def headers(self) -> Headers:
        """Of an HTTP message, the headers; a value over several lines becomes one."""
        # RFC 9112, section 5.2: a line that begins with a blank continues the one before.
        head = _FOLD.sub(b" ", self.block.partition(_END)[0])
        _, *lines = head.split(b"\r\n")
        return tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))

    def exchange(self, request: Record | None = None, body: bytes | None = None) -> Exchange:
        """The exchange that a response record holds. request: its request's record, for the headers sent.

        body: of a revisit, whose record has none. Raises ValueError when it holds no HTTP response.
        """
        head, separator, own = self.block.partition(_END)
        parts = head.partition(b"\r\n")[0].split(b" ", 2)
        if not separator or len(parts) < 2 or not parts[1].isdigit() or len(parts[1]) > _LONGEST_STATUS:
            raise ValueError("the record holds no HTTP response")
        return Exchange(
            url=_address(self.fields["warc-target-uri"]),
            method=request.block.split(b" ", 1)[0].decode("latin-1") if request else "GET",
            request_headers=request.headers() if request else (),
            status=int(parts[1]),
            reason=parts[2].decode("latin-1") if len(parts) > 2 else "",
            headers=self.headers(),
            body=own if body is None else body,
            fetched_at=_moment(self.fields["warc-date"]),
            ip=self.fields.get("warc-ip-address"),
            head=head,
        )


def _address(text: str) -> str:
    """A WARC-Target-URI. Raises ValueError for what no crawl has asked for."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"no address of an exchange: {text[:80]!r}")
    return text


def _moment(text: str) -> datetime:
    """A WARC-Date. Raises ValueError for what is none, and for one that is in no year of the web."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not 1990 <= moment.year <= 9000:
        raise ValueError(f"no date of an exchange: {text[:40]!r}")
    return moment


def parse_record(content: bytes) -> Record:
    """The record that these bytes are, the blank lines at its end included. Raises ValueError for anything else."""
    head, separator, rest = content.partition(_END)
    version, *lines = head.decode("utf-8", "replace").split("\r\n")
    if not separator or not version.startswith("WARC/1."):
        raise ValueError("no WARC record")
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"broken WARC header line {line[:80]!r}")
        fields[name.strip().lower()] = value.strip()
    length = fields.get("content-length", "")
    if not length.isdecimal() or rest[int(length) :] != _END:
        raise ValueError("the record is not as long as it says")
    return Record(fields.get("warc-type", ""), fields, rest[: int(length)])


def sha1_of(octets: bytes) -> str:
    """A digest as WARC headers and capture rows hold it: `sha1:` and base32."""
    digest = hashlib.sha1(octets, usedforsecurity=False).digest()
    return f"sha1:{base64.b32encode(digest).decode('ascii')}"
