"""The way from one page of a listing to the next, in every form that portals print it."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from lxml import etree

from portal_crawler.article import Portal
from portal_crawler.extract.numbered_pages import numbered
from portal_crawler.extract.page import Page
from portal_crawler.extract.page_links import NUMBER_IN_URL, page_number, resolved, same_list, target
from portal_crawler.extract.published import url_stamp
from portal_crawler.extract.turned_pages import turned_page

_NEXT = re.compile(
    r"^[\[【<(（\s]*(?:下一页|下一頁|下页|后一页|后页|後一頁|下一步|下一版|较早的?(?:文章|内容)|next(?:\s*page)?|older(?:\s*(?:posts|entries))?)[\]】>）)\s›»>]*$",
    re.I,
)
# A newspaper's last page leads on to the issue of the day before.
_ISSUE_BEFORE = re.compile(r"^[\[【<(（\s]*(?:上一期|前一期|上期)[\]】>）)\s]*$")
_MORE = re.compile(r"^(?:点击|點擊)?(?:加载|加載|载入)更多[.…]*$")
# This also leads to the whole of what is shown in part, and to another channel.
_MORE_OF_IT = re.compile(r"^(?:(?:点击|點擊)?(?:查看|浏览)?更多|more)[.…>》» ]*$", re.I)
_ARROW = re.compile(r"^(?:>|›|＞|→)$")
_BARE_NUMBER = re.compile(r"/\d{1,3}\.\w+$")
_DOUBLE_ARROW = re.compile(r"^(?:>>|»|＞＞)$")
# A form that is sent, which may be what its numbers do not need.
_CALLS = re.compile(r"javascript:\s{0,9}\w{1,40}\s{0,9}\(\s{0,9}['\"]", re.I)
# TRS WCM writes its pager by script: pages are counted from 0, and page 2 of index.html is index_1.html.
_TRS = re.compile(
    r"""createPage\w{0,40}\s{0,9}\(\s*(?:["'][\w#.-]+["']\s*,\s*)??["']?(\w+)["']?\s*,\s*["']?(\w+)["']?\s*,\s*["']([\w/-]+)["']\s*,\s*["'](\w+)["']"""
)
# The /system/ family numbers its list pages upwards in time: the page before the newest is the next one.
_COUNT_PAGE = re.compile(
    r"(?P<before>/system/{1,9}count/.{0,200}/)\d{3}/\d{3}/(?P<name>c\w+_)(?P<number>\d{9})(?P<after>\.s?html?)$"
)
_COUNT_SCRIPT = re.compile(r"/system/{1,9}count/.{0,200}/(?P<name>count_page_list_(?P<node>\d+)\.js)$")
_MOST = re.compile(r"maxpage\s*=\s*[\"']?(\d{1,9})")
_TOTAL = re.compile(
    r"共\s{0,9}(\d{1,9})\s{0,9}页|页次\s{0,9}[:：]?\s{0,9}\d{1,9}\s{0,9}/\s{0,9}(\d{1,9})|第?\s{0,9}\d{1,9}\s{0,9}/\s{0,9}(\d{1,9})\s{0,9}页"
)


def next_page(page: Page, portal: Portal | None = None) -> str | None:
    """The absolute URL of the next page of a listing, None on its last page.

    With a profile's pager there is always one: that it leads past the end only its answer shows.
    """
    if portal is not None and portal.pager:
        return next_by_template(page.url, portal)
    if portal is not None and portal.next_page:
        for element in page.root.cssselect(portal.next_page):
            if url := target(page, element.get("href")):
                return url
        return None
    return (
        _linked(page)
        or _selected(page)
        or _scripted(page)
        or _counted(page)
        or _totalled(page)
        or target(page, turned_page(page))
    )


def next_by_template(url: str, portal: Portal) -> str | None:
    """The address that a profile's pager gives to the page behind this one; what it does not know is a first page."""
    pager = portal.pager or ""
    bases = [channel.url for channel in portal.channels] if portal.channels else [url]
    for base in bases:
        template = _template(base, pager)
        pattern = re.escape(template).replace("PAGE0NUMBER", r"(\d{1,6})").replace("PAGE1NUMBER", r"(\d{1,6})")
        # A scheme that the server changed is no other address.
        if match := re.fullmatch(pattern.partition("://")[2], url.partition("://")[2]):
            return _filled(template, int(match[1]) + (2 if "PAGE1NUMBER" in template else 1))
    first = next((base for base in bases if base == url), bases[0] if len(bases) == 1 else url)
    return _filled(_template(first, pager), 2)


def _template(base: str, pager: str) -> str:
    """A pager as an absolute address, with marks for its number that joining addresses leaves as they are."""
    return urljoin(base, pager.replace("{page-1}", "PAGE1NUMBER").replace("{page}", "PAGE0NUMBER"))


def _filled(template: str, number: int) -> str:
    return template.replace("PAGE0NUMBER", str(number)).replace("PAGE1NUMBER", str(number - 1))


def _linked(page: Page) -> str | None:
    for element in page.root.iterfind(".//link[@rel='next']"):
        if url := target(page, element.get("href")):
            return url
    anchors = [(anchor, _label(anchor)) for anchor in page.root.iter("a")]
    for anchor, text in anchors:
        if (anchor.get("rel") or "") == "next" or _NEXT.match(text) or _NEXT.match((anchor.get("title") or "").strip()):
            if url := target(page, anchor.get("href")):
                return url
            if anchor.get("href") is not None and not _CALLS.match(anchor.get("href").strip()):
                # The last page keeps the words and takes the way on from them.
                return None
    return numbered(page, anchors) or _arrowed(page, anchors) or _loaded(page, anchors) or _issue_before(page, anchors)


def _label(anchor: etree._Element) -> str:
    """The text of a link, or what its picture stands for."""
    text = "".join(anchor.itertext()).strip()
    return text or next((picture.get("alt") or "" for picture in anchor.iter("img")), "").strip()


def _arrowed(page: Page, anchors: list[tuple[etree._Element, str]]) -> str | None:
    for pattern in (_ARROW, _DOUBLE_ARROW):
        for anchor, text in anchors:
            url = target(page, anchor.get("href")) if pattern.match(text) else None
            # A breadcrumb has arrows, too; a page of the list has a number in its address.
            if url and same_list(page.url, url) and (page_number(url) is not None or _BARE_NUMBER.search(url)):
                return url
    return None


def _loaded(page: Page, anchors: list[tuple[etree._Element, str]]) -> str | None:
    """The link that a script loads more of the list by, and that leads on without one."""
    for anchor, text in anchors:
        url = target(page, anchor.get("href")) if _MORE.match(text) else None
        if url and same_list(page.url, url):
            return url
    for anchor, text in anchors:
        url = target(page, anchor.get("href")) if _MORE_OF_IT.match(text) else None
        if (
            url
            and urlsplit(url).path == urlsplit(page.url).path
            and page_number(url) == (page_number(page.url) or 1) + 1
        ):
            return url
    return None


def _issue_before(page: Page, anchors: list[tuple[etree._Element, str]]) -> str | None:
    """The newspaper's issue before this one, by the days in both addresses."""
    own = url_stamp(page.url)
    for anchor, text in anchors if own else ():
        url = target(page, anchor.get("href")) if _ISSUE_BEFORE.match(text) else None
        if own and url and (before := url_stamp(url)) and before.value < own.value:
            return url
    return None


def _selected(page: Page) -> str | None:
    """The option behind the selected one, where a `<select>` is the pager."""
    for select in page.root.iter("select"):
        options = list(select.iter("option"))
        values = [option.get("value") or "" for option in options]
        if len(options) < 2 or not all("." in value or "/" in value or "?" in value for value in values):
            continue
        marked = [index for index, option in enumerate(options) if option.get("selected") is not None]
        own = [index for index, value in enumerate(values) if resolved(page, value) == page.url]
        current = (marked or own or [0])[0]
        url = target(page, values[current + 1]) if current + 1 < len(values) else None
        if url and same_list(page.url, url):
            return url
    return None


def _scripted(page: Page) -> str | None:
    if "createPage" not in page.text:
        return None
    for match in _TRS.finditer(page.text):
        start = max(page.text.rfind(mark, 0, match.start()) for mark in ("\n", "<script"))
        if "//" in page.text[max(start, 0) : match.start()].replace("://", ""):
            continue
        count, current = (_value(page.text, match[group]) for group in (1, 2))
        if count is not None and current is not None and current + 1 < count:
            return target(page, f"{match[3]}_{current + 1}.{match[4]}")
    return None


def _value(text: str, name: str) -> int | None:
    """A number, or the value that a script gives to a variable of this name."""
    if name.isdecimal():
        return int(name)
    match = re.search(rf"\b{re.escape(name)}\s*=\s*(\d+)", text)
    return int(match[1]) if match else None


def _counted(page: Page) -> str | None:
    match = _COUNT_PAGE.search(page.url)
    if not match or int(match["number"]) < 2:
        return None
    number = int(match["number"]) - 1
    # The two directories are the page's millions and thousands.
    place = f"{number // 1_000_000:03d}/{number // 1000 % 1000:03d}"
    return f"{page.url[: match.start()]}{match['before']}{place}/{match['name']}{number:09d}{match['after']}"


def count_script(page: Page) -> str | None:
    """The script of a channel of the /system/ family that says how many list pages there are, None elsewhere."""
    for element in page.root.iter("script"):
        if _COUNT_SCRIPT.search(element.get("src") or ""):
            return resolved(page, element.get("src") or "")
    return None


def newest_count_page(script_url: str, script: str) -> str | None:
    """The list page that the script names the last, which is the newest; None when it names none."""
    place, count = _COUNT_SCRIPT.search(script_url), _MOST.search(script)
    if not place or not count or int(count[1]) < 1:
        return None
    number = int(count[1])
    directory = f"{number // 1_000_000:03d}/{number // 1000 % 1000:03d}"
    return f"{script_url[: place.start('name')]}{directory}/c{place['node']}_{number:09d}.shtml"


def _totalled(page: Page) -> str | None:
    """The address with the next number, where the page says how many there are and its own address has one."""
    match = NUMBER_IN_URL.search(page.url)
    total = max((int(next(filter(None, found))) for found in _TOTAL.findall(_text(page))), default=0)
    if not match or not total:
        return None
    group = "number" if match["number"] else "value"
    number = int(match[group])
    return f"{page.url[: match.start(group)]}{number + 1}{page.url[match.end(group) :]}" if number < total else None


def _text(page: Page) -> str:
    return "\n".join(line.text for line in page.lines if "页" in line.text)
