"""The other pages of an article that is split over several.

A page belongs to the article when its address is the article's own with a page number added: `_2`, `-2`, `_02`
before the suffix (TRS, DedeCMS, EmpireCMS, PHPCMS, the /system/ family, Xinhua) or `page=2` and the like in the
query. What a link says is no evidence: 下一页 and 下一篇 are used for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from portal_crawler.extract.page import Page

# No article in the corpus or in the CMS notes has more; a pager beyond that is a trap.
MOST_PAGES = 60
_NUMBERED = re.compile(r"[_-](?P<number>\d{1,2})$")
# ArticlePage is PowerEasy's, paged WordPress's, the others are what CMSs of a site's own call it.
_PAGE_KEYS = frozenset(
    (
        *("page", "p", "pageno", "pagenum", "pn", "pageindex", "pg", "part", "paged", "page_no", "page_num"),
        *("currentpage", "curpage", "pagenumber", "articlepage"),
    )
)
# TRS prints its pager by script and counts from 0: page 2 of t1.html is t1_1.html.
_SCRIPTED = re.compile(r"""createPageHTML\s*\(\s*(\d+)\s*,\s*\d+\s*,\s*["']([^"']+)["']\s*,\s*["'](\w+)["']""")


def further_pages(page: Page, *, article_url: str | None = None, selector: str | None = None) -> tuple[str, ...]:
    """Absolute URLs of the pages from the second on that this page names, in page order, without this page.

    article_url: the address of the article's first page; without it, this page is the first. selector: a profile's
    CSS selector of the links to the other pages, which overrules the form of addresses.
    """
    if selector is not None:
        return _selected(page, selector, article_url or page.url)
    article = _parts(article_url or page.url)
    if article is None:
        return ()
    found: dict[int, str] = {}
    for element in page.root.iter("a", "option"):
        href = element.get("href") or (element.get("value") if element.tag == "option" else None)
        # Most links of a page are not the article's, and taking an address apart costs more than this look.
        if href and (article.stem in href or href.startswith("?")):
            url = _absolute(page.url, href)
            number = _page_number(article, url)
            if number is not None:
                found.setdefault(number, url)
    if "createPageHTML" in page.text:
        found |= _scripted(article, page)
    return tuple(url for _, url in sorted(found.items()) if url != page.url)[:MOST_PAGES]


def _selected(page: Page, selector: str, article_url: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for element in page.root.cssselect(selector):
        href = (element.get("href") or element.get("value") or "").strip()
        if href and not href.lower().startswith(("#", "javascript:", "mailto:")):
            found.setdefault(_absolute(page.url, href))
    return tuple(url for url in found if url.startswith("http") and url not in (page.url, article_url))[:MOST_PAGES]


@dataclass(frozen=True, slots=True)
class _Parts:
    """An address taken apart: what all pages of an article share, and the page number in its query."""

    place: tuple[str, str]
    stem: str
    suffix: str
    query: tuple[tuple[str, str], ...]
    number: int


def _parts(url: str) -> _Parts | None:
    try:
        split = urlsplit(url)
        host = (split.hostname or "", split.port)
    except ValueError:
        return None
    directory, _, name = split.path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    number = 1
    query = []
    for key, value in parse_qsl(split.query, keep_blank_values=True):
        if key.lower() in _PAGE_KEYS and value.isdecimal() and len(value) < 3:
            number = int(value)
        else:
            query.append((key, value))
    return _Parts((f"{host[0]}:{host[1]}", directory), stem, suffix, tuple(query), number)


def _page_number(article: _Parts, url: str) -> int | None:
    """Which page of the article an address is; None for the first page and for what is none of its pages."""
    other = _parts(url)
    if other is None or not article.stem or other.place != article.place or other.suffix != article.suffix:
        return None
    if other.query != article.query or not other.stem.startswith(article.stem):
        return None
    if other.stem == article.stem:
        number = other.number
    elif match := _NUMBERED.fullmatch(other.stem[len(article.stem) :]):
        number = int(match["number"])
    else:
        return None
    return number if number > 1 else None


def _scripted(article: _Parts, page: Page) -> dict[int, str]:
    found = {}
    for match in _SCRIPTED.finditer(page.text):
        count, stem, suffix = int(match[1]), match[2], match[3]
        if stem == article.stem:
            for number in range(1, min(count, MOST_PAGES)):
                found[number + 1] = _absolute(page.url, f"{stem}_{number}.{suffix}")
    return found


def _absolute(base: str, href: str) -> str:
    try:
        return urldefrag(urljoin(base, href.strip())).url
    except ValueError:
        return ""
