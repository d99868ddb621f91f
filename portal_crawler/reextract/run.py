"""Reading the articles of a database again, and correcting their rows in place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from portal_crawler.article import Portal
from portal_crawler.extract.template import Template, learn_template
from portal_crawler.reextract.reading import Reader, Reading
from portal_crawler.reextract.report import Change, Report
from portal_crawler.reextract.tasks import all_tasks, count_articles, latest_tasks, portals_of
from portal_crawler.reextract.workers import Spread, bodies_of, read_all
from portal_crawler.store import (
    Store,
    columns_of,
    load_template,
    rewrite_article,
    rewrite_revision,
    save_template,
)
from portal_crawler.store.rewrite import READ_IN_REVISION

# From so many articles a template can be learnt; from more than the other number, nothing new is.
_ENOUGH, _AT_MOST = 30, 300


def reextract(
    store: Store,
    archive: Path,
    *,
    portals: Mapping[str, Portal],
    only: str | None = None,
    dry_run: bool = False,
    jobs: int | Spread = 1,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Read every stored article again from its captures, and change what is read otherwise now.

    portals: profiles by id. only: one portal's articles. dry_run: change nothing. jobs: processes that read, or who
    else does; this one writes, one batch a transaction: a kill costs a batch, and the next run comes to the same end. A
    crawl may go on meanwhile: what it has read since is left as it is. No text is deleted: an article on which nothing
    is found now keeps its row. Raises StorageError when the disk refuses.
    """
    report = Report()
    chosen = [only] if only is not None else portals_of(store)
    report.articles_total = sum(count_articles(store, portal) for portal in chosen)
    for portal in chosen:
        template = _template(store, archive, portal, portals, jobs, report, dry_run)
        reader = Reader(archive, _profile_of(portal, portals), {portal: template})
        for readings in read_all(reader, all_tasks(store, portal), jobs):
            if dry_run:
                for reading in readings:
                    _compare(store.connection, reading, report)
            else:
                with store.transaction() as connection:
                    for reading in readings:
                        _correct(connection, reading, report)
            progress(report)
    return report


def _profile_of(portal: str, portals: Mapping[str, Portal]) -> Mapping[str, Portal]:
    """The one profile that a reader of this portal needs, since readers travel to other processes with every batch."""
    return {portal: portals[portal]} if portal in portals else {}


def _template(
    store: Store,
    archive: Path,
    portal: str,
    portals: Mapping[str, Portal],
    jobs: int | Spread,
    report: Report,
    dry_run: bool,
) -> Template:
    """The portal's template; learnt first where there is none, so that the first articles are stripped, too."""
    stored = load_template(store.connection, portal)
    if stored is not None:
        return Template.from_json(stored)
    if count_articles(store, portal) < _ENOUGH:
        return Template()
    reader = Reader(archive, _profile_of(portal, portals), {})
    found = bodies_of(reader, latest_tasks(store, portal, _AT_MOST), jobs)
    template = learn_template([lines for bodies in found for lines in bodies])
    report.learnt[portal] = len(template.head) + len(template.tail)
    if not dry_run:
        with store.transaction() as connection:
            save_template(connection, portal, template.pages, template.to_json())
    return template


def _correct(connection: sqlite3.Connection, reading: Reading, report: Report) -> None:
    values = _compare(connection, reading, report)
    task = reading.task
    if values is None:
        return
    if task.is_current and not rewrite_article(connection, task.article_id, task.capture_id, values):
        return
    rewrite_revision(connection, task.article_id, task.revision, values)


def _compare(connection: sqlite3.Connection, reading: Reading, report: Report) -> dict[str, object] | None:
    """The columns that were read where they differ from those that are stored; the differences go to the report."""
    task, article = reading.task, reading.article
    report.articles += task.is_current
    report.revisions += not task.is_current
    if article is None:
        report.unreadable.append((task.url, reading.problem or ""))
        return None
    old = _stored(connection, reading)
    if old is None:
        report.moved += 1
        return None
    if article.body is None and not article.images and (old["body"] is not None or old["images"] != "[]"):
        report.kept.append(task.url)
        return None
    values = columns_of(article)
    differing = [name for name in values if name in old and old[name] != values[name]]
    if not differing:
        return None
    if task.is_current:
        report.changed_articles += 1
        for name in differing:
            report.note(Change(task.url, name, old[name], values[name]))
    return values


def _stored(connection: sqlite3.Connection, reading: Reading) -> dict[str, object] | None:
    """The row that a reading is of, None if another capture has taken its place."""
    task = reading.task
    if task.is_current:
        row = connection.execute(
            "SELECT * FROM articles WHERE id = ? AND capture_id = ?", (task.article_id, task.capture_id)
        ).fetchone()
        return dict(row) if row else None
    row = connection.execute(
        "SELECT * FROM revisions WHERE article_id = ? AND revision = ?", (task.article_id, task.revision)
    ).fetchone()
    return {name: row[name] for name in READ_IN_REVISION} if row else None
