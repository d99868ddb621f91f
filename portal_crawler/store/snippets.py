"""Where in a text a query was found: the places marked in the text as it was written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from portal_crawler.store.fold import fold, places_as_written
from portal_crawler.store.query import And, Node, Not, Or, Term

_AROUND = 30
_MARKS = ("⟦", "⟧")


def terms_to_mark(node: Node, column: str) -> list[str]:
    """The folded texts that a query looks for in the title or in the body, without those that it wants absent."""
    match node:
        case Term(text, wanted):
            return [text] if wanted in (None, column) else []
        case Not():
            return []
        case And(parts) | Or(parts):
            return [text for part in parts for text in terms_to_mark(part, column)]


def marked(text: str, terms: Sequence[str]) -> str:
    """The text with every place of a folded term between ⟦ and ⟧; where places overlap, they are one."""
    return _with_marks(text, _places(text, terms), 0, len(text))


def snippet(text: str, terms: Sequence[str]) -> str | None:
    """One line around the first place of a term, with all places in it marked. None if there is none."""
    places = _places(text, terms)
    if not places:
        return None
    first, last = places[0]
    begin, end = max(first - _AROUND, 0), min(last + _AROUND, len(text))
    return on_one_line(_with_marks(text, places, begin, end))


def beginning(text: str) -> str:
    """The beginning of a text, about as long as a snippet, on one line."""
    return on_one_line(text[: 2 * _AROUND])


def on_one_line(text: str) -> str:
    return text.replace("\n", " ")


def _with_marks(text: str, places: Sequence[tuple[int, int]], begin: int, end: int) -> str:
    pieces: list[str] = []
    done = begin
    for first, last in places:
        # A place that the piece ends in is marked as far as it is shown.
        first, last = max(first, begin), min(last, end)
        if first < last:
            pieces += [text[done:first], _MARKS[0], text[first:last], _MARKS[1]]
            done = last
    return "".join([*pieces, text[done:end]])


def _places(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Begin and end of every place of a term in the text, in order, those that touch or overlap joined."""
    found: list[tuple[int, int]] = []
    to_fold: list[str] = []
    for term in set(terms):
        written = places_as_written(text, term)
        if written is None:
            to_fold.append(term)
        else:
            found += written
    if to_fold:
        found += _places_once_folded(text, to_fold)
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _places_once_folded(text: str, terms: Sequence[str]) -> Iterator[tuple[int, int]]:
    folded, origins = _folded(text)
    for term in terms:
        start = folded.find(term)
        while start >= 0:
            # A letter may become several, as ㎡ does, and one mark goes around all of it.
            yield origins[start][0], origins[start + len(term) - 1][1]
            start = folded.find(term, start + 1)


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and of each of its letters the place in the text that it comes from."""
    pieces: list[str] = []
    origins: list[tuple[int, int]] = []
    start = 0
    for end in range(1, len(text) + 1):
        # An accent may melt into the letter before it.
        if end < len(text) and _is_accent(text[end]):
            continue
        piece = _fold_piece(text[start:end])
        pieces.append(piece)
        origins += [(start, end)] * len(piece)
        start = end
    return "".join(pieces), origins


@lru_cache(maxsize=20_000)
def _fold_piece(piece: str) -> str:
    return fold(piece)


@lru_cache(maxsize=20_000)
def _is_accent(letter: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKC", letter)[0]) != 0
