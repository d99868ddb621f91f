"""How text is compared in searches: width and case do not matter, everything else does."""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, product
from math import prod
from operator import add

# Ideographs that neither change nor melt into a neighbour, and texts in which nothing can become one.
_IDEOGRAPHS = re.compile("[一-鿿]+")
# Pairs in memory at once: of a text of 4 MB, all of them take 120 MB.
_AT_ONCE = 20_000
# So many spellings are sooner looked for one by one than as a pattern.
_FEW_SPELLINGS = 3
_USUAL = re.compile("[\\t\\n\\r -~·—‘-”…\u3000-〠一-鿿！-～]*+")
# What stands in the index as it is: in the Unicode of 2002 already, so letters to every SQLite, and of one form.
_PLAIN = re.compile("[0-9a-z々〇ぁ-ゔァ-ヺー㐀-䶵一-龥가-힣\U00020000-\U0002a6d6]")
# Marks and accented letters of which texts are full: Latin-1, General Punctuation, CJK Symbols. One private character
# each, from U+E000 on; of all others two, the upper and the lower part of their number.
_FREQUENT = tuple(chain(range(0x100), range(0x2000, 0x2070), range(0x3000, 0x3040)))
_PRIVATE, _FIRST_OF_TWO, _SECOND_OF_TWO = 0xE000, 0xE200, 0xF000
_FOUR_BYTES = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"


def fold(text: str) -> str:
    """Text in compatibility form (NFKC: full-width letters and digits become plain ones) and lower case.

    The sigma that ends a Greek word becomes the one in words, as FTS5 has it: what a letter becomes must not
    depend on what a query leaves out behind it.
    """
    return unicodedata.normalize("NFKC", text).lower().replace("ς", "σ")


def contains_folded(text: str | None, needle: str) -> bool:
    """Whether a text contains an already folded needle.

    In usual texts without folding them, which takes twenty times as long: what is sought is looked for as it may be
    written there.
    """
    if text is None:
        return False
    written = _written(needle)
    if written.piece == needle and needle in text:
        return True
    if _is_to_be_folded(text, needle):
        return needle in fold(text)
    if written.whole:
        return any(whole in text for whole in written.whole)
    # Most texts lack the piece, and to look for it takes a fifth of the time.
    return written.piece in text and written.pattern is not None and written.pattern.search(text) is not None


def places_as_written(text: str, needle: str) -> list[tuple[int, int]] | None:
    """Begin and end of every place of an already folded needle, also of those that overlap.

    None for a text whose letters do not each become one when it is folded.
    """
    if _is_to_be_folded(text, needle):
        return None
    pattern = _written(needle).pattern
    places: list[tuple[int, int]] = []
    match = pattern and pattern.search(text)
    while pattern and match:
        places.append(match.span())
        match = pattern.search(text, match.start() + 1)
    return places


def _is_to_be_folded(text: str, needle: str) -> bool:
    # Three stops may have been one sign.
    return not _USUAL.fullmatch(text) or ("." in needle and "…" in text)


@dataclass(frozen=True, slots=True)
class _Written:
    """How a folded text stands in usual ones: a piece that is the same there, and a pattern, None if it never does.

    whole: all that it may be written as, if that is little; else nothing.
    """

    piece: str
    whole: tuple[str, ...]
    pattern: re.Pattern[str] | None


@lru_cache(maxsize=1_000)
def _written(needle: str) -> _Written:
    piece = max(_IDEOGRAPHS.findall(needle), key=len, default="")
    ways = [letter if _IDEOGRAPHS.match(letter) else _spellings().get(letter, "") for letter in needle]
    if not all(ways):
        return _Written(piece, (), None)
    count = prod(map(len, ways))
    return _Written(
        piece,
        tuple(map("".join, product(*ways))) if count <= _FEW_SPELLINGS else (),
        re.compile("".join(f"[{re.escape(way)}]" for way in ways)),
    )


@cache
def _spellings() -> dict[str, str]:
    """Of each folded letter that is no ideograph, the letters that become it in usual texts."""
    found: dict[str, str] = {}
    for letter in map(chr, (*range(0x3021), *range(0xFF01, 0xFF5F))):
        if _USUAL.fullmatch(letter) and len(fold(letter)) == 1:
            found[fold(letter)] = found.get(fold(letter), "") + letter
    return found


def phrase_in_index(folded: str) -> str:
    """What FTS5 is to look for where an already folded text is sought: its pairs in a row, and for a single character
    every pair that begins with it. The index has that where the text has it, and nowhere else."""
    units = [_IN_INDEX[ord(character)] for character in folded]
    if len(units) == 1:
        return f'"{units[0]}"*'
    return '"' + " ".join(map(add, units, units[1:])) + '"'


def bigrams(text: str) -> str:
    """The text as the search index holds it: of its folded form each character with the next one, then the last alone.

    FTS5 has no word breaks for Chinese, so every pair of neighbours is a token, and a phrase of pairs is a substring.
    The lone character is there for searches of one.
    """
    if _USUAL.fullmatch(text):
        # Four times as quick as to fold it first, and there the same.
        units = text.translate(_USUAL_IN_INDEX)
        return _pairs(units)
    folded = fold(text)
    units = folded.translate(_IN_INDEX)
    if len(units) == len(folded):
        return _pairs(units)
    return " ".join(_pieces(folded))


def _pairs(units: str) -> str:
    """甘肃省 becomes 甘肃 肃省 省. As numbers of four bytes, which takes a seventh of the time that slices do."""
    if not units:
        return ""
    codes = array("I", units.encode(_FOUR_BYTES))
    pairs = array("I", " ".encode(_FOUR_BYTES)) * (3 * len(codes) - 2)
    pairs[::3] = codes
    pairs[1::3] = codes[1:]
    return pairs.tobytes().decode(_FOUR_BYTES)


def _pieces(folded: str) -> Iterator[str]:
    """The pairs of a text of which some characters stand as two in the index; so many of them in a piece."""
    for start in range(0, len(folded), _AT_ONCE):
        units = [_IN_INDEX[ord(character)] for character in folded[start : start + _AT_ONCE + 1]]
        yield " ".join(map(add, units, units[1:]))
    yield _IN_INDEX[ord(folded[-1])]


class _InIndex(dict[int, str]):
    """For `str.translate`: how a folded character stands in the index; filled as characters come by.

    FTS5 breaks texts where it sees no letter, and takes letters of some alphabets for each other. So what is no
    ideograph, syllable, digit or plain letter stands there as one of the private characters, which it leaves alone, or
    as two. Nothing here depends on the Unicode of a Python or an SQLite: an index means the same under each of them.
    """

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if _PLAIN.fullmatch(letter):
            self[code] = letter
        elif code in _FREQUENT:
            self[code] = chr(_PRIVATE + _FREQUENT.index(code))
        else:
            self[code] = chr(_FIRST_OF_TWO + (code >> 11)) + chr(_SECOND_OF_TWO + (code & 0x7FF))
        return self[code]


class _UsualInIndex(dict[int, str]):
    """The same for characters of usual texts that are not folded yet."""

    def __missing__(self, code: int) -> str:
        self[code] = fold(chr(code)).translate(_IN_INDEX)
        return self[code]


_IN_INDEX = _InIndex()
_USUAL_IN_INDEX = _UsualInIndex()
