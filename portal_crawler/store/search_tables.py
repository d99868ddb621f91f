"""The search index, in which every character of titles and texts is, and articles by what they name as their source."""

from __future__ import annotations

import sqlite3

from portal_crawler.store.fold import bigrams

STATEMENTS = (
    "DROP TABLE article_search",
    """CREATE VIRTUAL TABLE article_search USING fts5(
           title, body, content='', tokenize="unicode61 remove_diacritics 0"
       )""",
    # The titles once more, alone: who has a frequent word in the title is not to be picked out of all who have it.
    """CREATE VIRTUAL TABLE title_search USING fts5(
           title, content='', tokenize="unicode61 remove_diacritics 0"
       )""",
    "CREATE INDEX articles_source ON articles(source, published_at, portal) WHERE source IS NOT NULL",
    "INSERT INTO article_search (rowid, title, body) SELECT id, pairs_of(title), pairs_of(body) FROM articles",
    "INSERT INTO title_search (rowid, title) SELECT id, pairs_of(title) FROM articles",
)


def index(connection: sqlite3.Connection, article_id: int, title: str | None, body: str | None) -> None:
    """Add an article's text to the search index."""
    pairs = bigrams(title or "")
    connection.execute(
        "INSERT INTO article_search (rowid, title, body) VALUES (?, ?, ?)", (article_id, pairs, bigrams(body or ""))
    )
    connection.execute("INSERT INTO title_search (rowid, title) VALUES (?, ?)", (article_id, pairs))


def unindex(connection: sqlite3.Connection, article_id: int, title: str | None, body: str | None) -> None:
    """Take an article out of the search index. title, body: exactly what was added."""
    pairs = bigrams(title or "")
    # The index keeps no text of its own (and SQLite before 3.43 deletes from such a one in no other way).
    connection.execute(
        "INSERT INTO article_search (article_search, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        (article_id, pairs, bigrams(body or "")),
    )
    connection.execute(
        "INSERT INTO title_search (title_search, rowid, title) VALUES ('delete', ?, ?)", (article_id, pairs)
    )


def pairs_of(text: str | None) -> str:
    """A column as the index holds it."""
    return bigrams(text or "")
