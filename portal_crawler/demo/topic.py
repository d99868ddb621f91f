"""The shape of a subject the replica can write about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Sentence templates on one subject; every sentence has a slot, so that no two articles share a line.

    Slots: `{12~86}` and `{0.6~3.8}` are numbers in a range; `{county}`, `{town}`, `{village}`, `{fellow}` and
    `{date}` are the article's own; `{person}` is a new name each time.
    """

    name: str
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    details: tuple[str, ...]
    voices: tuple[str, ...]
