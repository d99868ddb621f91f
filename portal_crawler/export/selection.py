"""Which articles: the filters of an export as a condition in SQL."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from portal_crawler.export.columns import ExportError
from portal_crawler.store import QueryError
from portal_crawler.store.conditions import condition, in_channel


@dataclass(frozen=True, slots=True)
class Selection:
    """Articles that satisfy all that is given; None leaves it open.

    since, until: days of publication, both included; an article without a time is then left out.
    query: as `search` takes it. channel: a channel that listed the article, or that it names itself, by its
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
        """A condition on `articles a`, and the values for its question marks. Raises ExportError."""
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
            listed = in_channel(self.channel)
            parts.append(listed.sql)
            values += listed.values
        if self.query is not None:
            try:
                found, wanted = condition(self.query)
            except QueryError as error:
                raise ExportError(f"query: {error}") from error
            parts.append(found)
            values += wanted
        return " AND ".join(parts) or "1", values
