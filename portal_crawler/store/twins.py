"""Whether an article's text is stored already, under an address that differs only in what servers draw by lot."""

from __future__ import annotations

from portal_crawler.article import Article
from portal_crawler.store.database import Store
from portal_crawler.urls import identity, without_tokens


def find_twin(store: Store, portal: str, article: Article) -> str | None:
    """The address under which the same text is stored; None where it is new, or its address holds nothing by lot.

    The same text at two addresses of their own is two articles: portals publish one in several columns.
    """
    place = without_tokens(article.url)
    if place == identity(article.url) or article.body is None:
        return None
    rows = store.rows(
        "SELECT url, body FROM articles WHERE portal = ? AND published_at IS ? AND title IS ? AND url <> ?",
        (portal, article.published_at, article.title, article.url),
    )
    for row in rows:
        if row["body"] and _is_same(article.body, row["body"]) and without_tokens(row["url"]) == place:
            return str(row["url"])
    return None


def _is_same(one: str, other: str) -> bool:
    """Whether two bodies are one, but for what was known of the portal's template when they were read."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) * 2 > len(longer) and shorter in longer
