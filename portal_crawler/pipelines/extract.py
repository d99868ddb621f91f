"""The pages of an article to its record."""

from __future__ import annotations

from dataclasses import replace

from scrapy.crawler import Crawler

from portal_crawler.extract import article_of
from portal_crawler.items import ArticlePages


class ExtractPipeline:
    """Extracts the article; the pages were parsed once, in the spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ExtractPipeline:
        return cls(crawler)

    def process_item(self, item: ArticlePages) -> ArticlePages:
        portal = self._crawler.spider.session.portal  # type: ignore[union-attr]
        # Known by the address that the listing gave, wherever the portal has moved the page.
        item.article = replace(article_of(item.pages, portal=portal), url=item.url)
        return item
