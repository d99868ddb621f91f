"""A parsed page as the lines that a reader sees, and the blocks that they stand in.

The walk over a page's elements is made by libxslt: a style sheet writes the page's text with a mark for each block
boundary, break, picture and link. What is left to do here is once for each mark, and the work of making a block or
a line once for each that a reader sees something of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from lxml import etree

from portal_crawler.extract.labels import Labelled, read_labels

_BLOCKS: Final = tuple(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup html li main marquee menu nav ol p pre section summary table tbody "
    "td tfoot th thead tr ul caption legend".split()
)
_BESIDE: Final = frozenset(("nav", "aside", "footer"))
# What precedes the names of hidden elements while the style sheet runs.
_HIDDEN: Final = "hidden-"
# Elements whose text a reader of the article never sees as text.
_UNSEEN: Final = tuple(
    "script style noscript template head select option textarea button iframe object embed applet svg math "
    "canvas video audio map noframes input datalist".split()
)

# Of these it is known which of the page's a block or picture is.
_COUNTED: Final = frozenset((*_BLOCKS, "img"))

# Marks are characters that Unicode keeps out of texts for a program's own use; `unmarked` keeps them out of pages.
# A cut is followed by a letter: that of the tag which opens, or of a close or a break.
_CUT: Final = "\ufdd0"
_LEFT_OUT_BLOCK: Final = "\ufdd1"
_LEFT_OUT_PICTURE: Final = "\ufdd2"
_PICTURE: Final = "\ufdd3"
_LINK: Final = "\ufdd4"
_LINK_END: Final = "\ufdd5"
_ALL_MARKS: Final = (_CUT, _LEFT_OUT_BLOCK, _LEFT_OUT_PICTURE, _PICTURE, _LINK, _LINK_END)
_CLOSE: Final = "/"
_BREAK: Final = "|"
_LETTERS: Final = {tag: chr(0x41 + number) for number, tag in enumerate(_BLOCKS)}
_TAGS: Final = {letter: tag for tag, letter in _LETTERS.items()}
_PICTURES: Final = re.compile(f"[{_PICTURE}{_LEFT_OUT_PICTURE}]")
_LEFT_OUT: Final = re.compile(f"{_LEFT_OUT_BLOCK}(.)")
_LINKED: Final = re.compile(f"{_LINK}([^{_LINK}{_LINK_END}]*)")
_PRE: Final = _LETTERS["pre"]
_MARKS: Final = re.compile(rb"\xef\xb7[\x90-\xaf]")
_MARKS_BY_NUMBER: Final = re.compile(rb"&#(?:[xX]0*[fF][dD][dDeE][0-9a-fA-F]|0*6(?:497[6-9]|49[89]\d|500[0-7]));?")

_BLANKS: Final = re.compile(r"[ \t\n\r\f\v]+")
# A gap of a thousand wide blanks says no more than one of a hundred, and a pattern that looks for blanks before
# something tries each place of it. Only lines longer than any paragraph are looked at.
_LONG: Final = 2000
_GAPS: Final = re.compile(r"\s{100,}")
# Asked of the attributes and not of all elements, most of which have no style. The answers know their elements;
# with `/..` libxml2 looks for doubles among them, which costs the square of their number.
_STYLES: Final = etree.XPath("descendant::*/@style[contains(., 'none') or contains(., 'NONE')]")
_FLAGS: Final = etree.XPath("descendant::*/@hidden")
_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_DISPLAY_NONE: Final = re.compile(r"display\s*:\s*none", re.I)
# A page made to exhaust whoever reads it has more lines; an article that is a table has some thousand.
MOST_LINES: Final = 20_000
EDGES: Final = " \t\n\r\f\v\xa0\u3000\u200b\ufeff"


class Line:
    """A line as a reader sees it.

    text: blanks collapsed, ends trimmed. link: how many of its characters are link text. block: index of the
    innermost block around it. pictures: the `<img>` elements in it, by their numbers in the page.
    """

    __slots__ = ("_labels", "block", "link", "pictures", "text")

    def __init__(self, text: str, link: int, block: int, pictures: Sequence[int]) -> None:
        self.text = text
        self.link = link
        self.block = block
        self.pictures = pictures
        self._labels: list[Labelled] | None = None

    @property
    def labels(self) -> list[Labelled]:
        """The labelled values in the line, read once for all who ask."""
        if self._labels is None:
            self._labels = read_labels(self.text)
        return self._labels

    def __repr__(self) -> str:
        return f"Line({self.text!r}, link={self.link}, block={self.block})"


class Block(NamedTuple):
    """A block element with the half-open range of lines inside it; parent is an index, -1 for the outermost.

    beside: whether it is, or stands in, an element that HTML sets aside from the text (nav, aside, footer).
    """

    tag: str
    parent: int
    start: int
    end: int
    beside: bool


class Blocks:
    """The blocks of a page in document order: a sequence of Block, and each part of them as a list of its own.

    A page has hundreds of blocks, of few of which anything is asked. besides: empty where no block is beside.
    """

    __slots__ = ("_left_out", "besides", "ends", "parents", "starts", "tags")

    def __init__(
        self,
        tags: list[str],
        parents: list[int],
        starts: list[int],
        ends: list[int],
        left_out: list[tuple[int, str]],
    ) -> None:
        self.tags = tags
        self.parents = parents
        self.starts = starts
        self.ends = ends
        # Blocks in elements that are not seen: how many blocks stand before each, and its tag.
        self._left_out = left_out
        self.besides: list[bool] = []
        if not _BESIDE.isdisjoint(tags):
            for tag, parent in zip(tags, parents, strict=True):
                self.besides.append(tag in _BESIDE or (parent >= 0 and self.besides[parent]))

    def __len__(self) -> int:
        return len(self.tags)

    def __getitem__(self, index: int) -> Block:
        place = self.parents[index], self.starts[index], self.ends[index]
        return Block(self.tags[index], *place, bool(self.besides) and self.besides[index])

    def __iter__(self) -> Iterator[Block]:
        return map(self.__getitem__, range(len(self.tags)))

    def number(self, index: int) -> int:
        """Which of the tree's elements with its tag a block is, counted from 0."""
        tag = self.tags[index]
        unseen = sum(1 for before, other in self._left_out if before <= index and other == tag)
        return self.tags[:index].count(tag) + unseen


