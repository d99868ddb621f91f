"""A segment against its rows: every byte of it belongs to a record, and every record to a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from portal_crawler.archive import ArchiveError, Record, Scanned, original_of, scan_segment, segment_path
from portal_crawler.article import BEIJING
from portal_crawler.verify.finding import Figures, Finding

_RESPONSES = ("response", "revisit")
# Findings that are of no row. A segment that was made to have no end of records has no end of them.
_MOST_STRANGE = 1000


@dataclass(slots=True)
class SegmentCheck:
    """The check of one segment after the other.

    archive: its folder. progress: called with the figures after each record. uncut: segments whose tail behind the last
    known record the next crawl cuts off. lost: places that were given up, with the date. damaged: places of responses
    that cannot be read, for revisits of them.
    """

    archive: Path
    connection: sqlite3.Connection
    figures: Figures
    progress: Callable[[Figures], None]
    uncut: frozenset[str]
    lost: dict[tuple[str, int], str]
    damaged: set[tuple[str, int]] = field(default_factory=set)

    def check(self, file: str) -> Iterator[Finding]:
        """What is wrong with a segment and its rows. file: its path below the archive."""
        rows = self.connection.execute("SELECT * FROM captures WHERE file = ? ORDER BY offset", (file,)).fetchall()
        for number, finding in enumerate(self._compare(file, rows)):
            if number >= len(rows) + _MOST_STRANGE:
                yield Finding(True, finding.place, None, "the rest of the segment is not read, after so much damage")
                return
            given_up = self.lost.get((file, finding.offset)) if finding.offset is not None else None
            if finding.is_damage and finding.offset is not None:
                self.damaged.add((file, finding.offset))
            if given_up and finding.is_damage:
                problem = f"{finding.problem} (known since {given_up[:10]})"
                yield Finding(False, finding.place, finding.url, problem, file, finding.offset)
            else:
                yield finding

    def _compare(self, file: str, rows: list[sqlite3.Row]) -> Iterator[Finding]:
        self.figures.segments += 1
        try:
            path = segment_path(self.archive, file)
        except ArchiveError as error:
            yield Finding(True, file, None, str(error))
            return
        if not path.is_file():
            # Announced before it is made, a segment may never have come to be.
            yield from (_lost(file, row, "the segment is missing") for row in rows)
            return
        known_end = rows[-1]["offset"] + rows[-1]["length"] if rows else 0
        pairs = _Pairs(file)
        waiting = iter(rows)
        row = next(waiting, None)
        try:
            for item in scan_segment(path):
                self.figures.bytes += item.length
                self.figures.records += item.record is not None
                self.progress(self.figures)
                if item.offset >= known_end and file in self.uncut:
                    size = path.stat().st_size - known_end
                    problem = f"{size} bytes behind the last known record, which the next crawl cuts off"
                    yield Finding(False, f"{file}:{known_end}", None, problem)
                    break
                found = []
                while row is not None and row["offset"] < item.offset + item.length:
                    found.append(row)
                    row = next(waiting, None)
                yield from self._judge(file, item, found, pairs, row)
        except ArchiveError as error:
            yield Finding(True, file, None, str(error))
        while row is not None:
            yield _lost(file, row, "the segment ends before the record")
            row = next(waiting, None)
        if pairs.request is not None:
            yield _at(file, pairs.request_offset, pairs.request.url, "a request without its response")

    def _judge(
        self,
        file: str,
        item: Scanned,
        rows: list[sqlite3.Row],
        pairs: _Pairs,
        following: sqlite3.Row | None,
    ) -> Iterator[Finding]:
        """What is wrong with one place of a segment. rows: those that name places in it; following: the next one."""
        own = [row for row in rows if row["offset"] == item.offset]
        for row in rows:
            if row not in own:
                yield _lost(file, row, item.problem or "no record begins there")
        if item.problem is not None or item.record is None:
            url = own[0]["url"] if own else (item.record.url if item.record else None)
            if url is None and following is not None and not rows:
                url = following["url"]
            if own or not rows:
                yield _at(file, item.offset, url, item.problem or "no record")
            pairs.skip()
            return
        record = item.record
        if problem := pairs.take(item, record):
            yield _at(file, item.offset, record.url, problem)
            return
        if record.kind in _RESPONSES:
            problem = self._differs(record, item, own[0]) if own else "no row names this record"
            if problem:
                yield _at(file, item.offset, record.url, problem)
        elif own:
            yield _lost(file, own[0], f"a {record.kind} record, no response")

    def _differs(self, record: Record, item: Scanned, row: sqlite3.Row) -> str | None:
        """In what a response's record differs from its row."""
        try:
            exchange = record.exchange()
            fetched_at = exchange.fetched_at.astimezone(BEIJING).isoformat(timespec="seconds")
            told_at = _moment(row["fetched_at"])
        except (ValueError, KeyError) as error:
            return str(error)
        is_told = {
            "url": (row["url"], exchange.url),
            "length": (row["length"], item.length),
            "status": (row["status"], exchange.status),
            "content type": (row["content_type"], exchange.header("content-type")),
            "time": (told_at, _moment(fetched_at)),
            "digest": (row["digest"], record.fields.get("warc-payload-digest")),
        }
        for name, (in_row, in_record) in is_told.items():
            if in_row != in_record:
                return f"the row's {name} is {in_row!r}, the record's {in_record!r}"
        return self._original_trouble(record) if record.kind == "revisit" else None

    def _original_trouble(self, record: Record) -> str | None:
        place = original_of(record)
        if place is None:
            return "a revisit that does not say where its payload lies"
        file, offset, _ = place
        row = self.connection.execute(
            "SELECT digest FROM captures WHERE file = ? AND offset = ?", (file, offset)
        ).fetchone()
        if row is None or row["digest"] != record.fields.get("warc-payload-digest"):
            return f"a revisit of {file}:{offset}, where its payload does not lie"
        if (file, offset) in self.damaged:
            return f"a revisit of {file}:{offset}, which is damaged"
        return None


