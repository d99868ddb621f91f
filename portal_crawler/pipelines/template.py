"""What the portal repeats around its articles is stripped from them, and learnt as they come.

What was learnt is stored with the article that taught it: a kill leaves the template of the articles that are stored.
"""

from __future__ import annotations

from scrapy.crawler import Crawler

from portal_crawler.extract.template import Template, learn_template, parts_of, strip_article
from portal_crawler.items import ArticlePages
from portal_crawler.session import Session
from portal_crawler.store import load_template, recent_bodies

# The portal's template is learnt again after so many articles, and at the end of a crawl.
_EVERY = 30
# So many articles, those stored before included, are asked for new lines.
_AT_MOST = 300


class TemplatePipeline:
    """Strips bodies with the portal's template, which it loads with the first article and learns on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._template: Template | None = None
        self._stored: list[list[str]] = []
        self._fresh: list[list[str]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TemplatePipeline:
        return cls(crawler)

    def process_item(self, item: ArticlePages) -> ArticlePages:
        assert item.article is not None
        if item.article.body is None:
            return item
        if self._template is None:
            self._template = self._load()
        parts = parts_of(item.article, item.pages)
        # However many pages an article has, it is one witness.
        self._fresh.append(parts[0] or parts[-1])
        if len(self._fresh) >= _EVERY:
            item.template = self._learn()
        item.article = strip_article(item.article, self._template, parts)
        return item

    def learn_rest(self) -> None:
        """Learn from the last articles too, at the end of the crawl."""
        if self._fresh:
            template = self._learn()
            self._session.writer.keep_template(template.pages, template.to_json())

    def _load(self) -> Template:
        session = self._session
        session.at_end.append(self.learn_rest)
        stored = load_template(session.store.connection, session.portal.id)
        self._stored = recent_bodies(session.store.connection, session.portal.id, _AT_MOST)
        if stored is not None:
            return Template.from_json(stored)
        # A database from before there were templates teaches at once.
        return learn_template((), stripped=self._stored) if len(self._stored) >= _EVERY else Template()

    def _learn(self) -> Template:
        self._template = learn_template(self._fresh, known=self._template, stripped=self._stored)
        self._stored = [*self._fresh, *self._stored][:_AT_MOST]
        self._fresh = []
        return self._template

    @property
    def _session(self) -> Session:
        return self._crawler.spider.session  # type: ignore[union-attr,no-any-return]
