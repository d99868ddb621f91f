"""The one writer of a crawl: what a run finds is queued, and a batch becomes true in one short transaction.

Captures, article, revision, channel links, search index and ledger row of an article stand in the same
transaction, and the archive is on disk before it begins. So a kill at any moment costs at most the batch.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING, Article, Capture, Channel
from portal_crawler.store.database import Store
from portal_crawler.store.fold import bigrams
from portal_crawler.store.ledger import known_urls

# A changed one of these is a new revision of an article; what changes otherwise is a better reading of it.
CONTENT = ("title", "published_at", "source", "editor", "body")
# A failed URL is tried again in each of the next runs at first, then ever more seldom, and at last no more.
_EAGER_ATTEMPTS, _MOST_ATTEMPTS = 3, 8


@dataclass(frozen=True, slots=True)
class Found:
    """A URL that was found, in canonical form, and what the listing said of it."""

    url: str
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class PageCapture:
    """One page of an article: its URL in canonical form and the capture that holds it."""

    url: str
    capture: Capture


class Writer:
    """Queues what a run finds and commits it in batches; the caller flushes at least once a second.

    before_commit: called before each transaction; puts the archive on disk.
    """

    def __init__(self, store: Store, run_id: int, portal: str, *, before_commit: Callable[[], None]) -> None:
        self._store = store
        self._run_id = run_id
        self._portal = portal
        self._before_commit = before_commit
        self._queue: list[Callable[[sqlite3.Connection], None]] = []
        self._queued_urls: set[str] = set()
        self._channels: dict[str, int] = {}
        self.new_articles = 0
        self.new_revisions = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add_channel(self, channel: Channel) -> int:
        """The id of a channel, made if it is new. Commits at once: a walk refers to it."""
        if channel.url not in self._channels:
            path = json.dumps(channel.path, ensure_ascii=False)
            with self._store.transaction() as connection:
                connection.execute(
                    """INSERT INTO channels (portal, name, path, url) VALUES (?, ?, ?, ?)
                       ON CONFLICT (portal, url) DO UPDATE SET name = excluded.name, path = excluded.path""",
                    (self._portal, channel.name, path, channel.url),
                )
                row = connection.execute(
                    "SELECT id FROM channels WHERE portal = ? AND url = ?", (self._portal, channel.url)
                ).fetchone()
            self._channels[channel.url] = row[0]
        return self._channels[channel.url]

    def add_capture(self, capture: Capture) -> None:
        """Queue the row of a capture. What refers to it later names the capture itself."""
        values = (
            self._portal, capture.url, capture.fetched_at, capture.status, capture.content_type,
            capture.digest, capture.file, capture.offset, capture.length, self._run_id,
        )  # fmt: skip
        self._queue.append(
            lambda connection: _run(
                connection,
                """INSERT OR IGNORE INTO captures
                   (portal, url, fetched_at, status, content_type, digest, file, offset, length, run_id)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                values,
            )
        )

    def discover(
        self, found: Iterable[Found], kind: str, *, channel_id: int | None = None, walk: int = 0
    ) -> list[str]:
        """Queue URLs as pending and link them to the channel that listed them; gives those that are new."""
        found = list(found)
        known = known_urls(self._store, (item.url for item in found)) | self._queued_urls
        new = list(dict.fromkeys(item.url for item in found if item.url not in known))
        self._queued_urls.update(new)
        self._queue.append(lambda connection: self._write_found(connection, found, kind, channel_id, walk))
        return new

    def start_walk(self, channel_id: int, walk: int) -> None:
        """Queue that a walk of a channel has begun."""
        self._queue.append(
            lambda connection: _run(
                connection, "UPDATE channels SET walk = ?, last_listed_at = ? WHERE id = ?", (walk, _now(), channel_id)
            )
        )

    def complete_walk(self, channel_id: int, walk: int, since: str | None) -> None:
        """Queue that a walk saw everything of a channel, back to the day `since` or, with None, to its end."""
        self._queue.append(
            lambda connection: _run(
                connection,
                "UPDATE channels SET complete_walk = ?, complete_since = ? WHERE id = ?",
                (walk, since, channel_id),
            )
        )

    def add_article(self, article: Article, pages: Sequence[PageCapture]) -> None:
        """Queue an article with its pages, the first of which carries the article's own URL.

        It becomes a new row, a new revision of its row when one of CONTENT has changed, or only a later sighting.
        """
        self._queue.append(lambda connection: self._write_article(connection, article, pages))

    def settle(self, url: str, kind: str, state: str, reason: str | None = None, capture: Capture | None = None) -> None:
        """Queue what became of a URL. A failure counts as an attempt and sets the time of the next one."""
        self._queue.append(lambda connection: self._write_state(connection, url, kind, state, reason, capture))

    def flush(self) -> None:
        """Make everything queued true, whole or not at all. Raises StorageError when the disk refuses."""
        if not self._queue:
            return
        self._before_commit()
        with self._store.transaction() as connection:
            for write in self._queue:
                write(connection)
        self._queue.clear()
        self._queued_urls.clear()

    def _write_found(
        self, connection: sqlite3.Connection, found: list[Found], kind: str, channel_id: int | None, walk: int
    ) -> None:
        now = _now()
        connection.executemany(
            """INSERT OR IGNORE INTO ledger (url, portal, kind, state, discovered_at, updated_at, run_id)
               VALUES (?, ?, ?, 'pending', ?, ?, ?)""",
            [(item.url, self._portal, kind, now, now, self._run_id) for item in found],
        )
        if channel_id is None:
            return
        connection.executemany(
            """INSERT OR IGNORE INTO channel_entries (channel_id, ledger_id, walk, title, date)
               SELECT ?, id, ?, ?, ? FROM ledger WHERE url = ?""",
            [(channel_id, walk, item.title, item.date, item.url) for item in found],
        )
        connection.executemany(
            """INSERT OR IGNORE INTO article_channels (article_id, channel_id)
               SELECT article_id, ? FROM ledger WHERE url = ? AND article_id IS NOT NULL""",
            [(channel_id, item.url) for item in found],
        )

    def _write_article(self, connection: sqlite3.Connection, article: Article, pages: Sequence[PageCapture]) -> None:
        capture_ids = [_capture_id(connection, page.capture) for page in pages]
        seen_at = pages[0].capture.fetched_at
        values = _columns(article, self._portal) | {"last_seen_at": seen_at, "capture_id": capture_ids[0]}
        old = connection.execute("SELECT * FROM articles WHERE url = ?", (article.url,)).fetchone()
        if old is None:
            article_id = _insert(connection, "articles", values | {"first_seen_at": seen_at})
            self.new_articles += 1
            _write_revision(connection, article_id, 1, values)
        else:
            article_id = old["id"]
            if any(old[name] != values[name] for name in CONTENT):
                values["revision"] = old["revision"] + 1
                self.new_revisions += 1
                _write_revision(connection, article_id, old["revision"] + 1, values)
            _unindex(connection, article_id, old["title"], old["body"])
            assignments = ", ".join(f"{name} = ?" for name in values)
            connection.execute(f"UPDATE articles SET {assignments} WHERE id = ?", [*values.values(), article_id])
        _index(connection, article_id, article.title, article.body)
        self._link(connection, article, article_id, pages, capture_ids)

    def _link(
        self,
        connection: sqlite3.Connection,
        article: Article,
        article_id: int,
        pages: Sequence[PageCapture],
        capture_ids: list[int],
    ) -> None:
        connection.execute("DELETE FROM article_pages WHERE article_id = ?", (article_id,))
        connection.executemany(
            "INSERT INTO article_pages (article_id, number, url, capture_id) VALUES (?, ?, ?, ?)",
            [
                (article_id, number, page.url, capture_id)
                for number, (page, capture_id) in enumerate(zip(pages, capture_ids, strict=True), 1)
            ],
        )
        now = _now()
        for number, (page, capture_id) in enumerate(zip(pages, capture_ids, strict=True)):
            url = article.url if number == 0 else page.url
            connection.execute(
                """INSERT INTO ledger (url, portal, kind, state, discovered_at, updated_at, run_id, article_id, capture_id)
                   VALUES (?, ?, ?, 'done', ?, ?, ?, ?, ?)
                   ON CONFLICT (url) DO UPDATE SET state = 'done', reason = NULL, retry_at = NULL,
                   updated_at = excluded.updated_at, run_id = excluded.run_id,
                   article_id = excluded.article_id, capture_id = excluded.capture_id""",
                (url, self._portal, "page" if number else "article", now, now, self._run_id, article_id, capture_id),
            )
        connection.execute(
            """INSERT OR IGNORE INTO article_channels (article_id, channel_id)
               SELECT ?, e.channel_id FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id WHERE l.url = ?""",
            (article_id, article.url),
        )

    def _write_state(
        self,
        connection: sqlite3.Connection,
        url: str,
        kind: str,
        state: str,
        reason: str | None,
        capture: Capture | None,
    ) -> None:
        now = datetime.now(BEIJING)
        stamp = now.isoformat(timespec="seconds")
        capture_id = _capture_id(connection, capture) if capture else None
        connection.execute(
            """INSERT OR IGNORE INTO ledger (url, portal, kind, state, discovered_at, updated_at, run_id)
               VALUES (?, ?, ?, 'pending', ?, ?, ?)""",
            (url, self._portal, kind, stamp, stamp, self._run_id),
        )
        attempts = connection.execute("SELECT attempts FROM ledger WHERE url = ?", (url,)).fetchone()[0]
        attempts = attempts + 1 if state == "failed" else 0 if state == "done" else attempts
        retry_at = _retry_at(now, attempts) if state == "failed" else None
        connection.execute(
            """UPDATE ledger SET state = ?, reason = ?, attempts = ?, retry_at = ?, updated_at = ?, run_id = ?,
               capture_id = coalesce(?, capture_id) WHERE url = ?""",
            (state, reason, attempts, retry_at, stamp, self._run_id, capture_id, url),
        )


