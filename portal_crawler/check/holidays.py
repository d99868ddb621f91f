"""The days on which Chinese newsrooms rest, or may: on them silence says nothing."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

# Spring Festival, Dragon Boat Festival and Mid-Autumn Festival by the lunar calendar.
_LUNAR = {
    2020: ("2020-01-25", "2020-06-25", "2020-10-01"),
    2021: ("2021-02-12", "2021-06-14", "2021-09-21"),
    2022: ("2022-02-01", "2022-06-03", "2022-09-10"),
    2023: ("2023-01-22", "2023-06-22", "2023-09-29"),
    2024: ("2024-02-10", "2024-06-10", "2024-09-17"),
    2025: ("2025-01-29", "2025-05-31", "2025-10-06"),
    2026: ("2026-02-17", "2026-06-19", "2026-09-25"),
    2027: ("2027-02-06", "2027-06-09", "2027-09-15"),
    2028: ("2028-01-26", "2028-05-28", "2028-10-03"),
    2029: ("2029-02-13", "2029-06-16", "2029-09-22"),
    2030: ("2030-02-03", "2030-06-05", "2030-09-12"),
}
# Days off before and after each of them. The State Council moves them by a day or two every year (放假安排), so the
# spans cover all the notices for 2024 to 2026; working weekends in exchange (调休) are ordinary weekends here.
_LUNAR_SPANS = ((2, 7), (2, 2), (2, 2))
# First month and day, and how many days: 元旦, 清明, 劳动节, 国庆节.
_SOLAR = ((1, 1, 3), (4, 3, 4), (5, 1, 5), (10, 1, 8))


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The public holidays of a year. Of a year outside 2020 to 2030, those with a fixed date."""
    days = {date(year, month, day) + timedelta(n) for month, day, length in _SOLAR for n in range(length)}
    for text, (before, after) in zip(_LUNAR.get(year, ()), _LUNAR_SPANS, strict=False):
        days.update(date.fromisoformat(text) + timedelta(n) for n in range(-before, after + 1))
    return frozenset(days)


def is_holiday(day: date) -> bool:
    """Whether a day is a public holiday, or one of those that the yearly notice may make one."""
    return day in holidays(day.year)
