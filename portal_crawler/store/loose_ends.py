"""What a run has left undone so far, committed with every batch: so a kill leaves behind what it cost.

A batch holds the rows of captures together with what became of them, but not of all: some answers were archived and
not read yet when it was written. The archive cannot tell these from the others, nor a run that was killed from one
that came to its end; the run that follows writes it there (`archive.unfinished`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from portal_crawler.article import Capture
from portal_crawler.store.database import Store
from portal_crawler.store.schema import migrations
from portal_crawler.store.without_pandas import Database

# File and offset of a response's record.
Spot = tuple[str, int]


@migrations(name="0010_loose_ends")
def tables(db: Database) -> None:
    """What runs leave undone. One narrow row a run, gone when there is nothing to say of it any more."""
    db.execute(
        """CREATE TABLE loose_ends (
               run_id INTEGER PRIMARY KEY REFERENCES runs(id),
               has_ended INTEGER NOT NULL,
               unread TEXT NOT NULL
           )"""
    )


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """What a run before left undone. file: its first segment, None when nothing of it is archived.

    has_ended: whether it did all that a run does at its end. unread: the responses that had led to nothing by then.
    """

    run_id: int
    file: str | None
    has_ended: bool
    unread: tuple[Spot, ...]


def loose_ends_of(store: Store, portal: str) -> list[LooseEnds]:
    """What the runs of a portal left undone, the oldest first.

    Without the run that was under way when a copy of the database was made: it may have come to its end since.
    """
    rows = store.rows(
        """SELECT e.run_id, e.has_ended, e.unread, (
               SELECT min(s.file) FROM segments s
               WHERE s.run_id = e.run_id AND EXISTS (SELECT 1 FROM captures c WHERE c.file = s.file)
           ) AS file
           FROM loose_ends e JOIN runs r ON r.id = e.run_id
           WHERE r.portal = ? AND (r.ended_at IS NULL OR r.exit_code IS NOT NULL) ORDER BY e.run_id""",
        (portal,),
    )
    return [
        LooseEnds(
            row["run_id"],
            row["file"],
            bool(row["has_ended"]),
            tuple((str(file), int(offset)) for file, offset in json.loads(row["unread"])),
        )
        for row in rows
    ]


class OpenAnswers:
    """The answers of a run that have led to nothing yet.

    before: what earlier runs left undone, which the run's first segment says: so with its first capture on disk and in
    the database, their rows go.
    """

    def __init__(self, run_id: int, before: Sequence[LooseEnds] = ()) -> None:
        self._run_id = run_id
        self._before = [(ends.run_id,) for ends in before]
        self._open: dict[Spot, None] = {}
        self._has_captures = False
        self._has_ended = False
        self._told: tuple[bool, str] | None = None

    def add(self, capture: Capture, *, is_awaited: bool = True) -> None:
        """An answer came. is_awaited: whether somebody is to read it, and not only whoever asked for it underway."""
        self._has_captures = True
        if is_awaited:
            self._open[capture.file, capture.offset] = None

    def close(self, capture: Capture | None) -> None:
        """Everything that an answer leads to is queued."""
        if capture is not None:
            self._open.pop((capture.file, capture.offset), None)

    def end(self) -> None:
        """The run did what a run does at its end, and it is queued."""
        self._has_ended = True

    def put(self, connection: sqlite3.Connection) -> None:
        """Write it, in the transaction of a batch."""
        if self._has_captures and self._before:
            connection.executemany("DELETE FROM loose_ends WHERE run_id = ?", self._before)
            self._before = []
        unread = json.dumps(list(self._open))
        if (self._has_ended, unread) == self._told:
            return
        if self._has_ended and not self._open:
            connection.execute("DELETE FROM loose_ends WHERE run_id = ?", (self._run_id,))
        else:
            connection.execute(
                """INSERT INTO loose_ends (run_id, has_ended, unread) VALUES (?, ?, ?)
                   ON CONFLICT (run_id) DO UPDATE SET has_ended = excluded.has_ended, unread = excluded.unread""",
                (self._run_id, self._has_ended, unread),
            )
        self._told = (self._has_ended, unread)
