"""The report as HTML, with its charts and the tables behind them; one template, nothing loaded from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from portal_crawler import __version__
from portal_crawler.charts import Bar, bar_chart, heat_map, share_bar
from portal_crawler.report.figures import FIELDS, Figures, Month

# A chart of months shows the years that most of a collection is from; older ones stand in the table.
_MOST_MONTHS = 60
# What else stands in the place of a month is none, and counted in the tables as it stands.
_MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_LABELS = {"published_at": "time", "images": "image"}


@dataclass(frozen=True, slots=True)
class Fill:
    """How full each field is, in percent of so many articles. rates: by field."""

    name: str
    articles: int
    rates: dict[str, float]


def page_of(figures: Figures) -> str:
    """The report as a whole HTML document. Every text of a portal is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["percent"] = lambda value: f"{value:.1f}"
    template = environment.from_string(files("portal_crawler.report").joinpath("page.html").read_text("utf-8"))
    months = _months_between(figures)
    shown = months[-_MOST_MONTHS:]
    portals = sorted({month.portal for month in figures.months})
    counts = {(month.portal, month.month): month.articles for month in figures.months}
    return template.render(
        figures=figures,
        version=__version__,
        scope=_scope(figures),
        fields=[_LABELS.get(name, name) for name in FIELDS],
        counted={state.portal: _sum(figures, state.portal) for state in figures.portals},
        months=months,
        counts=counts,
        portals=portals,
        volume=bar_chart(
            [Bar(month, sum(counts.get((portal, month), 0) for portal in portals)) for month in shown],
            title=_title("Articles by month of publication", shown),
        ),
        coverage=heat_map(
            {portal: [counts.get((portal, month), 0) for month in shown] for portal in portals},
            shown,
            title=_title("Articles by portal and month of publication, the stronger the more", shown),
            unit="articles",
            shade="log",
        ),
        fill_map=heat_map(
            {_LABELS.get(name, name): _rates_by_month(figures, name, shown) for name in FIELDS},
            shown,
            title=_title("Share of articles with each field by month, the stronger the fuller", shown),
            unit="percent",
        ),
        fills=[*(_fill(portal, figures.months, portal) for portal in portals), _fill("all", figures.months, None)],
        edit_chart=bar_chart(
            [Bar(month, figures.edits_by_month.get(month, 0)) for month in _span(figures.edits_by_month)],
            title="Changed articles by the month in which the change was seen",
        ),
        undated=sum(month.articles for month in figures.months if month.month is None),
        edits=sum(figures.edits_by_month.values()),
        drifts=[finding for finding in figures.findings if finding.kind != "note"],
        notes=sum(finding.kind == "note" for finding in figures.findings),
        share_bar=share_bar,
    )


def _scope(figures: Figures) -> str:
    chosen = figures.selection
    name = chosen.portal or "all portals"
    if chosen.since and chosen.until:
        return f"{name}, {chosen.since} to {chosen.until}"
    if chosen.since:
        return f"{name}, from {chosen.since}"
    return f"{name}, up to {chosen.until}" if chosen.until else name


def _sum(figures: Figures, portal: str) -> int:
    return sum(month.articles for month in figures.months if month.portal == portal)


def _months_between(figures: Figures) -> list[str]:
    """Every month from the first with an article to the last, also those without; no later one than the report's.

    What claims to be from the future is a misprint and would stretch the chart over years.
    """
    present = f"{figures.made_at:%Y-%m}"
    return _span(month.month for month in figures.months if month.month and month.month <= present)


def _span(months: Iterable[str]) -> list[str]:
    known = sorted(month for month in months if _MONTH.fullmatch(month))
    if not known:
        return []
    day, last = date.fromisoformat(f"{known[0]}-01"), date.fromisoformat(f"{known[-1]}-01")
    found = []
    while day <= last:
        found.append(f"{day:%Y-%m}")
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def _rates_by_month(figures: Figures, field: str, months: Sequence[str]) -> list[int | None]:
    rates: list[int | None] = []
    for name in months:
        some = [month for month in figures.months if month.month == name]
        articles = sum(month.articles for month in some)
        rates.append(round(100 * sum(month.filled[field] for month in some) / articles) if articles else None)
    return rates


def _fill(name: str, months: Sequence[Month], portal: str | None) -> Fill:
    some = [month for month in months if portal in (None, month.portal)]
    articles = sum(month.articles for month in some)
    rates = {field: 100 * sum(month.filled[field] for month in some) / articles for field in FIELDS if articles}
    return Fill(name, articles, rates)


def _title(what: str, months: Sequence[str]) -> str:
    return f"{what}, {months[0]} to {months[-1]}" if months else what