def _retry_at(now: datetime, attempts: int) -> str | None:
    if attempts >= _MOST_ATTEMPTS:
        return None
    wait = timedelta(hours=2 ** (attempts - _EAGER_ATTEMPTS)) if attempts >= _EAGER_ATTEMPTS else timedelta()
    return (now + wait).isoformat(timespec="seconds")


def _columns(article: Article, portal: str) -> dict[str, object]:
    values = {name: getattr(article, name) for name in _PLAIN}
    values["portal"] = portal
    for name in ("channel_path", "warnings", "provenance"):
        values[name] = json.dumps(getattr(article, name), ensure_ascii=False)
    values["images"] = json.dumps([asdict(image) for image in article.images], ensure_ascii=False)
    return values


_PLAIN = (
    "url", "title", "published_at", "published_precision", "published_raw",
    "source", "editor", "author", "body", "page_count", "extractor",
)  # fmt: skip
_IN_REVISION = (
    "title", "published_at", "published_precision", "published_raw", "source", "editor", "author", "body",
    "extractor", "capture_id",
)  # fmt: skip


def _write_revision(connection: sqlite3.Connection, article_id: int, number: int, values: dict[str, object]) -> None:
    row = {name: values[name] for name in _IN_REVISION}
    _insert(connection, "revisions", row | {"article_id": article_id, "revision": number, "seen_at": values["last_seen_at"]})


def _index(connection: sqlite3.Connection, article_id: int, title: str | None, body: str | None) -> None:
    connection.execute(
        "INSERT INTO article_search (rowid, title, body) VALUES (?, ?, ?)",
        (article_id, bigrams(title or ""), bigrams(body or "")),
    )


def _unindex(connection: sqlite3.Connection, article_id: int, title: str | None, body: str | None) -> None:
    connection.execute(
        "INSERT INTO article_search (article_search, rowid, title, body) VALUES ('delete', ?, ?, ?)",
        (article_id, bigrams(title or ""), bigrams(body or "")),
    )


def _capture_id(connection: sqlite3.Connection, capture: Capture) -> int:
    row = connection.execute(
        "SELECT id FROM captures WHERE file = ? AND offset = ?", (capture.file, capture.offset)
    ).fetchone()
    return int(row[0])


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> int:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _run(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> None:
    connection.execute(sql, values)


def _now() -> str:
    return datetime.now(BEIJING).isoformat(timespec="seconds")
