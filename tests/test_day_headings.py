"""Lists by the day: the date of a heading belongs to the entries below it, and only where that is sure."""

from __future__ import annotations

import pytest

from portal_crawler.extract import extract_listing

BASE = "http://news.portal.example/roll/"
_NUMBERS = iter(range(1000, 10_000))


def item(beside: str = "", form: str = "<li>{}</li>") -> str:
    number = next(_NUMBERS)
    return form.format(f'<a href="/a/{number}.html">靖远县第{number}批东西部协作项目落地</a>{beside}')


def dates(body: str) -> list[str | None]:
    made = f"<html><body><h1>滚动</h1><div class=main>{body}</div><p>关于我们</p></body></html>"
    return [
        entry.date for entry in extract_listing(made.encode(), BASE, content_type="text/html; charset=utf-8").entries
    ]


FORMS = {
    "a block a day": lambda days: "".join(
        f"<div class=day><h3>{day}</h3><ul>{''.join(item() for _ in range(count))}</ul></div>" for day, count in days
    ),
    "lists below headings": lambda days: "".join(
        f"<p class=d>{day}</p><ul>{''.join(item() for _ in range(count))}</ul>" for day, count in days
    ),
    "rows of one list": lambda days: f"<ul>{''.join(f'<li>{day}</li>' + ''.join(item() for _ in range(count)) for day, count in days)}</ul>",
    "definitions": lambda days: f"<dl>{''.join(f'<dt>{day}</dt>' + ''.join(item(form='<dd>{}</dd>') for _ in range(count)) for day, count in days)}</dl>",
    "with a clock beside each": lambda days: "<table>"
    + "".join(
        f"<tr><td colspan=2><b>{day}</b></td></tr>"
        + "".join(item("<td>09:30</td>", "<tr><td>{}</td></tr>") for _ in range(count))
        for day, count in days
    )
    + "</table>",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "days",
    [
        [("2026-11-23", 4), ("2026-11-22", 1), ("2026-11-21", 3)],
        [("11月23日", 2), ("11月22日", 3)],
        [("2026年11月23日 星期一", 3), ("2026年11月22日 星期日", 3)],
        [("01-02", 3), ("01-01", 2), ("12-31", 4)],
        [("2026.11.21", 3), ("2026.11.22", 3)],
    ],
    ids=lambda days: days[0][0],
)
def test_entries_below_a_day_have_its_date(form: str, days: list[tuple[str, int]]) -> None:
    wanted = [day.partition(" ")[0] for day, count in days for _ in range(count)]
    assert dates(FORMS[form](days)) == wanted


def test_entries_before_the_first_heading_and_below_the_last_are_not_guessed_at() -> None:
    body = f"<ul>{item()}{item()}<li>11月23日</li>{item()}{item()}{item()}<li>11月22日</li>{item()}{item()}<li>11月21日</li></ul>"
    assert dates(body) == [None, None, *["11月23日"] * 3, *["11月22日"] * 2]


@pytest.mark.parametrize(
    "body",
    [
        f"<p>2026-11-23</p><ul>{item()}{item()}{item()}</ul>",
        f"<p>11-22</p><ul>{item()}{item()}</ul><p>11-20</p><ul>{item()}{item()}</ul><p>11-23</p><ul>{item()}{item()}</ul>",
        f"<p>11-23</p><ul>{item()}{item()}</ul><p>2026-11-22</p><ul>{item()}{item()}</ul>",
        f"<p>13-40</p><ul>{item()}{item()}</ul><p>13-39</p><ul>{item()}{item()}</ul>",
    ],
    ids=["one heading", "out of order", "with and without a year", "no days"],
)  # fmt: skip
def test_headings_that_are_not_sure_date_nothing(body: str) -> None:
    assert set(dates(body)) == {None}


def test_dates_of_entries_that_contradict_the_headings_stay_alone() -> None:
    body = f"<p>11-23</p><ul>{item('<i>11-02</i>')}{item()}{item()}</ul><p>11-22</p><ul>{item()}{item()}</ul>"
    assert dates(body) == ["11-02", None, None, None, None]


def test_dates_of_their_own_are_no_headings() -> None:
    rows = "".join(f"{item(form='<p>{}</p>')}<p>2026-11-{23 - day}</p>" for day in range(8))
    assert dates(f"<div>{rows}</div>") == [f"2026-11-{23 - day}" for day in range(8)]
