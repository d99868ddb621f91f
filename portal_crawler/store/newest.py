"""Which articles a query finds, the best first, with as little read as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal_crawler.store.conditions import (
    Condition,
    Expression,
    expression_of,
    indexed_condition,
    left_open,
    text_condition,
)
from portal_crawler.store.database import Store
from portal_crawler.store.query import And, Node, Not, Or, Term

# How many articles the index may find for them to be looked up one by one, and how many of the newest are read first
# to see whether what is sought is in so many that these will do; how many of them at once, and how many times as many
# when some have it. Tried out with a million articles.
_FEW = 1_500
_NEWEST_TITLES, _NEWEST_TEXTS = 500, 200
_AT_ONCE = 50
_FARTHER = 4


@dataclass(slots=True)
class Asked:
    """A search under way: what it is narrowed down to, how many hits are wanted, and how far it has come.

    read, back_to: how many articles were read one by one, the newest first, and the time of the last; found: how many
    of them are hits.
    """

    store: Store
    filters: list[Condition]
    limit: int
    read: int = 0
    found: int = 0
    back_to: str | None = None


def best(asked: Asked, node: Node) -> list[int]:
    """The ids of the articles to show: those whose title is found by itself first, and of both the newest."""
    in_title = _in_title(node)
    if in_title is None or in_title == node:
        return _newest(asked, node, _NEWEST_TEXTS)
    ids = _newest(asked, _all(in_title, *_not_by_title(node)), _NEWEST_TITLES)
    if len(ids) < asked.limit:
        known = set(ids)
        ids += [number for number in _newest(asked, node, _NEWEST_TEXTS) if number not in known]
    return ids[: asked.limit]


def _newest(asked: Asked, node: Node, most_read: int) -> list[int]:
    """The ids of the newest articles of a query, all of them if there are no more than wanted.

    Ranked by the index (bm25), a word that is in a tenth of a million articles takes a second, since all of them
    are weighed. So of what is frequent the newest articles are read until enough have it; only of what is rare
    does the index say where it is.
    """
    expression = expression_of(node)
    # A single letter is every pair that begins with it: the index reads all of them before it gives the first.
    is_letter = expression is None or "*" in expression.text
    few = None if expression is None or is_letter else _found_if_few(asked.store, expression)
    if few is None:
        newest = _first_of(asked, in_order(asked, most=most_read), node)
        # Where some have it, to read some more takes less than to tell them all: two frequent words together, or the
        # lack of one.
        if len(newest) < asked.limit <= len(newest) * _FARTHER:
            newest = _first_of(asked, in_order(asked, most=most_read * _FARTHER), node)
        if len(newest) == asked.limit:
            return newest
    if expression is None:
        return _read_in_order(asked, [], indexed_condition(node))
    if few is None and is_letter:
        few = _found_if_few(asked.store, expression)
    if few is not None:
        named = Condition(f"a.id IN ({', '.join(map(str, few))})")
        if expression.exact:
            return in_order(asked, named, by_id=True) if few else []
        return _first_of(asked, in_order(asked, named, len(few), by_id=True), node) if few else []
    # The plus keeps SQLite from looking up every article of the index to sort them: it goes through the articles from
    # the newest on until it has enough.
    found = expression.condition()
    indexed = Condition(f"+{found.sql}", found.values)
    return in_order(asked, indexed) if expression.exact else _read_in_order(asked, [indexed], left_open(node))


def _found_if_few(store: Store, expression: Expression) -> list[int] | None:
    """What the index finds, None if that is much."""
    found = expression.rows()
    rows = store.rows(f"{found.sql} LIMIT ?", [*found.values, _FEW + 1])
    return [row[0] for row in rows] if len(rows) <= _FEW else None


def _first_of(asked: Asked, ids: Sequence[int], node: Node) -> list[int]:
    """The first articles that satisfy a query; those behind them are not read."""
    wanted = text_condition(node)
    first: list[int] = []
    asked.read = asked.found = 0
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = asked.store.rows(
            f"SELECT a.id, a.published_at, {wanted.sql} FROM articles a WHERE a.id IN ({', '.join(map(str, some))})",
            wanted.values,
        )
        read = {row[0]: row for row in rows}
        first += [number for number in some if read[number][2]]
        asked.read, asked.found, asked.back_to = asked.read + len(some), len(first), read[some[-1]][1]
        if len(first) >= asked.limit:
            break
    return first[: asked.limit]


def in_order(
    asked: Asked, condition: Condition | None = None, most: int | None = None, *, by_id: bool = False
) -> list[int]:
    """The newest articles of a condition, as many as wanted or as `most`. by_id: it names them, and these are few."""
    where = _all_of([*asked.filters, condition] if condition else asked.filters)
    rows = asked.store.rows(
        f"""SELECT a.id FROM articles a {"NOT INDEXED" if by_id else ""} WHERE {where.sql}
            ORDER BY a.published_at DESC, a.id DESC LIMIT ?""",
        [*where.values, asked.limit if most is None else most],
    )
    return [row[0] for row in rows]


def _read_in_order(asked: Asked, conditions: Sequence[Condition], wanted: Condition) -> list[int]:
    """The newest articles of these conditions whose texts are what is wanted, read until enough are found."""
    where = _all_of([*asked.filters, *conditions])
    ids: list[int] = []
    asked.read = asked.found = 0
    for row in asked.store.each(
        f"""SELECT a.id, a.published_at, {wanted.sql} FROM articles a WHERE {where.sql}
            ORDER BY a.published_at DESC, a.id DESC""",
        [*wanted.values, *where.values],
    ):
        asked.read, asked.back_to = asked.read + 1, row[1]
        if row[2]:
            ids.append(row[0])
            asked.found = len(ids)
            if len(ids) == asked.limit:
                break
    return ids


def _all_of(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return Condition("1")
    return Condition(
        " AND ".join(part.sql for part in conditions), tuple(value for part in conditions for value in part.values)
    )


def _in_title(node: Node) -> Node | None:
    """The query for titles that satisfy it by themselves; what is not to be there is left out."""
    match node:
        case Term(text, column):
            return Term(text, column or "title")
        case Not():
            return None
        case And(parts) | Or(parts):
            kept = tuple(part for part in map(_in_title, parts) if part)
            if len(kept) < 2:
                return kept[0] if kept else None
            return type(node)(kept)


def _not_by_title(node: Node) -> list[Node]:
    """What of a query is still to be seen of an article whose title satisfies it."""
    match node:
        case Term():
            return []
        case And(parts):
            return [left for part in parts for left in _not_by_title(part)]
        case Or(parts):
            return [node] if any(map(_not_by_title, parts)) else []
        case Not():
            return [node]


def _all(*parts: Node) -> Node:
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0]
