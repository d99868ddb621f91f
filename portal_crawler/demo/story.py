"""What an article of the replica says, before any page is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, with `heading` a sub-heading. `_{2}` in its text is a subscript, `^{2}` a superscript."""

    text: str
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells of one table in the body."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the body, path from the root of the site, with the caption below it."""

    path: str
    caption: str | None


Block = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Story:
    """One news item: its fields as printed, and its body page by page.

    channels: keys of the listings it stands in, its own channel first. layout: name of the page design.
    markup: name of the way its body was typed in.
    """

    number: int
    title: str
    published: datetime
    source: str | None
    editor: str | None
    author: str | None
    channels: tuple[str, ...]
    pages: tuple[tuple[Block, ...], ...]
    layout: str
    markup: str

    @property
    def stem(self) -> str:
        """Path of the article without its suffix: directory of the channel, year, day, number."""
        return f"/{self.channels[0]}/{self.published:%Y/%m%d}/{self.number}"

    def page_path(self, page: int) -> str:
        """Path of a page, counted from 1."""
        return f"{self.stem}.html" if page == 1 else f"{self.stem}_{page}.html"

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for page in self.pages for block in page)

    def picture(self, serial: int, caption: str | None) -> Picture:
        """A picture of this article, named as the CMS names uploads."""
        return Picture(f"/uploads/allimg/{self.published:%y%m%d}/{self.number}-{serial}.png", caption)


def cut(blocks: Sequence[Block], pages: int) -> tuple[tuple[Block, ...], ...]:
    """The blocks on so many pages, as evenly as they go, none of them empty."""
    pages = min(pages, len(blocks))
    edges = [len(blocks) * page // pages for page in range(pages + 1)]
    return tuple(tuple(blocks[start:end]) for start, end in pairwise(edges))
