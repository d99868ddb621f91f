"""Search in plain SQL: the functions that a connection of one's own needs for it."""

from __future__ import annotations

import sqlite3
from functools import lru_cache

from portal_crawler.store.conditions import index_expression
from portal_crawler.store.fold import contains_folded
from portal_crawler.store.query import And, Node, Not, Or, QueryError, Term, parse_query
from portal_crawler.store.snippets import marked, terms_to_mark


def register_search(connection: sqlite3.Connection) -> None:
    """Give a connection the functions of search. SQLite hides their errors: check a query with `parse_query`.

    search_index(query): what to MATCH `article_search` with. It finds all that the query finds, and a little more
    where punctuation matters. search_matches(query, title, body): 1 or 0, exactly. search_marked(query, text): the
    text with its places marked. contains_folded(text, folded): what `condition` needs.
    """
    connection.create_function("contains_folded", 2, contains_folded, deterministic=True)
    connection.create_function("search_index", 1, index_expression, deterministic=True)
    connection.create_function("search_matches", 3, matches, deterministic=True)
    connection.create_function("search_marked", 2, _marked, deterministic=True)


def matches(query: str, title: str | None, body: str | None) -> bool:
    """Whether a query finds an article of this title and text. Raises QueryError, also for other columns."""
    node = _parsed(query)
    return node is not None and _is_true(node, title, body)


def _is_true(node: Node, title: str | None, body: str | None) -> bool:
    match node:
        case Term(text, None):
            return contains_folded(title, text) or contains_folded(body, text)
        case Term(text, "title"):
            return contains_folded(title, text)
        case Term(text, "body"):
            return contains_folded(body, text)
        case Term(_, column):
            raise QueryError(f"{column}: is no part of a text; compare that column in SQL")
        case Not(part):
            return not _is_true(part, title, body)
        case And(parts):
            return all(_is_true(part, title, body) for part in parts)
        case Or(parts):
            return any(_is_true(part, title, body) for part in parts)


def _marked(query: str, text: str | None) -> str | None:
    node = _parsed(query)
    if node is None or text is None:
        return text
    return marked(text, terms_to_mark(node, "title") + terms_to_mark(node, "body"))


@lru_cache(maxsize=64)
def _parsed(query: str) -> Node | None:
    return parse_query(query)
