"""What the page of an article shows: the text as a reader expects it, and where everything in it is from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal_crawler.store import Store
from portal_crawler.store.history import History, history_of_article
from portal_crawler.store.wording import Piece, passages
from portal_crawler.web.overview import channel_name

_FIELDS = (
    "title", "published_at", "source", "editor", "author", "body", "channel_path", "images", "page_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the rows of a table with their cells. rows: empty for a paragraph."""

    text: str
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article. url: http(s), None for an address that no link may lead to; address: as stored."""

    url: str | None
    address: str
    caption: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field's value is from. rule: None where none is recorded."""

    field: str
    value: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that a revision changed, as passages of pieces."""

    field: str
    added: int
    removed: int
    passages: tuple[Sequence[Piece], ...]


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A channel that listed the article. entry_title, entry_date: as its listing printed them."""

    name: str
    key: str
    url: str | None
    entry_title: str | None
    entry_date: str | None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article with everything around it. row: its row of `articles`, by column."""

    row: dict[str, Any]
    url: str | None
    blocks: list[Block]
    pictures: list[Picture]
    path: list[str]
    warnings: list[str]
    origins: list[Origin]
    history: History
    changes: dict[int, list[Changed]]
    captures: dict[int, int]
    pages: list[dict[str, Any]]
    channels: list[ChannelLink]


def article_page(store: Store, article_id: int) -> ArticlePage | None:
    """The page of an article, None where there is no such article."""
    rows = store.rows("SELECT * FROM articles WHERE id = ?", (article_id,))
    if not rows:
        return None
    row = dict(rows[0])
    history = history_of_article(store, article_id)
    provenance = _parsed(row["provenance"], dict)
    pages = store.rows(
        """SELECT p.number, p.url, p.capture_id, c.status, c.fetched_at, c.digest FROM article_pages p
           JOIN captures c ON c.id = p.capture_id WHERE p.article_id = ? ORDER BY p.number""",
        (article_id,),
    )
    captures = store.rows("SELECT revision, capture_id FROM revisions WHERE article_id = ?", (article_id,))
    return ArticlePage(
        row=row,
        url=web_address(row["url"]),
        blocks=blocks_of(row["body"] or ""),
        pictures=[_picture(image) for image in _parsed(row["images"], list) if isinstance(image, dict)],
        path=[str(name) for name in _parsed(row["channel_path"], list)],
        warnings=[str(warning) for warning in _parsed(row["warnings"], list)],
        origins=_origins(row, provenance),
        history=history,
        changes={revision.number: [_changed(change) for change in revision.changes] for revision in history.revisions},
        captures={revision["revision"]: revision["capture_id"] for revision in captures},
        pages=[dict(page) for page in pages],
        channels=_channels(store, article_id),
    )


def blocks_of(body: str) -> list[Block]:
    """The paragraphs of a text; lines with tabs that follow one another are the rows of a table."""
    blocks: list[Block] = []
    rows: list[tuple[str, ...]] = []
    for line in body.split("\n"):
        if "\t" in line:
            rows.append(tuple(line.split("\t")))
            continue
        if rows:
            blocks.append(Block("", tuple(rows)))
            rows = []
        if line.strip():
            blocks.append(Block(line))
    if rows:
        blocks.append(Block("", tuple(rows)))
    return blocks


def web_address(url: object) -> str | None:
    """The address if a link may lead there, which `javascript:` and its like may not."""
    return url if isinstance(url, str) and url.lower().startswith(("http://", "https://")) else None


def _parsed(text: str | None, kind: type) -> Any:
    """JSON of a column, empty where it is not what the column holds."""
    try:
        value = json.loads(text or "")
    except ValueError:
        return kind()
    return value if isinstance(value, kind) else kind()


def _picture(image: dict[str, Any]) -> Picture:
    address, caption = image.get("url"), image.get("caption")
    return Picture(web_address(address), str(address), caption if isinstance(caption, str) else None)


def _origins(row: dict[str, Any], provenance: dict[str, Any]) -> list[Origin]:
    rules = {name: str(rule) for name, rule in provenance.items()}
    found = [Origin(name, _shown(name, row), rules.get(name)) for name in _FIELDS]
    return found + [Origin(name, None, rule) for name, rule in rules.items() if name not in _FIELDS]


def _shown(name: str, row: dict[str, Any]) -> str | None:
    value = row[name]
    match name:
        case "body":
            return f"{len(value.replace(chr(10), '')):,} characters" if value else None
        case "images":
            return f"{len(_parsed(value, list))}"
        case "channel_path":
            return channel_name(value, "") or None
        case "published_at":
            raw = row["published_raw"]
            return f"{value}, printed as {raw}" if value and raw else value
    return None if value is None else str(value)


def _changed(change: Any) -> Changed:
    return Changed(change.field, change.added, change.removed, tuple(passages(change.pieces)))


def _channels(store: Store, article_id: int) -> list[ChannelLink]:
    rows = store.rows(
        """SELECT c.name, c.path, c.url, e.title, e.date FROM article_channels x JOIN channels c ON c.id = x.channel_id
           LEFT JOIN ledger l ON l.url = (SELECT url FROM articles WHERE id = x.article_id)
           LEFT JOIN channel_entries e ON e.channel_id = c.id AND e.ledger_id = l.id
           WHERE x.article_id = ? ORDER BY c.id""",
        (article_id,),
    )
    return [
        ChannelLink(
            channel_name(row["path"], row["name"]), row["name"], web_address(row["url"]), row["title"], row["date"]
        )
        for row in rows
    ]
