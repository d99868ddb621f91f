"""How text is compared in searches: width and case do not matter, everything else does."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Text in compatibility form (NFKC: full-width letters and digits become plain ones) and lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def contains_folded(text: str | None, needle: str) -> bool:
    """Whether a text contains an already folded needle."""
    return text is not None and needle in fold(text)


def bigrams(text: str) -> str:
    """The text as the search index holds it: overlapping pairs of its letters and digits, and the last one alone.

    FTS5 has no word breaks for Chinese, so every pair of neighbours is a token; a phrase of pairs is a substring.
    """
    letters = [character for character in fold(text) if character.isalnum()]
    pairs = [first + second for first, second in zip(letters, letters[1:], strict=False)]
    return " ".join(pairs + letters[-1:])
