"""What the front page and the page of a portal show of the articles: how many, when, where, and the newest."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal_crawler.article import BEIJING
from portal_crawler.charts import Bar
from portal_crawler.store import Store
from portal_crawler.web.reading import newest_time, within

# What a reader may choose: so many days, 0 for all, which are shown by months.
PERIODS = (30, 90, 365, 0)
_NEWEST, _MOST_CHANNELS = 20, 15
_SECONDS = 2.0
# What claims to be from before there were papers is a misprint, and would stretch a chart over centuries.
_EARLIEST = "1900"


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles something has: its name as shown, the id that leads to it, and the number."""

    name: str
    key: str
    articles: int
    portal: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a list: what a reader chooses by."""

    id: int
    title: str | None
    published_at: str | None
    precision: str | None
    portal: str
    source: str | None
    state: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The articles of a period. first, last: its days, both included, None where no article has a time.

    bars: articles by day, or by month where the period is all of the time. channels: those with the most articles.
    is_late: some of the figures took too long to count and are missing.
    """

    total: int
    undated: int
    period: int
    first: date | None
    last: date | None
    bars: list[Bar]
    portals: list[Count]
    channels: list[Count]
    newest: list[Listed]
    is_late: bool


def overview(store: Store, portals: list[str], period: int, now: datetime) -> Overview:
    """The overview of some portals. period: one of PERIODS. now: aware; what claims to be later is a misprint."""
    tomorrow = (now.astimezone(BEIJING).date() + timedelta(1)).isoformat()
    last = _last_day(store, portals, tomorrow)
    first = last - timedelta(period - 1) if last and period else None
    counted = within(store, _SECONDS, lambda: _count_days(store, portals, first, tomorrow)) if last else {}
    channels = within(store, _SECONDS, lambda: _channels(store, portals, first, tomorrow)) if last else []
    totals = within(store, _SECONDS, lambda: _totals(store, portals))
    days: Counter[str] = Counter()
    for days_of_portal in (counted or {}).values():
        days.update(days_of_portal)
    if first is None and days:
        first = date.fromisoformat(min(days))
    by_portal = [Count(name, name, sum(own.values())) for name, own in (counted or {}).items()]
    return Overview(
        total=totals[0] if totals else 0,
        undated=totals[1] if totals else 0,
        period=period,
        first=first,
        last=last,
        bars=_bars(days, first, last, by_month=not period) if first and last else [],
        portals=sorted(by_portal, key=lambda count: -count.articles),
        channels=channels or [],
        newest=_newest(store, portals, tomorrow),
        is_late=counted is None or channels is None or totals is None,
    )


def _last_day(store: Store, portals: list[str], tomorrow: str) -> date | None:
    """The day of the newest article, one look into the index a portal."""
    newest = [newest_time(store, portal, tomorrow) for portal in portals]
    return max((date.fromisoformat(time[:10]) for time in newest if time), default=None)


def _count_days(store: Store, portals: list[str], first: date | None, tomorrow: str) -> dict[str, Counter[str]]:
    """Articles by day of each portal. Portal and time are all that is read, and both are in one index."""
    days: dict[str, Counter[str]] = {}
    for portal in portals:
        rows = store.rows(
            """SELECT substr(published_at, 1, 10) AS day, count(*) AS articles FROM articles
               WHERE portal = ? AND published_at >= ? AND published_at < ?
               GROUP BY 1 HAVING date(day, '+0 days') = day""",
            (portal, first.isoformat() if first else _EARLIEST, tomorrow),
        )
        days[portal] = Counter({row["day"]: row["articles"] for row in rows})
    return days


def _totals(store: Store, portals: list[str]) -> tuple[int, int]:
    """All articles, and those whose time is not known."""
    total = sum(store.rows("SELECT count(*) FROM articles WHERE portal = ?", (portal,))[0][0] for portal in portals)
    undated = sum(
        store.rows("SELECT count(*) FROM articles WHERE portal = ? AND published_at IS NULL", (portal,))[0][0]
        for portal in portals
    )
    return total, undated


def _channels(store: Store, portals: list[str], first: date | None, tomorrow: str) -> list[Count]:
    """The channels with the most articles of the period."""
    wanted = "c.portal = ?" if len(portals) == 1 else "1"
    values: list[object] = [portals[0]] if len(portals) == 1 else []
    if first is None:
        counted = "SELECT x.channel_id AS id, count(*) AS articles FROM article_channels x GROUP BY 1"
    else:
        counted = """SELECT x.channel_id AS id, count(*) AS articles
                     FROM articles a JOIN article_channels x ON x.article_id = a.id
                     WHERE a.published_at >= ? AND a.published_at < ? GROUP BY 1"""
        values = [first.isoformat(), tomorrow, *values]
    rows = store.rows(
        f"""SELECT c.name, c.path, c.portal, n.articles FROM ({counted}) n JOIN channels c ON c.id = n.id
            WHERE {wanted} ORDER BY n.articles DESC, c.id LIMIT ?""",
        [*values, _MOST_CHANNELS],
    )
    return [Count(channel_name(row["path"], row["name"]), row["name"], row["articles"], row["portal"]) for row in rows]


def channel_name(path: str, name: str) -> str:
    """A channel as its portal writes it: 资讯 > 平凉市."""
    try:
        return " > ".join(map(str, json.loads(path))) or name
    except (TypeError, ValueError):
        return name


def _newest(store: Store, portals: list[str], tomorrow: str) -> list[Listed]:
    wanted, values = ("portal = ? AND", (portals[0],)) if len(portals) == 1 else ("", ())
    rows = store.rows(
        f"""SELECT id, title, published_at, published_precision, portal, source, state FROM articles
            WHERE {wanted} published_at < ? ORDER BY published_at DESC, id DESC LIMIT ?""",
        (*values, tomorrow, _NEWEST),
    )
    return [Listed(*row) for row in rows]


def _bars(days: Counter[str], first: date, last: date, *, by_month: bool) -> list[Bar]:
    """One bar a day or month, those without articles among them."""
    if not by_month:
        wanted = [(first + timedelta(number)).isoformat() for number in range((last - first).days + 1)]
        return [Bar(day, days[day]) for day in wanted]
    months: Counter[str] = Counter()
    for day, articles in days.items():
        months[day[:7]] += articles
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [Bar(month, months[month]) for month in (f"{n // 12:04d}-{n % 12 + 1:02d}" for n in numbers)]
