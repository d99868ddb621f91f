"""Doubts about a record become named warnings; nothing is thrown away for a doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal_crawler.article import BEIJING, Article
from portal_crawler.items import ArticlePages
from portal_crawler.session import Session
from portal_crawler.store import Store

if TYPE_CHECKING:
    # Workers of reextract ask for doubts, and need no crawler.
    from scrapy.crawler import Crawler

# Fields whose absence is a doubt where the channel's articles nearly always have them.
_EXPECTED = ("published_at", "source", "editor", "author")
_NEARLY_ALWAYS = 0.9
# A channel's newest articles that are asked, and how many with the field make it a habit.
_NEWEST, _LEAST = 400, 20
# A field that so many articles of a crawl lack, and half of those that should have it, has stopped filling.
_DRIFTED, _DRIFTED_SHARE = 10, 0.5


class CheckPipeline:
    """Adds the doubts that the page alone does not show."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._habits: Mapping[int, frozenset[str]] | None = None
        self._expected: Counter[str] = Counter()
        self._lacking: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CheckPipeline:
        return cls(crawler)

    def process_item(self, item: ArticlePages) -> ArticlePages:
        assert item.article is not None
        warnings = [*item.article.warnings, *doubts(item.article)]
        for name in self._usual(item):
            self._expected[name] += 1
            if getattr(item.article, name) is None:
                self._lacking[name] += 1
                warnings.append(f"drift_{name}")
        if item.missing:
            warnings.append("missing_page")
        item.article = replace(item.article, warnings=tuple(dict.fromkeys(warnings)))
        return item

    def close_spider(self) -> None:
        """Tell the run which fields have stopped filling."""
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        for name, lacking in self._lacking.items():
            if lacking >= max(_DRIFTED, _DRIFTED_SHARE * self._expected[name]):
                session.drifted_fields.append(f"{name} ({lacking} of {self._expected[name]} pages)")

    def _usual(self, item: ArticlePages) -> list[str]:
        """The fields that the articles of the item's channels have, as they were before this crawl."""
        session: Session = self._crawler.spider.session  # type: ignore[union-attr]
        if self._habits is None:
            # Of all that came before this article, not of as much as is stored by chance.
            session.flush()
            self._habits = habits(session.store, session.portal.id)
        if not self._habits:
            return []
        assert item.article is not None
        if any(getattr(item.article, name) is None for name in frozenset().union(*self._habits.values())):
            # Which channels list it is to be known, also what was found a moment ago.
            session.flush()
        channels = [
            row[0]
            for row in session.store.rows(
                "SELECT e.channel_id FROM channel_entries e JOIN ledger l ON l.id = e.ledger_id WHERE l.url = ?",
                (item.url,),
            )
        ]
        # One that was found a moment ago is not in the database yet; then it is to hold for all channels.
        known = [self._habits[one] for one in channels or self._habits if one in self._habits]
        return [name for name in _EXPECTED if known and all(name in habit for habit in known)]


def doubts(article: Article, now: datetime | None = None) -> list[str]:
    """Names of what is doubtful: no_title, future_date, short_body."""
    found = []
    if article.title is None:
        found.append("no_title")
    tomorrow = (now or datetime.now(BEIJING)) + timedelta(days=1)
    if article.published_at and article.published_at[:10] > tomorrow.date().isoformat():
        found.append("future_date")
    if article.body is not None and len(article.body) < 30 and not article.images:
        found.append("short_body")
    return found


def habits(store: Store, portal: str) -> dict[int, frozenset[str]]:
    """For each channel of a portal with articles enough to tell, the fields that they nearly always have.

    Articles that lack a field and were flagged for it do not count, until they are more than those that have it: then
    the portal has given it up.
    """
    found = {}
    for (channel,) in store.rows("SELECT id FROM channels WHERE portal = ?", (portal,)):
        sums = ", ".join(
            f"count({name}) AS {name}, sum({name} IS NULL AND warnings LIKE '%\"drift_{name}\"%') AS drift_{name}"
            for name in _EXPECTED
        )
        (row,) = store.rows(
            f"""SELECT count(*) AS articles, {sums} FROM articles WHERE id IN (
                    SELECT article_id FROM article_channels WHERE channel_id = ? ORDER BY article_id DESC LIMIT ?)""",
            (channel, _NEWEST),
        )
        if row["articles"] >= _LEAST:
            found[channel] = frozenset(name for name in _EXPECTED if _is_habit(dict(row), name))
    return found


def _is_habit(row: Mapping[str, int], name: str) -> bool:
    having, flagged = row[name], row[f"drift_{name}"]
    return having >= max(_LEAST, flagged) and having >= _NEARLY_ALWAYS * (row["articles"] - flagged)
