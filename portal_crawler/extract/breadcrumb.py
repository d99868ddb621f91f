"""The channel path of an article, from the line that tells readers where they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from portal_crawler.extract.headline import Headline, squash
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet
from portal_crawler.extract.page import Page

_HERE: Final = re.compile(
    r"(?:您|你)?(?:现在|当前|目前|所在|的){0,4}(?:当前|所在|所处)?(?:的)?(?:位置|方位)(?:是|在)?\s{0,9}[:：>]?\s{0,9}|^\s*(?:导航|首页导航)\s*[:：]\s*"
)
_ARROW: Final = re.compile(r"\s{0,9}(?:-{1,9}>+|=>|→|[>＞»›→]+)\s{0,9}")
_ARROW_HEAD: Final = re.compile("[>＞»›→]")
_BAR: Final = re.compile(
    r"\s{0,9}[/|｜丨·]\s{0,9}|\s{1,9}[-–—]{1,9}\s{1,9}|(?<=[\u4e00-\u9fff])\s{0,9}[-–—]{1,9}\s{0,9}(?=[\u4e00-\u9fff])"
)
# More parts than this, separated by bars, are a navigation.
_MOST_CRUMBS: Final = 6
# So many links side by side above a headline, the first to the front page, are a path; more are a navigation.
_MOST_LINKS: Final = 3
_HOME: Final = re.compile(r"^(?:.{0,12}(?:首页|主页|首頁|主頁)|home)$", re.I)
_FRONT_PAGE: Final = re.compile(r"/?(?:(?:index|default)\d?\.[a-zA-Z]{3,5})?")
_SITE_NAME: Final = re.compile(r"(?:网|在线|门户|报|社|之窗)$")
_LAST: Final = re.compile(
    r"^(?:正文|浏览正文|文章内容|内容|详细内容|详情|文章|新闻正文|文章正文|浏览文章|查看文章|查看新闻|浏览新闻|阅读新闻|查看信息|新闻内容|信息内容|文章详情|新闻详情|详细信息|內容|阅读|阅读正文|浏览|列表|本页|最终页|查看内容|内容详情|信息详情|资讯详情|文章浏览)$"
)
_AFTERWARDS: Final = re.compile(
    r"(?:转播|分享|字号|字体|打印|收藏|我要|时间|来源|编辑|发布|【|\[|评论|投稿|手机|新闻热线|\d{4}[-年]).*$|[\s\u3000]{2,}.*$"
)


@dataclass(frozen=True, slots=True)
class ChannelPath:
    """Crumbs from the outermost channel on, without the front page, the headline and 正文."""

    crumbs: tuple[str, ...]
    rule: str


def find_channel_path(page: Page, indices: Sequence[int], headline: Headline) -> ChannelPath | None:
    """The channel path among the lines of the given indices."""
    unlabelled: ChannelPath | None = None
    for index in indices:
        text = page.lines[index].text
        if not 2 <= len(text) <= 160:
            continue
        here = _HERE.search(text) if "位" in text or "导航" in text else None
        if here and here.start() < 12:
            crumbs = _crumbs(page, index, text[here.end() :], headline)
            if crumbs is None and index + 1 < len(page.lines):
                crumbs = _crumbs(page, index + 1, page.lines[index + 1].text, headline)
            if crumbs:
                return ChannelPath(crumbs, "位置 line")
        elif unlabelled is None and _is_crumb_line(page.lines[index], headline.line - index):
            crumbs = _crumbs(page, index, text, headline)
            unlabelled = ChannelPath(crumbs, "crumb line") if crumbs else None
        elif (
            unlabelled is None
            and text[-1] in "页頁eE"
            and _HOME.match(text)
            and (crumbs := _listed(page, index, headline))
        ):
            unlabelled = ChannelPath(crumbs, "crumb list")
    return unlabelled


def _is_crumb_line(line: Line, lines_above_headline: int) -> bool:
    """Whether a line without a label is a path: arrows between its parts, or bars and not all of them links."""
    near = 0 < lines_above_headline <= 4
    if _ARROW_HEAD.search(line.text):
        parts = [part.strip() for part in _ARROW.split(line.text) if part.strip()]
        return (
            len(parts) > 2
            or bool(parts and _HOME.match(parts[0]))
            or (near and len(parts) == 2 and max(map(len, parts)) <= 12)
        )
    if not near and not line.text.endswith("正文"):
        return False
    parts = [part.strip() for part in _BAR.split(line.text)]
    if not 1 < len(parts) <= _MOST_CRUMBS:
        return False
    if _LAST.match(parts[-1]):
        return near or _HOME.match(parts[0]) is not None
    if not near:
        return False
    if _HOME.match(parts[0]):
        return line.link < sum(map(len, parts)) or (len(parts) <= _MOST_LINKS and "/" in line.text)
    return len(parts) > 2 and is_outlet(parts[0]) and "-" in line.text


def _crumbs(page: Page, index: int, text: str, headline: Headline) -> tuple[str, ...] | None:
    parts = (_ARROW if _ARROW.search(text) else _BAR).split(text)
    links = _links(page, index)
    if len(parts) == 1 and len(links) > 1 and "".join(links) in text:
        parts = list(links)
    title = squash(headline.text or "")
    crumbs: list[str] = []
    for position, part in enumerate([part.strip() for part in parts]):
        name = part if part in links else _AFTERWARDS.sub("", part).strip()
        name = name.removesuffix(" 正文").strip(" \u3000:：")
        if name.startswith("正文 "):
            # What stands behind the page itself on the line leads elsewhere.
            break
        if not name or len(name) > 20 or _LAST.match(name) or (name not in links and squash(name) in title):
            continue
        if _HOME.match(name):
            crumbs.clear()
        elif position > 0 or (len(parts) == 1 or not _is_site(page, name, links.get(name))):
            crumbs.append(name)
    return tuple(crumbs) or None


def _listed(page: Page, index: int, headline: Headline) -> tuple[str, ...] | None:
    """Crumbs that stand in the items of a list, from the front page to the headline or 正文."""
    block = page.blocks[page.lines[index].block]
    if block.tag != "li" or block.parent < 0:
        return None
    around = page.blocks[block.parent]
    texts = [line.text for line in page.lines[index + 1 : around.end] if line.text]
    if not texts or len(texts) > _MOST_CRUMBS:
        return None
    if _LAST.match(texts[-1]) or squash(texts[-1]) == squash(headline.text or ""):
        return tuple(texts[:-1]) or None
    return None


def _is_site(page: Page, name: str, href: str | None) -> bool:
    """Whether the first crumb is the portal itself: it leads to the front page, or is its name without a link."""
    return _leads_home(page, href, name) if href else is_outlet(name)


def _links(page: Page, index: int) -> dict[str, str]:
    element: etree._Element = page.element(page.lines[index].block)
    found: dict[str, str] = {}
    for anchor in element.iter("a"):
        text = "".join(anchor.itertext()).strip()
        if text and anchor.get("href"):
            found.setdefault(text, anchor.get("href"))
    return found


def _leads_home(page: Page, href: str, name: str) -> bool:
    try:
        target = urlsplit(urljoin(page.url, href))
    except ValueError:
        return False
    if not _FRONT_PAGE.fullmatch(target.path):
        return False
    host = target.hostname or ""
    # A channel may have a host of its own, whose root is the channel's front page.
    return host.startswith("www.") or host.count(".") == 1 or _SITE_NAME.search(name) is not None
