"""Full-text search that finds every substring, in Chinese and anything mixed into it."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from portal_crawler.store.database import StorageError, Store
from portal_crawler.store.fold import bigrams, fold

_AROUND = 30
_TERM = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article. snippet: the text around the first place, the term between ⟦ and ⟧."""

    url: str
    title: str | None
    published_at: str | None
    portal: str
    source: str | None
    snippet: str


def search(
    store: Store,
    query: str,
    *,
    portal: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Articles whose title or body contain every term of the query, those with it in the title first.

    query: terms separated by blanks; a term in double quotes may hold blanks. since, until: days as YYYY-MM-DD,
    both included. Width and case of letters do not matter.
    """
    terms = [fold(quoted or plain) for quoted, plain in _TERM.findall(query)]
    if not terms:
        return []
    conditions, values = ["1"], list[object]()
    if expression := _expression(terms):
        conditions.append("article_search MATCH ?")
        values.append(expression)
    for term in terms:
        conditions.append("(contains_folded(a.title, ?) OR contains_folded(a.body, ?))")
        values += [term, term]
    for column, operator, value in (("portal", "=", portal), ("published_at", ">=", since), ("published_at", "<", _after(until))):
        if value:
            conditions.append(f"a.{column} {operator} ?")
            values.append(value)
    table = "article_search s JOIN articles a ON a.id = s.rowid" if expression else "articles a"
    order = "bm25(article_search, 10.0, 1.0), a.published_at DESC" if expression else "a.published_at DESC"
    sql = f"SELECT a.* FROM {table} WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT ?"
    try:
        rows = store.connection.execute(sql, [*values, limit]).fetchall()
    except sqlite3.Error as error:
        raise StorageError(f"{store.path}: {error}") from error
    return [
        Hit(row["url"], row["title"], row["published_at"], row["portal"], row["source"], _snippet(row["body"] or "", terms))
        for row in rows
    ]


def _expression(terms: list[str]) -> str:
    """The FTS5 query that no hit can miss; places where only punctuation differs are sorted out afterwards."""
    phrases = []
    for term in terms:
        letters = "".join(character for character in term if character.isalnum())
        if len(letters) == 1:
            phrases.append(f'"{letters}"*')
        elif letters:
            phrases.append('"' + " ".join(bigrams(letters).split(" ")[:-1]) + '"')
    return " AND ".join(phrases)


def _after(day: str | None) -> str | None:
    return f"{day}T99" if day else None


def _snippet(body: str, terms: list[str]) -> str:
    folded = fold(body)
    # Folding may change a text's length; then no mark is set rather than a wrong one.
    place = folded.find(terms[0]) if len(folded) == len(body) else -1
    if place < 0:
        return body[: 2 * _AROUND].replace("\n", " ")
    end = place + len(terms[0])
    before, after = body[max(place - _AROUND, 0) : place], body[end : end + _AROUND]
    return f"{before}⟦{body[place:end]}⟧{after}".replace("\n", " ")
