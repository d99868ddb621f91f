"""One decoded, parsed and laid-out page, which every field reads.

A page is laid out once: as lines (what a reader sees as one line of text: the run between two block boundaries or
`<br>`) and blocks (the block elements, each with its range of lines). All later questions are asked of these two
lists, since they are short where a page's elements are many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from lxml import etree

from portal_crawler.article import Portal
from portal_crawler.extract.decode import decode
from portal_crawler.extract.lines import MOST_LINES, Blocks, Line, lay_out, unmarked

# A bound for pages made to exhaust whoever reads them. The largest of the 173 pages of the corpus has 280 KB and 655
# lines; a page with a picture written into it may have some megabytes. A tree takes up to fifty times its bytes.
MOST_BYTES: Final = 4 * 1024 * 1024
# Ten times the tags of any page seen. 4 MB of nothing but tags are a tree of 250 MB.
MOST_TAGS: Final = 150_000
# libxml2 compares each attribute of a tag with all before it: 5000 take 20 ms, 400,000 take minutes. A page of 256 KB
# has no place for more than some seconds of it.
_ROOM_FOR_ATTRIBUTES: Final = 256 * 1024
_MANY_ATTRIBUTES: Final = re.compile(
    rb"""<[a-zA-Z][^\s>/]*+(?:[\s/]++[^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+))?+){5000}"""
)


@dataclass(slots=True)
class Page:
    """A page ready to be read: URL, lxml tree (scripts kept, comments removed), lines, blocks, doubts so far."""

    url: str
    text: str
    root: etree._Element
    encoding: str
    fetched_at: datetime | None
    lines: list[Line]
    blocks: Blocks
    warnings: list[str] = field(default_factory=list)
    _pictures: list[etree._Element] = field(default_factory=list)

    def ancestors(self, block: int) -> Iterator[int]:
        """Indices of a block and all blocks around it, innermost first."""
        while block >= 0:
            yield block
            block = self.blocks.parents[block]

    def element(self, block: int) -> etree._Element:
        """The element that the block of an index stands for."""
        number = self.blocks.number(block)
        return next(islice(self.root.iter(self.blocks.tags[block]), number, None))

    def pictures(self, line: Line) -> list[etree._Element]:
        """The `<img>` elements in a line."""
        if not line.pictures:
            return []
        self._pictures = self._pictures or list(self.root.iter("img"))
        return [self._pictures[number] for number in line.pictures]


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
    read = _beginning(body)
    decoded = decode(read, content_type, portal.encoding if portal else None)
    source = unmarked(decoded.text, decoded.utf8())
    parsed = above_many_attributes(source)
    root, too_deep = _parse(parsed)
    lines, blocks = lay_out(root)
    page = Page(url, decoded.text, root, decoded.encoding, fetched_at, lines, blocks)
    if decoded.damaged:
        page.warnings.append("damaged_text")
    if len(read) < len(body) or len(parsed) < len(source) or len(lines) >= MOST_LINES:
        page.warnings.append("too_large")
    if too_deep:
        page.warnings.append("too_deep")
    return page


def _beginning(body: bytes) -> bytes:
    """As much of a page as is read: to a bound of bytes, and to one of tags."""
    read = body if len(body) <= MOST_BYTES else body[:MOST_BYTES]
    if len(read) > MOST_TAGS and read.count(b"<") > MOST_TAGS:
        read = b"<".join(read.split(b"<", MOST_TAGS)[:-1])
    return read


def above_many_attributes(source: bytes) -> bytes:
    """A page in UTF-8 up to a tag of thousands of attributes, which is as far as it can be parsed in seconds."""
    many = _MANY_ATTRIBUTES.search(source) if len(source) > _ROOM_FOR_ATTRIBUTES else None
    return source[: many.start()] if many else source


def _parse(source: bytes) -> tuple[etree._Element, bool]:
    """The tree of a page in UTF-8, and whether the parser gave up on its depth (libxml2 ends at 2048 elements)."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.ParserError:
        root = None
    if root is None:
        return etree.Element("html"), False
    # What stands behind </html> belongs to the page, for readers and by HTML's rules.
    for sibling in list(root.itersiblings()):
        root.append(sibling)
    # What ends a parse is its last error.
    last = parser.error_log.last_error
    return root, last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT
