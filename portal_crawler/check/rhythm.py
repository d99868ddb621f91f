"""A channel's rhythm, from the days of its articles, and whether a silence still fits it.

Each day but a holiday gets a weight: minus the logarithm of the chance of no article on it, by its weekday. The weights
of a silence add up to how unlikely it is. For a channel of one article a week that is 0.15 a day, for one that writes
every Monday 2.8 for each Monday and next to nothing for the days between.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, median, variance

from portal_crawler.check.holidays import is_holiday

# The chance of a false alarm that a channel may have in a month, if days were independent. They are not quite: see
# _spread and _GUARD. Who writes seldom has few silences in a month, and each of them may be the less unlikely.
_FALSE_ALARM = 5e-5
_MONTH = 30.0
# No day counts for more, however sure it seems: four days without any article happen, when a portal moves.
_SUREST = 0.94
# A silence must also outlast the longest that the channel has had, and the second longest by half.
_GUARD, _SECOND_GUARD = 1.1, 1.5
# Of fewer active days, or of a shorter time, nothing is known.
_LEAST_ACTIVE, _LEAST_SPAN = 8, 14
# A weekday starts from the chance of all days, as if it had been seen so often.
_PRIOR_WEEKS = 2.0
# News come in clusters. Their gaps are taken for independent ones, as if that had been seen so often.
_PRIOR_GAPS = 5
# Channels slow down for good without being broken: the last weeks count alone when they are quieter, and of the last
# of them those that should have had news enough to tell.
_LATELY, _LAST, _LEAST_EXPECTED = 60, 30, 10
# Of channels that are not silent, the last days are compared with as many at any time before.
_WINDOW, _LEAST_WINDOWS = 14, 6
_QUIET_SHARE, _QUIETEST_SHARE, _QUIET_TAIL = 0.25, 0.5, 1e-6


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How likely a channel is to have an article on a day. chances: Monday first.

    limit: the weight from which on a silence fits no longer.
    """

    chances: tuple[float, ...]
    limit: float

    def weight(self, first: date, last: date) -> float:
        """How much the silent days from the first to the last weigh, both included."""
        return sum(_weight(self.chances, day) for day in _days(first, last))

    def patience(self, last: date) -> int:
        """Within how many days of its last article a channel that stops is found, the day of the finding included."""
        total, day = 0.0, last
        while total < self.limit:
            day += timedelta(1)
            total += _weight(self.chances, day)
        return (day - last).days + 1


def rhythm_of(counts: Mapping[date, int]) -> Rhythm | None:
    """The rhythm of a channel with so many articles on each day, up to its last one. None: too few to tell."""
    active = sorted(day for day, count in counts.items() if count)
    if len(active) < _LEAST_ACTIVE or (active[-1] - active[0]).days < _LEAST_SPAN:
        return None
    days = [day for day in _days(active[0], active[-1]) if not is_holiday(day)]
    if not days:
        return None
    working = set(days) & set(active)
    usual = len(working) / len(days)
    chances = []
    for weekday in range(7):
        these = [day for day in days if day.weekday() == weekday]
        seen = sum(day in working for day in these)
        chances.append((seen + _PRIOR_WEEKS * usual) / (len(these) + _PRIOR_WEEKS))
    slower = 1.0
    for length, least in ((_LATELY, 0), (_LAST, _LEAST_EXPECTED)):
        lately = [day for day in days if (active[-1] - day).days < length]
        expected = sum(chances[day.weekday()] for day in lately)
        if expected >= least:
            slower = min(slower, (sum(day in working for day in lately) + 1) / (expected + 1))
    likely = tuple(chance * slower for chance in chances)
    gaps = sorted(
        sum(_weight(likely, day) for day in _days(one + timedelta(1), other - timedelta(1)))
        for one, other in pairwise(active)
    )
    silences = len(gaps) * _MONTH / (active[-1] - active[0]).days
    weight = math.log(silences / _FALSE_ALARM)
    return Rhythm(likely, max(weight * _spread(gaps), _GUARD * gaps[-1], _SECOND_GUARD * gaps[-2]))


def _spread(gaps: list[float]) -> float:
    """How much longer a channel's long gaps are than those of news that come independently of each other, at least 1.

    For those, what a gap exceeds any weight by is 1 on average.
    """
    excess = [gap - 1 for gap in gaps if gap > 1]
    return max(1.0, (sum(excess) + _PRIOR_GAPS) / (len(excess) + _PRIOR_GAPS))


@dataclass(frozen=True, slots=True)
class Quiet:
    """A channel with far fewer articles than it used to have: in its last days, and usually in as many."""

    articles: int
    usual: float
    days: int


def quiet_of(counts: Mapping[date, int], last: date) -> Quiet | None:
    """Whether a channel was much quieter in the last days, up to the given one, than at any time before.

    Holidays are left out. None: it was not, or too little is known.
    """
    first = min(counts, default=last)
    numbers = [counts.get(day, 0) for day in _days(first, last) if not is_holiday(day)]
    past, recent = numbers[:-_WINDOW], sum(numbers[-_WINDOW:])
    if len(past) < _LEAST_WINDOWS * _WINDOW:
        return None
    windows = [sum(past[start : start + _WINDOW]) for start in range(len(past) - _WINDOW + 1)]
    usual = median(windows)
    if not usual or recent > _QUIET_SHARE * usual or recent > _QUIETEST_SHARE * min(windows):
        return None
    # What comes in clusters counts by the cluster. Seven tenths of the usual, since that is only known so well.
    cluster = max(1.0, variance(windows) / mean(windows))
    if _poisson_tail(math.ceil(recent / cluster), 0.7 * usual / cluster) >= _QUIET_TAIL:
        return None
    return Quiet(recent, usual, _WINDOW)


def _weight(chances: tuple[float, ...], day: date) -> float:
    return 0.0 if is_holiday(day) else -math.log1p(-min(chances[day.weekday()], _SUREST))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _poisson_tail(count: int, mean: float) -> float:
    """The chance of so many or fewer."""
    return sum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(count + 1)) if mean else 1.0
