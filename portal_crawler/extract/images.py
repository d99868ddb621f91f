"""The pictures of an article with their captions."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

from portal_crawler.article import Image
from portal_crawler.extract.boilerplate import is_invitation
from portal_crawler.extract.head import home
from portal_crawler.extract.lines import Line
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import find_stamp

# Scripts that load pictures late keep the address in one of these and a placeholder in src.
_ADDRESSES: Final = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-echo",
    "data-url",
    "data-actualsrc",
    "oldsrc",
    "original",
    "file",
    "src",
)
_FURNITURE: Final = re.compile(
    r"(?:^|[/_.-])(?:icon|logo|spacer|blank|space|dot|arrow|line|bg|button|btn|share|print|qrcode|ewm|erweima|weixin|wechat|weibo|loading|grey|gray|transparent|pixel|clear|1x1|face|smile|emoji|avatar|ico|footer|foot)\d*(?:[/_.-]|$)",
    re.I,
)
_ADVERT: Final = re.compile(r"//(?:ads?|adv|gg|guanggao)\d?\.|/(?:ads?|adv|advert|guanggao)[/_.-]|banner", re.I)
# Stores that cut pictures to size name them by it (_w16_h16.png, _16x16.gif).
_TINY: Final = re.compile(r"[_-]w?\d{1,2}(?:x|_h)\d{1,2}\.\w{3,4}$")
_AROUND_ADDRESS: Final = "".join(map(chr, range(0x21)))
_SMALLEST: Final = 60
_MOST_ABOVE: Final = 6
# Editors wrap a text in blocks of their own; pictures stand beside them.
_FURTHEST_OUT: Final = 6
_LONGEST_CREDIT: Final = 40
_CAPTION: Final = re.compile(
    r"^(?:[▲△▼◆●■]|图[为：:片]|(?:资料|效果|示意|现场)图|.{0,6}供图)|(?:摄|攝|供图|供圖|资料图|/图|图片|(?:记者|通讯员|記者|通訊員)[\s\u3000]?[\u4e00-\u9fff·\s、]{2,12}[\s\u3000][图圖])[)）]?$|摄影报道"
)


def find_images(page: Page, first: int, end: int, text: int = 0) -> tuple[Image, ...]:
    """The pictures in the lines first ≤ index < end, in order, each address once. Spacers and icons are left out.

    text: index of the first line of text; what is a GIF above it is a button. Pictures that close the text, beside
    its last line, belong to it.
    """
    found: dict[str, Image] = {}
    first, end = _above_text(page, first), _below_closing_pictures(page, end)
    for index in range(first, end):
        line = page.lines[index]
        for picture in page.pictures(line):
            url = _address(page.url, picture)
            if url and index < text and urlsplit(url).path.lower().endswith(".gif"):
                continue
            if url and url not in found and not _is_furniture(picture, url):
                found[url] = Image(url, _caption(page, index, end, picture))
    return tuple(found.values())


def _above_text(page: Page, first: int) -> int:
    """Index of the first picture between the line of the time and a text whose credits stand below that picture."""
    top = first
    for index in range(first - 1, max(first - _MOST_ABOVE, -1), -1):
        line = page.lines[index]
        if find_stamp(line.text) is not None:
            return top
        if line.link or len(line.text) > _LONGEST_CREDIT:
            break
        if line.pictures and not line.text:
            top = index
    return first


def _below_closing_pictures(page: Page, end: int) -> int:
    """Index of the first line below the pictures that stand under a text, beside its last line or few blocks out.

    A picture above an invitation to scan it is a code; one further out that is a link leads elsewhere.
    """
    below = end
    if not 0 < end < len(page.lines) or page.lines[end].text:
        return end
    blocks, last = page.blocks, page.lines[end - 1].block
    around = list(islice(page.ancestors(last), _FURTHEST_OUT))
    beside = {home(page, end - 1)}
    if blocks.tags[last] == "div" and blocks.ends[last] - blocks.starts[last] == 1:
        beside.add(blocks.parents[last])
    while below < len(page.lines) and page.lines[below].pictures and not page.lines[below].text:
        block = page.lines[below].block
        if home(page, below) not in beside and blocks.parents[block] not in beside:
            linked = any(_leads_elsewhere(picture) for picture in page.pictures(page.lines[below]))
            if linked or blocks.parents[block] not in around:
                break
        below += 1
    under = page.lines[below].text if below < len(page.lines) else ""
    return end if is_invitation(under) and "下方" not in under else below


def _leads_elsewhere(picture: etree._Element) -> bool:
    """Whether a picture is a link or, below a text, one of the site's own drawings."""
    return next(picture.iterancestors("a"), None) is not None or ".gif" in (picture.get("src") or "").lower()


def _address(base: str, picture: etree._Element) -> str | None:
    attributes = dict(picture.items())
    for name in _ADDRESSES:
        if name not in attributes:
            continue
        # Browsers strip the same characters from an address's ends.
        value = attributes[name].strip(_AROUND_ADDRESS)
        if (
            value
            and not value.startswith(("data:", "about:", "javascript:"))
            and not _is_placeholder(picture, name, value)
        ):
            return _absolute(base, value)
    if srcset := picture.get("srcset") or picture.get("data-srcset"):
        candidates = [part.strip().split() for part in srcset.split(",") if part.strip()]
        if candidates:
            return _absolute(base, max(candidates, key=_width)[0])
    return None


def _is_placeholder(picture: etree._Element, name: str, value: str) -> bool:
    return name == "src" and bool(picture.get("srcset")) and _FURNITURE.search(value) is not None


def _width(candidate: list[str]) -> float:
    match = re.match(r"\d{1,9}(?:\.\d{1,9})?", candidate[1]) if len(candidate) > 1 else None
    return float(match.group()) if match else 1.0


def _absolute(base: str, value: str) -> str | None:
    try:
        url = urljoin(base, value)
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _is_furniture(picture: etree._Element, url: str) -> bool:
    for side in ("width", "height"):
        size = re.match(r"\s*(\d{1,9})\s*(?:px)?\s*$", picture.get(side) or "")
        if size and int(size[1]) < _SMALLEST:
            return True
    path = urlsplit(url).path
    return _FURNITURE.search(path) is not None or _TINY.search(path) is not None or _ADVERT.search(url) is not None


def _caption(page: Page, index: int, end: int, picture: etree._Element) -> str | None:
    line = page.lines[index]
    for ancestor in picture.iterancestors("figure"):
        text = " ".join("".join(part.itertext()).strip() for part in ancestor.iter("figcaption"))
        return text or None
    if line.text:
        return line.text if len(line.text) <= 80 and _looks_like_caption(page, line) else None
    if index + 1 < end:
        below = page.lines[index + 1]
        if below.text and not below.pictures and len(below.text) <= 80:
            between = index + 2 < end and bool(page.lines[index + 2].pictures)
            return below.text if between or _looks_like_caption(page, below) else None
    return None


def _looks_like_caption(page: Page, line: Line) -> bool:
    if _CAPTION.search(line.text):
        return True
    for index in list(page.ancestors(line.block))[:2]:
        element = page.element(index)
        style = (element.get("style") or "").replace(" ", "").lower()
        if (
            element.tag in ("center", "figcaption")
            or (element.get("align") or "").lower() == "center"
            or "text-align:center" in style
        ):
            return True
    return False
