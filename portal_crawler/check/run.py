"""The check of a database: every channel's listing, fields and rhythm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from portal_crawler.article import BEIJING
from portal_crawler.check.drift import drifts
from portal_crawler.check.finding import Finding, finding_on
from portal_crawler.check.readings import ChannelReading, count_by_day, last_empty_listings, read_channels
from portal_crawler.check.rhythm import Rhythm, quiet_of, rhythm_of
from portal_crawler.store import Store

# How far back a channel's past reaches.
DAYS = 365
# A channel that was not listed for so long is not looked at any more.
_UNLISTED = timedelta(days=3)
# Who listed a channel less often tried it out, and is owed no news of it.
_LEAST_WALKS = 3


def check(store: Store, now: datetime, *, portal: str | None = None, days: int = DAYS) -> list[Finding]:
    """All that is wrong or worth a note at a moment, by portal and channel.

    now: aware. portal: check only this one. days: how far back the past reaches that the present is held against.
    Raises StorageError when the database cannot be read.
    """
    today = now.astimezone(BEIJING).date()
    since = today - timedelta(days=days)
    channels = read_channels(store, portal)
    counts = count_by_day(store, since, today)
    empty = last_empty_listings(store, portal)
    listed: dict[str, datetime] = {}
    for channel in channels:
        if channel.last_listed_at is not None:
            listed[channel.portal] = max(channel.last_listed_at, listed.get(channel.portal, channel.last_listed_at))
    findings: list[Finding] = []
    for _, group in groupby(channels, key=lambda channel: channel.portal):
        findings.extend(drifts(store, list(group), since))
    for channel in channels:
        if (channel.portal, channel.url) in empty:
            findings.append(_empty_listing(channel))
        if channel.no_time is not None:
            said = f"the time of its last listing is none: {channel.no_time[:40]!r}; its rhythm was not judged"
            findings.append(finding_on(channel, "note", "no_time", said))
            continue
        findings.extend(_silence(channel, counts.get(channel.id, {}), now, listed.get(channel.portal)))
    places = {channel.url: number for number, channel in enumerate(channels)}
    return sorted(findings, key=lambda finding: places[finding.url])


def _empty_listing(channel: ChannelReading) -> Finding:
    return finding_on(channel, "drift", "empty_listing", "its listing matched nothing when it was last read")


def _silence(
    channel: ChannelReading, counts: Mapping[date, int], now: datetime, portal_listed_at: datetime | None
) -> Iterator[Finding]:
    """Whether a channel is quieter than its rhythm, and whether it is the channel that is, or we who do not look."""
    if not counts:
        return
    listed_at = channel.last_listed_at
    looks = listed_at is not None and now - listed_at < _UNLISTED
    # The day on which it was last listed was not over.
    looked_until = (min(now, listed_at) if listed_at else now).astimezone(BEIJING).date() - timedelta(1)
    rhythm = rhythm_of(counts)
    if channel.trouble is None and listed_at is not None:
        if found := _broken(channel, counts, rhythm, looked_until):
            yield found
            return
        if looks:
            return
    until = now.astimezone(BEIJING).date() - timedelta(1)
    since = f"since {listed_at:%Y-%m-%d}" if listed_at else "so far"
    if listed_at and portal_listed_at and portal_listed_at - listed_at >= _UNLISTED:
        yield finding_on(channel, "note", "left_out", f"not listed {since}, other channels of the portal were")
    elif not looks and listed_at is not None and channel.walks < _LEAST_WALKS:
        yield finding_on(channel, "note", "unlisted", f"not listed {since}")
    elif rhythm is not None and (broken := _silent(counts, rhythm, until)):
        why = f"could not be listed ({channel.trouble})" if channel.trouble else f"was not listed {since}"
        problem = "unreadable" if channel.trouble else "unlisted"
        last, silent = broken
        yield finding_on(
            channel,
            "stale",
            problem,
            f"it {why}; by its rhythm there should be news after {last}",
            last_article=last.isoformat(),
            silent_days=silent,
        )
    elif not looks:
        yield finding_on(channel, "note", "unlisted", f"not listed {since}")


def _broken(channel: ChannelReading, counts: Mapping[date, int], rhythm: Rhythm | None, until: date) -> Finding | None:
    """The finding of a channel that was listed, and showed less than its rhythm up to a day."""
    if rhythm is not None and (broken := _silent(counts, rhythm, until)):
        last, days = broken
        return finding_on(
            channel,
            "stale",
            "silent",
            f"no article since {last}, for {days} whole days; its rhythm allows {rhythm.patience(last) - 1}",
            last_article=last.isoformat(),
            silent_days=days,
        )
    if quiet := quiet_of(counts, until):
        return finding_on(
            channel,
            "stale",
            "quiet",
            f"{quiet.articles} articles in {quiet.days} days without holidays, {quiet.usual:g} are usual",
            last_article=max(counts).isoformat(),
        )
    return None


def _silent(counts: Mapping[date, int], rhythm: Rhythm, until: date) -> tuple[date, int] | None:
    """The day of the last article and the silent days since, when they are more than the rhythm allows."""
    last = max(counts)
    if rhythm.weight(last + timedelta(1), until) < rhythm.limit:
        return None
    return last, (until - last).days
