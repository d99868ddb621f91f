"""Sentences and paragraphs in the words of a county newsroom, from a seeded random source."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random

from portal_crawler.demo.topic import Topic
from portal_crawler.demo.topics_land import LAND
from portal_crawler.demo.topics_town import TOWN
from portal_crawler.demo.vocabulary import COUNTIES, FELLOW_CITIES, TOWNS, VILLAGES, person

TOPICS = LAND + TOWN
_SLOT = re.compile(r"\{(?:(?P<low>\d+(?:\.\d+)?)~(?P<high>\d+(?:\.\d+)?)|(?P<name>[a-z]+))\}")
_HEADINGS = (
    "{county}：{topic}有了新变化",
    "干在实处 {town}{topic}见成效",
    "{village}：{topic}里的好日子",
    "{county}走好{topic}这步棋",
)
_CAPTIONS = (
    "图为{village}群众在田间地头忙碌。{person} 摄",
    "图为{town}的项目建设现场。{person} 摄",
    "图为{person}向村民讲解技术要领。{person} 摄",
)


class Writer:
    """Fills templates for one article: its places stay the same throughout, numbers and persons do not."""

    def __init__(self, rng: Random, county: str, published: datetime) -> None:
        self._rng = rng
        day = published - timedelta(days=rng.randrange(3))
        self._fixed = {
            "county": county,
            "town": rng.choice(TOWNS),
            "fellow": rng.choice(FELLOW_CITIES),
            "date": f"{day.month}月{day.day}日",
        }

    def fill(self, template: str, **extra: str) -> str:
        """The template with every slot filled."""

        def value(match: re.Match[str]) -> str:
            name, low = match["name"], match["low"]
            if name == "person":
                return person(self._rng)
            if name == "village":
                return self._rng.choice(VILLAGES)
            if name:
                return extra.get(name) or self._fixed[name]
            if "." in low:
                return f"{self._rng.uniform(float(low), float(match['high'])):.2f}"
            return str(self._rng.randint(int(low), int(match["high"])))

        return _SLOT.sub(value, template)

    def dateline(self, outlet: str) -> str:
        """How the first paragraph opens: who reports, from where."""
        county, date = self._fixed["county"], self._fixed["date"]
        return self._rng.choice(
            (
                f"{outlet}{county}讯（记者 {person(self._rng)}）",
                f"{outlet}{date}讯（记者 {person(self._rng)} 通讯员 {person(self._rng)}）",
                f"{outlet}讯 （通讯员 {person(self._rng)}）",
                "",
            )
        )

    def paragraphs(self, topic: Topic, count: int) -> list[str]:
        """Up to `count` paragraphs on a topic, no sentence used twice."""
        details = self._rng.sample(topic.details, len(topic.details))
        voices = self._rng.sample(topic.voices, len(topic.voices))
        written: list[str] = []
        while details and len(written) < count:
            if voices and len(written) % 3 == 1:
                written.append(self.fill(voices.pop()))
                continue
            take = self._rng.randint(1, 2)
            written.append("".join(self.fill(sentence) for sentence in details[:take]))
            del details[:take]
        return written

    def heading(self, topic: Topic) -> str:
        """A sub-heading in a long article."""
        return self.fill(self._rng.choice(_HEADINGS), topic=topic.name)

    def caption(self) -> str:
        """What a picture shows and who took it."""
        return self.fill(self._rng.choice(_CAPTIONS))

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """A table of figures by town, with its head."""
        towns = self._rng.sample(TOWNS, self._rng.randint(4, 7))
        figures = (
            (
                town,
                f"{self._rng.randint(800, 9600)}",
                f"{self._rng.uniform(0.3, 9.6):.2f}",
                f"{self._rng.randint(61, 100)}%",
            )
            for town in towns
        )
        return (("乡镇", "面积（亩）", "产值（亿元）", "完成比例"), *figures)


def county_in(rng: Random, city: str | None) -> str:
    """A county of the prefecture, of any where it is None."""
    return rng.choice(COUNTIES[city or rng.choice(tuple(COUNTIES))])
