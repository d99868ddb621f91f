"""What a check reads from the store: channels, their articles by day, and how full the newest articles are."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from portal_crawler.store import Store
from portal_crawler.urls import canonical_url

FIELDS = ("title", "published_at", "source", "editor", "author", "body", "images")
# So many of a channel's newest articles are looked at; that is the newest ones and their past.
_MOST_ARTICLES = 1000
# What is shorter is a caption or a notice that the text is missing.
_SHORT_BODY = 30


@dataclass(frozen=True, slots=True)
class ChannelReading:
    """A channel as stored. walks: how often it was listed. trouble: why its listing could not be read the last time."""

    id: int
    portal: str
    name: str
    url: str
    walks: int
    last_listed_at: datetime | None
    trouble: str | None


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
    return [
        ChannelReading(
            row["id"],
            row["portal"],
            " > ".join(json.loads(row["path"])) or row["name"],
            row["url"],
            row["walk"],
            datetime.fromisoformat(row["last_listed_at"]) if row["last_listed_at"] else None,
            _trouble(store, row["url"]),
        )
        for row in rows
    ]


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
        except ValueError:
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
        """SELECT a.id, a.title, a.published_at, a.source, a.editor, a.author, a.images <> '[]' AS images,
                  length(a.body) AS length, a.first_seen_at
           FROM article_channels x JOIN articles a ON a.id = x.article_id
           WHERE x.channel_id = ? ORDER BY x.article_id DESC LIMIT ?""",
        (channel_id, _MOST_ARTICLES),
    )
    empty = store.rows(
        """SELECT l.id, l.discovered_at FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id
           WHERE e.channel_id = ? AND l.state = 'failed' AND l.reason = 'no text found' AND l.discovered_at >= ?""",
        (channel_id, rows[-1]["first_seen_at"] if rows else ""),
    )
    articles = [
        ArticleReading(
            ("articles", row["id"]),
            {name: row[name] is not None for name in FIELDS[:5]}
            | {"body": (row["length"] or 0) >= _SHORT_BODY, "images": bool(row["images"])},
            row["length"] or 0,
            row["published_at"][:10] if row["published_at"] else None,
            row["first_seen_at"],
        )
        for row in reversed(rows)
    ]
    articles += [ArticleReading(("ledger", row["id"]), {"body": False}, 0, None, row["discovered_at"]) for row in empty]
    # Sorting is stable: articles of one second stay in the order of their rows.
    return sorted(articles, key=lambda article: article.seen_at)


def last_empty_listings(store: Store, portal: str | None) -> set[tuple[str, str]]:
    """Portal and URL of the channels whose listing matched nothing when a run last read it."""
    rows = store.rows(
        """SELECT r.portal, r.targets, r.summary, c.url, c.name FROM channels c JOIN runs r ON r.id = (
               SELECT max(last.id) FROM runs last, json_each(last.targets) target
               WHERE last.portal = c.portal AND last.summary IS NOT NULL AND target.value = c.url)
           WHERE ? IS NULL OR c.portal = ?""",
        (portal, portal),
    )
    return {
        (row["portal"], row["url"])
        for row in rows
        if row["name"] in json.loads(row["summary"] or "{}").get("empty_channels", ())
    }
