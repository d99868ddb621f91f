"""Appending exchanges to WARC segments."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from portal_crawler import __version__
from portal_crawler.archive.exchange import ArchiveError, Exchange, Headers, check_portal_id
from portal_crawler.article import BEIJING, Capture

SEGMENT_BYTES = 1024**3
# zlib's middle level: on pages of news, level 9 saves 1 % more and takes twice as long.
_COMPRESSION = 6
# A header that says how the bytes were framed on the wire, where the record keeps them unframed.
_FRAMING = {b"transfer-encoding": b"X-Archive-Orig-Transfer-Encoding"}


class ArchiveWriter:
    """Writes the exchanges of one run to segments of its own under `directory/portal_id/`.

    A segment is made with the first exchange, named by its UTC time so that names sort by time, and followed by
    another one when it has grown past `segment_bytes`. Nothing is on disk for certain before `sync`.
    """

    def __init__(
        self,
        directory: Path,
        portal_id: str,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._root = directory
        self._portal = check_portal_id(portal_id)
        self._segment_bytes = segment_bytes
        self._now = now
        self._file: BinaryIO | None = None
        self._name = ""
        self._size = 0
        self._serial = 0
        self._unsynced_names = False

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def write(self, exchange: Exchange) -> Capture:
        """Append an exchange: its request, then its response, so that a response ends what belongs to it.

        Raises ArchiveError when the disk refuses.
        """
        response, digest, record_id = _response(exchange)
        request = _request(exchange, record_id)
        try:
            file = self._segment()
            offset = self._size + len(request)
            file.write(request)
            file.write(response)
            self._size = offset + len(response)
        except OSError as error:
            raise ArchiveError(f"{self._root / self._name}: {error.strerror or error}") from error
        return Capture(
            url=exchange.url,
            fetched_at=exchange.fetched_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            status=exchange.status,
            content_type=exchange.header("content-type"),
            digest=digest,
            file=self._name,
            offset=offset,
            length=len(response),
        )

    def sync(self) -> None:
        """Put everything written so far on disk, names included. Raises ArchiveError when the disk refuses."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            if self._unsynced_names:
                _sync_directories((self._root / self._name).parent, self._root)
                self._unsynced_names = False
        except OSError as error:
            raise ArchiveError(f"{self._root / self._name}: {error.strerror or error}") from error

    def close(self) -> None:
        """Sync and close the segment; the next exchange begins another."""
        if self._file is not None:
            try:
                self.sync()
            finally:
                self._file.close()
                self._file = None

    def _segment(self) -> BinaryIO:
        if self._file is not None and self._size >= self._segment_bytes:
            self.close()
        if self._file is None:
            self._serial += 1
            stamp = self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
            self._name = f"{self._portal}/{self._portal}-{stamp}-{self._serial:05d}-{os.getpid()}.warc.gz"
            path = self._root / self._name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb")
            info = _warcinfo(path.name)
            self._file.write(info)
            self._size = len(info)
            self._unsynced_names = True
        return self._file


def _warcinfo(name: str) -> bytes:
    fields = f"software: portal-crawler/{__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.warcinfo)
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(fields)
    return _member(record, None)


def _response(exchange: Exchange) -> tuple[bytes, str, str]:
    """The record's bytes, the payload's digest and the record's id."""
    head = f"HTTP/1.1 {exchange.status} {exchange.reason}".encode("latin-1", "replace")
    digest = hashlib.sha1(exchange.body, usedforsecurity=False).digest()
    record = _http_record(exchange, WarcRecordType.response, head, exchange.headers, exchange.body)
    return _member(record, digest), f"sha1:{base64.b32encode(digest).decode('ascii')}", record.record_id


def _request(exchange: Exchange, response_id: str) -> bytes:
    target = exchange.url.split("://", 1)[-1]
    path = "/" + target.split("/", 1)[1] if "/" in target else "/"
    head = f"{exchange.method} {path.partition('#')[0]} HTTP/1.1".encode("latin-1", "replace")
    record = _http_record(exchange, WarcRecordType.request, head, exchange.request_headers, b"")
    record.headers["WARC-Concurrent-To"] = response_id
    return _member(record, None)


def _http_record(exchange: Exchange, kind: WarcRecordType, head: bytes, headers: Headers, body: bytes) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=kind)
    record.headers["WARC-Target-URI"] = exchange.url
    record.headers["WARC-Date"] = exchange.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if exchange.ip:
        record.headers["WARC-IP-Address"] = exchange.ip
    record.headers["Content-Type"] = f"application/http; msgtype={kind}"
    lines = [head]
    lines += [_FRAMING.get(name.lower(), name) + b": " + value for name, value in headers]
    record.set_bytes_content(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    return record


def _member(record: WarcRecord, payload_digest: bytes | None) -> bytes:
    """The record as one gzip member, so that it can be read from its offset alone."""
    buffer = io.BytesIO()
    stream = GzipWriter(buffer, compression_level=_COMPRESSION)
    record.write(stream, checksum_data=True, payload_digest=payload_digest)
    stream.finish()
    return buffer.getvalue()


def _sync_directories(*directories: Path) -> None:
    for directory in directories:
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