def unmarked(text: str, source: bytes) -> bytes:
    """A page in UTF-8 without the characters, also those given by number, that are marks here.

    text: the page. source: the same in UTF-8.
    """
    if any(mark in text for mark in _ALL_MARKS):
        source = _MARKS.sub(b"", source)
    return _MARKS_BY_NUMBER.sub(b"", source)


def lay_out(root: etree._Element) -> tuple[list[Line], Blocks]:
    """The lines and the blocks of a tree, in document order; it ends at MOST_LINES lines.

    This loop is most of what a page costs beside its parse.
    """
    marked = _marked(root)
    has_left_out = _LEFT_OUT_BLOCK in marked or _LEFT_OUT_PICTURE in marked
    if _CUT + _PRE in marked:
        marked = _with_lines_of_pre(marked)
    lines: list[Line] = []
    tags: list[str] = []
    parents: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    left_out: list[tuple[int, str]] = []
    current = -1
    count = picture = 0
    in_link = False
    # Names looked up here once instead of for each mark.
    close, broken, link_mark, link_end, picture_mark, tag_of = _CLOSE, _BREAK, _LINK, _LINK_END, _PICTURE, _TAGS
    for part in f"{broken}{marked}".split(_CUT):
        letter = part[0]
        if letter == close:
            ends[current] = count
            current = parents[current]
        elif letter != broken:
            parents.append(current)
            current = len(tags)
            tags.append(tag_of[letter])
            starts.append(count)
            ends.append(MOST_LINES)
        if len(part) == 1:
            continue
        text = part[1:].strip()
        if not text:
            continue
        pictures: Sequence[int] = ()
        if has_left_out and (_LEFT_OUT_BLOCK in text or _LEFT_OUT_PICTURE in text):
            left_out += [(len(tags), tag_of[letter]) for letter in _LEFT_OUT.findall(text)]
            text = _LEFT_OUT.sub("", text)
            marks = _PICTURES.findall(text)
            pictures = [picture + index for index, mark in enumerate(marks) if mark == picture_mark]
            picture += len(marks)
            text = _PICTURES.sub("", text).strip()
        elif picture_mark in text:
            pictures = range(picture, picture + text.count(picture_mark))
            picture += len(pictures)
            text = text.replace(picture_mark, "").strip()
        link = 0
        if in_link or link_mark in text:
            if not in_link and text[0] == link_mark and text.find(link_end) == len(text) - 1:
                text = text[1:-1].strip()
                link = len(text)
            else:
                text, link, in_link = _unlinked(text, in_link)
        # All that is to be tidied up is no printable character, or a second blank.
        if "  " in text or not text.isprintable():
            text = _tidy(text)
            link = min(link, len(text))
        if text or pictures:
            lines.append(Line(text, link, current, pictures))
            count += 1
            if count == MOST_LINES:
                break
    return lines, Blocks(tags, parents, starts, ends, left_out)


