"""Which of very many things came by already, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable

_LEAST_PLACES = 64
# Fuller, a search takes ever longer; emptier, there is only more of it.
_FULLEST = 0.7
_EMPTY = 0
_MASK = 2**64 - 1


class Marks:
    """A set of which only the hashes are kept: 12 to 23 bytes a thing, where a set of addresses takes 200.

    Two things of one hash are one: with the 64 bits of Python's, one pair in nine hundred million sets of 200,000. So
    it is for questions in which one thing wrongly taken for known does little harm.
    """

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _LEAST_PLACES))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, thing: Hashable) -> bool:
        mark = _mark(thing)
        return self._places[self._place(mark)] == mark

    def add(self, thing: Hashable) -> None:
        """Take note of a thing."""
        mark = _mark(thing)
        place = self._place(mark)
        if self._places[place] == mark:
            return
        self._places[place] = mark
        self._count += 1
        if self._count > _FULLEST * len(self._places):
            self._grow()

    def update(self, things: Iterable[Hashable]) -> None:
        """Take note of several things."""
        for thing in things:
            self.add(thing)

    def _place(self, mark: int) -> int:
        """Where a mark stands, or else the free place that it would be put in."""
        places, last = self._places, len(self._places) - 1
        place = mark & last
        while places[place] not in (_EMPTY, mark):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before = self._places
        self._places = array("Q", bytes(16 * len(before)))
        for mark in before:
            if mark != _EMPTY:
                self._places[self._place(mark)] = mark


def _mark(thing: Hashable) -> int:
    return (hash(thing) & _MASK) or 1
