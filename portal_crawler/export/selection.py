"""Which articles: the filters of an export as a condition in SQL."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date

from portal_crawler.store.fold import fold, letter_runs

_TERM = re.compile(r'"([^"]+)"|(\S+)')
_IN_CHANNEL = """(a.id IN (SELECT x.article_id FROM article_channels x JOIN channels c ON c.id = x.channel_id
        WHERE c.name = ? OR c.path = ?)
    OR a.channel_path = ? OR EXISTS (SELECT 1 FROM json_each(a.channel_path) WHERE value = ?))"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Articles that satisfy all that is given; None leaves it open.

    since, until: days of publication, both included; an article without a time is then left out.
    query: terms as `search` takes them. channel: a channel that listed the article, or that it names itself, by its
    name or by its whole path, `资讯/平凉市`. state: live, suspect or gone.
    """

    portal: str | None = None
    since: date | None = None
    until: date | None = None
    query: str | None = None
    channel: str | None = None
    state: str | None = None

    def given(self) -> dict[str, str]:
        """What is given, as text."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    def condition(self) -> tuple[str, list[object]]:
        """A condition on `articles a`, and the values for its question marks."""
        parts: list[str] = []
        values: list[object] = []
        for comparison, value in (
            ("a.portal =", self.portal),
            ("a.published_at >=", self.since and self.since.isoformat()),
            # Any time of that day, since T sorts before U.
            ("a.published_at <", self.until and f"{self.until.isoformat()}U"),
            ("a.state =", self.state),
        ):
            if value is not None:
                parts.append(f"{comparison} ?")
                values.append(value)
        if self.channel is not None:
            path = json.dumps(self.channel.split("/"), ensure_ascii=False)
            parts.append(_IN_CHANNEL)
            values += [self.channel, path, path, self.channel]
        if self.query is not None:
            _add_query(self.query, parts, values)
        return " AND ".join(parts) or "1", values


def _add_query(query: str, parts: list[str], values: list[object]) -> None:
    """Add the conditions of a search, as `store.search` has them."""
    terms = [fold(quoted or plain) for quoted, plain in _TERM.findall(query)]
    if not terms:
        parts.append("0")
    if expression := " AND ".join(_phrase(run) for term in terms for run in letter_runs(term)):
        parts.append("a.id IN (SELECT rowid FROM article_search WHERE article_search MATCH ?)")
        values.append(expression)
    for term in terms:
        if letter_runs(term) != [term]:
            parts.append("(contains_folded(a.title, ?) OR contains_folded(a.body, ?))")
            values += [term, term]


def _phrase(run: str) -> str:
    if len(run) == 1:
        return f'"{run}"*'
    return '"' + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + '"'
