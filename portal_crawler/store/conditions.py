"""Queries as SQL: what of them the index answers, and what has to be read in the texts themselves.

The index holds pairs of letters and knows nothing of what stands between them, so for some queries it only narrows
down. Each term is then looked for in the text of the rows that are left.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from portal_crawler.store.fold import letter_runs, phrase_in_index
from portal_crawler.store.query import And, Node, Not, Or, QueryError, Term, parse_query, period_of

_INDEXED = ("title", "body")
_IN_INDEX = "a.id IN (SELECT rowid FROM article_search WHERE article_search MATCH ?)"
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
    """What FTS5 is asked for. exact: it gives the query's articles and no others, else maybe some more."""

    text: str
    exact: bool


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
    """What to MATCH `article_search` with: it finds all articles of the query, with luck only these.

    Raises QueryError, also where the index is of no help.
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
        return Condition(_IN_INDEX, (expression.text,))
    match node:
        case Term():
            read = text_condition(node)
            return _joined("AND", [Condition(_IN_INDEX, (expression.text,)), read]) if expression else read
        case Not(part):
            return _negated(indexed_condition(part))
        case Or(parts):
            return _joined("OR", [indexed_condition(part) for part in parts])
        case And(parts):
            if not expression:
                return _joined("AND", [indexed_condition(part) for part in parts])
            # What the index can answer is asked at once, and the texts are read last.
            narrowing = [Condition(_IN_INDEX, (expression.text,))]
            rest = [
                text_condition(part) if isinstance(part, Term) else indexed_condition(part)
                for part in parts
                if not _is_exact(part)
            ]
            return _joined("AND", narrowing + rest)


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
            return _phrases(text, column) if column is None or column in _INDEXED else None
        case Not():
            return None
        case Or(parts):
            either = [expression_of(part) for part in parts]
            known = [expression for expression in either if expression]
            if len(known) < len(either):
                return None
            text = " OR ".join(f"({expression.text})" for expression in known)
            return Expression(text, all(expression.exact for expression in known))
        case And(parts):
            return _all_of(parts)


def _all_of(parts: tuple[Node, ...]) -> Expression | None:
    wanted = [expression_of(part) for part in parts if not isinstance(part, Not)]
    unwanted = [expression_of(part.part) for part in parts if isinstance(part, Not)]
    known = [expression for expression in wanted if expression]
    if not known:
        return None
    text = " AND ".join(f"({expression.text})" for expression in known)
    exact = len(known) == len(wanted) and all(expression.exact for expression in known)
    for expression in unwanted:
        # Taking away more than is meant would lose articles.
        if expression and expression.exact:
            text = f"({text}) NOT ({expression.text})"
        else:
            exact = False
    return Expression(text, exact)


def _is_exact(part: Node) -> bool:
    expression = expression_of(part.part if isinstance(part, Not) else part)
    return expression is not None and expression.exact


def _phrases(text: str, column: str | None) -> Expression | None:
    """A term as a phrase of what the index has of it; of one letter, every pair that begins with it and itself."""
    runs = letter_runs(text)
    if not runs:
        return None
    tokens = phrase_in_index(text)
    # A single letter costs the index a hundred times what a pair does, and narrows nothing down beside one.
    phrase = '"' + " ".join(tokens) + '"' if tokens else f'"{runs[0]}"*'
    # FTS5 takes some letters of other alphabets for the same that are not.
    is_plain = all(letter.isascii() or letter.lower() == letter.upper() for letter in text)
    return Expression(f"{column} : {phrase}" if column else phrase, runs == [text] and is_plain)


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
