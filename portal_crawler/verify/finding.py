"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    is_damage: False for what is named and harmless, as a tail that the next crawl cuts off. place: `file:offset` in
    the archive, or what of the database. url: whose record or row it is, where that is known. file, offset: of the
    record that is lost by it, for `repair`; None where nothing can be given up.
    """

    is_damage: bool
    place: str
    url: str | None
    problem: str
    file: str | None = None
    offset: int | None = None


@dataclass(slots=True)
class Figures:
    """How much was read so far, in this order: bytes of the segments, checks of the database, its articles.

    The totals are known when their turn has come.
    """

    segments: int = 0
    records: int = 0
    bytes: int = 0
    bytes_total: int = 0
    checks: int = 0
    checks_total: int = 0
    articles: int = 0
    articles_total: int = 0
