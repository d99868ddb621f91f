"""What a check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from portal_crawler.check.readings import ChannelReading

DRIFT, STALE = 5, 8

Kind = Literal["drift", "stale", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one channel. channel: its path; url: of its listing.

    kind: `drift` and `stale` are wrong; a `note` is named and changes no exit code. problem: what, in one word, so that
    programs can tell them apart. field: of the articles, for a drift. before, now: its share from 0 to 1 among the past
    articles and among the newest; past_articles, new_articles: how many those are. last_article: the newest day of
    publication, silent_days: whole days since, up to where the channel was looked at. text: the same as a sentence.
    """

    kind: Kind
    problem: str
    portal: str
    channel: str
    url: str
    text: str
    field: str | None = None
    before: float | None = None
    now: float | None = None
    past_articles: int | None = None
    new_articles: int | None = None
    last_article: str | None = None
    silent_days: int | None = None
    last_listed_at: str | None = None


def exit_code(findings: Iterable[Finding]) -> int:
    """0 when nothing is wrong. Drift before staleness: it spoils what is stored, and may be why a channel is silent."""
    kinds = {finding.kind for finding in findings}
    return DRIFT if "drift" in kinds else STALE if "stale" in kinds else 0


def finding_on(channel: ChannelReading, kind: Kind, problem: str, text: str, **more: Any) -> Finding:
    """A finding on a channel; more: the fields that it has beyond the channel's own."""
    listed_at = channel.last_listed_at.isoformat() if channel.last_listed_at else None
    return Finding(kind, problem, channel.portal, channel.name, channel.url, text, last_listed_at=listed_at, **more)
