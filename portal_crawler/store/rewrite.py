"""Changing what is stored other than by a crawl: better readings of old captures, and captures that were lost."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import datetime

from portal_crawler.article import BEIJING, Article
from portal_crawler.store.schema import migrations
from portal_crawler.store.search_tables import index, unindex
from portal_crawler.store.without_pandas import Database

# What a page says of its article. Everything else in a row tells how it came there.
READ = (
    "title", "published_at", "published_precision", "published_raw", "source", "editor", "author", "body",
    "channel_path", "images", "page_count", "extractor", "provenance", "warnings",
)  # fmt: skip
# Of these, what a revision keeps too.
READ_IN_REVISION = tuple(name for name in READ if name not in ("channel_path", "page_count", "warnings"))


@migrations(name="0005_lost_records")
def lost_records(db: Database) -> None:
    """Records of the archive that were found damaged and given up: no later check reports them as new damage."""
    db.execute(
        """CREATE TABLE lost_records (
               file TEXT NOT NULL,
               offset INTEGER NOT NULL,
               url TEXT,
               reason TEXT NOT NULL,
               noticed_at TEXT NOT NULL,
               PRIMARY KEY (file, offset)
           ) WITHOUT ROWID"""
    )


def columns_of(article: Article) -> dict[str, object]:
    """What was read of an article as its row holds it."""
    values = {name: getattr(article, name) for name in READ}
    for name in ("channel_path", "warnings", "provenance"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    values["images"] = json.dumps([asdict(image) for image in article.images], ensure_ascii=False)
    return values


def rewrite_revision(connection: sqlite3.Connection, article_id: int, revision: int, values: dict[str, object]) -> None:
    """Let a revision say what was read on its capture now. values: by names of READ."""
    _update(connection, "revisions", values, READ_IN_REVISION, "article_id = ? AND revision = ?", article_id, revision)


def rewrite_article(
    connection: sqlite3.Connection, article_id: int, capture_id: int, values: dict[str, object]
) -> bool:
    """Let an article's row say what was read on its capture now, and keep the search index in step.

    Nothing is done, and False given, when the row has another capture by now: a crawl has read the article since.
    """
    old = connection.execute(
        "SELECT title, body FROM articles WHERE id = ? AND capture_id = ?", (article_id, capture_id)
    ).fetchone()
    if old is None:
        return False
    if (old["title"], old["body"]) != (values["title"], values["body"]):
        unindex(connection, article_id, old["title"], old["body"])
        index(connection, article_id, str(values["title"] or ""), str(values["body"] or ""))
    _update(connection, "articles", values, READ, "id = ?", article_id)
    return True


def put_lost(connection: sqlite3.Connection, file: str, offset: int, url: str | None, reason: str) -> None:
    """Record that what lay at a place of the archive is lost."""
    connection.execute(
        """INSERT INTO lost_records (file, offset, url, reason, noticed_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (file, offset) DO NOTHING""",
        (file, offset, url, reason, _now()),
    )


def fetch_again(connection: sqlite3.Connection, file: str, offset: int) -> list[str]:
    """Queue the articles that stand on the capture at a place; gives their URLs. Their text stays as it is.

    Those are the articles that were last read on it, on any of their pages.
    """
    urls = [
        row[0]
        for row in connection.execute(
            """SELECT a.url FROM articles a WHERE a.id IN (
                   SELECT a.id FROM articles a JOIN captures c ON c.id = a.capture_id WHERE c.file = ? AND c.offset = ?
                   UNION
                   SELECT p.article_id FROM article_pages p JOIN captures c ON c.id = p.capture_id
                   WHERE c.file = ? AND c.offset = ?
               ) ORDER BY a.id""",
            (file, offset, file, offset),
        )
    ]
    connection.executemany(
        """UPDATE ledger SET state = 'pending', reason = ?, attempts = 0, retry_at = NULL, updated_at = ?
           WHERE url = ? AND kind = 'article'""",
        [(f"capture lost: {file}:{offset}", _now(), url) for url in urls],
    )
    return urls


def _update(
    connection: sqlite3.Connection,
    table: str,
    values: dict[str, object],
    names: tuple[str, ...],
    condition: str,
    *keys: int,
) -> None:
    assignments = ", ".join(f"{name} = ?" for name in names)
    connection.execute(
        f"UPDATE {table} SET {assignments} WHERE {condition}", [*(values[name] for name in names), *keys]
    )


def _now() -> str:
    return datetime.now(BEIJING).isoformat(timespec="seconds")
