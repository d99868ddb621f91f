"""Appending exchanges to the segments of a run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Literal

from portal_crawler.archive.durable import sync_path
from portal_crawler.archive.exchange import ArchiveError, Exchange, check_portal_id
from portal_crawler.archive.gzip_members import GzipPacking
from portal_crawler.archive.naming import without_suffix
from portal_crawler.archive.packing import Packing
from portal_crawler.archive.portal_dictionary import PortalDictionary
from portal_crawler.archive.record import sha1_of
from portal_crawler.archive.records import Original, members, opening
from portal_crawler.archive.repeats import Bodies, Place
from portal_crawler.archive.unfinished import Unfinished
from portal_crawler.archive.zstd_frames import ZstdPacking
from portal_crawler.article import BEIJING, Capture

SEGMENT_BYTES = 1024**3
# A segment that is so many times as long as its dictionary has it a second time: 3 % against the loss of all.
_SPARE_AFTER = 32
Compression = Literal["gzip", "zstd"]


class ArchiveWriter:
    """Writes the exchanges of one run to segments of its own under `directory/portal_id/`.

    A segment is made with the first exchange, and another one follows when it has grown to `segment_bytes`, or, with
    zstd, when a dictionary of the pages that have come would save enough to begin one.
    Its name begins with its UTC time, so names sort by time. announce: called with a segment's path below
    `directory` before the file exists, so that the database knows whose it is even if nothing follows.
    find: given a URL and a digest, the place of an earlier run's capture of that URL with that body, which is then
    not stored again. unfinished: what runs before left undone, which the first segment says. Nothing is on disk for
    certain before `sync`.

    Every method raises ArchiveError when the disk refuses. A failed `write` leaves the segment as it was;
    after a failed `sync` nobody can tell what is on disk, and the writer refuses everything from then on.
    """

    def __init__(
        self,
        directory: Path,
        portal_id: str,
        *,
        compression: Compression = "gzip",
        segment_bytes: int = SEGMENT_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        announce: Callable[[str], None] = lambda file: None,
        find: Callable[[str, str], Place | None] = lambda url, digest: None,
        unfinished: Unfinished | None = None,
    ) -> None:
        self._root = directory
        self._portal = check_portal_id(portal_id)
        self._segment_bytes = segment_bytes
        self._now = now
        self._announce = announce
        self._handle: int | None = None
        self._file = ""
        # The run goes by the name of its first segment.
        self._run = ""
        self._size = 0
        self._is_spared = False
        self._unsynced = False
        self._new_names: list[Path] = []
        self._bodies = Bodies(directory, find)
        self._packing: Packing = GzipPacking()
        self._dictionary = PortalDictionary(directory, portal_id) if compression == "zstd" else None
        self._broken: ArchiveError | None = None
        self._unfinished = unfinished

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, exchange: Exchange) -> Capture:
        """Append an exchange: its request, then its response, which ends what belongs to it.

        Of a body that is archived already, the response's record is a revisit of that one.
        """
        self._refuse_if_broken()
        digest = sha1_of(exchange.body)
        original = self._bodies.original(exchange, digest)
        handle = self._segment()
        made = members(exchange, digest, self._packing, original)
        spare = b"" if self._is_spared or self._size < _SPARE_AFTER * len(self._packing.head) else self._packing.spare
        offset = self._size + len(spare) + len(made.request)
        self._append(handle, spare + made.request + made.response)
        self._is_spared = self._is_spared or bool(spare)
        own = Original(exchange.url, made.date, self._file, offset, len(made.response))
        self._bodies.add(digest, len(exchange.body), original or own)
        if self._dictionary and not original:
            self._dictionary.add(made.unpacked)
        return Capture(
            url=exchange.url,
            fetched_at=exchange.fetched_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            status=exchange.status,
            content_type=exchange.header("content-type"),
            digest=digest,
            file=self._file,
            offset=offset,
            length=len(made.response),
        )

    def sync(self) -> None:
        """Put everything written so far on disk, the names of new files and folders included."""
        self._refuse_if_broken()
        if self._handle is None or not self._unsynced:
            return
        try:
            os.fsync(self._handle)
            for folder in self._new_names:
                sync_path(folder)
        except OSError as error:
            # The kernel may have dropped what it could not write and report success the next time.
            self._broken = self._error(error)
            raise self._broken from error
        self._unsynced = False
        self._new_names.clear()

    def close(self) -> None:
        """Sync and close the segment; the next exchange begins another."""
        if self._handle is None:
            return
        try:
            if self._broken is None:
                self.sync()
        finally:
            os.close(self._handle)
            self._handle = None

    def _segment(self) -> int:
        """The open segment's handle."""
        if self._handle is not None and self._is_full():
            self.close()
        if self._handle is None:
            folder = self._root / self._portal
            try:
                missing = [path for path in (folder, *folder.parents) if not path.exists()]
                folder.mkdir(parents=True, exist_ok=True)
                self._handle = self._create(folder)
            except OSError as error:
                raise self._error(error) from error
            self._size, self._is_spared = 0, False
            self._new_names = [folder, *(path.parent for path in missing)]
        if self._size == 0:
            name = self._file.rpartition("/")[2]
            self._run = self._run or without_suffix(name)
            further = self._unfinished.fields() if self._unfinished else ""
            self._append(self._handle, opening(name, self._run, self._packing, further))
            self._unfinished = None
        return self._handle

    def _is_full(self) -> bool:
        """Whether another segment is to begin."""
        is_full = self._size >= self._segment_bytes
        # Asked in any case: it is what chooses the next segment's dictionary.
        return bool(self._dictionary and self._dictionary.renew(anyway=is_full)) or is_full

    def _create(self, folder: Path) -> int:
        stamp = self._now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        for serial in count(1):
            begun = f"{self._portal}-{stamp}-{serial:05d}"
            if not any(folder.glob(f"{begun}-*")):
                break
        if self._dictionary:
            self._packing = ZstdPacking(self._dictionary.current)
        # Drawn by lot: machines that crawl one portal may have a process number and a second in common.
        name = f"{begun}-{os.getpid()}-{secrets.token_hex(4)}{self._packing.suffix}"
        self._file = f"{self._portal}/{name}"
        self._announce(self._file)
        return os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)

    def _append(self, handle: int, octets: bytes) -> None:
        """Write all of it or nothing. Unbuffered: a buffer would write the rest of a failed record later."""
        self._unsynced = True
        rest = memoryview(octets)
        try:
            while rest:
                rest = rest[os.write(handle, rest) :]
        except OSError as error:
            failure = self._error(error)
            try:
                os.ftruncate(handle, self._size)
            except OSError:
                self._broken = failure
            raise failure from error
        self._size += len(octets)

    def _refuse_if_broken(self) -> None:
        if self._broken is not None:
            raise ArchiveError(f"{self._broken}; nothing can be added after that")

    def _error(self, error: OSError) -> ArchiveError:
        return ArchiveError(f"{self._root / (self._file or self._portal)}: {error.strerror or error}")
