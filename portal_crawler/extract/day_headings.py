"""Lists by the day: a heading names a day, and the entries below it, up to the next one, have no date of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from lxml import etree

from portal_crawler.extract.link_groups import Link
from portal_crawler.extract.link_items import LEVELS
from portal_crawler.extract.page import Page

_DAY = re.compile(
    r"^[\W_]{0,3}(?P<day>(?:(?P<year>20\d\d)\s?[-/.年]\s?)?(?P<month>[01]?\d)\s?[-/.月]\s?(?P<number>[0-3]?\d)(?:\s?日)?)"
    r"[\s,，(（]{0,3}(?:(?:星期|周)[一二三四五六日天])?[)）\W_]{0,3}$"
)
_LONGEST = 24
# What every list by the day has: one heading alone may be the day on which the page was made.
_LEAST_HEADINGS = 2

# As many dates as entries are those of the entries.
_LINKS_A_HEADING = 1.5

_Day = tuple[int | None, int, int]


def date_by_headings(page: Page, groups: Sequence[list[Link]], holders: dict[etree._Element, str]) -> None:
    """Give the undated links of each group the day that heads them, as it is printed, where that is sure.

    holders: elements around links, with the one address that they hold, or none.

    Sure is what follows one order: each heading a day earlier than the one before, or each a later one, and links
    below each of them; where links of the group have dates of their own, these are the headings'.
    """
    headings = _headings(page, holders)
    if len(headings) < _LEAST_HEADINGS:
        return
    # What stands beside the last entry of a day is the next heading.
    named = {printed for printed, _ in headings.values()}
    for group in groups:
        if sum(link.date is None or link.date in named for link in group) * 2 > len(group):
            _date(group, headings, named)


def _headings(page: Page, holders: dict[etree._Element, str]) -> dict[etree._Element, tuple[str, _Day]]:
    """Blocks that open with a line which is a day and nothing else, with the day as printed and as numbers."""
    found: dict[etree._Element, tuple[str, _Day]] = {}
    doubled = set()
    for line in page.lines:
        if not 4 <= len(line.text) <= _LONGEST or not (match := _DAY.match(line.text)):
            continue
        day = (int(match["year"]) if match["year"] else None, int(match["month"]), int(match["number"]))
        element = page.element(line.block)
        if element in found or element.tag in ("body", "html"):
            doubled.add(element)
        found[element] = match["day"], day
    # A date within an entry is the entry's, and so are those like it.
    shared = {_form(element) for element in found if not any(map(holders.get, islice(element.iterancestors(), LEVELS)))}
    return {
        element: heading
        for element, heading in found.items()
        if element not in doubled and not holders.get(element) and _form(element) in shared
    }


def _form(element: etree._Element) -> tuple[str, str]:
    return element.tag, element.get("class") or ""


def _date(group: list[Link], headings: dict[etree._Element, tuple[str, _Day]], named: set[str]) -> None:
    waiting = {link.element: link for link in group}
    first: list[Link] = []
    below: list[tuple[str, _Day, list[Link]]] = []
    for element in group[0].element.getroottree().iter():
        if element in headings:
            below.append((*headings[element], []))
        elif element in waiting:
            (below[-1][2] if below else first).append(waiting[element])
    # Headings of other lists stand before this one or behind it.
    while below and not first and not below[0][2]:
        below.pop(0)
    while below and not below[-1][2]:
        below.pop()
    if len(below) < _LEAST_HEADINGS or len(group) - len(first) < _LINKS_A_HEADING * len(below):
        return
    own = [(link.date, day) for _, day, links in below for link in links if link.date and link.date not in named]
    is_sure = (
        all(links for *_, links in below)
        and _in_order([day for _, day, _ in below])
        and len({day[0] is None for _, day, _ in below}) == 1
        and all(_agrees(date, day) for date, day in own)
    )
    for printed, links in ((None, first), *((printed if is_sure else None, links) for printed, _, links in below)):
        for link in links:
            if link.date is None or link.date in named:
                link.date = printed


def _agrees(date: str, day: _Day) -> bool:
    match = _DAY.match(date.split(" ")[0])
    return match is not None and (int(match["month"]), int(match["number"])) == day[1:]


def _in_order(days: list[_Day]) -> bool:
    """Whether each day comes before the one in front of it, or each behind it; without years, past a new year, too."""
    if any(not (1 <= month <= 12 and 1 <= number <= 31) for _, month, number in days):
        return False
    back = [_is_earlier(second, first) for first, second in pairwise(days)]
    forth = [_is_earlier(first, second) for first, second in pairwise(days)]
    return all(back) or all(forth)


def _is_earlier(one: _Day, other: _Day) -> bool:
    if one[0] is None and {one[1], other[1]} == {1, 12}:
        return one[1] == 12
    return (one[0] or 0, *one[1:]) < (other[0] or 0, *other[1:])
