"""Runs: one row an invocation, begun before the first request and completed with its figures."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from portal_crawler.article import BEIJING
from portal_crawler.store.database import Store

# Each run passes on what it was told; those of merged databases may stand between them.
_LATEST = 10
_FIGURES = (
    "listings", "discovered", "articles", "updated", "failed", "blocked", "skipped", "requests", "bytes",
)  # fmt: skip


def start_run(store: Store, portal: str, targets: Sequence[str]) -> int:
    """Begin a run and give its id. A run without an end was killed."""
    with store.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO runs (portal, targets, pid, started_at) VALUES (?, ?, ?, ?)",
            (portal, json.dumps(list(targets), ensure_ascii=False), os.getpid(), _now()),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def finish_run(
    store: Store, run_id: int, *, exit_code: int, outcome: str, figures: Mapping[str, int], summary: str
) -> None:
    """Complete a run's row. figures: those of the columns; summary: the whole of it as JSON."""
    columns = ", ".join(f"{name} = ?" for name in _FIGURES)
    with store.transaction() as connection:
        connection.execute(
            f"UPDATE runs SET ended_at = ?, exit_code = ?, outcome = ?, summary = ?, {columns} WHERE id = ?",
            [_now(), exit_code, outcome, summary, *(figures.get(name, 0) for name in _FIGURES), run_id],
        )


def hosts_at_rest(store: Store, portal: str) -> dict[str, str]:
    """The hosts that the portal's last runs were asked to leave alone, and until when (ISO 8601, maybe past)."""
    found: dict[str, str] = {}
    rows = store.rows(
        "SELECT summary FROM runs WHERE portal = ? AND summary IS NOT NULL ORDER BY id DESC LIMIT ?", (portal, _LATEST)
    )
    for row in rows:
        with suppress(ValueError, TypeError, AttributeError):
            for host, until in json.loads(row[0]).get("resting", {}).items():
                if datetime.fromisoformat(until).tzinfo is not None:
                    found[host] = max(until, found.get(host, ""))
    return found


def last_capture_ends(store: Store, portal: str) -> dict[str, int]:
    """For each segment that may have an unknown tail, where its last known record ends, in bytes; 0 for none.

    Those are the segments of a portal's runs that were killed, or that ended on a bug or a full disk: exit
    codes 1 and 7. Every other run has committed what it wrote, and what a merged database's run wrote is not ours to
    cut off.
    """
    return _capture_ends(
        store,
        portal,
        """(r.ended_at IS NULL OR r.exit_code IN (1, 7))
           AND r.id NOT IN (SELECT run_id FROM run_origins WHERE shard IS NOT NULL)""",
    )


def unsettled_capture_ends(store: Store, portal: str) -> dict[str, int]:
    """As `last_capture_ends`, with the segments of runs that may have gone on in another database.

    Those are the runs of merged databases, and those that were under way when a copy of the database was made.
    """
    return _capture_ends(store, portal, "r.exit_code IS NULL OR r.exit_code IN (1, 7)")


def _capture_ends(store: Store, portal: str, whose: str) -> dict[str, int]:
    rows = store.rows(
        f"""SELECT s.file, coalesce((SELECT c.offset + c.length FROM captures c WHERE c.file = s.file
                                    ORDER BY c.offset DESC LIMIT 1), 0)
           FROM segments s JOIN runs r ON r.id = s.run_id
           WHERE s.portal = ? AND ({whose})""",
        (portal,),
    )
    return {row[0]: row[1] for row in rows}


def _now() -> str:
    return datetime.now(BEIJING).isoformat(timespec="seconds")
