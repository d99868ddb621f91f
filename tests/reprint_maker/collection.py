"""A whole collection over several portals, with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from portal_crawler.demo.prose import TOPICS, county_in
from portal_crawler.demo.prose import Writer as CountyWriter
from tests.reprint_maker.edits import EDITS, Body
from tests.reprint_maker.prose import Prose
from tests.reprint_maker.series import SERIES

PORTALS = tuple(f"portal{number}" for number in range(8))
_BEGIN = date(2021, 3, 1)


@dataclass(frozen=True, slots=True)
class Made:
    """An article. text: which text it is, the truth; kind: what was made of the text, or what it is made like."""

    text: int
    kind: str
    portal: str
    title: str
    body: str
    published_at: datetime


def make_collection(seed: int, texts: int) -> list[Made]:
    """Articles of about three times `texts`, in a random order: news with reprints, series, and near misses."""
    return _Maker(seed).collection(texts)


class _Maker:
    def __init__(self, seed: int) -> None:
        self._rng = Random(seed)
        self._prose = Prose(self._rng)
        self._made: list[Made] = []
        self._texts = 0

    def collection(self, texts: int) -> list[Made]:
        for _ in range(texts // 2):
            self._news(self._prose.title(), self._prose.paragraphs(4, 14), self._moment())
        for _ in range(texts // 10):
            self._county_news()
            self._flash()
            self._near_misses()
        for series in SERIES:
            for place in range(texts // 40):
                day = _BEGIN + timedelta(days=place + place // 25)
                title, body = series(day, self._rng, self._prose)
                self._print(series.__name__, title, body, datetime(day.year, day.month, day.day, 18))
        self._furniture(texts // 40)
        self._rng.shuffle(self._made)
        return self._made

    def _news(self, title: str, body: Body, at: datetime) -> None:
        """A text, and what some portals make of it; now and then it stands twice on its own."""
        text = self._new_text()
        home, *others = self._rng.sample(PORTALS, self._rng.randint(1, 5))
        self._add(text, "original", home, title, body, at)
        for portal in others:
            edit = self._rng.choice(EDITS)
            its_title, its_body = edit(title, body, self._rng, self._prose)
            self._add(text, edit.__name__, portal, its_title, its_body, at + timedelta(hours=self._rng.randint(0, 60)))
        if self._rng.random() < 0.1:
            self._add(text, "same_portal_twice", home, title, body, at)

    def _county_news(self) -> None:
        """News whose sentences come back with other names and figures."""
        at = self._moment()
        writer = CountyWriter(self._rng, county_in(self._rng, None), at)
        topic = self._rng.choice(TOPICS)
        body = writer.paragraphs(topic, 6)
        if len(body) >= 3:
            self._news(writer.heading(topic), [writer.dateline("陇原日报") + body[0], *body[1:]], at)

    def _flash(self) -> None:
        """One sentence, printed by several under the same headline."""
        self._print("flash", self._prose.title(), [self._prose.words(18) + "。"], self._moment())

    def _near_misses(self) -> None:
        """A story; what follows it up with a third of its text; a digest that holds it; and the same event anew."""
        at = self._moment()
        background, story, following, other = (self._prose.paragraphs(3, 4) for _ in range(4))
        self._print("story", self._prose.title(), story + background, at)
        self._print("follow_up", self._prose.title(), following + other + background, at + timedelta(days=1))
        self._print("digest", self._prose.title(), self._prose.paragraphs(14, 18) + story + background, at)
        quote = f"“{self._prose.sentence()}”{self._prose.person()}说。"
        for _ in range(2):
            self._print("same_event", self._prose.title(), [*self._prose.paragraphs(4, 6), quote], at)

    def _furniture(self, pages: int) -> None:
        """Pages whose text is a form of words, one on each picture."""
        for _ in range(pages):
            text = self._new_text()
            self._add(
                text,
                "furniture",
                PORTALS[0],
                self._prose.title(),
                ["点击图片进入下一页，更多精彩图片请关注本网图片频道。"],
                self._moment(),
            )

    def _print(self, kind: str, title: str, body: Body, at: datetime) -> None:
        """One text, as it is, on one to three portals."""
        text = self._new_text()
        for portal in self._rng.sample(PORTALS, self._rng.randint(1, 3)):
            self._add(text, kind, portal, title, body, at + timedelta(hours=self._rng.randint(0, 5)))

    def _add(self, text: int, kind: str, portal: str, title: str, body: Body, at: datetime) -> None:
        self._made.append(Made(text, kind, portal, title, "\n".join(body), at))

    def _new_text(self) -> int:
        self._texts += 1
        return self._texts

    def _moment(self) -> datetime:
        return datetime(_BEGIN.year, _BEGIN.month, _BEGIN.day) + timedelta(minutes=self._rng.randrange(60 * 24 * 200))
