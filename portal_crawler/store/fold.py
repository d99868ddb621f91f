"""How text is compared in searches: width and case do not matter, everything else does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Ideographs that neither change nor melt into a neighbour, and texts in which nothing can become one.
_IDEOGRAPHS = re.compile("[一-鿿]+")
# Pairs in memory at once: of a text of 4 MB in one run, all of them take 120 MB.
_AT_ONCE = 20_000
_USUAL = re.compile("[\\t\\n\\r -~·—‘-”…\u3000-〠一-鿿！-～]*+")


def fold(text: str) -> str:
    """Text in compatibility form (NFKC: full-width letters and digits become plain ones) and lower case.

    The sigma that ends a Greek word becomes the one in words, as FTS5 has it: what a letter becomes must not
    depend on what a query leaves out behind it.
    """
    return unicodedata.normalize("NFKC", text).lower().replace("ς", "σ")


def contains_folded(text: str | None, needle: str) -> bool:
    """Whether a text contains an already folded needle.

    For ideographs in the usual text without folding it, which takes ten times as long.
    """
    if text is None:
        return False
    if _IDEOGRAPHS.fullmatch(needle):
        if needle in text:
            return True
        if _USUAL.fullmatch(text):
            return False
    return needle in fold(text)


def letter_runs(folded: str) -> list[str]:
    """The runs of letters and digits of an already folded text; only what stands in them is indexed."""
    return folded.translate(_BREAKS).split()


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
