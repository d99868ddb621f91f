"""What one transaction changes in the search index, written at its end and all at once.

FTS5 gathers in memory what it is given, but writes that out before every statement that may have to be taken back by
itself, as one that fires a trigger may. With such statements between the texts, each text became a segment of the
index, to be merged with all others: most of what an article cost to store, and what grew with the index.
"""

from __future__ import annotations

import sqlite3

from portal_crawler.store.search_tables import index, unindex

# Title and body, as the article's row holds them.
Text = tuple[str | None, str | None]


class TextChanges:
    """The articles whose texts a transaction has changed."""

    def __init__(self) -> None:
        self._before: dict[int, Text | None] = {}
        self._after: dict[int, Text] = {}

    def add(self, article_id: int, before: Text | None, after: Text) -> None:
        """Take note of a change. before: what the index holds or was told last, None for a new article."""
        self._before.setdefault(article_id, before)
        self._after[article_id] = after

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the index in step, in the order of ids: FTS5 writes out what it has whenever one is not higher."""
        for article_id, before in sorted(self._before.items()):
            if before is not None:
                unindex(connection, article_id, *before)
        for article_id, after in sorted(self._after.items()):
            index(connection, article_id, *after)
