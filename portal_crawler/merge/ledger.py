"""The ledger and the entries of channels: what two databases know of one address.

Of two rows the one that knows more counts: the one with an article, then one that was dealt with, then the later one.
That is an order of rows, so it does not matter which is merged first.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from portal_crawler.merge.articles import find_article
from portal_crawler.merge.channels import Channels
from portal_crawler.merge.evidence import Pair
from portal_crawler.urls import identity

_FATE = ("kind", "state", "reason", "attempts", "retry_at", "updated_at")
_KINDS = ("listing", "page", "article")
_STATES = ("pending", "skipped", "failed", "blocked", "done")


def join_address(pair: Pair, channels: Channels, url: str) -> bool:
    """Merge the shard's ledger row of an address, if it has one; whether it was new."""
    row = pair.shard.execute("SELECT * FROM ledger WHERE url = ?", (url,)).fetchone()
    return row is not None and join_row(pair, channels, row)


def join_row(pair: Pair, channels: Channels, row: sqlite3.Row) -> bool:
    """Merge a row of the shard's ledger and the entries of channels that name it; whether the address is new."""
    old = _counterpart(pair.target, row)
    own_id = _insert(pair, row) if old is None else _join(pair, old, row)
    for entry in pair.shard.execute("SELECT * FROM channel_entries WHERE ledger_id = ?", (row["id"],)):
        channels.put_entry(own_id, entry)
    # What a channel listed and either database has stored.
    pair.target.execute(
        """INSERT OR IGNORE INTO article_channels (article_id, channel_id)
           SELECT l.article_id, e.channel_id FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           WHERE l.id = ? AND l.article_id IS NOT NULL""",
        (own_id,),
    )
    return old is None


def _counterpart(target: sqlite3.Connection, row: sqlite3.Row) -> sqlite3.Row | None:
    """The target's row of an address; of an article, also that of a variant of its address."""
    found = target.execute("SELECT * FROM ledger WHERE url = ?", (row["url"],)).fetchone()
    if found is None and row["kind"] == "article":
        found = target.execute(
            "SELECT * FROM ledger WHERE identity = ? AND kind = 'article' ORDER BY id LIMIT 1", (row["identity"],)
        ).fetchone()
    return found  # type: ignore[no-any-return]


def _insert(pair: Pair, row: sqlite3.Row) -> int:
    values = {name: row[name] for name in ("url", "identity", "portal", "discovered_at", *_FATE)} | _links(pair, row)
    new_id = pair.target.execute(
        f"INSERT INTO ledger ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values())
    ).lastrowid
    assert new_id is not None
    return new_id


def _join(pair: Pair, old: sqlite3.Row, row: sqlite3.Row) -> int:
    values: dict[str, Any] = {"discovered_at": min(old["discovered_at"], row["discovered_at"])}
    # The address under which an article was found first is its own; the others are variants of it.
    if (row["discovered_at"], row["url"]) < (old["discovered_at"], old["url"]):
        values["url"] = row["url"]
    ranks = _rank(row), _rank(old)
    # Of one second, the run tells them apart, and of one run the place in the archive.
    if ranks[0] > ranks[1] or (ranks[0] == ranks[1] and _trace(pair.shard, row) > _trace(pair.target, old)):
        values |= {name: row[name] for name in ("portal", *_FATE)} | _links(pair, row)
    changed = {name: value for name, value in values.items() if old[name] != value}
    if changed:
        assignments = ", ".join(f"{name} = ?" for name in changed)
        pair.target.execute(f"UPDATE ledger SET {assignments} WHERE id = ?", [*changed.values(), old["id"]])
        _name_article(pair.target, old["id"])
    return int(old["id"])


def _rank(row: sqlite3.Row) -> tuple[Any, ...]:
    is_settled = row["state"] != "pending" or row["reason"] is not None
    return (
        row["article_id"] is not None,
        _KINDS.index(row["kind"]),
        is_settled,
        row["updated_at"],
        _STATES.index(row["state"]),
        row["attempts"],
        row["reason"] or "",
    )


def _trace(connection: sqlite3.Connection, row: sqlite3.Row) -> tuple[Any, ...]:
    """The run and the capture of a row, the same in every database."""
    return tuple(
        connection.execute(
            """SELECT o.token, coalesce(c.file, ''), coalesce(c.offset, 0) FROM run_origins o
               LEFT JOIN captures c ON c.id = ? WHERE o.run_id = ?""",
            (row["capture_id"], row["run_id"]),
        ).fetchone()
    )


def _links(pair: Pair, row: sqlite3.Row) -> dict[str, int | None]:
    """The ids of what a shard's row refers to, in the target."""
    article_id = None
    if row["article_id"] is not None:
        url = pair.shard.execute("SELECT url FROM articles WHERE id = ?", (row["article_id"],)).fetchone()[0]
        article_id = find_article(pair.target, url)
    return {
        "run_id": pair.run_of(row["run_id"]),
        "article_id": article_id,
        "capture_id": pair.capture_of(row["capture_id"]),
    }


def _name_article(target: sqlite3.Connection, ledger_id: int) -> None:
    """Let an article have the address that the ledger knows it by."""
    row = target.execute(
        """SELECT a.id, a.url AS own, l.url FROM ledger l JOIN articles a ON a.id = l.article_id
           WHERE l.id = ? AND l.kind = 'article' AND a.url <> l.url""",
        (ledger_id,),
    ).fetchone()
    if row is not None and identity(row["own"]) == identity(row["url"]):
        # Databases of early versions may hold two variants as two articles.
        target.execute("UPDATE OR IGNORE articles SET url = ? WHERE id = ?", (row["url"], row["id"]))
