"""What an address alone says of the page behind it: a list, an article, or a file."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|ico|pdf|docx?|xlsx?|zip|rar|mp[34]|flv|apk|exe|js|css|xml|txt|json)$", re.I)
# The addresses of articles in the CMSs in use: a day, a month and t<date>_<id>, content_<id>, c<node>-<id>, a bare id.
_ARTICLE = re.compile(
    r"/(?:19|20)\d\d[-/_]?[01]\d[-/_]?[0-3]\d(?:/|[_-]|\.\w+$)|/(?:19|20)\d\d[01]\d/t\d{8}_|/t(?:19|20)\d{6}_"
    r"|content_\d+\.|/c\d{3,}-\d{5,}|/(?:19|20)\d\d/[01]?\d[0-3]\d/|/\d{5,}(?:_\d+)?\.\w+$|/(?:19|20)\d\d-[01]?\d/[0-3]?\d/"
    r"|/(?:art|article|detail|show|content|info)/.{0,300}\d",
    re.I,
)
# What is no part of the news: forums, mail, accounts, other editions, comments, search.
_SERVICE = re.compile(
    r"^https?://(?:bbs|club|forum|mail|passport|login|blog|wap|m|mobile|3g|app|search|so|ad|ads|shop|tuan)\."
    r"|/(?:search|login|member|user|register|passport|api|comment|forum|bbs|e/public|plus)\b|[?&]m=(?:search|member)\b",
    re.I,
)
_ARTICLE_KEYS = frozenset("id aid nid newsid articleid contentid docid infoid vid".split())
_LIST_KEYS = frozenset("catid classid typeid tid cid nodeid channelid columnid sortid lmid menuid".split())
# The names of lists: node_12.htm, list-17-1.html, list.php?id=3, index.php?a=lists&id=3.
_LIST = re.compile(
    r"/(?:lists?|node|channel|class|category|columns?|more|col)(?:[-_]?\d++)*+(?:\.\w+)?(?:\?|$)|[?&]\w+=(?:lists?|category|cate|channel|column|class|node)(?:&|$)",
    re.I,
)
_INDEX = re.compile(r"/(?:index|default|main|home)\.\w+$", re.I)


def may_be_listing(url: str) -> bool:
    """Whether an address can be a list's: a folder, an index, a node; none of an article, a file, a service."""
    return may_be_page(url) and not may_be_article(url)


def may_be_page(url: str) -> bool:
    """Whether an address can be a page's of the news, a list's or an article's: no file's and no service's."""
    return not (_FILE.search(urlsplit(url).path) or _SERVICE.search(url))


def may_be_article(url: str) -> bool:
    """Whether an address looks like an article's."""
    parts = urlsplit(url)
    # An article's address may name its channel, too, but a list's says that it is one.
    if _LIST.search(f"{parts.path}?{parts.query}"):
        return False
    return bool(_keys(url) & _ARTICLE_KEYS) or _ARTICLE.search(parts.path) is not None


def is_surely_list(url: str) -> bool:
    """Whether an address is a folder's, an index's or a node's, and no article's whatever stands beside its link."""
    parts = urlsplit(url)
    if may_be_article(url):
        return False
    indexed = parts.path.endswith("/") or not parts.path or _INDEX.search(parts.path) is not None
    named = _LIST.search(f"{parts.path}?{parts.query}") is not None
    return named or bool(_keys(url) & _LIST_KEYS) or (indexed and not parts.query)


def _keys(url: str) -> set[str]:
    return {key.lower() for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}


def folder_of(url: str) -> str:
    """Host and folder of a list, with a slash at the end: what the lists below it begin with."""
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www.") + _INDEX.sub("/", parts.path or "/").rpartition("/")[0] + "/"


def is_below(url: str, other: str) -> bool:
    """Whether a list lies in a folder below another's; a site's root has everything below it and says nothing."""
    above = folder_of(other)
    return above.count("/") > 1 and folder_of(url) != above and folder_of(url).startswith(above)
