"""Re-checks of an article in two databases: the one that looked last knows whether the portal still has it."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from portal_crawler.merge.evidence import Pair

# What an answer named the stored text's version by goes with that text: of another one, 304 would be a lie.
_OF_TEXT = ("etag", "last_modified")
_OF_CHECK = ("checked_at", "next_check_at", "missing", "first_missing_at", "missing_reason", "doubt")
_DOUBT = "recheck_"


def join_recheck(pair: Pair, own_id: int, theirs_id: int, own: sqlite3.Row | None, *, takes_text: bool) -> bool:
    """Merge what is known of an article's absence and when it is due; whether that changed anything.

    own: what the target knew before the article's row was merged, None for a new one. takes_text: the row holds the
    shard's reading now.
    """
    theirs = recheck_of(pair.shard, theirs_id)
    if theirs is None:
        return False
    later = theirs if own is None or _moment(theirs) > _moment(own) else own
    text = theirs if own is None or takes_text else own
    values: dict[str, Any] = {name: text[name] for name in _OF_TEXT} | {name: later[name] for name in _OF_CHECK}
    values["portal"] = pair.target.execute("SELECT portal FROM articles WHERE id = ?", (own_id,)).fetchone()[0]
    values["checks"] = max(theirs["checks"], own["checks"] if own else 0)
    values["doubt_capture_id"] = (
        pair.capture_of(theirs["doubt_capture_id"]) if later is theirs else later["doubt_capture_id"]
    )
    names = ", ".join(values)
    if own is None:
        marks = ", ".join("?" * (len(values) + 1))
        pair.target.execute(f"INSERT INTO rechecks (article_id, {names}) VALUES ({marks})", [own_id, *values.values()])
    elif changed := {name: value for name, value in values.items() if own[name] != value}:
        assignments = ", ".join(f"{name} = ?" for name in changed)
        pair.target.execute(f"UPDATE rechecks SET {assignments} WHERE article_id = ?", [*changed.values(), own_id])
    elif not takes_text:
        return False
    _put_state(pair.target, own_id, later["state"], values["doubt"])
    return True


def recheck_of(connection: sqlite3.Connection, article_id: int) -> sqlite3.Row | None:
    """An article's row of re-checks, with its state and when it was seen last."""
    found: sqlite3.Row | None = connection.execute(
        """SELECT r.*, a.state, a.last_seen_at FROM rechecks r JOIN articles a ON a.id = r.article_id
           WHERE r.article_id = ?""",
        (article_id,),
    ).fetchone()
    return found


def _moment(row: sqlite3.Row) -> tuple[str, int, int, str]:
    """By what two databases' last words on an article are put in order: when, and then whatever tells them apart."""
    looked_at = max(row["last_seen_at"], row["checked_at"] or "")
    return (looked_at, row["checks"], row["missing"], row["state"])


def _put_state(target: sqlite3.Connection, own_id: int, state: str, doubt: str | None) -> None:
    """Let the article's row say what its re-checks say."""
    row = target.execute("SELECT state, warnings FROM articles WHERE id = ?", (own_id,)).fetchone()
    warnings = [name for name in json.loads(row["warnings"]) if not name.startswith(_DOUBT)]
    text = json.dumps(warnings + ([f"{_DOUBT}{doubt}"] if doubt else []), ensure_ascii=False)
    if (row["state"], row["warnings"]) != (state, text):
        target.execute("UPDATE articles SET state = ?, warnings = ? WHERE id = ?", (state, text, own_id))
