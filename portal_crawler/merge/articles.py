"""An article that two databases hold: what each has read of it at which moment, put in one order.

A reading is known by its moment and by its capture's place in the archive. What both databases have read, taken
together and sorted, tells which readings are revisions: those that say something else than the one before. That
depends on what was read alone, so neither the order of merges nor their number counts. Readings that are no revision
are kept as sightings, since a later merge may bring another state that lies between.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from portal_crawler.merge.evidence import Pair
from portal_crawler.merge.rechecks import join_recheck, recheck_of
from portal_crawler.store.articles import CONTENT
from portal_crawler.store.search_tables import index, unindex
from portal_crawler.urls import identity

# When it was read, and where in the archive: file and offset.
Key = tuple[str, str, int]
Values = dict[str, Any]

_READ = (
    "title", "published_at", "published_precision", "published_raw", "source", "editor", "author", "body",
    "images", "provenance", "extractor",
)  # fmt: skip
# What the latest reading decides. The rest of a row is joined.
_LATEST = ("portal", *_READ, "channel_path", "page_count", "last_seen_at", "warnings")

Fate = Literal["new", "revised", "changed", "same"]


@dataclass(slots=True)
class State:
    """An article as one database has it. key: of the reading that its row holds."""

    row: Values
    key: Key
    revisions: dict[Key, Values]
    sightings: dict[Key, Values]

    def readings(self) -> dict[Key, Values]:
        """All that it has read."""
        found = self.revisions | self.sightings
        if self.key not in self.revisions:
            found[self.key] = {name: self.row[name] for name in _READ}
        return found


def find_article(connection: sqlite3.Connection, url: str) -> int | None:
    """The article with this address or a variant of it."""
    row = connection.execute("SELECT id FROM articles WHERE url = ?", (url,)).fetchone()
    row = (
        row
        or connection.execute(
            """SELECT article_id FROM ledger WHERE identity = ? AND kind = 'article' AND article_id IS NOT NULL
           ORDER BY id LIMIT 1""",
            (identity(url),),
        ).fetchone()
    )
    return int(row[0]) if row else None


def join_article(pair: Pair, theirs_id: int) -> tuple[int, Fate]:
    """Merge a shard's article; gives its id in the target and what became of it. Its captures are there already."""
    theirs = _state(pair.shard, theirs_id)
    own_id = find_article(pair.target, theirs.row["url"])
    if own_id is None:
        own_id = _insert(pair, theirs)
        _put_pages(pair, own_id, theirs_id)
        join_recheck(pair, own_id, theirs_id, None, takes_text=True)
        return own_id, "new"
    ours, recheck = _state(pair.target, own_id), recheck_of(pair.target, own_id)
    takes_text = (theirs.key, _version(theirs.row)) > (ours.key, _version(ours.row))
    readings = ours.readings()
    for key, values in theirs.readings().items():
        if key not in readings or _version(values) > _version(readings[key]):
            readings[key] = values
    count = _put_readings(pair, own_id, ours, theirs, readings)
    changes: Values = {"revision": count, "first_seen_at": min(ours.row["first_seen_at"], theirs.row["first_seen_at"])}
    if takes_text:
        capture_id = pair.capture_at(*theirs.key[1:])
        changes |= {name: theirs.row[name] for name in _LATEST} | {"capture_id": capture_id}
        _put_pages(pair, own_id, theirs_id)
        if (ours.row["title"], ours.row["body"]) != (theirs.row["title"], theirs.row["body"]):
            unindex(pair.target, own_id, ours.row["title"], ours.row["body"])
            index(pair.target, own_id, theirs.row["title"], theirs.row["body"])
    changes = {name: value for name, value in changes.items() if ours.row[name] != value}
    if changes:
        assignments = ", ".join(f"{name} = ?" for name in changes)
        pair.target.execute(f"UPDATE articles SET {assignments} WHERE id = ?", [*changes.values(), own_id])
    rechecked = join_recheck(pair, own_id, theirs_id, recheck, takes_text=takes_text)
    if count > ours.row["revision"]:
        return own_id, "revised"
    return own_id, "changed" if changes or rechecked else "same"


