"""Which fields of a portal's newest articles stopped filling, channel by channel, and over small channels together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from statistics import median

from portal_crawler.check.fields import Collapse, collapse_of
from portal_crawler.check.finding import Finding, finding_on
from portal_crawler.check.readings import FIELDS, ArticleReading, ChannelReading, newest_articles
from portal_crawler.store import Store

# Articles so much older than those fetched before are another era of the portal, whose pages print other fields.
_ERA_DAYS = 180
# A body shorter than this share of the usual one is a teaser or a remnant.
_SHORT_SHARE = 0.2
# Channels are taken together where each of them nearly always had the field, as far as so many articles tell.
_NEARLY_ALWAYS, _LEAST_KNOWN = 0.8, 5

Articles = Sequence[ArticleReading]


def drifts(store: Store, channels: Sequence[ChannelReading], since: date) -> Iterator[Finding]:
    """The drifts of one portal's channels. A channel that showed nothing new since that day is left alone."""
    read = {channel: newest_articles(store, channel.id) for channel in channels}
    fresh = {channel: some for channel, some in read.items() if some and some[-1].seen_at >= since.isoformat()}
    for name in (*FIELDS, "body_length"):
        small = {}
        for channel, articles in fresh.items():
            filled = _filled(articles, name)
            collapse = _collapse(filled)
            if collapse is not None:
                yield _finding(channel, name, collapse)
            elif _had(filled):
                small[channel] = filled
        yield from _drifts_together(name, small)


def _drifts_together(
    name: str, channels: Mapping[ChannelReading, list[tuple[ArticleReading, bool]]]
) -> Iterator[Finding]:
    """The drift of a field over channels of which none has news enough to show it alone."""
    if all(is_filled for filled in channels.values() for _, is_filled in filled):
        return
    merged = {article.key: (article, is_filled) for filled in channels.values() for article, is_filled in filled}
    together = sorted(merged.values(), key=lambda pair: pair[0].seen_at)
    collapse = _collapse(together)
    if collapse is None:
        return
    newest = {article.key for article, _ in together[collapse.past :]}
    for channel, filled in channels.items():
        new = [is_filled for article, is_filled in filled if article.key in newest]
        past = [is_filled for article, is_filled in filled if article.key not in newest]
        if len(new) > 1 and past and _share(new) <= _share(past) / 2:
            yield _finding(channel, name, Collapse(_share(past), _share(new), len(past), len(new)))


def _filled(articles: Articles, name: str) -> list[tuple[ArticleReading, bool]]:
    """The articles of which it is known whether they have the field, each with whether it does."""
    if name != "body_length":
        return [(article, article.filled[name]) for article in articles if name in article.filled]
    having = [article for article in articles if article.length]
    usual = median(article.length for article in having[: len(having) // 2 + 1]) if having else 0
    return [(article, article.length >= _SHORT_SHARE * usual) for article in having]


def _had(filled: Sequence[tuple[ArticleReading, bool]]) -> bool:
    older = [is_filled for _, is_filled in filled[: (len(filled) + 1) // 2]]
    return len(older) >= _LEAST_KNOWN and _share(older) >= _NEARLY_ALWAYS


def _collapse(filled: Sequence[tuple[ArticleReading, bool]]) -> Collapse | None:
    collapse = collapse_of([is_filled for _, is_filled in filled])
    if collapse is None or _is_older_era([article for article, _ in filled], collapse.past):
        return None
    return collapse


def _is_older_era(articles: Articles, past: int) -> bool:
    """Whether the articles fetched last were published long before the others: a first crawl reads backwards."""
    before, now = (_days(some) for some in (articles[:past], articles[past:]))
    return bool(before and now) and median(before) - median(now) > _ERA_DAYS


def _days(articles: Articles) -> list[int]:
    days = []
    for article in articles:
        try:
            days.append(date.fromisoformat(article.published_on or "").toordinal())
        except ValueError:
            continue
    return days


def _share(filled: Iterable[bool]) -> float:
    known = list(filled)
    return sum(known) / len(known)


def _finding(channel: ChannelReading, name: str, collapse: Collapse) -> Finding:
    what = "body of usual length" if name == "body_length" else name
    return finding_on(
        channel,
        "drift",
        "field",
        f"{what}: {collapse.before:.0%} of {collapse.past} articles before, "
        f"{collapse.now:.0%} of the newest {collapse.new}",
        field=name,
        before=round(collapse.before, 4),
        now=round(collapse.now, 4),
        past_articles=collapse.past,
        new_articles=collapse.new,
    )
