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
from typing import Final

_BOMS: Final = (
    # Before UTF-16, whose mark it begins with.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BIG5: Final = re.compile(rb"""charset\s*+=\s*+["']?\s*+big5""")
# The characters that make up about a fifth of any Chinese news text, in both scripts, with its punctuation.
_COMMON: Final = re.compile("[的一是在不了有和人中大上国國为為年月日时時会會市这這，。、“”：；（）《》]")
# One bad byte in a UTF-8 page costs one or two sequences, a GBK page read as UTF-8 fails on nearly all of them.
_UTF8_TOLERANCE: Final = 0.1
# Bytes or characters around the first Chinese one that tell encodings apart, if so many of them are wide.
_SAMPLE: Final = 2048
_ENOUGH: Final = 200


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded page: the text, the encoding that gave it, and whether some of it is lost.

    source: the bytes, where they are the text in UTF-8 as they came.
    """

    text: str
    encoding: str
    damaged: bool
    source: bytes | None = None

    def utf8(self) -> bytes:
        """The text in UTF-8; lone halves of surrogate pairs become question marks."""
        return self.text.encode("utf-8", "replace") if self.source is None else self.source


def decode(body: bytes, content_type: str | None = None, encoding: str | None = None) -> Text:
    """The text of a page's bytes.

    content_type: the HTTP header as received, if any. encoding: a profile's word for a portal whose pages
    mislead, tried first. Never raises: bytes that no encoding explains become U+FFFD, and `damaged` says so.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _text(body[len(bom) :].decode(name, "replace"), name)
    first_bad = 0
    for name in filter(None, (encoding, "utf-8")):
        try:
            return _text(body.decode(name), name, body)
        except UnicodeDecodeError as error:
            first_bad = error.start
        except LookupError:
            continue
    # Decoding with replacements is slow where there are thousands; a sample tells GBK from a slip.
    sample = body[max(first_bad - _SAMPLE, 0) : first_bad + _SAMPLE]
    if _is_utf8_with_a_few_bad_bytes(sample.decode("utf-8", "replace")):
        text = body.decode("utf-8", "replace")
        if _is_utf8_with_a_few_bad_bytes(text):
            return _text(text, "utf-8")
    chinese = body.decode("gb18030", "replace")
    if _says_big5(body, content_type) or _commonness(chinese, first_bad) < _UNLIKELY:
        taiwanese = body.decode("big5hkscs", "replace")
        if _commonness(taiwanese, first_bad) > _commonness(chinese, first_bad):
            return _text(taiwanese, "big5hkscs", body)
    return _text(chinese, "gb18030", body)


def _says_big5(body: bytes, content_type: str | None) -> bool:
    if "big5" in (content_type or "").lower():
        return True
    head = body[:65536].lower()
    return b"big5" in head and _BIG5.search(head) is not None


# Share of the common characters below which a text read as GB18030 is in doubt: the pages of the corpus, with
# all their navigation, have 0.08 and more, Big5 read as GB18030 has less than 0.01.
_UNLIKELY: Final = 0.05


def _text(text: str, encoding: str, source: bytes | None = None) -> Text:
    # 锟斤拷 is what U+FFFD becomes when its UTF-8 bytes are read as GBK: damage done before the page was sent.
    # One character is looked for in a fraction of the time that three take.
    damaged = "\ufffd" in text or ("锟" in text and "锟斤拷" in text)
    if source is None or b"\x00" in source:
        return Text(text.replace("\x00", ""), encoding, damaged)
    return Text(text, encoding, damaged, source if encoding == "utf-8" else None)


def _is_utf8_with_a_few_bad_bytes(text: str) -> bool:
    bad = text.count("\ufffd")
    wide = _wide(text) - bad
    return bad <= max(1, wide * _UTF8_TOLERANCE) and wide >= bad


def _commonness(text: str, start: int) -> float:
    """Share of the wide characters that are among the most common: in a sample from `start` on that has enough."""
    for end in (start + _SAMPLE, start + 8 * _SAMPLE, None):
        sample = text[start if end else 0 : end]
        if (wide := _wide(sample)) >= _ENOUGH:
            break
    return len(_COMMON.findall(sample)) / wide if wide else 1.0


def _wide(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))
