"""The one writer of a crawl: what a run finds is queued, and a batch becomes true in one short transaction.

Captures, article, revision, channel links, search index and ledger row of an article stand in the same
transaction, and the archive is on disk before it begins. So a kill at any moment costs at most the batch.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING, Article, Capture, Channel
from portal_crawler.store.articles import Fate, PageCapture, find_capture, put_article
from portal_crawler.store.database import Store
from portal_crawler.store.ledger import known_urls
from portal_crawler.store.rechecks import SCHEDULE
from portal_crawler.store.states import Finder, Found, put_done, put_found, put_state
from portal_crawler.store.templates import save_template
from portal_crawler.store.text_changes import TextChanges
from portal_crawler.urls import identity


class Writer:
    """Queues what a run finds and commits it in batches; the caller flushes at least once a second.

    before_commit: called before each transaction; puts the archive on disk. in_commit: called in each one, with the
    connection. schedule: ages at which articles are to be asked for again. template: the portal's, if this run has
    learnt one, as JSON. new_articles, new_revisions: how many were committed. `len` gives the number of queued entries.
    """

    def __init__(
        self,
        store: Store,
        run_id: int,
        portal: str,
        *,
        before_commit: Callable[[], None],
        in_commit: Callable[[sqlite3.Connection], None] = lambda connection: None,
        schedule: Sequence[timedelta] = SCHEDULE,
    ) -> None:
        self._store = store
        self._finder = Finder(portal, run_id)
        self._before_commit = before_commit
        self._in_commit = in_commit
        self.schedule = tuple(schedule)
        self._queue: list[Callable[[sqlite3.Connection], Fate | None]] = []
        self._texts = TextChanges()
        # What of the URLs in the queue tells one page from another.
        self._queued: set[str] = set()
        self._channels: dict[str, int] = {}
        self._segments: set[str] = set()
        self.template: str | None = None
        self.new_articles = 0
        self.new_revisions = 0

    def __len__(self) -> int:
        return len(self._queue)

    def add_segment(self, file: str) -> None:
        """Record a segment of the archive. Commits at once: a segment without a row is never cleaned up."""
        with self._store.transaction() as connection:
            self._put_segment(connection, file)
        self._segments.add(file)

    def add_channel(self, channel: Channel) -> int:
        """The id of a channel, made if it is new. Commits at once: a walk refers to it."""
        if channel.url not in self._channels:
            path = json.dumps(channel.path, ensure_ascii=False)
            portal = self._finder.portal
            with self._store.transaction() as connection:
                connection.execute(
                    """INSERT INTO channels (portal, name, path, url) VALUES (?, ?, ?, ?)
                       ON CONFLICT (portal, url) DO UPDATE SET name = excluded.name, path = excluded.path""",
                    (portal, channel.name, path, channel.url),
                )
                row = connection.execute(
                    "SELECT id FROM channels WHERE portal = ? AND url = ?", (portal, channel.url)
                ).fetchone()
            self._channels[channel.url] = row[0]
        return self._channels[channel.url]

    def add_capture(self, capture: Capture) -> None:
        """Queue the row of a capture. What refers to it is queued after it and names the capture itself."""
        self._queue.append(lambda connection: self._put_capture(connection, capture))

    def discover(self, found: Iterable[Found], kind: str, *, channel_id: int | None = None, walk: int = 0) -> list[str]:
        """Queue URLs as pending and link them to the channel that listed them; gives those that are new.

        kind: article, listing or page. A URL that is only queued so far is not new again, nor is a variant of a
        known article's URL (`urls.identity`).
        """
        found = list(found)
        known = known_urls(self._store, (item.url for item in found), kind)
        new = []
        for item in found:
            name = identity(item.url) if kind == "article" else item.url
            if item.url not in known and name not in self._queued:
                self._queued.add(name)
                new.append(item.url)
        finder = replace(self._finder, channel_id=channel_id, walk=walk)
        self._queue.append(lambda connection: put_found(connection, found, kind, finder))
        return new

    def start_walk(self, channel_id: int, walk: int) -> None:
        """Queue that a walk of a channel has begun."""
        self._queue_sql(
            "UPDATE channels SET walk = ?, last_listed_at = ? WHERE id = ?",
            walk,
            datetime.now(BEIJING).isoformat(timespec="seconds"),
            channel_id,
        )

    def complete_walk(self, channel_id: int, walk: int, since: str | None) -> None:
        """Queue that a walk saw all of a channel, back to the day `since` or, with None, to its end."""
        self._queue_sql(
            "UPDATE channels SET complete_walk = ?, complete_since = ? WHERE id = ?", walk, since, channel_id
        )

    def add_article(self, article: Article, pages: Sequence[PageCapture], previous: Article | None = None) -> None:
        """Queue an article with its pages; the first one stands in the ledger as the article's own URL.

        It becomes a new row, a new revision of its row, or a later sighting; its ledger rows become done.
        previous: what today's rules read on the pages of its last revision (see `put_article`).
        """
        self._queue.append(lambda connection: self._put_article(connection, article, pages, previous))

    def add_recheck(self, write: Callable[[sqlite3.Connection, Sequence[timedelta]], None]) -> None:
        """Queue what a re-check found: a call of one of the `rechecks` functions, given connection and schedule."""

        def run(connection: sqlite3.Connection) -> None:
            write(connection, self.schedule)

        self._queue.append(run)

    def settle(
        self, url: str, kind: str, state: str, reason: str | None = None, capture: Capture | None = None
    ) -> None:
        """Queue what became of a URL: state done, failed, blocked or skipped, and why.

        A failure counts as an attempt: it is due again in the next run, from the third on after an hour and
        then twice as long each time, and from the eighth on never.
        """
        self._queue.append(
            lambda connection: put_state(
                connection,
                Found(url),
                kind,
                self._finder,
                state,
                reason,
                find_capture(connection, capture) if capture else None,
            )
        )

    def keep_template(self, pages: int, template: str) -> None:
        """Queue the portal's template, with the article from which it was learnt last. pages, template: as stored."""
        self.template = template
        portal = self._finder.portal
        self._queue.append(lambda connection: save_template(connection, portal, pages, template))

    def flush(self, *, always: bool = False) -> None:
        """Make everything queued true, whole or not at all; after an error it is queued still.

        always: also when nothing is queued. Raises StorageError when the disk refuses, and whatever `before_commit`
        raises.
        """
        if not self._queue and not always:
            return
        self._before_commit()
        self._texts = TextChanges()
        with self._store.transaction() as connection:
            fates = [write(connection) for write in self._queue]
            self._in_commit(connection)
            self._texts.write(connection)
        self._queue.clear()
        self._queued.clear()
        self.new_articles += fates.count("new")
        self.new_revisions += fates.count("revised")

    def _queue_sql(self, sql: str, *values: object) -> None:
        def run(connection: sqlite3.Connection) -> None:
            connection.execute(sql, values)

        self._queue.append(run)

    def _put_segment(self, connection: sqlite3.Connection, file: str) -> None:
        connection.execute(
            "INSERT INTO segments (file, portal, run_id) VALUES (?, ?, ?) ON CONFLICT (file) DO NOTHING",
            (file, self._finder.portal, self._finder.run_id),
        )

    def _put_capture(self, connection: sqlite3.Connection, capture: Capture) -> None:
        if capture.file not in self._segments:
            self._put_segment(connection, capture.file)
        connection.execute(
            """INSERT INTO captures
               (portal, url, fetched_at, status, content_type, digest, file, offset, length, run_id)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                self._finder.portal,
                capture.url,
                capture.fetched_at,
                capture.status,
                capture.content_type,
                capture.digest,
                capture.file,
                capture.offset,
                capture.length,
                self._finder.run_id,
            ),
        )

    def _put_article(
        self,
        connection: sqlite3.Connection,
        article: Article,
        pages: Sequence[PageCapture],
        previous: Article | None,
    ) -> Fate:
        capture_ids = [find_capture(connection, page.capture) for page in pages]
        article_id, fate = put_article(
            connection,
            article,
            self._finder.portal,
            pages,
            capture_ids,
            self._texts,
            previous=previous,
            schedule=self.schedule,
        )
        for number, (page, capture_id) in enumerate(zip(pages, capture_ids, strict=True)):
            url, kind = (page.url, "page") if number else (article.url, "article")
            put_done(connection, url, kind, self._finder, article_id, capture_id)
        return fate
