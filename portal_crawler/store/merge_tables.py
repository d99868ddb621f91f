"""What a database keeps so that it can be merged into another one, and others into it: migration 0008."""

from __future__ import annotations

import hashlib
import sqlite3

# New rows of a database are found by their ids, which only grow; changed ones stand in `row_changes`, where triggers
# put them, so that no way of writing can forget it.
_TABLES = """
CREATE TABLE run_origins (
    run_id INTEGER PRIMARY KEY REFERENCES runs(id),
    token TEXT NOT NULL UNIQUE,
    shard TEXT
);;
CREATE TABLE merged_shards (
    path TEXT PRIMARY KEY,
    run_id INTEGER NOT NULL,
    run_token TEXT,
    captures INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,
    ledger INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL,
    merged_at TEXT
) WITHOUT ROWID;;
CREATE TABLE sightings (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    seen_at TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    reading TEXT NOT NULL,
    PRIMARY KEY (article_id, seen_at, capture_id)
) WITHOUT ROWID;;
CREATE TABLE row_changes (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    row_id INTEGER NOT NULL
);;
CREATE TRIGGER run_origins_new AFTER INSERT ON runs BEGIN
    INSERT INTO run_origins (run_id, token) VALUES (new.id, lower(hex(randomblob(16))));
END;;
CREATE TRIGGER row_changes_run AFTER UPDATE ON runs BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('run', new.id);
END;;
CREATE TRIGGER row_changes_ledger AFTER UPDATE ON ledger BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('ledger', new.id);
END;;
CREATE TRIGGER row_changes_entry AFTER INSERT ON channel_entries BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('ledger', new.ledger_id);
END;;
CREATE TRIGGER row_changes_article AFTER UPDATE ON articles BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('article', new.id);
END;;
CREATE TRIGGER row_changes_revision AFTER UPDATE ON revisions BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('article', new.article_id);
END;;
CREATE TRIGGER row_changes_recheck AFTER UPDATE ON rechecks BEGIN
    INSERT INTO row_changes (kind, row_id) VALUES ('article', new.article_id);
END
"""
STATEMENTS = tuple(_TABLES.split(";;\n"))


def name_runs(connection: sqlite3.Connection) -> None:
    """Give the runs that are stored already their tokens: made of what they are, so that every copy has the same."""
    rows = connection.execute(
        """SELECT id, portal, targets, pid, started_at,
                  (SELECT min(file) FROM segments WHERE run_id = runs.id) FROM runs"""
    ).fetchall()
    connection.executemany(
        "INSERT INTO run_origins (run_id, token) VALUES (?, ?)",
        [(row[0], hashlib.sha256(repr(tuple(row)).encode()).hexdigest()[:32]) for row in rows],
    )
