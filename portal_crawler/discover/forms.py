"""How a portal makes an article's address of its number, learned from the articles that its front page links to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from portal_crawler.discover.addresses import may_be_article
from portal_crawler.discover.words import tidy
from portal_crawler.extract import Page
from portal_crawler.extract.page_links import absolute
from portal_crawler.urls import belongs_to, canonical_url

_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_HEADLINE = 10
# So many articles with addresses of one form show a rule; and a portal has no more than a few.
_ENOUGH, _MOST = 3, 3


@dataclass(frozen=True, slots=True)
class ArticleForms:
    """Addresses with `{id}` in the place of the article's number, the commonest first, and the articles seen."""

    templates: tuple[str, ...]
    seen: frozenset[str]


def article_forms(page: Page, hosts: tuple[str, ...]) -> ArticleForms:
    """The forms of the addresses that a page's headlines lead to."""
    seen = set()
    for element in page.root.iter("a"):
        if len(tidy("".join(element.itertext()))) < _HEADLINE or not element.get("href"):
            continue
        try:
            url = canonical_url(absolute(page, element.get("href")))
        except ValueError:
            continue
        if belongs_to(url, hosts) and may_be_article(url):
            seen.add(url)
    counts = Counter(_LAST_NUMBER.sub("{id}", url) for url in seen)
    common = [form for form, count in counts.most_common(_MOST) if count >= _ENOUGH and "{id}" in form]
    return ArticleForms(tuple(common), frozenset(seen))
