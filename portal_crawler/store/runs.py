"""Runs: one row an invocation, begun before the first request and completed with its figures."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from portal_crawler.article import BEIJING
from portal_crawler.store.database import Store

_FIGURES = ("listings", "discovered", "articles", "updated", "failed", "blocked", "skipped", "requests", "bytes")


def start_run(store: Store, portal: str, targets: Sequence[str]) -> int:
    """Begin a run and give its id. A run without an end was killed."""
    with store.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO runs (portal, targets, pid, started_at) VALUES (?, ?, ?, ?)",
            (portal, json.dumps(list(targets), ensure_ascii=False), os.getpid(), _now()),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def finish_run(store: Store, run_id: int, *, exit_code: int, outcome: str, figures: Mapping[str, int], summary: str) -> None:
    """Complete a run's row. figures: those of the columns; summary: the whole of it as JSON."""
    columns = ", ".join(f"{name} = ?" for name in _FIGURES)
    with store.transaction() as connection:
        connection.execute(
            f"UPDATE runs SET ended_at = ?, exit_code = ?, outcome = ?, summary = ?, {columns} WHERE id = ?",
            [_now(), exit_code, outcome, summary, *(figures.get(name, 0) for name in _FIGURES), run_id],
        )


def last_capture_ends(store: Store, portal: str) -> dict[str, int]:
    """For each segment of a portal's archive, where its last record known here ends, in bytes."""
    rows = store.connection.execute(
        "SELECT file, max(offset + length) FROM captures WHERE portal = ? GROUP BY file", (portal,)
    )
    return {row[0]: row[1] for row in rows}


def _now() -> str:
    return datetime.now(BEIJING).isoformat(timespec="seconds")
