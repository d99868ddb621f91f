"""How well the truth about a collection is found: pairs of articles of one text, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from portal_crawler.article import Article, Capture
from portal_crawler.store import PageCapture, Store, Writer, start_run
from tests.reprint_maker.collection import Made


@dataclass(slots=True)
class Score:
    """Pairs of one text (true), of them found, and pairs found that are none; the last two also by kind."""

    true: int = 0
    found: int = 0
    wrong: int = 0
    missed_kinds: Counter[str] = field(default_factory=Counter)
    wrong_kinds: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        """The share of found pairs that are one text."""
        return self.found / max(self.found + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of pairs of one text that were found."""
        return self.found / max(self.true, 1)


def store_made(store: Store, made: Sequence[Made]) -> list[int]:
    """Store a collection as crawls would, in its order; gives the articles' ids."""
    writers: dict[str, Writer] = {}
    for place, one in enumerate(made):
        if one.portal not in writers:
            run = start_run(store, one.portal, [one.portal])
            writers[one.portal] = Writer(store, run, one.portal, before_commit=lambda: None)
        writer = writers[one.portal]
        url = f"http://{one.portal}.example/{place}.html"
        stamp = f"{one.published_at:%Y-%m-%dT%H:%M}+08:00"
        file = f"{one.portal}/1.warc.gz"
        capture = Capture(url, "2021-11-19T20:10:00+08:00", 200, None, "sha1:A", file, place, 1)
        writer.add_capture(capture)
        article = Article(
            url,
            title=one.title,
            body=one.body,
            published_at=stamp,
            published_precision="minute",
            published_raw=stamp,
            source="新华社",
        )
        writer.add_article(article, [PageCapture(url, capture)])
        # One at a time, so that ids are given in this order.
        if len(writer) >= 50:
            writer.flush()
    for writer in writers.values():
        writer.flush()
    ids = {row["url"]: row["id"] for row in store.rows("SELECT id, url FROM articles")}
    return [ids[f"http://{one.portal}.example/{place}.html"] for place, one in enumerate(made)]


def score(store: Store, made: Sequence[Made], ids: Sequence[int]) -> Score:
    """Compare the clusters of a store with the truth."""
    by_id = dict(zip(ids, made, strict=True))
    result = Score()
    cluster_of = {row[0]: row[1] for row in store.rows("SELECT article_id, cluster_id FROM cluster_members")}
    for one, other in _pairs({number: article.text for number, article in by_id.items()}):
        result.true += 1
        if one in cluster_of and cluster_of[one] == cluster_of.get(other):
            result.found += 1
        else:
            result.missed_kinds[_kinds(by_id[one], by_id[other])] += 1
    for one, other in _pairs(cluster_of):
        if by_id[one].text != by_id[other].text:
            result.wrong += 1
            result.wrong_kinds[_kinds(by_id[one], by_id[other])] += 1
    return result


def _pairs(group_of: Mapping[int, int]) -> Iterable[tuple[int, int]]:
    groups: dict[int, list[int]] = {}
    for member, group in group_of.items():
        groups.setdefault(group, []).append(member)
    for members in groups.values():
        yield from combinations(members, 2)


def _kinds(one: Made, other: Made) -> str:
    return " and ".join(sorted({one.kind, other.kind}))
