"""What a report says: the records that the page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal_crawler.check import Finding
from portal_crawler.export import Selection

FIELDS = ("title", "published_at", "source", "editor", "author", "body", "images")


@dataclass(frozen=True, slots=True)
class Month:
    """The articles of a portal in a month, `2021-11`; None: those without a time. filled: how many have each field."""

    portal: str
    month: str | None
    articles: int
    filled: dict[str, int]


@dataclass(frozen=True, slots=True)
class PortalState:
    """A portal with its channels, its first and last day of publication, and its ledger by state.

    days: with an article; silent_days: without one in between, up to the last listing.
    """

    portal: str
    channels: int
    first_day: str | None
    last_day: str | None
    days: int
    silent_days: int
    ledger: dict[str, int]


@dataclass(frozen=True, slots=True)
class Named:
    """A source, an outlet or an editor, on how many articles, in how many portals."""

    name: str
    articles: int
    portals: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Days without an article. channel: None for the portal as a whole. goes_on: up to the last listing."""

    portal: str
    channel: str | None
    first_day: str
    last_day: str
    days: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Edit:
    """A change after publication. changed: names of fields."""

    portal: str
    url: str
    captured_at: str
    changed: tuple[str, ...]
    title_before: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A text that several articles print, in how many portals. first_day, title, url: of the earliest of them.

    first_portal: None where the printed times do not tell.
    """

    articles: int
    portals: int
    first_day: str | None
    title: str | None
    url: str
    first_portal: str | None


@dataclass(frozen=True, slots=True)
class Reprints:
    """How many articles are in clusters, in how many of these, and how many were not looked at yet."""

    articles: int
    clusters: int
    queued: int
    largest: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything in a report. states: articles that are live, suspect or gone; edits_by_month: of when they were seen;
    failures: portal, state, reason and how many addresses, the most first.
    """

    selection: Selection
    made_at: datetime
    months: tuple[Month, ...]
    portals: tuple[PortalState, ...]
    states: dict[str, int]
    sources: tuple[Named, ...]
    editors: tuple[Named, ...]
    outlets: tuple[Named, ...]
    reprints: Reprints
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    edits_by_month: dict[str, int]
    edited_fields: dict[str, int]
    edits: tuple[Edit, ...]
    failures: tuple[tuple[str, str, str, int], ...]

    @property
    def articles(self) -> int:
        """How many articles the report is about."""
        return sum(month.articles for month in self.months)
