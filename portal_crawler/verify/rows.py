"""The database against itself: articles, revisions, captures, channels, ledger and search index."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from portal_crawler.store.articles import CONTENT
from portal_crawler.store.fold import bigrams
from portal_crawler.urls import identity
from portal_crawler.verify.finding import Figures, Finding

# What is wrong, and the query that gives the URLs for which it is.
_RULES = (
    (
        "articles: the revisions are not numbered from 1 to the article's own",
        """SELECT a.url FROM articles a LEFT JOIN (
               SELECT article_id, count(*) AS number, min(revision) AS lowest, max(revision) AS highest
               FROM revisions GROUP BY article_id
           ) r ON r.article_id = a.id
           WHERE r.number IS NULL OR r.lowest <> 1 OR r.highest <> r.number OR r.highest <> a.revision""",
    ),
    (
        "articles: the row does not say what its current revision says",
        f"""SELECT a.url FROM articles a JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision
            WHERE {" OR ".join(f"a.{name} IS NOT r.{name}" for name in CONTENT)}""",
    ),
    (
        "articles: the pages are not numbered from 1 to page_count",
        """SELECT a.url FROM articles a LEFT JOIN (
               SELECT article_id, count(*) AS number, max(number) AS highest FROM article_pages GROUP BY article_id
           ) p ON p.article_id = a.id WHERE p.number IS NOT a.page_count OR p.highest IS NOT a.page_count""",
    ),
    (
        "articles: no row in the ledger",
        """SELECT url FROM articles a WHERE NOT EXISTS (
               SELECT 1 FROM ledger l WHERE l.article_id = a.id AND l.kind = 'article')""",
    ),
    (
        "articles: a capture of another portal",
        """SELECT a.url FROM articles a JOIN captures c ON c.id = a.capture_id WHERE c.portal <> a.portal""",
    ),
    (
        "articles: a value that is no JSON",
        """SELECT url FROM articles WHERE NOT (json_valid(channel_path) AND json_valid(images)
           AND json_valid(provenance) AND json_valid(warnings))""",
    ),
    (
        "captures: a segment of another portal",
        "SELECT c.url FROM captures c JOIN segments s ON s.file = c.file WHERE s.portal <> c.portal",
    ),
    (
        "ledger: done, but no article",
        "SELECT url FROM ledger WHERE kind = 'article' AND state = 'done' AND article_id IS NULL",
    ),
    ("ledger: the identity is not that of the URL", "SELECT url FROM ledger WHERE identity <> identity_of(url)"),
    (
        "article_channels: listed by a channel, but not linked to it",
        """SELECT a.url FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           JOIN articles a ON a.id = l.article_id AND a.url = l.url
           LEFT JOIN article_channels c ON c.article_id = a.id AND c.channel_id = e.channel_id
           WHERE c.article_id IS NULL""",
    ),
    (
        "article_search: an article that is not in the index",
        "SELECT url FROM articles WHERE id NOT IN (SELECT rowid FROM article_search)",
    ),
    (
        "article_search: a row of no article",
        "SELECT 'row ' || rowid FROM article_search WHERE rowid NOT IN (SELECT id FROM articles)",
    ),
    (
        "title_search: an article that is not in the index",
        "SELECT url FROM articles WHERE id NOT IN (SELECT rowid FROM title_search)",
    ),
    (
        "title_search: a row of no article",
        "SELECT 'row ' || rowid FROM title_search WHERE rowid NOT IN (SELECT id FROM articles)",
    ),
)


def check_rows(
    connection: sqlite3.Connection, figures: Figures, progress: Callable[[Figures], None]
) -> Iterator[Finding]:
    """What is wrong with the database by itself. progress: called with the figures after each check and article."""
    connection.create_function("identity_of", 1, _identity, deterministic=True)
    figures.checks_total = 1 + len(_RULES)
    progress(figures)
    steps = (
        _file_is_whole(connection, figures, progress),
        _rules_hold(connection, figures, progress),
        _index_is_current(connection, figures, progress),
    )
    for step in steps:
        try:
            yield from step
        except sqlite3.DatabaseError as error:
            yield Finding(True, "database", None, str(error))


def _file_is_whole(
    connection: sqlite3.Connection, figures: Figures, progress: Callable[[Figures], None]
) -> Iterator[Finding]:
    for (text,) in connection.execute("PRAGMA integrity_check"):
        if text != "ok":
            yield Finding(True, "database", None, f"integrity_check: {text}")
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(True, f"database: {row[0]}", None, f"row {row[1]} refers to a row of {row[2]} that is not there")
    figures.checks += 1
    progress(figures)


def _rules_hold(
    connection: sqlite3.Connection, figures: Figures, progress: Callable[[Figures], None]
) -> Iterator[Finding]:
    for rule, query in _RULES:
        table, _, problem = rule.partition(": ")
        for (url,) in connection.execute(query):
            yield Finding(True, f"database: {table}", url, problem)
        figures.checks += 1
        progress(figures)


def _index_is_current(
    connection: sqlite3.Connection, figures: Figures, progress: Callable[[Figures], None]
) -> Iterator[Finding]:
    """The index keeps no text, but for each row how many words its columns had."""
    figures.articles_total = connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    rows = connection.execute(
        """SELECT a.url, a.title, a.body, s.sz, t.sz FROM articles a JOIN article_search_docsize s ON s.id = a.id
           LEFT JOIN title_search_docsize t ON t.id = a.id"""
    )
    for url, title, body, sizes, title_sizes in rows:
        figures.articles += 1
        progress(figures)
        wanted = [_count_words(bigrams(text or "")) for text in (title, body)]
        if _numbers(sizes) != wanted:
            yield Finding(True, "database: article_search", url, "the index holds another text of the article")
        if title_sizes is not None and _numbers(title_sizes) != wanted[:1]:
            yield Finding(True, "database: title_search", url, "the index holds another title of the article")


def _count_words(indexed: str) -> int:
    # Not split up: of a text of 4 MB, the words alone take 100 MB.
    return indexed.count(" ") + 1 if indexed else 0


def _numbers(packed: bytes) -> list[int]:
    """SQLite's variable-length integers: seven bits a byte, the highest first, while the top bit is set."""
    numbers, value = [], 0
    for octet in packed:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    return numbers


def _identity(url: str) -> str | None:
    try:
        return identity(url)
    except ValueError:
        return None
