"""A capture as the archive holds it: read from its place, its digests checked, decoded as extraction does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal_crawler.archive import ArchiveError, Exchange, read_exchange
from portal_crawler.extract.decode import Text, decode
from portal_crawler.store import Store

_HTML = re.compile(r"text/html|application/xhtml", re.IGNORECASE)
_TEXT = re.compile(r"text/|json|javascript|xml", re.IGNORECASE)
_BEGINS_LIKE_HTML = re.compile(rb"\s*<(?:!doctype html|html|head|body|div|table|script|meta)", re.IGNORECASE)
# What a browser still shows at once; the download has all of it.
MOST_SHOWN = 4 * 1024 * 1024
_MOST_HEADERS, _LONGEST_HEADER = 200, 8000


@dataclass(frozen=True, slots=True)
class Archived:
    """A capture's row and what the archive holds at its place. kind: `page`, `text`, `other` or `nothing`.

    headers: as received, decoded as Latin-1. text: of a page or a text, at most MOST_SHOWN bytes of it. problem: why
    there is no exchange, or no text of it.
    """

    row: dict[str, Any]
    articles: list[dict[str, Any]]
    exchange: Exchange | None
    headers: list[tuple[str, str]]
    kind: str
    size: int
    is_cut: bool
    text: Text | None
    problem: str | None


def archived(store: Store, archive: Path, capture_id: int) -> Archived | None:
    """A capture, None where there is no such row."""
    rows = store.rows("SELECT * FROM captures WHERE id = ?", (capture_id,))
    if not rows:
        return None
    row = dict(rows[0])
    articles = [
        dict(article)
        for article in store.rows(
            """SELECT a.id, a.title, l.kind FROM ledger l JOIN articles a ON a.id = l.article_id WHERE l.url = ?""",
            (row["url"],),
        )
    ]
    try:
        exchange = _exchange(archive, row)
    except ArchiveError as error:
        return Archived(row, articles, None, [], "nothing", 0, False, None, str(error))
    headers = [
        (name.decode("latin-1")[:_LONGEST_HEADER], value.decode("latin-1")[:_LONGEST_HEADER])
        for name, value in exchange.headers[:_MOST_HEADERS]
    ]
    try:
        content = exchange.content()
    except ArchiveError as error:
        return Archived(row, articles, exchange, headers, "other", len(exchange.body), False, None, str(error))
    kind = _kind(exchange.header("content-type") or "", content)
    text = None
    if kind in ("page", "text"):
        text = decode(content[:MOST_SHOWN], exchange.header("content-type"))
    return Archived(row, articles, exchange, headers, kind, len(content), len(content) > MOST_SHOWN, text, None)


def _exchange(archive: Path, row: dict[str, Any]) -> Exchange:
    """The exchange at a row's place. Raises ArchiveError, also for a place that is not in the archive."""
    root = archive.resolve()
    if not (root / row["file"]).resolve().is_relative_to(root):
        raise ArchiveError(f"{row['file']}: not in the archive")
    return read_exchange(archive, row["file"], row["offset"], row["length"])


def _kind(content_type: str, content: bytes) -> str:
    if not content:
        return "nothing"
    if _HTML.search(content_type) or (not content_type and _BEGINS_LIKE_HTML.match(content)):
        return "page"
    return "text" if _TEXT.search(content_type) else "other"
