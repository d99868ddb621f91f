"""One decoded, parsed and laid-out page, which every field reads.

A page is walked once. The walk gives lines (what a reader sees as one line of text: the run between two block
boundaries or `<br>`) and blocks (the block elements, each with its range of lines). All later questions are
asked of these two lists, since they are short where a page's elements are many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from portal_crawler.article import Portal
from portal_crawler.extract.decode import decode

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup html li main marquee menu nav ol p pre section summary table tbody td tfoot th "
    "thead tr ul caption legend".split()
)
_BESIDE = frozenset(("nav", "aside", "footer"))
# Elements whose text a reader of the article never sees as text.
_UNSEEN = frozenset(
    "script style noscript template head select option textarea button iframe object embed applet svg math canvas "
    "video audio map noframes input datalist".split()
)
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
_HIDDEN = etree.XPath(
    "//*[@hidden or (@style and contains(translate(@style, 'DISPLAYNOE: ', 'displaynoe:'), 'display:none'))]"
)
EDGES = " \t\n\r\f\v\xa0\u3000\u200b\ufeff"


class Line:
    """A line as a reader sees it.

    text: blanks collapsed, ends trimmed. link: how many of its characters are link text. block: index of the
    innermost block around it. pictures: the `<img>` elements that stand in it.
    """

    __slots__ = ("block", "link", "pictures", "text")

    def __init__(self, text: str, link: int, block: int, pictures: tuple[etree._Element, ...]) -> None:
        self.text = text
        self.link = link
        self.block = block
        self.pictures = pictures

    def __repr__(self) -> str:
        return f"Line({self.text!r}, link={self.link}, block={self.block})"


class Block:
    """A block element with the half-open range of lines inside it; parent is an index, -1 for the root.

    beside: whether it is, or stands in, an element that HTML sets aside from the text (nav, aside, footer).
    """

    __slots__ = ("beside", "element", "end", "parent", "start", "tag")

    def __init__(self, element: etree._Element, tag: str, parent: int, start: int, beside: bool) -> None:
        self.element = element
        self.tag = tag
        self.parent = parent
        self.start = start
        self.end = start
        self.beside = beside


@dataclass(slots=True)
class Page:
    """A page ready to be read: URL, lxml tree (scripts kept, comments removed), lines, blocks, doubts so far."""

    url: str
    text: str
    root: etree._Element
    encoding: str
    fetched_at: datetime | None
    lines: list[Line]
    blocks: list[Block]
    warnings: list[str] = field(default_factory=list)

    def ancestors(self, block: int) -> Iterator[int]:
        """Indices of a block and all blocks around it, innermost first."""
        while block >= 0:
            yield block
            block = self.blocks[block].parent


def read_page(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    portal: Portal | None = None,
    fetched_at: datetime | None = None,
) -> Page:
    """Decode and parse a page's bytes, once for everything that is read from it.

    content_type: the HTTP header, if there was one. fetched_at: aware time of the fetch, which relative times on
    the page (昨天, 3小时前) refer to. Never raises for what a page holds: doubts are named in `warnings`.
    """
    decoded = decode(body, content_type, portal.encoding if portal else None)
    root = _parse(decoded.text)
    lines, blocks = lay_out(root)
    page = Page(url, decoded.text, root, decoded.encoding, fetched_at, lines, blocks)
    if decoded.damaged:
        page.warnings.append("damaged_text")
    return page


def _parse(text: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        root = None
    return etree.Element("html") if root is None else root


def lay_out(root: etree._Element, *, hidden: bool = False) -> tuple[list[Line], list[Block]]:
    """The lines and blocks of a tree. hidden: whether elements with `display: none` count as seen."""
    lines: list[Line] = []
    blocks: list[Block] = []
    unseen = set() if hidden else set(_HIDDEN(root))
    pieces: list[str] = []
    pictures: list[etree._Element] = []
    link = 0
    in_link = 0
    preformatted = 0
    current = -1

    def close_line() -> None:
        nonlocal link
        if pieces or pictures:
            text = _BLANKS.sub(" ", "".join(pieces)).strip(EDGES)
            if text or pictures:
                lines.append(Line(text, min(link, len(text)), current, tuple(pictures)))
            pieces.clear()
            pictures.clear()
        link = 0

    def add(text: str) -> None:
        nonlocal link
        if preformatted and "\n" in text:
            head, *rest = text.split("\n")
            pieces.append(head)
            for piece in rest:
                close_line()
                pieces.append(piece)
            return
        pieces.append(text)
        if in_link:
            link += len(text.strip())

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _UNSEEN or element in unseen:
                walk.skip_subtree()
                continue
            if tag in _BLOCKS:
                close_line()
                beside = tag in _BESIDE or (current >= 0 and blocks[current].beside)
                blocks.append(Block(element, tag, current, len(lines), beside))
                current = len(blocks) - 1
            elif tag == "a":
                in_link += 1
            elif tag == "br" or tag == "hr":
                close_line()
            elif tag == "img":
                pictures.append(element)
            if tag == "pre":
                preformatted += 1
            if element.text:
                add(element.text)
        else:
            if tag in _BLOCKS and tag not in _UNSEEN and element not in unseen:
                close_line()
                block = blocks[current]
                block.end = len(lines)
                current = block.parent
            elif tag == "a" and in_link and element not in unseen:
                in_link -= 1
            if tag == "pre" and preformatted:
                preformatted -= 1
            if element.tail:
                add(element.tail)
    close_line()
    return lines, blocks
