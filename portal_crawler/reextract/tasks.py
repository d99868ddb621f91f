"""What there is to read again, in the order in which it lies in the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from portal_crawler.reextract.reading import Place, Task
from portal_crawler.store import Store

_BATCH = 40


def count_articles(store: Store, portal: str) -> int:
    """How many articles of a portal are stored."""
    return int(store.rows("SELECT count(*) FROM articles WHERE portal = ?", (portal,))[0][0])


def portals_of(store: Store) -> list[str]:
    """The portals that have articles."""
    return [row[0] for row in store.rows("SELECT DISTINCT portal FROM articles ORDER BY portal")]


def latest_tasks(store: Store, portal: str, limit: int) -> Iterator[list[Task]]:
    """The articles that were stored last, in batches."""
    rows = store.rows("SELECT id FROM articles WHERE portal = ? ORDER BY id DESC LIMIT ?", (portal, limit))
    yield from _batches(_current(store, row[0]) for row in rows)


def all_tasks(store: Store, portal: str) -> Iterator[list[Task]]:
    """Every revision of every article of a portal, the current ones first, in batches."""
    ids = store.rows(
        """SELECT a.id FROM articles a JOIN captures c ON c.id = a.capture_id WHERE a.portal = ?
           ORDER BY c.file, c.offset""",
        (portal,),
    )
    yield from _batches(_current(store, row[0]) for row in ids)
    older = store.rows(
        """SELECT r.article_id, r.revision FROM revisions r JOIN articles a ON a.id = r.article_id
           JOIN captures c ON c.id = r.capture_id
           WHERE a.portal = ? AND r.revision < a.revision ORDER BY c.file, c.offset""",
        (portal,),
    )
    yield from _batches(task for row in older if (task := _older(store, row[0], row[1])) is not None)


def _batches(tasks: Iterator[Task]) -> Iterator[list[Task]]:
    while batch := list(islice(tasks, _BATCH)):
        yield batch


def _current(store: Store, article_id: int) -> Task:
    (row,) = store.rows("SELECT * FROM articles WHERE id = ?", (article_id,))
    pages = store.rows(
        """SELECT c.file, c.offset, c.length FROM article_pages p JOIN captures c ON c.id = p.capture_id
           WHERE p.article_id = ? ORDER BY p.number""",
        (article_id,),
    )
    # Doubts that come from the crawl: a page that was missing, a later answer that was no article.
    kept = [
        name
        for name in json.loads(row["warnings"])
        if name == "missing_page" or name.startswith(("recheck_", "drift_"))
    ]
    return Task(
        article_id=article_id,
        revision=row["revision"],
        is_current=True,
        url=row["url"],
        portal=row["portal"],
        capture_id=row["capture_id"],
        places=tuple(_place(page) for page in pages),
        kept=tuple(kept),
    )


def _older(store: Store, article_id: int, revision: int) -> Task | None:
    """An older revision with the captures that its pages had; None where they cannot be told any more."""
    (row,) = store.rows(
        """SELECT r.capture_id, a.url, a.portal, c.file, c.offset, c.length,
                  (SELECT n.capture_id FROM revisions n WHERE n.article_id = a.id AND n.revision = r.revision + 1)
                  AS following
           FROM revisions r JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id
           WHERE r.article_id = ? AND r.revision = ?""",
        (article_id, revision),
    )
    places = [_place(row)]
    urls = store.rows(
        "SELECT url FROM article_pages WHERE article_id = ? AND number > 1 ORDER BY number", (article_id,)
    )
    for (url,) in urls:
        # Pages are fetched one after the other, behind the first one.
        later = store.rows(
            """SELECT file, offset, length FROM captures WHERE url = ? AND status BETWEEN 200 AND 299
               AND id > ? AND id < ? ORDER BY id LIMIT 1""",
            (url, row["capture_id"], row["following"]),
        )
        if not later:
            return None
        places.append(_place(later[0]))
    return Task(article_id, revision, False, row["url"], row["portal"], row["capture_id"], tuple(places))


def _place(row: object) -> Place:
    return row["file"], row["offset"], row["length"]  # type: ignore[index]
