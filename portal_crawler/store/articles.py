"""An article's rows: itself, its revisions, pages, channel links and search index, inside one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

from portal_crawler.article import Article, Capture
from portal_crawler.store.rechecks import SCHEDULE, put_seen
from portal_crawler.store.text_changes import TextChanges

# A changed one of these is a new revision of an article; what changes otherwise is a better reading of it.
CONTENT = ("title", "published_at", "source", "editor", "body")
_PLAIN = (
    "url", "title", "published_at", "published_precision", "published_raw",
    "source", "editor", "author", "body", "page_count", "extractor",
)  # fmt: skip
_IN_REVISION = (
    "title", "published_at", "published_precision", "published_raw", "source", "editor", "author", "body",
    "images", "provenance", "extractor", "capture_id",
)  # fmt: skip

Fate = Literal["new", "revised", "seen"]


@dataclass(frozen=True, slots=True)
class PageCapture:
    """One page of an article: its URL in canonical form and the capture that holds it.

    etag, last_modified: what the answer named its version by.
    """

    url: str
    capture: Capture
    etag: str | None = None
    last_modified: str | None = None


def put_article(
    connection: sqlite3.Connection,
    article: Article,
    portal: str,
    pages: Sequence[PageCapture],
    capture_ids: Sequence[int],
    texts: TextChanges,
    *,
    previous: Article | None = None,
    schedule: Sequence[timedelta] = SCHEDULE,
) -> tuple[int, Fate]:
    """Store an article and give its id and what became of it. capture_ids: the rows of its pages' captures.
    texts: takes what is to change in the search index, which the caller writes before the transaction ends.

    It is a new row, a new revision of its row when one of CONTENT has changed, or seen again; the columns
    hold the latest reading in every case. previous: what today's rules read on the pages of the last revision; then
    the article is compared with that, and the revision keeps it, since better rules are no change of the article.
    schedule: ages at which the article is to be asked for again.
    """
    seen_at = pages[0].capture.fetched_at
    values = _columns(article, portal) | {"last_seen_at": seen_at, "capture_id": capture_ids[0]}
    old = connection.execute("SELECT * FROM articles WHERE url = ?", (article.url,)).fetchone()
    fate: Fate = "seen"
    if old is None:
        fate = "new"
        article_id = _insert(connection, "articles", values | {"first_seen_at": seen_at})
        _put_revision(connection, article_id, 1, values)
        texts.add(article_id, None, (article.title, article.body))
    else:
        article_id = old["id"]
        before = dict(old)
        if previous is not None:
            before = _columns(previous, portal)
            _read_again(connection, article_id, old["revision"], before)
        if any(before[name] != values[name] for name in CONTENT):
            fate = "revised"
            values["revision"] = old["revision"] + 1
            _put_revision(connection, article_id, old["revision"] + 1, values)
        if (old["title"], old["body"]) != (article.title, article.body):
            texts.add(article_id, (old["title"], old["body"]), (article.title, article.body))
        assignments = ", ".join(f"{name} = ?" for name in values)
        connection.execute(f"UPDATE articles SET {assignments} WHERE id = ?", [*values.values(), article_id])
        connection.execute("DELETE FROM article_pages WHERE article_id = ?", (article_id,))
    connection.executemany(
        "INSERT INTO article_pages (article_id, number, url, capture_id) VALUES (?, ?, ?, ?)",
        [
            (article_id, number, page.url, capture_id)
            for number, (page, capture_id) in enumerate(zip(pages, capture_ids, strict=True), 1)
        ],
    )
    # Of an article of several pages, an unchanged first one says nothing.
    first = pages[0] if len(pages) == 1 else PageCapture("", pages[0].capture)
    put_seen(connection, article_id, portal, seen_at, schedule, first.etag, first.last_modified)
    connection.execute(
        """INSERT OR IGNORE INTO article_channels (article_id, channel_id)
           SELECT ?, e.channel_id FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           WHERE l.url = ?""",
        (article_id, article.url),
    )
    return article_id, fate


def find_capture(connection: sqlite3.Connection, capture: Capture) -> int:
    """The row of a capture. Raises LookupError for one that was never added."""
    row = connection.execute(
        "SELECT id FROM captures WHERE file = ? AND offset = ?", (capture.file, capture.offset)
    ).fetchone()
    if row is None:
        raise LookupError(f"{capture.file}:{capture.offset}: no such capture; add it before what it holds")
    return int(row[0])


def _columns(article: Article, portal: str) -> dict[str, object]:
    values = {name: getattr(article, name) for name in _PLAIN}
    values["portal"] = portal
    for name in ("channel_path", "warnings", "provenance"):
        values[name] = json.dumps(getattr(article, name), ensure_ascii=False)
    values["images"] = json.dumps([asdict(image) for image in article.images], ensure_ascii=False)
    return values


def _put_revision(connection: sqlite3.Connection, article_id: int, number: int, values: dict[str, object]) -> None:
    row = {name: values[name] for name in _IN_REVISION}
    row |= {"article_id": article_id, "revision": number, "captured_at": values["last_seen_at"]}
    _insert(connection, "revisions", row)


def _read_again(connection: sqlite3.Connection, article_id: int, number: int, values: dict[str, object]) -> None:
    """Let a revision say what better rules read on its capture."""
    names = [name for name in _IN_REVISION if name != "capture_id"]
    assignments = ", ".join(f"{name} = ?" for name in names)
    connection.execute(
        f"UPDATE revisions SET {assignments} WHERE article_id = ? AND revision = ?",
        [*(values[name] for name in names), article_id, number],
    )


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid
