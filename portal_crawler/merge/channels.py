"""Channels and what they listed: which entries a walk to the end has seen may be told only where one has.

A walk of a channel ends at the first entry that an earlier, complete one saw, since everything behind it is known. An
entry that one database saw in a complete walk is such an end in the merged one, too: what lies behind it was merged.
So `walk <= complete_walk`, which says so, must hold for the entries of both databases for which it did, and for no
other; the numbers themselves mean nothing.
"""

from __future__ import annotations

import sqlite3

from portal_crawler.merge.evidence import Pair


class Channels:
    """The channels of a shard in the target. Making it merges them, in the caller's transaction."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        # By the shard's id: the target's id, and up to which walk the shard's are complete.
        self._known: dict[int, tuple[int, int]] = {}
        for row in pair.shard.execute("SELECT * FROM channels ORDER BY id").fetchall():
            if pair.is_wanted(row):
                self._known[row["id"]] = (_join(pair, row), row["complete_walk"])

    def put_entry(self, ledger_id: int, entry: sqlite3.Row) -> None:
        """Merge one entry of a channel. ledger_id: its row in the target's ledger."""
        if entry["channel_id"] not in self._known:
            return
        channel_id, complete = self._known[entry["channel_id"]]
        target = self._pair.target
        bound = target.execute("SELECT complete_walk FROM channels WHERE id = ?", (channel_id,)).fetchone()[0]
        walk = entry["walk"] if entry["walk"] <= complete else max(entry["walk"], bound + 1)
        old = target.execute(
            "SELECT walk, title, date FROM channel_entries WHERE channel_id = ? AND ledger_id = ?",
            (channel_id, ledger_id),
        ).fetchone()
        if old is None:
            target.execute(
                "INSERT INTO channel_entries (channel_id, ledger_id, walk, title, date) VALUES (?, ?, ?, ?, ?)",
                (channel_id, ledger_id, walk, entry["title"], entry["date"]),
            )
        else:
            shown = max((old["title"] or "", old["date"] or ""), (entry["title"] or "", entry["date"] or ""))
            new = (min(walk, old["walk"]), *(text or None for text in shown))
            if new != tuple(old):
                target.execute(
                    "UPDATE channel_entries SET walk = ?, title = ?, date = ? WHERE channel_id = ? AND ledger_id = ?",
                    (*new, channel_id, ledger_id),
                )
        if walk > bound:
            target.execute("UPDATE channels SET walk = ? WHERE id = ? AND walk < ?", (walk, channel_id, walk))


def _join(pair: Pair, row: sqlite3.Row) -> int:
    target = pair.target
    old = target.execute("SELECT * FROM channels WHERE portal = ? AND url = ?", (row["portal"], row["url"])).fetchone()
    if old is None:
        names = [name for name in row.keys() if name != "id"]  # noqa: SIM118  # a Row iterates over its values
        new_id = target.execute(
            f"INSERT INTO channels ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            [row[name] for name in names],
        ).lastrowid
        assert new_id is not None
        return new_id
    later = max(old, row, key=lambda one: (one["last_listed_at"] or "", one["name"], one["path"]))
    complete = max(old["complete_walk"], row["complete_walk"])
    # Before the bound rises, what was seen by no complete walk gets out of its way.
    target.execute(
        "UPDATE channel_entries SET walk = ? WHERE channel_id = ? AND walk > ? AND walk <= ?",
        (complete + 1, old["id"], old["complete_walk"], complete),
    )
    new = {
        "name": later["name"],
        "path": later["path"],
        "walk": max(old["walk"], row["walk"], _settle(pair, row, old["id"], complete)),
        "complete_walk": complete,
        "complete_since": _since(old, row),
        "last_listed_at": later["last_listed_at"],
    }
    changed = {name: value for name, value in new.items() if old[name] != value}
    if changed:
        assignments = ", ".join(f"{name} = ?" for name in changed)
        target.execute(f"UPDATE channels SET {assignments} WHERE id = ?", [*changed.values(), old["id"]])
    return int(old["id"])


def _settle(pair: Pair, row: sqlite3.Row, channel_id: int, complete: int) -> int:
    """Let what the shard's complete walks have seen by now count as seen so; gives the highest walk of what is left."""
    unsettled = pair.target.execute(
        """SELECT e.ledger_id, e.walk, l.url FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           WHERE e.channel_id = ? AND e.walk > ?""",
        (channel_id, complete),
    ).fetchall()
    highest = 0
    for entry in unsettled:
        seen = pair.shard.execute(
            """SELECT e.walk FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
               WHERE e.channel_id = ? AND l.url = ? AND e.walk <= ?""",
            (row["id"], entry["url"], row["complete_walk"]),
        ).fetchone()
        if seen is None:
            highest = max(highest, entry["walk"])
        else:
            pair.target.execute(
                "UPDATE channel_entries SET walk = ? WHERE channel_id = ? AND ledger_id = ?",
                (seen["walk"], channel_id, entry["ledger_id"]),
            )
    return highest


def _since(old: sqlite3.Row, row: sqlite3.Row) -> str | None:
    """Back to which day both databases' complete walks went: what each guarantees, not what one does."""
    days = [one["complete_since"] for one in (old, row) if one["complete_walk"]]
    return max((day for day in days if day is not None), default=None)
