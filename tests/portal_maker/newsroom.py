"""The columns and articles of a made portal, before any page is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal_crawler.article import BEIJING
from portal_crawler.demo.prose import TOPICS, Writer, county_in
from portal_crawler.demo.story import Block, Paragraph, Story, cut
from portal_crawler.demo.vocabulary import outlet, person

# A column: its directory, its name, and the columns below it.
Section = tuple[str, str, tuple[tuple[str, str], ...]]
_NEWEST = datetime(2021, 11, 19, 20, 9, 41, tzinfo=BEIJING)
_PERIOD_S = 120 * 86400
# Below, at and above the 20 entries of a list page, and three pages and more.
_COUNTS = (15, 16, 19, 20, 21, 24, 33, 40, 41, 60)
_IN_TWO_COLUMNS = 0.05
_ON_TWO_PAGES = 0.08


@dataclass(frozen=True, slots=True)
class Column:
    """A column. key: its directory from the root, without slashes at the ends. number: its id in the CMS."""

    key: str
    path: tuple[str, ...]
    number: int
    has_children: bool

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def parent(self) -> str | None:
        return self.key.rpartition("/")[0] if len(self.path) > 1 else None


def columns_of(sections: Sequence[Section]) -> list[Column]:
    """All columns, each before those below it."""
    found: list[Column] = []
    for key, name, below in sections:
        found.append(Column(key, (name,), 10 + len(found), bool(below)))
        found += [
            Column(f"{key}/{part}", (name, label), 10 + len(found) + place, False)
            for place, (part, label) in enumerate(below)
        ]
    return found


def write_stories(
    columns: Sequence[Column], seed: str, *, first: int, parents_list: bool, split: bool, markups: Sequence[str]
) -> list[Story]:
    """All articles, oldest first. parents_list: whether a column lists what stands in those below it, too."""
    rng = Random(seed)
    leaves = [column for column in columns if not column.has_children]
    drafts = [
        (_NEWEST - timedelta(seconds=rng.randrange(_PERIOD_S)), column)
        for column in leaves
        for _ in range(rng.choice(_COUNTS))
    ]
    drafts.sort(key=lambda draft: draft[0])
    return [
        _write(
            Random(f"{seed}:{place}"),
            first + 3 * place,
            published,
            _keys(rng, column, leaves, parents_list),
            split,
            markups,
        )
        for place, (published, column) in enumerate(drafts)
    ]


def _keys(rng: Random, column: Column, leaves: Sequence[Column], parents_list: bool) -> tuple[str, ...]:
    """The columns an article stands in, its own first."""
    keys = [column.key]
    if parents_list and column.parent:
        keys.append(column.parent)
    if rng.random() < _IN_TWO_COLUMNS:
        keys.append(rng.choice([other.key for other in leaves if other is not column and not other.parent]))
    return tuple(dict.fromkeys(keys))


def _write(
    rng: Random, number: int, published: datetime, keys: tuple[str, ...], split: bool, markups: Sequence[str]
) -> Story:
    county = county_in(rng, None)
    source = outlet(rng, county)
    writer = Writer(rng, county, published)
    topic = rng.choice(TOPICS)
    blocks: list[Block] = [Paragraph(writer.dateline(source) + writer.fill(rng.choice(topic.leads)))]
    blocks += map(Paragraph, writer.paragraphs(topic, rng.randint(3, 6)))
    return Story(
        number=number,
        title=writer.fill(rng.choice(topic.titles)),
        published=published,
        source=source,
        editor=person(rng),
        author=None,
        channels=keys,
        pages=cut(blocks, 2 if split and rng.random() < _ON_TWO_PAGES else 1),
        layout="div",
        markup=rng.choice(list(markups)),
    )
