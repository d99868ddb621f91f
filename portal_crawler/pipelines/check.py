"""Doubts about a record become named warnings; nothing is thrown away for a doubt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING, Article
from portal_crawler.items import ArticlePages


class CheckPipeline:
    """Adds the doubts that the page alone does not show."""

    def process_item(self, item: ArticlePages) -> ArticlePages:
        assert item.article is not None
        warnings = [*item.article.warnings, *doubts(item.article)]
        if item.missing:
            warnings.append("missing_page")
        item.article = replace(item.article, warnings=tuple(dict.fromkeys(warnings)))
        return item


def doubts(article: Article, now: datetime | None = None) -> list[str]:
    """Names of what is doubtful: no_title, future_date, short_body."""
    found = []
    if article.title is None:
        found.append("no_title")
    tomorrow = (now or datetime.now(BEIJING)) + timedelta(days=1)
    if article.published_at and article.published_at[:10] > tomorrow.date().isoformat():
        found.append("future_date")
    if article.body is not None and len(article.body) < 30 and not article.images:
        found.append("short_body")
    return found
