"""What changed between two texts, by characters: readable for Chinese, which has no words to divide it at. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Kind = Literal["same", "removed", "added"]

# A number or a word in letters changes as a whole; everything else changes by characters.
_TOKENS = re.compile(r"\d+(?:[.,:/%-]\d+)*%?|[A-Za-zÀ-ɏ]+|.", re.DOTALL)
_SENTENCES = re.compile(r"[^。！？!?；;]*[。！？!?；;]+|[^。！？!?；;]+")
# Comparing costs the product of the lengths; of longer passages it is said that one replaced the other.
_MOST_COMPARISONS = 4_000_000
# What stays the same around a change is shown this far, in characters.
_AROUND = 20
# One character that happens to stand in both wordings makes neither of them easier to read.
_ISLAND = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage that two texts share, or that only the older or the newer one has."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """The two texts as one sequence of pieces: same and removed ones make the older text, same and added the newer.

    Paragraphs are compared first, then the sentences of those that differ, then their characters.
    """
    divisions: list[Callable[[str], Sequence[str]]] = [
        lambda text: text.splitlines(keepends=True),
        _SENTENCES.findall,
        _TOKENS.findall,
    ]
    return _joined(_without_islands(_joined(_compared(before, after, divisions))))


def count_changes(pieces: Sequence[Piece]) -> tuple[int, int]:
    """How many characters were added, and how many removed; line ends do not count."""
    added, removed = (
        sum(len(piece.text.replace("\n", "")) for piece in pieces if piece.kind == kind)
        for kind in ("added", "removed")
    )
    return added, removed


def passages(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The changes with what stands around them, divided where a long piece stayed the same."""
    passage: list[Piece] = []
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        if piece.kind != "same":
            passage.append(piece)
            continue
        head = piece.text if len(piece.text) <= _AROUND else f"{piece.text[:_AROUND]}…"
        tail = piece.text if len(piece.text) <= _AROUND else f"…{piece.text[-_AROUND:]}"
        if place == 0:
            passage = [Piece("same", tail)]
        elif place == last:
            passage.append(Piece("same", head))
        elif len(piece.text) <= 2 * _AROUND:
            passage.append(piece)
        else:
            yield [*passage, Piece("same", head)]
            passage = [Piece("same", tail)]
    if any(piece.kind != "same" for piece in passage):
        yield passage


def _compared(before: str, after: str, divisions: Sequence[Callable[[str], Sequence[str]]]) -> Iterator[Piece]:
    if not (before and after) or not divisions:
        yield from _replaced(before, after)
        return
    old, new = divisions[0](before), divisions[0](after)
    if len(old) * len(new) > _MOST_COMPARISONS:
        yield from _replaced(before, after)
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[i:j]))
        else:
            yield from _compared("".join(old[i:j]), "".join(new[k:m]), divisions[1:])


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)


def _without_islands(pieces: list[Piece]) -> Iterator[Piece]:
    """The pieces, with lone shared characters in the middle of a new wording made part of it."""
    for place, piece in enumerate(pieces):
        around = [pieces[index] for index in (place - 1, place + 1) if 0 <= index < len(pieces)]
        if (
            piece.kind == "same"
            and len(piece.text) <= _ISLAND
            and not piece.text.isspace()
            and len(around) == 2
            and all(one.kind != "same" for one in around)
        ):
            yield from _replaced(piece.text, piece.text)
        else:
            yield piece


def _joined(pieces: Iterator[Piece] | list[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece; of what was replaced, the older wording first."""
    joined: list[Piece] = []
    for is_same, run in groupby(pieces, key=lambda piece: piece.kind == "same"):
        members = list(run)
        if is_same:
            joined.append(Piece("same", "".join(piece.text for piece in members)))
        else:
            old, new = ("".join(piece.text for piece in members if piece.kind == kind) for kind in ("removed", "added"))
            joined += _replaced(old, new)
    return joined
