"""What a check reads from the store: channels, their articles by day, and how full the newest articles are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from portal_crawler.article import BEIJING
from portal_crawler.store import Store
from portal_crawler.urls import canonical_url

FIELDS = ("title", "published_at", "source", "editor", "author", "body", "images")
# So many of a channel's newest articles are looked at; that is the newest ones and their past.
_MOST_ARTICLES = 1000
# What is shorter is a caption or a notice that the text is missing.
_SHORT_BODY = 30


@dataclass(frozen=True, slots=True)
class ChannelReading:
    """A channel as stored. walks: how often it was listed. trouble: why its listing could not be read the last time.

    no_time: what stands in the place of the time of its last listing and is none.
    """

    id: int
    portal: str
    name: str
    url: str
    walks: int
    last_listed_at: datetime | None
    trouble: str | None
    no_time: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What an article has. key: its row, to know it again in another channel. length: of its body, in characters.

    seen_at: when it was first fetched, ISO 8601.
    """

    key: tuple[str, int]
    filled: dict[str, bool]
    length: int
    published_on: str | None
    seen_at: str


def read_channels(store: Store, portal: str | None) -> list[ChannelReading]:
    """All channels, or those of one portal. A channel's name is its path from the outermost column."""
    rows = store.rows(
        "SELECT id, portal, name, path, url, walk, last_listed_at FROM channels WHERE ? IS NULL OR portal = ? "
        "ORDER BY portal, id",
        (portal, portal),
    )
    channels = []
    for row in rows:
        listed_at = _moment(row["last_listed_at"])
        channels.append(
            ChannelReading(
                row["id"],
                row["portal"],
                " > ".join(json.loads(row["path"])) or row["name"],
                row["url"],
                row["walk"],
                listed_at,
                _trouble(store, row["url"]),
                str(row["last_listed_at"]) if row["last_listed_at"] and listed_at is None else None,
            )
        )
    return channels


def _moment(text: object) -> datetime | None:
    """A stored time; what has no zone is Beijing time. None for what is none, since others may write a database."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)).astimezone(BEIJING)
    except (ValueError, OverflowError):
        return None


def _trouble(store: Store, url: str) -> str | None:
    try:
        name = canonical_url(url)
    except ValueError:
        name = url
    rows = store.rows(
        "SELECT state, reason FROM ledger WHERE url = ? AND kind = 'listing' AND state <> 'done'", (name,)
    )
    return f"{rows[0]['state']}: {rows[0]['reason'] or 'no answer yet'}" if rows else None


def count_by_day(store: Store, since: date, until: date) -> dict[int, Counter[date]]:
    """For each channel, its articles on each day from the first to the last.

    An article counts on the day that it was published. One without, and an address that was listed and is not stored
    yet, counts on the day on which it was found: the channel is not silent, whatever keeps us from reading it.
    """
    rows = store.rows(
        """SELECT channel_id, day, count(*) AS articles FROM (
               SELECT x.channel_id, substr(a.published_at, 1, 10) AS day
               FROM articles a JOIN article_channels x ON x.article_id = a.id
               WHERE a.published_at >= ?1
               UNION ALL
               SELECT x.channel_id, substr(a.first_seen_at, 1, 10)
               FROM articles a JOIN article_channels x ON x.article_id = a.id
               WHERE a.published_at IS NULL AND a.first_seen_at >= ?1
               UNION ALL
               SELECT e.channel_id, substr(l.discovered_at, 1, 10)
               FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
               WHERE l.article_id IS NULL AND l.state <> 'skipped' AND l.discovered_at >= ?1
           ) GROUP BY channel_id, day""",
        (since.isoformat(),),
    )
    counts: dict[int, Counter[date]] = {}
    for row in rows:
        try:
            day = date.fromisoformat(row["day"])
        except (TypeError, ValueError):
            continue
        # A date in the future is a misprint, and no sign of life.
        if day <= until:
            counts.setdefault(row["channel_id"], Counter())[day] += row["articles"]
    return counts


def newest_articles(store: Store, channel_id: int) -> list[ArticleReading]:
    """A channel's newest articles, the oldest of them first, in the order in which they were fetched.

    Also the pages on which no text was found: those became no article, and lack their body.
    """
    rows = store.rows(
        """SELECT a.id, length(a.body), substr(CAST(a.published_at AS TEXT), 1, 10), CAST(a.first_seen_at AS TEXT),
                  a.title IS NOT NULL, a.published_at IS NOT NULL, a.source IS NOT NULL, a.editor IS NOT NULL,
                  a.author IS NOT NULL, coalesce(length(a.body), 0) >= ?, a.images <> '[]'
           FROM article_channels x JOIN articles a ON a.id = x.article_id
           WHERE x.channel_id = ? ORDER BY x.article_id DESC LIMIT ?""",
        (_SHORT_BODY, channel_id, _MOST_ARTICLES),
    )
    empty = store.rows(
        """SELECT l.id, CAST(l.discovered_at AS TEXT) FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           WHERE e.channel_id = ? AND l.state = 'failed' AND l.reason = 'no text found' AND l.discovered_at >= ?""",
        (channel_id, rows[-1][3] if rows else ""),
    )
    articles = []
    # Most articles of a channel have the same fields.
    patterns: dict[tuple[int, ...], dict[str, bool]] = {}
    for number, length, day, seen_at, *has in reversed([tuple(row) for row in rows]):
        filled = patterns.setdefault(tuple(has), {})
        if not filled:
            filled.update(zip(FIELDS, map(bool, has), strict=True))
        articles.append(ArticleReading(("articles", number), filled, length or 0, day or None, seen_at))
    articles += [ArticleReading(("ledger", number), {"body": False}, 0, None, found_at) for number, found_at in empty]
    # Sorting is stable: articles of one second stay in the order of their rows.
    return sorted(articles, key=lambda article: article.seen_at)


def last_empty_listings(store: Store, portal: str | None) -> set[tuple[str, str]]:
    """Portal and URL of the channels whose listing matched nothing when a run last read it."""
    rows = store.rows(
        """SELECT r.portal, r.summary, c.url, c.name
           FROM (SELECT run.portal AS portal, target.value AS url, max(run.id) AS id
                 FROM runs run, json_each(run.targets) target
                 WHERE run.summary IS NOT NULL AND (?1 IS NULL OR run.portal = ?1) GROUP BY 1, 2) last
           JOIN channels c ON c.portal = last.portal AND c.url = last.url
           JOIN runs r ON r.id = last.id""",
        (portal,),
    )
    return {
        (row["portal"], row["url"])
        for row in rows
        if row["name"] in json.loads(row["summary"] or "{}").get("empty_channels", ())
    }
