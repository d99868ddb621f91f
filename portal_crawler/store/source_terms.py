"""Which sources a query means by `source:` and a part of their names, so that an index finds their articles."""

from __future__ import annotations

from portal_crawler.store.conditions import Condition
from portal_crawler.store.database import Store
from portal_crawler.store.query import And, Node, Term

# The names one after the other, each found by a jump in the index.
_NAMED = """
WITH RECURSIVE named(source) AS (
    SELECT min(source) FROM articles WHERE source IS NOT NULL
    UNION ALL
    SELECT (SELECT min(a.source) FROM articles a WHERE a.source > named.source) FROM named WHERE source IS NOT NULL
)
SELECT source FROM named WHERE contains_folded(source, ?) LIMIT ?
"""
# With more names than that, their articles are so many that one soon comes by on the way from the newest on; with more
# articles, too, and to sort all of them takes longer.
_MOST_NAMES, _MOST_ARTICLES = 200, 20_000


def by_source(store: Store, node: Node | None) -> tuple[list[Condition], Node | None]:
    """The sources that all articles of a query name, as conditions that an index answers, and what else it asks for.

    The conditions may be NULL.
    """
    parts = node.parts if isinstance(node, And) else (node,) if node else ()
    conditions: list[Condition] = []
    rest: list[Node] = []
    for part in parts:
        names = _names(store, part.text) if isinstance(part, Term) and part.column == "source" else None
        if names is None:
            rest.append(part)
        else:
            conditions.append(_named(store, names))
    if len(rest) < 2:
        return conditions, rest[0] if rest else None
    return conditions, And(tuple(rest))


def _names(store: Store, text: str) -> list[str] | None:
    """The sources with a folded text in their names, None if they are many."""
    rows = store.rows(_NAMED, (text, _MOST_NAMES + 1))
    return [row[0] for row in rows] if len(rows) <= _MOST_NAMES else None


def _named(store: Store, names: list[str]) -> Condition:
    marks = ", ".join("?" * len(names))
    (row,) = store.rows(
        f"SELECT count(*) FROM (SELECT 1 FROM articles WHERE source IN ({marks}) LIMIT ?)", (*names, _MOST_ARTICLES)
    )
    # The plus keeps SQLite from the index.
    return Condition(f"{'+' if row[0] == _MOST_ARTICLES and len(names) > 1 else ''}a.source IN ({marks})", tuple(names))
