"""Bytes of a page to text, by evidence.

Old Chinese CMSs declare gb2312 for GBK pages, servers add a charset that the page does not have, and many pages
declare nothing. So the bytes themselves speak first: text that validates as UTF-8 is UTF-8 (a GBK page passes
that test only when it holds a few characters), GB2312 and GBK are read as their superset GB18030, and Big5 is
told from it by the characters that every Chinese text uses. Declarations only break ties.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BIG5 = re.compile(rb"""charset\s*=\s*["']?\s*big5""", re.I)
# The characters that make up about a fifth of any Chinese news text, in both scripts, with its punctuation.
_COMMON = "的一是在不了有和人中大上国國为為年月日时時会會市这這，。、“”：；（）《》"
# One bad byte in a UTF-8 page costs one or two sequences, a GBK page read as UTF-8 fails on nearly all of them.
_UTF8_TOLERANCE = 0.1
# 锟斤拷 is what U+FFFD becomes when its UTF-8 bytes are read as GBK: damage done before the page was sent.
_DAMAGE = ("\ufffd", "锟斤拷")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded page: the text, the encoding that gave it, and whether some of it is lost."""

    text: str
    encoding: str
    damaged: bool


def decode(body: bytes, content_type: str | None = None, encoding: str | None = None) -> Text:
    """The text of a page's bytes.

    content_type: the HTTP header as received, if any. encoding: a profile's word for a portal whose pages
    mislead, tried first. Never raises: bytes that no encoding explains become U+FFFD, and `damaged` says so.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _text(body[len(bom) :].decode(name, "replace"), name)
    for name in filter(None, (encoding, "utf-8")):
        try:
            return _text(body.decode(name), name)
        except (UnicodeDecodeError, LookupError):
            continue
    text = body.decode("utf-8", "replace")
    if _is_utf8_with_a_few_bad_bytes(text):
        return _text(text, "utf-8")
    says_big5 = "big5" in (content_type or "").lower() or _BIG5.search(body[:65536]) is not None
    chinese = _text(body.decode("gb18030", "replace"), "gb18030")
    if says_big5 or _commonness(chinese.text) < _UNLIKELY:
        taiwanese = _text(body.decode("big5hkscs", "replace"), "big5hkscs")
        if _commonness(taiwanese.text) > _commonness(chinese.text):
            return taiwanese
    return chinese


# Share of the common characters below which a text read as GB18030 is in doubt: the pages of the corpus, with
# all their navigation, have 0.08 and more, Big5 read as GB18030 has less than 0.01.
_UNLIKELY = 0.05


def _text(text: str, encoding: str) -> Text:
    return Text(text.replace("\x00", ""), encoding, any(mark in text for mark in _DAMAGE))


def _is_utf8_with_a_few_bad_bytes(text: str) -> bool:
    bad = text.count("\ufffd")
    wide = len(text) - len(text.encode("ascii", "ignore")) - bad
    return bad <= max(1, wide * _UTF8_TOLERANCE) and wide >= bad


def _commonness(text: str) -> float:
    """Share of the wide characters that are among the most common ones."""
    wide = len(text) - len(text.encode("ascii", "ignore"))
    return sum(map(text.count, _COMMON)) / wide if wide else 1.0
