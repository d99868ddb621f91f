"""The replica's articles.

An article depends on the seed and its own index only, so that a replica of 70 articles is one of 60 with ten
newer ones: that is how a portal grows between two crawls.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from portal_crawler.article import BEIJING
from portal_crawler.demo.channels import BY_KEY, COLUMNS
from portal_crawler.demo.prose import TOPICS, Writer, county_in
from portal_crawler.demo.special import SPECIAL, first_story
from portal_crawler.demo.story import Block, Paragraph, Story, Table, cut
from portal_crawler.demo.topic import Topic
from portal_crawler.demo.vocabulary import outlet, person

_FIRST = datetime(2021, 11, 19, 20, 9, 41, tzinfo=BEIJING)
# 300 articles fill three weeks, and 20,000 do not reach the present.
_INTERVAL = timedelta(minutes=97)
_JITTER_S = 4800
_FIRST_NUMBER = 25549
# Out of ten bodies seven were pasted from Word, as on the sites this one is like.
_MARKUPS = ("word",) * 7 + ("plain", "plain", "breaks")


def write_stories(articles: int, seed: int) -> list[Story]:
    """All articles, oldest first. Each of the first ones is of a kind of its own, see `special`."""
    return [_write(index, seed) for index in range(articles)]


def _write(index: int, seed: int) -> Story:
    number = _FIRST_NUMBER + 3 * index
    if index == 0:
        return first_story(number, _FIRST)
    rng = Random(f"{seed}:{index}")
    published = _FIRST + index * _INTERVAL + timedelta(seconds=rng.randrange(_JITTER_S))
    key = rng.choices([column.key for column in COLUMNS], [column.share for column in COLUMNS])[0]
    county = county_in(rng, BY_KEY[key].city)
    source = outlet(rng, county)
    writer = Writer(rng, county, published)
    topic = rng.choice(TOPICS)
    story = Story(
        number=number,
        title=writer.fill(rng.choice(topic.titles)),
        published=published,
        source=source if rng.random() > 0.03 else None,
        editor=person(rng) if rng.random() > 0.04 else None,
        author=person(rng) if rng.random() < 0.08 else None,
        channels=_channels(rng, key),
        pages=(),
        layout="table" if rng.random() < 0.15 else "div",
        markup=rng.choice(_MARKUPS),
    )
    blocks = _body(rng, writer, story, topic)
    pages = min(rng.choices((1, 2, 3), (84, 10, 6))[0], len(blocks) // 3)
    story = replace(story, pages=cut(blocks, pages))
    change = SPECIAL.get(index)
    return change(story, writer) if change else story


def _channels(rng: Random, key: str) -> tuple[str, ...]:
    """The article's own channel, and now and then a second one that lists it too."""
    if rng.random() >= 0.03:
        return (key,)
    return key, rng.choice([column.key for column in COLUMNS if column.key != key])


def _body(rng: Random, writer: Writer, story: Story, main: Topic) -> list[Block]:
    """A lead, paragraphs on one or two topics, at times a table or a picture."""
    opening = writer.dateline(story.source or "本报") + writer.fill(rng.choice(main.leads))
    blocks: list[Block] = [Paragraph(opening), *map(Paragraph, writer.paragraphs(main, rng.randint(4, 7)))]
    others = [topic for topic in TOPICS if topic is not main]
    for further in rng.sample(others, rng.choices((0, 1, 2), (35, 45, 20))[0]):
        blocks.append(Paragraph(writer.heading(further), heading=True))
        blocks += map(Paragraph, writer.paragraphs(further, rng.randint(3, 6)))
    if rng.random() < 0.06:
        blocks.insert(-1, Table(writer.rows()))
    if rng.random() < 0.2:
        blocks.insert(rng.randint(1, 2), story.picture(1, writer.caption()))
    return blocks
