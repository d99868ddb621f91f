"""The exchanges of a segment one after the other, as they were written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError, Exchange
from portal_crawler.archive.naming import segment_path, without_suffix
from portal_crawler.archive.read import body_of_revisit
from portal_crawler.archive.record import Record
from portal_crawler.archive.scan import scan_segment
from portal_crawler.archive.unfinished import run_named_in
from portal_crawler.article import BEIJING, Capture

# No segment that was ever written has so many records; one that was made to has no end of them.
_MOST_DAMAGED = 100_000


@dataclass(frozen=True, slots=True)
class Archived:
    """An exchange with its place. run: what tells the segments of one run from those of others."""

    run: str
    capture: Capture
    exchange: Exchange


def exchanges_of(directory: Path, file: str, damaged: list[str]) -> Iterator[Archived]:
    """The exchanges in a segment. file: its path below `directory`. damaged: gets a line for each lost record.

    Raises ArchiveError when the file cannot be read.
    """
    # Segments from before there was a name for the run: the process that wrote them.
    run = without_suffix(file).rpartition("-")[2]
    request: Record | None = None
    before = len(damaged)
    for item in scan_segment(segment_path(directory, file)):
        record = item.record
        if len(damaged) - before >= _MOST_DAMAGED:
            damaged.append(f"{file}:{item.offset}: what follows is not read, after so much damage")
            return
        if item.problem or record is None:
            if not item.torn:
                damaged.append(f"{file}:{item.offset}: {item.problem}")
            request = None
            continue
        if record.kind == "warcinfo":
            run = run_named_in(record) or run
        elif record.kind == "request":
            request = record
        elif record.kind in ("response", "revisit"):
            try:
                body = body_of_revisit(directory, record) if record.kind == "revisit" else None
                exchange = record.exchange(request, body)
            except (ArchiveError, ValueError, KeyError) as error:
                damaged.append(f"{file}:{item.offset}: {error}")
                continue
            yield Archived(run, _capture(file, item.offset, item.length, record, exchange), exchange)


def _capture(file: str, offset: int, length: int, record: Record, exchange: Exchange) -> Capture:
    return Capture(
        url=exchange.url,
        fetched_at=exchange.fetched_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        status=exchange.status,
        content_type=exchange.header("content-type"),
        digest=record.fields["warc-payload-digest"],
        file=file,
        offset=offset,
        length=length,
    )
