"""What a discovery finds."""

from __future__ import annotations

from dataclasses import dataclass

from portal_crawler.article import Article, Channel, Portal


@dataclass(frozen=True, slots=True)
class Checked:
    """A channel and what was seen of it.

    entries: on its first page. further: new ones on its second page, None where none was asked for.
    article: the record of one of its articles, None where none was read; trouble: why not, or what it lacks.
    """

    channel: Channel
    entries: int
    further: int | None = None
    article: Article | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A link that looked like a channel's, and why it is none.

    unsettled: it may be one all the same, since nothing was seen of it.
    """

    name: str
    url: str
    reason: str
    unsettled: bool = False


@dataclass(frozen=True, slots=True)
class Discovery:
    """A portal as its front page and a sample of its pages show it.

    requests: how many were made. doubts: what keeps the profile from being verified, in sentences.
    """

    portal: Portal
    front: str
    channels: tuple[Checked, ...]
    rejected: tuple[Rejected, ...]
    requests: int
    doubts: tuple[str, ...]
