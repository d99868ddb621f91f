"""The record to the store, or the reason why there is none to the ledger."""

from __future__ import annotations

from scrapy.crawler import Crawler

from portal_crawler.article import Article
from portal_crawler.items import ArticlePages
from portal_crawler.session import Session
from portal_crawler.store import find_twin
from portal_crawler.urls import identity, without_tokens


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
        twin = self._twin_of(item.article)
        with session.reading():
            if item.template is not None:
                session.writer.keep_template(item.template.pages, item.template.to_json())
            self._put(session, item, item.article, twin)
            session.answers.close(item.answer)
        return item

    def _put(self, session: Session, item: ArticlePages, article: Article, twin: str | None) -> None:
        if session.rechecks.is_asked(item.url):
            session.rechecks.find_article(article, item.captures, item.pages[0])
        elif article.body is None and not article.images:
            session.settle(item.url, "article", "failed", "no text found", item.captures[0].capture)
        elif twin is not None:
            item.harvest.twins += 1
            session.settle(item.url, "article", "skipped", f"the same article as {twin}", item.captures[0].capture)
        else:
            item.harvest.stored += 1
            session.add_article(article, item.captures)

    def _twin_of(self, article: Article) -> str | None:
        """The address under which the same text is stored already, by this run or one before."""
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        if without_tokens(article.url) == identity(article.url) or session.rechecks.is_asked(article.url):
            return None
        # What is still queued counts, too; few portals have such addresses.
        session.flush()
        return find_twin(session.store, session.portal.id, article)
