"""What the spider yields: the pages of one article, parsed once, with the captures that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal_crawler.article import Article, Capture
from portal_crawler.extract import Page
from portal_crawler.extract.template import Template
from portal_crawler.store import PageCapture


@dataclass(slots=True)
class Harvest:
    """What became of the articles that one walk opened. stored: whose text was new; twins: whose text was stored under
    another address before; absent: those that answered 200 and had no article.
    """

    stored: int = 0
    twins: int = 0
    absent: int = 0


@dataclass(slots=True)
class ArticlePages:
    """An article on its way through the pipelines.

    url: the article's address in the ledger. pages and captures: in page order. missing: addresses of pages that
    the portal no longer has. article: set by the extract pipeline. harvest: of the walk that found it. answer: the one
    that completed it. template: the portal's, if it was learnt anew with this article.
    """

    url: str
    pages: list[Page]
    captures: list[PageCapture]
    missing: list[str] = field(default_factory=list)
    article: Article | None = None
    harvest: Harvest = field(default_factory=Harvest)
    answer: Capture | None = None
    template: Template | None = None
