"""Reading and writing clusters of one text, and the index that finds likely members, inside a transaction.

Of each cluster only its head is in the index, so that what a new article costs depends neither on how many articles
are stored nor on how often a text was printed.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

# Of each band so many heads on either side of a day are looked at, and of all of them so many are compared: where
# thousands of items of one template share a band, those of the same days are the likely ones.
_NEAREST, _COMPARED = 12, 20


@dataclass(frozen=True, slots=True)
class Queued:
    """What counts of an article that is to be read. day: when it was published or else first seen, as an ordinal."""

    id: int
    portal: str
    title: str | None
    body: str | None
    source: str | None
    day: int


def count_queued(connection: sqlite3.Connection) -> int:
    """How many articles are to be read."""
    return int(connection.execute("SELECT count(*) FROM reprint_queue").fetchone()[0])


def next_queued(connection: sqlite3.Connection) -> Queued | None:
    """The first article that is to be read, None when all are."""
    row = connection.execute("SELECT min(article_id) FROM reprint_queue").fetchone()
    return queued_article(connection, row[0]) if row[0] is not None else None


def queued_article(connection: sqlite3.Connection, article_id: int) -> Queued:
    """An article, whether or not it is in the queue."""
    row = connection.execute(
        "SELECT portal, title, body, source, coalesce(published_at, first_seen_at) AS time FROM articles WHERE id = ?",
        (article_id,),
    ).fetchone()
    day = date.fromisoformat(row["time"][:10]).toordinal()
    return Queued(article_id, row["portal"], row["title"], row["body"], row["source"], day)


def likely_heads(connection: sqlite3.Connection, article_id: int, bands: Sequence[int], day: int) -> list[int]:
    """Heads that share bands with an article, those that share most first, then those of the nearest days."""
    shared: dict[int, int] = {}
    distance: dict[int, int] = {}
    for band in bands:
        for other, its_day in _nearest(connection, band, day):
            shared[other] = shared.get(other, 0) + 1
            distance[other] = abs(its_day - day)
    shared.pop(article_id, None)
    return sorted(shared, key=lambda other: (-shared[other], distance[other], other))[:_COMPARED]


def _nearest(connection: sqlite3.Connection, band: int, day: int) -> list[tuple[int, int]]:
    """Heads with a band and their days, the nearest ones where there are many; hardly any band has more than one."""
    few = connection.execute(
        "SELECT article_id, day FROM signature_bands WHERE band = ? LIMIT ?", (band, 2 * _NEAREST + 1)
    ).fetchall()
    if len(few) <= 2 * _NEAREST:
        return few
    return [
        row
        for side, order in ((">=", "ASC"), ("<", "DESC"))
        for row in connection.execute(
            f"""SELECT article_id, day FROM signature_bands WHERE band = ? AND day {side} ?
                ORDER BY day {order}, article_id {order} LIMIT ?""",
            (band, day, _NEAREST),
        )
    ]


def put_signature(connection: sqlite3.Connection, article_id: int, bands: Sequence[int], day: int) -> None:
    """Let an article be found by its bands, in place of what it was found by before."""
    drop_signature(connection, article_id)
    connection.execute(
        "INSERT INTO signatures (article_id, day, bands) VALUES (?, ?, ?)",
        (article_id, day, struct.pack(f"<{len(bands)}q", *bands)),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO signature_bands (band, day, article_id) VALUES (?, ?, ?)",
        [(band, day, article_id) for band in bands],
    )


def drop_signature(connection: sqlite3.Connection, article_id: int) -> None:
    """Let an article no longer be found."""
    row = connection.execute("SELECT day, bands FROM signatures WHERE article_id = ?", (article_id,)).fetchone()
    if row is None:
        return
    connection.executemany(
        "DELETE FROM signature_bands WHERE band = ? AND day = ? AND article_id = ?",
        [(band, row["day"], article_id) for (band,) in struct.iter_unpack("<q", row["bands"])],
    )
    connection.execute("DELETE FROM signatures WHERE article_id = ?", (article_id,))


def head_of(connection: sqlite3.Connection, article_id: int) -> int | None:
    """The head of the cluster that an article is in, itself or another; None for one in no cluster."""
    row = connection.execute(
        "SELECT c.head_id FROM cluster_members m JOIN clusters c ON c.id = m.cluster_id WHERE m.article_id = ?",
        (article_id,),
    ).fetchone()
    return int(row[0]) if row else None


def other_members(connection: sqlite3.Connection, head_id: int) -> list[int]:
    """The members of a head's cluster without itself."""
    rows = connection.execute(
        """SELECT m.article_id FROM clusters c JOIN cluster_members m ON m.cluster_id = c.id
           WHERE c.head_id = ? AND m.article_id <> c.head_id ORDER BY m.article_id""",
        (head_id,),
    )
    return [row[0] for row in rows]


def join(connection: sqlite3.Connection, article_id: int, head_id: int, likeness: float) -> None:
    """Put an article into the cluster of a head, which is made when the head was alone."""
    connection.execute("INSERT INTO clusters (head_id) VALUES (?) ON CONFLICT (head_id) DO NOTHING", (head_id,))
    cluster = connection.execute("SELECT id FROM clusters WHERE head_id = ?", (head_id,)).fetchone()[0]
    connection.executemany(
        """INSERT INTO cluster_members (article_id, cluster_id, likeness) VALUES (?, ?, ?)
           ON CONFLICT (article_id) DO UPDATE SET cluster_id = excluded.cluster_id, likeness = excluded.likeness""",
        [(head_id, cluster, 1.0), (article_id, cluster, likeness)],
    )


def leave(connection: sqlite3.Connection, article_id: int, head_id: int) -> None:
    """Take a member that is not the head out of its cluster; a cluster of one is none."""
    connection.execute("DELETE FROM cluster_members WHERE article_id = ?", (article_id,))
    if not other_members(connection, head_id):
        connection.execute("DELETE FROM cluster_members WHERE article_id = ?", (head_id,))
        connection.execute("DELETE FROM clusters WHERE head_id = ?", (head_id,))


def queue_again(connection: sqlite3.Connection, article_id: int) -> None:
    """Have an article read again."""
    connection.execute("INSERT OR IGNORE INTO reprint_queue (article_id) VALUES (?)", (article_id,))


def unqueue(connection: sqlite3.Connection, article_id: int) -> None:
    """Record that an article was read."""
    connection.execute("DELETE FROM reprint_queue WHERE article_id = ?", (article_id,))


def when_rules_change(
    connection: sqlite3.Connection, name: str, version: str, renew: Callable[[sqlite3.Connection], None]
) -> None:
    """Call `renew` when what is stored was made by another version of the rules of that name."""
    row = connection.execute("SELECT version FROM reprint_rules WHERE name = ?", (name,)).fetchone()
    if row is None or row[0] != version:
        renew(connection)
        connection.execute(
            """INSERT INTO reprint_rules (name, version) VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET version = excluded.version""",
            (name, version),
        )


def forget_clusters(connection: sqlite3.Connection) -> None:
    """Drop all clusters and signatures, and have every article read again."""
    for table in ("cluster_members", "clusters", "signature_bands", "signatures"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("INSERT OR IGNORE INTO reprint_queue (article_id) SELECT id FROM articles")
