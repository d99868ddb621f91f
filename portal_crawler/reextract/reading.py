"""Reading an article again from its captures. It runs in worker processes, which share nothing but the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from portal_crawler.archive import ArchiveError, read_exchange
from portal_crawler.article import Article, Portal
from portal_crawler.extract import Page, article_of, read_page
from portal_crawler.extract.template import Template, parts_of, strip_article
from portal_crawler.pipelines.check import doubts

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Task:
    """What to read: one revision of an article.

    places: file, offset and length of its pages' captures, in page order. capture_id: of its first page. kept:
    warnings that the pages do not show.
    """

    article_id: int
    revision: int
    is_current: bool
    url: str
    portal: str
    capture_id: int
    places: tuple[Place, ...]
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for a task, or why it could not be."""

    task: Task
    article: Article | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads tasks. portals, templates: by portal id."""

    archive: Path
    portals: Mapping[str, Portal]
    templates: Mapping[str, Template]

    def read(self, tasks: Sequence[Task]) -> list[Reading]:
        """The articles of these tasks, in their order."""
        return [self._read(task) for task in tasks]

    def bodies(self, tasks: Sequence[Task]) -> list[list[str]]:
        """The lines of the articles' first pages that have any, before a template is applied."""
        found = []
        for task in tasks:
            try:
                pages = self._pages(task)
            except ArchiveError:
                continue
            article = article_of(pages, portal=self._portal(task))
            if article.body is not None:
                parts = parts_of(article, pages)
                found.append(parts[0] or parts[-1])
        return found

    def _read(self, task: Task) -> Reading:
        try:
            pages = self._pages(task)
        except ArchiveError as error:
            return Reading(task, None, str(error))
        # Known by the address that the listing gave, wherever the portal has moved the page.
        article = replace(article_of(pages, portal=self._portal(task)), url=task.url)
        if article.body is not None:
            template = self.templates.get(task.portal, Template())
            article = strip_article(article, template, parts_of(article, pages))
        warnings = (*article.warnings, *doubts(article, pages[0].fetched_at), *task.kept)
        return Reading(task, replace(article, warnings=tuple(dict.fromkeys(warnings))))

    def _pages(self, task: Task) -> list[Page]:
        pages = []
        for file, offset, length in task.places:
            exchange = read_exchange(self.archive, file, offset, length)
            pages.append(
                read_page(
                    exchange.content(),
                    exchange.url,
                    content_type=exchange.header("content-type"),
                    portal=self._portal(task),
                    fetched_at=exchange.fetched_at,
                )
            )
        return pages

    def _portal(self, task: Task) -> Portal:
        return self.portals.get(task.portal) or Portal(task.portal, task.portal)
