"""How text is compared in searches: width and case do not matter, everything else does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from math import prod

# Ideographs that neither change nor melt into a neighbour, and texts in which nothing can become one.
_IDEOGRAPHS = re.compile("[一-鿿]+")
# Pairs in memory at once: of a text of 4 MB in one run, all of them take 120 MB.
_AT_ONCE = 20_000
# So many spellings are sooner looked for one by one than as a pattern.
_FEW_SPELLINGS = 3
_USUAL = re.compile("[\\t\\n\\r -~·—‘-”…\u3000-〠一-鿿！-～]*+")


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


def letter_runs(folded: str) -> list[str]:
    """The runs of letters and digits of an already folded text; only what stands in them is indexed."""
    return folded.translate(_BREAKS).split()


def phrase_in_index(folded: str) -> list[str]:
    """The tokens that follow each other in the index wherever an already folded text stands; it may stand elsewhere.

    What stands between two runs is not in the index, but that the first ends there is. A single letter at the end
    without such a mark behind it is left out: it is no token, but the beginning of many.
    """
    runs = letter_runs(folded)
    ends = folded.translate(_BREAKS).endswith(" ")
    tokens: list[str] = []
    for place, run in enumerate(runs):
        tokens += [run[at : at + 2] for at in range(len(run) - 1)]
        if ends or place < len(runs) - 1:
            tokens.append(run[-1])
    return tokens


def bigrams(text: str) -> str:
    """The text as the search index holds it: of each run the overlapping pairs, then its last letter alone.

    FTS5 has no word breaks for Chinese, so every pair of neighbours is a token, and a phrase of pairs is a
    substring. The lone letter is there for searches of one letter, and keeps phrases from running on past it.
    """
    runs = letter_runs(fold(text))
    if len(text) > _AT_ONCE:
        return " ".join(_pieces(runs))
    tokens: list[str] = []
    for run in runs:
        tokens += [run[place : place + 2] for place in range(len(run))]
    return " ".join(tokens)


def _pieces(runs: Iterable[str]) -> Iterator[str]:
    """The pairs of runs, so many of them in a piece."""
    for run in runs:
        for start in range(0, len(run), _AT_ONCE):
            yield " ".join([run[place : place + 2] for place in range(start, min(start + _AT_ONCE, len(run)))])


class _Breaks(dict[int, int]):
    """For `str.translate`: what is no letter or digit becomes a blank; filled as characters come by.

    Judged by Unicode 3.2, which Python keeps: it never changes, so an index means the same under every
    Python, and FTS5's tokenizer agrees on every character (some later letters it takes for blanks).
    """

    def __missing__(self, code: int) -> int:
        is_letter = unicodedata.ucd_3_2_0.category(chr(code))[0] in "LN"
        self[code] = code if is_letter else ord(" ")
        return self[code]


_BREAKS = _Breaks()
