"""Made-up news: how many articles channels of different habits have on each day."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from portal_crawler.check.holidays import is_holiday

Days = list[date]


def poisson(rng: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def steady(rng: random.Random, days: Days, rate: float, weekend: float, holiday: float) -> Counter[date]:
    """A rate a working day, less of it at weekends and on holidays, by chance around it."""
    counts: Counter[date] = Counter()
    for day in days:
        factor = holiday if is_holiday(day) else weekend if day.weekday() >= 5 else 1.0
        counts[day] = poisson(rng, rate * factor)
    return counts


def weekly(rng: random.Random, days: Days) -> Counter[date]:
    """Every Monday, one in ten left out."""
    return Counter({day: 1 for day in days if day.weekday() == 0 and not is_holiday(day) and rng.random() > 0.1})


def bursts(rng: random.Random, days: Days) -> Counter[date]:
    """Something happens every ten days or so, and is written about for one to four days."""
    counts: Counter[date] = Counter()
    for number, _ in enumerate(days):
        if rng.random() < 0.1:
            for day in days[number : number + rng.randint(1, 4)]:
                counts[day] += poisson(rng, 4)
    return counts


def irregular(rng: random.Random, days: Days) -> Counter[date]:
    """Gaps of a day to some weeks, without any order."""
    counts: Counter[date] = Counter()
    at = 0.0
    while at < len(days):
        counts[days[int(at)]] += 1
        at += min(rng.lognormvariate(1.0, 0.9), 45)
    return counts


def fading(rng: random.Random, days: Days) -> Counter[date]:
    """From four a day to one in three days over the time, and never silent."""
    return Counter({day: poisson(rng, 4 * (1 / 12) ** (number / len(days))) for number, day in enumerate(days)})


HABITS: dict[str, Callable[[random.Random, Days], Counter[date]]] = {
    "busy": lambda rng, days: steady(rng, days, 20, 0.4, 0.3),
    "daily": lambda rng, days: steady(rng, days, 3, 0.3, 0.1),
    "office hours": lambda rng, days: steady(rng, days, 1.5, 0.0, 0.0),
    "twice a week": lambda rng, days: steady(rng, days, 0.35, 0.5, 0.0),
    "once a week": lambda rng, days: steady(rng, days, 1 / 7, 1.0, 0.5),
    "mondays": weekly,
    "bursts": bursts,
    "irregular": irregular,
    "fading": fading,
}


def period(last: date, days: int) -> Days:
    """So many days up to the last one."""
    return [last - timedelta(n) for n in range(days - 1, -1, -1)]
