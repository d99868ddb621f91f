"""When an article counts as gone: not for one answer, but for several over days. Pure; the store applies it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A portal that is moved or restored answers 404 for a day or two; what is missing longer was taken away.
_GONE_AFTER = timedelta(days=3)
_GONE_CHECKS = 3
_SUSPECT_WAIT = timedelta(days=1)
# A gone article may come back; it is asked for ever more seldom.
_GONE_WAIT, _LONGEST_WAIT = timedelta(days=30), timedelta(days=365)
# Of fewer answers, a few deleted articles are already the most part.
_LEAST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an article's absence: its state, on how many checks in a row it was missing, since when."""

    state: str = "live"
    missing: int = 0
    first_missing_at: datetime | None = None


def after_missing(before: Standing, at: datetime) -> Standing:
    """The standing after one more check that found nothing: suspect at the first, gone after three over three days."""
    # Of two clocks the one that is behind: the machine's may have been ahead when the article was first missing.
    first = min(before.first_missing_at or at, at)
    missing = before.missing + 1
    gone = before.state == "gone" or (missing >= _GONE_CHECKS and at - first >= _GONE_AFTER)
    return Standing("gone" if gone else "suspect", missing, first)


def wait_when_missing(standing: Standing, at: datetime) -> timedelta:
    """How long until a missing article is asked for again: a day while suspect; once gone, as long as it is missing.

    That is 30 days at least, doubles with each check, and is a year at most.
    """
    if standing.state != "gone":
        return _SUSPECT_WAIT
    return min(max(_GONE_WAIT, at - (standing.first_missing_at or at)), _LONGEST_WAIT)


def is_outage(answered: int, missing: int) -> bool:
    """Whether so many of a portal's re-checked articles are missing at once that the portal is what is wrong."""
    return answered >= _LEAST_ANSWERS and missing * 2 > answered