class _Pairs:
    """Whether records follow each other as they were written: warcinfo, then each request with its response."""

    def __init__(self, file: str) -> None:
        self.request: Record | None = None
        self.request_offset = 0
        self._file = file
        # Behind a damaged place nothing is asked of what stands alone.
        self._unsure = False

    def skip(self) -> None:
        """Take note that what lies next is damaged."""
        self.request = None
        self._unsure = True

    def take(self, item: Scanned, record: Record) -> str | None:
        """What is wrong with a record where it stands."""
        request, self.request = self.request, None
        unsure, self._unsure = self._unsure, False
        if record.kind == "warcinfo":
            if item.offset:
                return "a warcinfo record in the midst of a segment"
            name = record.fields.get("warc-filename")
            return None if self._file.endswith(f"/{name}") else f"the segment says that it is {name}"
        if item.offset == 0:
            return "the segment does not begin with a warcinfo record"
        if record.kind == "request":
            self.request, self.request_offset = record, item.offset
            return None if request is None else "a request follows a request"
        if record.kind not in _RESPONSES:
            return f"an unknown record ({record.kind})"
        if request is None:
            return None if unsure else "a response without its request"
        if request.fields.get("warc-concurrent-to") != record.fields.get("warc-record-id"):
            return "the request before it belongs to another response"
        # Segments from before there was such a digest go by the record's own ones.
        told = request.fields.get("response-member-digest", f"sha256:{item.digest}")
        return None if told == f"sha256:{item.digest}" else "the compressed bytes are not those that were written"


def _lost(file: str, row: sqlite3.Row, problem: str) -> Finding:
    return _at(file, row["offset"], row["url"], problem)


def _at(file: str, offset: int, url: str | None, problem: str) -> Finding:
    return Finding(True, f"{file}:{offset}", url, problem, file, offset)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
