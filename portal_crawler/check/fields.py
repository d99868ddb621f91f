"""Whether a field of the newest articles stopped filling, against the channel's own past."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

# Fewer new articles, or fewer past ones, prove nothing.
_LEAST_NEW, _LEAST_PAST = 10, 20
# The newest so many are compared with those before them, each step so much longer than the last.
_STEP = 1.3
# A collapse: at most this share of the past one, and of the lowest that as many articles in a row ever had.
_COLLAPSE = 0.5
# The chance of so few by accident. With some 25 lengths, 7 fields and hundreds of channels an hour, for years.
_CHANCE = 1e-9
# Lengths of the blocks by which it is seen whether articles in a row are alike.
_BLOCKS = (5, 10, 20)
_UNSEEN = 30


@dataclass(frozen=True, slots=True)
class Collapse:
    """How full a field is, as a share: of the past articles, and of the newest."""

    before: float
    now: float
    past: int
    new: int


def collapse_of(filled: Sequence[bool]) -> Collapse | None:
    """The collapse of a field, given for each article, the oldest first, whether it has it. None: there is none.

    Of several it is the one with the least chance of being an accident.
    """
    sums = list(accumulate(filled, initial=0))
    # Nearly all fields of nearly all channels: never absent, or always.
    if sums[-1] in (0, len(filled)):
        return None
    lengths = []
    length = _LEAST_NEW
    while len(filled) - length >= max(_LEAST_PAST, length):
        lengths.append(length)
        length = math.ceil(length * _STEP)
    found = [(chance, length) for length in lengths if (chance := _chance(filled, sums, length)) < _CHANCE]
    if not found:
        return None
    # Around the best, every length is tried: it is to say when the collapse began.
    _, about = min(found)
    near = range(max(_LEAST_NEW, int(about / _STEP)), min(math.ceil(about * _STEP), len(filled) - _LEAST_PAST) + 1)
    _, new = min((_chance(filled, sums, length), length) for length in near)
    past = len(filled) - new
    return Collapse(sums[past] / past, (sums[-1] - sums[past]) / new, past, new)


def _chance(filled: Sequence[bool], sums: Sequence[int], length: int) -> float:
    """The chance that the newest so many articles lack the field by accident; 1 where that is no collapse at all."""
    past = len(filled) - length
    new_filled = sums[-1] - sums[past]
    # Half an article less than there were: a field that was never absent may be so once.
    before = max(sums[past] - 0.5, 0) / past
    if new_filled > _COLLAPSE * before * length:
        return 1.0
    lowest = min((sums[end] - sums[end - length] for end in range(length, past + 1)), default=length)
    if new_filled > _COLLAPSE * lowest:
        return 1.0
    grouped = _grouping(filled[:past])
    return _binomial_tail(math.ceil(new_filled / grouped), math.ceil(length / grouped), before)


def _grouping(filled: Sequence[bool]) -> float:
    """How many articles in a row count as one, since they have or lack the field together; 1 for independent ones.

    That is the variance of blocks against the one of independent articles. One author's series, or one page of
    notices, comes at once.
    """
    share = sum(filled) / len(filled)
    # A short past has not shown yet how alike they may be.
    worst = 1.0 + _UNSEEN / len(filled)
    for size in _BLOCKS:
        blocks = [sum(filled[start : start + size]) for start in range(0, len(filled) - size + 1, size)]
        if len(blocks) > 2 and 0 < share < 1:
            variance = sum((block - share * size) ** 2 for block in blocks) / (len(blocks) - 1)
            worst = max(worst, variance / (size * share * (1 - share)))
    return worst


def _binomial_tail(count: int, trials: int, share: float) -> float:
    """The exact chance of so many or fewer of the trials, each of which succeeds with that share."""
    if share <= 0:
        return 1.0
    log_share, log_rest = math.log(share), math.log1p(-share)
    return sum(
        math.exp(
            math.lgamma(trials + 1)
            - math.lgamma(n + 1)
            - math.lgamma(trials - n + 1)
            + n * log_share
            + (trials - n) * log_rest
        )
        for n in range(count + 1)
    )
