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
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup html li main marquee menu nav ol p pre section summary table tbody "
    "td tfoot th thead tr ul caption legend".split()
)
_BESIDE = frozenset(("nav", "aside", "footer"))
# Elements whose text a reader of the article never sees as text.
_UNSEEN = frozenset(
    "script style noscript template head select option textarea button iframe object embed applet svg math "
    "canvas video audio map noframes input datalist".split()
)
# What the walk does with an element, ordered so that one comparison tells whether it ends a line.
_INLINE, _NOT_SEEN, _LINK, _PICTURE, _BREAKING, _BLOCK, _PREFORMATTED = range(7)
_WHAT = (
    dict.fromkeys(_BLOCKS, _BLOCK)
    | dict.fromkeys(_UNSEEN, _NOT_SEEN)
    | {"a": _LINK, "img": _PICTURE, "br": _BREAKING, "hr": _BREAKING, "pre": _PREFORMATTED}
)
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")
# A gap of a thousand wide blanks says no more than one of a hundred, and a pattern that looks for blanks before
# something tries each place of it. Only lines longer than any paragraph are looked at.
_LONG = 2000
_GAPS = re.compile(r"\s{100,}")
# Asked of the attributes and not of all elements, most of which have no style. The answers know their elements;
# with `/..` libxml2 looks for doubles among them, which costs the square of their number.
_HIDING = (etree.XPath("//@style[contains(., 'none') or contains(., 'NONE')]"), etree.XPath("//@hidden"))
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.I)
# Bounds for pages made to exhaust whoever reads them. The largest of the 173 pages of the corpus has 280 KB and
# 655 lines; a page with a picture written into it may have some megabytes, a table as article some thousand lines.
MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 20_000
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

    Of a page beyond the bounds, the beginning is read: `too_large` says that bytes or lines were left out,
    `too_deep` that the parser ended at elements nested deeper than any page for readers.
    """
    decoded = decode(body[:MOST_BYTES], content_type, portal.encoding if portal else None)
    root, too_deep = _parse(decoded.text)
    lines, blocks = lay_out(root)
    page = Page(url, decoded.text, root, decoded.encoding, fetched_at, lines, blocks)
    if decoded.damaged:
        page.warnings.append("damaged_text")
    if len(body) > MOST_BYTES or len(lines) >= MOST_LINES:
        page.warnings.append("too_large")
    if too_deep:
        page.warnings.append("too_deep")
    return page


def _parse(text: str) -> tuple[etree._Element, bool]:
    """The tree of a page, and whether the parser gave up on its depth (libxml2 ends at 2048 elements)."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.ParserError:
        root = None
    if root is None:
        return etree.Element("html"), False
    # What ends a parse is its last error.
    last = parser.error_log.last_error
    return root, last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT


def lay_out(root: etree._Element, *, hidden: bool = False) -> tuple[list[Line], list[Block]]:
    """The lines and blocks of a tree. hidden: whether elements with `display: none` count as seen.

    This loop runs once for each of a page's elements and is most of what a page costs beside its parse: one
    look-up tells what an element is, and nothing is called that the element does not need.
    """
    lines: list[Line] = []
    blocks: list[Block] = []
    unseen = frozenset() if hidden else _hidden(root)
    pieces: list[str] = []
    pictures: list[etree._Element] = []
    link = 0
    in_link = 0
    preformatted = 0
    current = -1
    beside = False
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        what = _WHAT.get(tag, _INLINE)
        if unseen and element in unseen:
            what = _NOT_SEEN
        if event == "start":
            if what == _NOT_SEEN:
                walk.skip_subtree()
                continue
            if what >= _BREAKING and (pieces or pictures):
                _close(lines, pieces, pictures, link, current)
                link = 0
                if len(lines) >= MOST_LINES:
                    break
            if what >= _BLOCK:
                beside = tag in _BESIDE or (current >= 0 and blocks[current].beside)
                blocks.append(Block(element, tag, current, len(lines), beside))
                current = len(blocks) - 1
                if what == _PREFORMATTED:
                    preformatted += 1
            elif what == _LINK:
                in_link += 1
            elif what == _PICTURE:
                pictures.append(element)
            text = element.text
        else:
            if what >= _BLOCK:
                if pieces or pictures:
                    _close(lines, pieces, pictures, link, current)
                    link = 0
                    if len(lines) >= MOST_LINES:
                        break
                block = blocks[current]
                block.end = len(lines)
                current = block.parent
                if what == _PREFORMATTED:
                    preformatted -= 1
            elif what == _LINK:
                in_link -= 1
            text = element.tail
        if text:
            if preformatted and "\n" in text:
                for piece in text.split("\n")[:-1]:
                    pieces.append(piece)
                    _close(lines, pieces, pictures, link, current)
                    link = 0
                    if len(lines) >= MOST_LINES:
                        break
                text = text[text.rindex("\n") + 1 :]
            elif not pieces and text.isspace():
                continue
            pieces.append(text)
            if in_link:
                link += len(text.strip())
    _close(lines, pieces, pictures, link, current)
    while current >= 0:
        blocks[current].end = len(lines)
        current = blocks[current].parent
    return lines, blocks


def _hidden(root: etree._Element) -> frozenset[etree._Element]:
    """The elements that the page itself hides; what a style sheet hides is not known."""
    styles, flags = (find(root) for find in _HIDING)
    found = [style for style in styles if _DISPLAY_NONE.search(style)]
    return frozenset(value.getparent() for value in (*found, *flags))


def _close(lines: list[Line], pieces: list[str], pictures: list[etree._Element], link: int, block: int) -> None:
    """Make a line of what has been gathered, if a reader sees anything of it."""
    text = "".join(pieces).strip(EDGES)
    if "  " in text or "\n" in text or "\t" in text or "\r" in text:
        text = _BLANKS.sub(" ", text)
    if len(text) > _LONG:
        text = _GAPS.sub(_gap, text)
    if text or pictures:
        lines.append(Line(text, min(link, len(text)), block, tuple(pictures)))
    pieces.clear()
    pictures.clear()


def _gap(match: re.Match[str]) -> str:
    return match[0][:100]
