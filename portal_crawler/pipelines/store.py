"""The record to the store, or the reason why there is none to the ledger."""

from __future__ import annotations

from scrapy.crawler import Crawler

from portal_crawler.items import ArticlePages
from portal_crawler.session import Session


class StorePipeline:
    """Stores an article with its captures; a page on which nothing was found is failed, its capture kept.

    What was asked for again is judged by the run's re-checks first.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(crawler)

    def process_item(self, item: ArticlePages) -> ArticlePages:
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        assert item.article is not None
        if session.rechecks.is_asked(item.url):
            session.rechecks.find_article(item.article, item.captures, item.pages[0])
        elif item.article.body is None and not item.article.images:
            session.settle(item.url, "article", "failed", "no text found", item.captures[0].capture)
        else:
            session.add_article(item.article, item.captures)
        return item
