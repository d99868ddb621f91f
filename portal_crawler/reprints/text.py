"""An article's text as it is compared: without script, width, case, blanks and punctuation."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache

from opencc import OpenCC

# Portals set their own blanks, quotes and full stops, so letters and digits alone are compared.
_SENTENCE_ENDS = frozenset("。！？；!?;…\n")
# Longer texts (laws, reports on a year's work) are told apart well before; what a text costs stays bounded.
_MOST_CHARACTERS = 20_000
# So many characters in a row are one shingle: of two news texts on one subject about one in a hundred is common.
SHINGLE = 5


@dataclass(frozen=True, slots=True)
class Text:
    """A folded text. sentences: its runs of letters and digits between full stops; letters: all of them joined.

    title: folded likewise. shingles: every five letters in a row.
    """

    title: str
    letters: str
    sentences: tuple[str, ...]
    shingles: frozenset[str] = field(repr=False)


def read_text(title: str | None, body: str | None) -> Text:
    """The folded text of an article; an absent title or body is empty."""
    folded = (body or "")[:_MOST_CHARACTERS].translate(_folding())
    sentences = tuple(filter(None, folded.split("\n")))
    letters = "".join(sentences)
    shingles = frozenset([letters[place : place + SHINGLE] for place in range(len(letters) - SHINGLE + 1)])
    return Text((title or "").translate(_folding()).replace("\n", ""), letters, sentences, shingles)


def fold_letters(text: str) -> str:
    """Letters and digits of a text, in simplified characters, plain width and lower case."""
    return text.translate(_folding()).replace("\n", "")


class _Folding(dict[int, str]):
    """For `str.translate`: what each character is compared as; filled as characters come by.

    Each traditional character becomes the one simplified character that OpenCC gives it on its own. Its rules for
    whole words (乾隆 keeps its 乾) would depend on which script the text was in.
    """

    def __init__(self) -> None:
        super().__init__()
        self._convert = OpenCC("t2s").convert

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _SENTENCE_ENDS:
            self[code] = "\n"
            return "\n"
        plain = unicodedata.normalize("NFKC", character).lower()
        kept = "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")
        self[code] = self._convert(kept) if kept else ""
        return self[code]


@cache
def _folding() -> _Folding:
    return _Folding()
