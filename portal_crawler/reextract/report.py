"""What reading again changes, by field."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# So many differences of a field are kept to be shown.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is read otherwise than it is stored, both as their row holds them."""

    url: str
    field: str
    before: object
    after: object


@dataclass(slots=True)
class Report:
    """Figures of a run. articles, revisions: read again (older revisions alone). changed: values by field.

    changed_articles: how many have any. samples: some of the differences. unreadable: URL and reason where a capture
    cannot be read. kept: URLs of articles on which nothing was found now and whose text stays. moved: how many a
    crawl read meanwhile. learnt: lines of the templates that were learnt first, by portal.
    """

    articles: int = 0
    articles_total: int = 0
    revisions: int = 0
    changed_articles: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    samples: list[Change] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    moved: int = 0
    learnt: dict[str, int] = field(default_factory=dict)

    def note(self, change: Change) -> None:
        """Count a change, and keep it if it is one of the first of its field."""
        if self.changed[change.field] < _SHOWN:
            self.samples.append(change)
        self.changed[change.field] += 1
