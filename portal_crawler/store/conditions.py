"""Queries as SQL: what of them the index answers, and what has to be read in the rows themselves.

Of titles and texts the index knows every character; the other columns are read in the rows that it leaves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from portal_crawler.store.fold import phrase_in_index
from portal_crawler.store.query import And, Node, Not, Or, QueryError, Term, parse_query, period_of

_INDEXED = ("title", "body")
_IN_CHANNEL = """(a.id IN (SELECT x.article_id FROM article_channels x JOIN channels c ON c.id = x.channel_id
        WHERE c.name = ? OR c.path = ?)
    OR a.channel_path = ? OR EXISTS (SELECT 1 FROM json_each(a.channel_path) WHERE value = ?))"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL on `articles a`, and the values for its question marks. It is never NULL."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """What FTS5 is asked for. exact: it gives the query's articles and no others, else maybe some more.

    table: the index to ask; that of the titles where nothing else is asked for, since a word that few titles have is in
    many texts.
    """

    text: str
    exact: bool
    table: str

    def rows(self) -> Condition:
        """A query for the rows that the index finds, and its value."""
        return Condition(f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH ?", (self.text,))

    def condition(self) -> Condition:
        """The same as a condition on `articles a`."""
        return Condition(f"a.id IN ({self.rows().sql})", self.rows().values)


def condition(query: str) -> tuple[str, list[object]]:
    """The articles that `search` finds, as a condition on `articles a` and the values for its question marks.

    The connection needs the functions of `register_search`; those of `open_store` and `open_reader` have them. A
    blank query finds nothing. Raises QueryError.
    """
    node = parse_query(query)
    if node is None:
        return "0", []
    found = indexed_condition(node)
    return found.sql, list(found.values)


def index_expression(query: str) -> str:
    """What to MATCH `article_search` with: it finds all articles of the query, and only these where it asks for nothing
    but titles and texts. Raises QueryError, also where the index is of no help.
    """
    node = parse_query(query)
    expression = node and expression_of(node)
    if not expression:
        raise QueryError("the index knows nothing of what this query asks for")
    return expression.text


def indexed_condition(node: Node) -> Condition:
    """A query as a condition that uses the index wherever it can."""
    expression = expression_of(node)
    if expression and expression.exact:
        return expression.condition()
    match node:
        case Term():
            return text_condition(node)
        case Not(part):
            return _negated(indexed_condition(part))
        case Or(parts):
            return _joined("OR", [indexed_condition(part) for part in parts])
        case And(parts):
            if not expression:
                return _joined("AND", [indexed_condition(part) for part in parts])
            # What the index can answer is asked at once.
            return _joined("AND", [expression.condition(), left_open(node)])


def left_open(node: Node) -> Condition:
    """What the expression of a query, where it is not exact, leaves to be asked of the rows that it finds."""
    if not isinstance(node, And):
        return indexed_condition(node)
    return _joined("AND", [indexed_condition(part) for part in node.parts if not _is_exact(part)])


def text_condition(node: Node) -> Condition:
    """A query as a condition that reads the row itself: dear for one row, but without a look into the index."""
    match node:
        case Not(part):
            return _negated(text_condition(part))
        case Or(parts):
            return _joined("OR", [text_condition(part) for part in parts])
        case And(parts):
            return _joined("AND", [text_condition(part) for part in parts])
        case Term(text, None):
            return Condition("(contains_folded(a.title, ?) OR contains_folded(a.body, ?))", (text, text))
        case Term(text, "portal"):
            return Condition("a.portal = ?", (text,))
        case Term(text, "channel"):
            return in_channel(text)
        case Term(text, "date"):
            return _published(text)
        case Term(text, column):
            return Condition(f"contains_folded(a.{column}, ?)", (text,))


def in_channel(channel: str) -> Condition:
    """The articles of a channel that listed them, or that they name themselves: its name, or its path, 资讯/平凉市."""
    path = json.dumps(channel.split("/"), ensure_ascii=False)
    return Condition(_IN_CHANNEL, (channel, path, path, channel))


def expression_of(node: Node) -> Expression | None:
    """A query as FTS5 is asked, None where the index is of no help."""
    match node:
        case Term(text, column):
            if column is not None and column not in _INDEXED:
                return None
            phrase = phrase_in_index(text)
            table = "title_search" if column == "title" else "article_search"
            return Expression(f"{column} : {phrase}" if column else phrase, True, table)
        case Not():
            return None
        case Or(parts):
            either = [expression_of(part) for part in parts]
            known = [expression for expression in either if expression]
            if len(known) < len(either):
                return None
            text = " OR ".join(f"({expression.text})" for expression in known)
            return Expression(text, all(expression.exact for expression in known), _table_of(known))
        case And(parts):
            return _all_of(parts)


def _all_of(parts: tuple[Node, ...]) -> Expression | None:
    wanted = [expression_of(part) for part in parts if not isinstance(part, Not)]
    unwanted = [expression_of(part.part) for part in parts if isinstance(part, Not)]
    known = [expression for expression in wanted if expression]
    if not known:
        return None
    text = " AND ".join(f"({expression.text})" for expression in known)
    asked = known.copy()
    exact = len(known) == len(wanted) and all(expression.exact for expression in known)
    for expression in unwanted:
        # Taking away more than is meant would lose articles.
        if expression and expression.exact:
            text = f"({text}) NOT ({expression.text})"
            asked.append(expression)
        else:
            exact = False
    return Expression(text, exact, _table_of(asked))


def _table_of(parts: list[Expression]) -> str:
    tables = {part.table for part in parts}
    return tables.pop() if len(tables) == 1 else "article_search"


def _is_exact(part: Node) -> bool:
    expression = expression_of(part.part if isinstance(part, Not) else part)
    return expression is not None and expression.exact


def filters_of(node: Node) -> tuple[list[Condition], Node | None]:
    """The portal and the period that every article of a query is of, as conditions, and what else it asks for.

    An index answers these conditions; they may be NULL.
    """
    parts = node.parts if isinstance(node, And) else (node,)
    conditions: list[Condition] = []
    rest: list[Node] = []
    for part in parts:
        match part:
            case Term(text, "portal"):
                conditions.append(Condition("a.portal = ?", (text,)))
            case Term(text, "date"):
                conditions += _sides(text)
            case _:
                rest.append(part)
    if len(rest) < 2:
        return conditions, rest[0] if rest else None
    return conditions, And(tuple(rest))


def _published(period: str) -> Condition:
    return _joined("AND", [Condition(f"coalesce({side.sql}, 0)", side.values) for side in _sides(period)])


def _sides(period: str) -> list[Condition]:
    first, last = period_of(period)
    sides = []
    if first:
        sides.append(Condition("a.published_at >= ?", (first,)))
    if last:
        # Any time of that day, month or year: T and - sort before U.
        sides.append(Condition("a.published_at < ?", (f"{last}U",)))
    return sides


def _negated(part: Condition) -> Condition:
    return Condition(f"NOT {part.sql}", part.values)


def _joined(operator: str, parts: list[Condition]) -> Condition:
    sql = f" {operator} ".join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(value for part in parts for value in part.values))