def _unlinked(text: str, in_link: bool) -> tuple[str, int, bool]:
    """A text without the marks of links, how many of its characters are link text, and whether a link goes on."""
    if in_link:
        text = _LINK + text
    start, end = text.find(_LINK), text.find(_LINK_END)
    if text.find(_LINK, start + 1) < 0 <= start < end:
        # One link, and perhaps the end of one that another has ended.
        link, in_link = len(text[start + 1 : end].strip()), False
    else:
        link = sum(map(len, map(str.strip, _LINKED.findall(text))))
        in_link = text.rfind(_LINK) > text.rfind(_LINK_END)
    text = text.replace(_LINK, "").replace(_LINK_END, "").strip()
    return text, min(link, len(text)), in_link


def _tidy(text: str) -> str:
    """A text with its ASCII blanks as one each, without unseen characters at its ends."""
    # The end of a link around a link, which has ended it already.
    text = text.replace(_LINK_END, "").strip(EDGES)
    if "  " in text or "\n" in text or "\t" in text or "\r" in text:
        text = _BLANKS.sub(" ", text)
    return _GAPS.sub(_gap, text) if len(text) > _LONG else text


def _with_lines_of_pre(marked: str) -> str:
    """The marked text with a break for each line feed in preformatted text."""
    opened: list[str] = []
    parts = marked.split(_CUT)
    for index, part in enumerate(parts[1:], 1):
        if part[0] == _CLOSE:
            opened.pop()
        elif part[0] != _BREAK:
            opened.append(part[0])
        if _PRE in opened:
            parts[index] = part.replace("\n", f"{_CUT}{_BREAK}")
    return _CUT.join(parts)


def _gap(match: re.Match[str]) -> str:
    return match[0][:100]


def _marked(root: etree._Element) -> str:
    """The text of a tree with its marks."""
    hidden = [(element, element.tag) for element in hidden_elements(root)]
    try:
        for element, tag in hidden:
            element.tag = _HIDDEN + tag if tag in _COUNTED else _HIDDEN
        # `str` of the result would search all of it for an encoding declaration.
        return bytes(_SHEET(root)).decode("utf-8")
    finally:
        for element, tag in hidden:
            element.tag = tag


def hidden_elements(root: etree._Element) -> set[etree._Element]:
    """The elements that the page itself hides; what a style sheet hides is not known.

    A hidden `<body>` is one that a script shows when the page has loaded.
    """
    found = [style for style in _STYLES(root) if _DISPLAY_NONE.search(style)] + _FLAGS(root)
    elements = {value.getparent() for value in found}
    # A name that only a parser's leniency gives (`spa<div`) could not be given back.
    return {element for element in elements if element.tag != "body" and _NAME.fullmatch(element.tag)}


def _sheet() -> etree.XSLT:
    """The style sheet that writes a tree's text with marks; of elements not seen, it writes what keeps the count."""

    def template(match: str, written: str, mode: str = "") -> str:
        return f'<xsl:template match="{match}"{mode}>{written}</xsl:template>'

    def both(tag: str) -> str:
        return f"{tag}|{_HIDDEN}{tag}"

    mode = ' mode="unseen"'
    seen, unseen = "<xsl:apply-templates/>", f"<xsl:apply-templates{mode}/>"
    templates = [template(tag, f"{_CUT}{_LETTERS[tag]}{seen}{_CUT}{_CLOSE}") for tag in _BLOCKS]
    templates += [
        template("a", f"{_LINK}{seen}{_LINK_END}"),
        template("br|hr", f"{_CUT}{_BREAK}"),
        template("img", _PICTURE),
        template("|".join((*_UNSEEN, _HIDDEN)), unseen),
        template("*", unseen, mode),
        # Cheaper than to select what is no text.
        template("text()", "", mode),
    ]
    for tag in _COUNTED:
        left_out = f"{_LEFT_OUT_BLOCK}{_LETTERS[tag]}{unseen}" if tag in _LETTERS else _LEFT_OUT_PICTURE
        templates += [template(_HIDDEN + tag, left_out), template(both(tag), left_out, mode)]
    return etree.XSLT(
        etree.XML(
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            f'<xsl:output method="text"/>{"".join(templates)}</xsl:stylesheet>'
        )
    )


_SHEET: Final = _sheet()