def _state(connection: sqlite3.Connection, article_id: int) -> State:
    row = dict(
        connection.execute(
            "SELECT a.*, c.file, c.offset FROM articles a JOIN captures c ON c.id = a.capture_id WHERE a.id = ?",
            (article_id,),
        ).fetchone()
    )
    key = (row["last_seen_at"], row.pop("file"), row.pop("offset"))
    revisions = {
        (one["captured_at"], one["file"], one["offset"]): {name: one[name] for name in _READ}
        for one in connection.execute(
            """SELECT r.*, c.file, c.offset FROM revisions r JOIN captures c ON c.id = r.capture_id
               WHERE r.article_id = ? ORDER BY r.revision""",
            (article_id,),
        )
    }
    sightings = {}
    for one in connection.execute(
        """SELECT s.seen_at, s.reading, c.file, c.offset FROM sightings s JOIN captures c ON c.id = s.capture_id
           WHERE s.article_id = ?""",
        (article_id,),
    ):
        seen = (one["seen_at"], one["file"], one["offset"])
        before = [values for revised, values in revisions.items() if revised <= seen]
        sightings[seen] = (before or list(revisions.values()))[-1] | json.loads(one["reading"])
    return State(row, key, revisions, sightings)


def _insert(pair: Pair, state: State) -> int:
    """A new article, as the shard has it."""
    target = pair.target
    names = [name for name in state.row if name not in ("id", "capture_id")]
    marks = ", ".join("?" * (len(names) + 1))
    article_id = target.execute(
        f"INSERT INTO articles ({', '.join(names)}, capture_id) VALUES ({marks})",
        [*(state.row[name] for name in names), pair.capture_at(*state.key[1:])],
    ).lastrowid
    assert article_id is not None
    index(target, article_id, state.row["title"], state.row["body"])
    _put_revisions(pair, article_id, state.revisions)
    _put_sightings(pair, article_id, state.revisions, state.sightings)
    return article_id


def _put_readings(pair: Pair, own_id: int, ours: State, theirs: State, readings: Mapping[Key, Values]) -> int:
    """Write down which readings are revisions; gives how many are."""
    if readings == ours.readings():
        return len(ours.revisions)
    revisions: dict[Key, Values] = {}
    sightings: dict[Key, Values] = {}
    last: Key | None = None
    before = [_predecessors(state) for state in (ours, theirs)]
    for key in sorted(readings):
        # Better rules may have made two revisions of one database alike: what follows each other there stays.
        stays = any(known.get(key) == last for known in before)
        if last is not None and _is_same(revisions[last], readings[key]) and not stays:
            sightings[key] = readings[key]
        else:
            revisions[key] = readings[key]
            last = key
    # That of the row is the row itself.
    sightings.pop(max(readings), None)
    if list(revisions.items()) != list(ours.revisions.items()):
        pair.target.execute("DELETE FROM revisions WHERE article_id = ?", (own_id,))
        _put_revisions(pair, own_id, revisions)
    pair.target.execute("DELETE FROM sightings WHERE article_id = ?", (own_id,))
    _put_sightings(pair, own_id, revisions, sightings)
    return len(revisions)


def _put_revisions(pair: Pair, article_id: int, revisions: Mapping[Key, Values]) -> None:
    columns = ("article_id", "revision", "captured_at", "capture_id", *_READ)
    pair.target.executemany(
        f"INSERT INTO revisions ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        [
            (article_id, number, key[0], pair.capture_at(*key[1:]), *(values[name] for name in _READ))
            for number, (key, values) in enumerate(revisions.items(), 1)
        ],
    )


def _put_sightings(
    pair: Pair, article_id: int, revisions: Mapping[Key, Values], sightings: Mapping[Key, Values]
) -> None:
    for key, values in sightings.items():
        covering = [said for revised, said in revisions.items() if revised <= key][-1]
        otherwise = {name: values[name] for name in _READ if values[name] != covering[name]}
        pair.target.execute(
            "INSERT INTO sightings (article_id, seen_at, capture_id, reading) VALUES (?, ?, ?, ?)",
            (article_id, key[0], pair.capture_at(*key[1:]), json.dumps(otherwise, ensure_ascii=False)),
        )


def _put_pages(pair: Pair, own_id: int, theirs_id: int) -> None:
    pair.target.execute("DELETE FROM article_pages WHERE article_id = ?", (own_id,))
    pair.target.executemany(
        "INSERT INTO article_pages (article_id, number, url, capture_id) VALUES (?, ?, ?, ?)",
        [
            (own_id, row["number"], row["url"], pair.capture_of(row["capture_id"]))
            for row in pair.shard.execute("SELECT * FROM article_pages WHERE article_id = ?", (theirs_id,))
        ],
    )


def _predecessors(state: State) -> dict[Key, Key]:
    keys = list(state.revisions)
    return dict(zip(keys[1:], keys, strict=False))


def _is_same(one: Values, other: Values) -> bool:
    return all(one[name] == other[name] for name in CONTENT)


def _version(values: Mapping[str, Any]) -> tuple[int, ...]:
    """The number of the rules by which something was read: `portal-crawler/2`."""
    return tuple(map(int, re.findall(r"\d+", values["extractor"])))
