"""The record that a perfect crawl stores of each of the replica's articles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal_crawler.demo.channels import BY_KEY
from portal_crawler.demo.markup import plain_text
from portal_crawler.demo.story import Block, Paragraph, Picture, Story, Table


@dataclass(frozen=True, slots=True)
class Truth:
    """An article as its page prints it.

    path: of its first page, from the root. pages: of all its pages, in order.
    body: paragraphs joined by line feeds, tables as rows with tabs, captions where their picture stands.
    captions: those lines, which a record may also leave out. images: path and caption.
    channel_path: its own channel, as in the breadcrumb. channel_paths: of every listing it stands in.
    """

    path: str
    pages: tuple[str, ...]
    title: str
    published_at: str
    published_precision: str
    source: str | None
    editor: str | None
    author: str | None
    body: str
    captions: tuple[str, ...]
    images: tuple[tuple[str, str | None], ...]
    channel_path: tuple[str, ...]
    channel_paths: tuple[tuple[str, ...], ...]


def truth_of(story: Story) -> Truth:
    """What a reader takes from a story's pages."""
    pictures = [block for block in story.blocks if isinstance(block, Picture)]
    return Truth(
        path=story.page_path(1),
        pages=tuple(story.page_path(page) for page in range(1, len(story.pages) + 1)),
        title=story.title,
        published_at=story.published.isoformat(),
        published_precision="second",
        source=story.source,
        editor=story.editor,
        author=story.author,
        body="\n".join(line for block in story.blocks for line in _lines(block)),
        captions=tuple(picture.caption for picture in pictures if picture.caption),
        images=tuple((picture.path, picture.caption) for picture in pictures),
        channel_path=BY_KEY[story.channels[0]].path,
        channel_paths=tuple(BY_KEY[key].path for key in story.channels),
    )


def _lines(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [plain_text(block.text)]
    if isinstance(block, Table):
        return ["\t".join(row) for row in block.rows]
    return [block.caption] if block.caption else []


def differences(truth: Truth, row: Mapping[str, Any], base_url: str) -> list[str]:
    """Where a row of `articles` is not what its article says: one line a field, none when all agree.

    base_url: what the replica was served under, without a slash at the end. JSON columns may come as text.
    """
    expected: dict[str, object] = {
        "url": base_url + truth.path,
        "title": truth.title,
        "published_at": truth.published_at,
        "published_precision": truth.published_precision,
        "source": truth.source,
        "editor": truth.editor,
        "author": truth.author,
        "body": _without(truth.body, truth.captions),
        "channel_path": list(truth.channel_path),
        "images": [{"url": base_url + path, "caption": caption} for path, caption in truth.images],
        "page_count": len(truth.pages),
    }
    found = {name: row[name] for name in expected}
    for name in ("channel_path", "images"):
        found[name] = json.loads(row[name]) if isinstance(row[name], str) else list(row[name])
    found["body"] = _without(row["body"] or "", truth.captions)
    return [
        f"{truth.path} {name}: want {value!r}, got {found[name]!r}"
        for name, value in expected.items()
        if found[name] != value
    ]


def _without(body: str, captions: tuple[str, ...]) -> str:
    return "\n".join(line for line in body.split("\n") if line not in captions)
