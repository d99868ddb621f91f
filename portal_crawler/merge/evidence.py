"""Runs, segments and captures: what a shard has fetched, and where it lies in the archive."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

_FIGURES = (
    "ended_at", "exit_code", "outcome", "listings", "discovered", "articles", "updated", "failed", "blocked", "skipped",
    "requests", "bytes", "summary",
)  # fmt: skip
_BEGUN = ("portal", "targets", "pid", "started_at")
_CAPTURE = ("portal", "url", "fetched_at", "status", "content_type", "digest", "file", "offset", "length")


@dataclass(slots=True)
class Pair:
    """A shard and the database that it is merged into. name: what the shard goes by there.

    portal: the one portal whose rows are merged, None for all.
    """

    shard: sqlite3.Connection
    target: sqlite3.Connection
    name: str
    portal: str | None = None
    _runs: dict[int, int] = field(default_factory=dict)

    def run_of(self, run_id: int) -> int:
        """The id in the target of a shard's run."""
        if run_id not in self._runs:
            self._runs[run_id] = _begin_run(self, run_id)
        return self._runs[run_id]

    def capture_of(self, capture_id: int | None) -> int | None:
        """The id in the target of a shard's capture."""
        if capture_id is None:
            return None
        place = self.shard.execute("SELECT file, offset FROM captures WHERE id = ?", (capture_id,)).fetchone()
        return self.capture_at(place["file"], place["offset"])

    def capture_at(self, file: str, offset: int) -> int:
        """The id in the target of the capture at a place of the archive."""
        query = "SELECT * FROM captures WHERE file = ? AND offset = ?"
        found = self.target.execute(query, (file, offset)).fetchone()
        if found is None:
            # Of one portal alone, but on an address that another one asked for.
            put_capture(self, self.shard.execute(query, (file, offset)).fetchone())
            found = self.target.execute(query, (file, offset)).fetchone()
        return int(found["id"])

    def is_wanted(self, row: sqlite3.Row) -> bool:
        """Whether a row is of the portal that is merged."""
        return self.portal is None or row["portal"] == self.portal


def _begin_run(pair: Pair, run_id: int) -> int:
    """The id of a run in the target, put there as begun if it is not known; its figures follow with its captures."""
    row = pair.shard.execute(
        "SELECT r.*, o.token, o.shard FROM runs r JOIN run_origins o ON o.run_id = r.id WHERE r.id = ?", (run_id,)
    ).fetchone()
    known = pair.target.execute("SELECT run_id FROM run_origins WHERE token = ?", (row["token"],)).fetchone()
    if known:
        return int(known[0])
    new_id = pair.target.execute(
        f"INSERT INTO runs ({', '.join(_BEGUN)}) VALUES (?, ?, ?, ?)", [row[name] for name in _BEGUN]
    ).lastrowid
    assert new_id is not None
    pair.target.execute(
        "UPDATE run_origins SET token = ?, shard = ? WHERE run_id = ?",
        (row["token"], row["shard"] or pair.name, new_id),
    )
    return new_id


def begin_runs(pair: Pair, run_ids: Iterable[int]) -> None:
    """Give the target runs of a shard, as begun, and their segments."""
    for run_id in run_ids:
        if pair.is_wanted(pair.shard.execute("SELECT portal FROM runs WHERE id = ?", (run_id,)).fetchone()):
            pair.run_of(run_id)
        for row in pair.shard.execute("SELECT file, portal FROM segments WHERE run_id = ?", (run_id,)):
            if pair.is_wanted(row):
                _put_segment(pair, row["file"], row["portal"], run_id)


def end_runs(pair: Pair, run_ids: Iterable[int]) -> None:
    """Let the target's rows of a shard's runs say what the shard says; the target's own runs stay as they are."""
    for run_id in run_ids:
        row = pair.shard.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        if not pair.is_wanted(row):
            continue
        own_id = pair.run_of(run_id)
        is_own = pair.target.execute("SELECT shard IS NULL FROM run_origins WHERE run_id = ?", (own_id,)).fetchone()[0]
        old = pair.target.execute("SELECT * FROM runs WHERE id = ?", (own_id,)).fetchone()
        differs = any(old[name] != row[name] for name in _FIGURES)
        # Of two copies of a run, one from before its end knows less.
        if is_own or not differs or (row["ended_at"] is None and old["ended_at"] is not None):
            continue
        assignments = ", ".join(f"{name} = ?" for name in _FIGURES)
        pair.target.execute(f"UPDATE runs SET {assignments} WHERE id = ?", [*(row[name] for name in _FIGURES), own_id])


def put_capture(pair: Pair, row: sqlite3.Row) -> bool:
    """Give the target a capture; whether it was new."""
    segment = pair.shard.execute("SELECT portal, run_id FROM segments WHERE file = ?", (row["file"],)).fetchone()
    _put_segment(pair, row["file"], segment["portal"], segment["run_id"])
    done = pair.target.execute(
        f"""INSERT INTO captures ({", ".join(_CAPTURE)}, run_id) VALUES ({", ".join("?" * len(_CAPTURE))}, ?)
            ON CONFLICT (file, offset) DO NOTHING""",
        [*(row[name] for name in _CAPTURE), pair.run_of(row["run_id"])],
    )
    return done.rowcount > 0


def _put_segment(pair: Pair, file: str, portal: str, run_id: int) -> None:
    if not pair.target.execute("SELECT 1 FROM segments WHERE file = ?", (file,)).fetchone():
        pair.target.execute(
            "INSERT INTO segments (file, portal, run_id) VALUES (?, ?, ?)", (file, portal, pair.run_of(run_id))
        )
