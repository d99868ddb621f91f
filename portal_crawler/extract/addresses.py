"""What an address says of what it leads to: an article, a list, a file."""

from __future__ import annotations

import re

# Directory indexes and pages of lists, in the CMSs' own naming; everything else with a number is an article.
_LIST_PAGE = re.compile(r"(?:^|/)(?:(?:index|default|list|node|channel|more|c\d+_)[\w-]*\.\w+|)$", re.I)
_ARTICLE_PATH = re.compile(
    r"/(?:19|20)\d\d[-/_]?[01]?\d|\d{5,}|[a-z]{0,40}[-_]?\d{1,40}\.(?:s?html?|jhtml|aspx?|php|jsp)$"
    r"|^(?>.*?/(?:content|article|art|detail|info|news|posts?|archives|view|show|a|p|n)/).*\d",
    re.I,
)
_ARTICLE_QUERY = re.compile(r"(?:^|&)(?:\w*id|aid|nid|contentid)=\w*\d", re.I)
FILES = re.compile(r"\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|zip|rar|mp[34]|apk|exe|js|css|xml)$", re.I)


def looks_like_article(path: str, query: str) -> bool:
    """Whether an address is written as those of articles are."""
    if query and _ARTICLE_QUERY.search(query):
        return True
    return _LIST_PAGE.search(path) is None and _ARTICLE_PATH.search(path) is not None
