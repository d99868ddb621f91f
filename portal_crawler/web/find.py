"""What the search page shows: a page of hits, how many there are, and what they divide into."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from portal_crawler.store import Hit, QueryError, SearchTimeout, Store, parse_query, search
from portal_crawler.store.conditions import Condition, expression_of, indexed_condition, text_condition
from portal_crawler.store.query import Node
from portal_crawler.store.search import filters
from portal_crawler.store.snippets import beginning
from portal_crawler.web.reading import within

PAGE = 20
# Further down nobody reads, and each hit before costs the search the same as one that is shown.
MOST_PAGES = 50
# How long a reader is made to wait for hits, and beside them for the figures.
_SECONDS, _COUNT_SECONDS = 5.0, 1.5
# Of more articles than that, the figures are those of the newest.
_SAMPLE = 5_000
# And of those that are too many to count in time.
_SMALL_SAMPLE, _SAMPLE_SECONDS = 500, 0.75
_MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks for. query: in the language of searches; portal, channel, source, year: to narrow it down."""

    query: str = ""
    portal: str = ""
    channel: str = ""
    source: str = ""
    year: str = ""
    page: int = 1

    def address(self, **changes: str | int) -> str:
        """The address of a search that differs in these; its first page unless they name one."""
        other = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        parts = {"q": other.query, "portal": other.portal, "channel": other.channel, "source": other.source}
        parts |= {"year": other.year, "page": str(other.page) if other.page > 1 else ""}
        return "/search?" + urlencode({name: value for name, value in parts.items() if value})

    def chosen(self) -> list[tuple[str, str]]:
        """What narrows the search down, by name."""
        named = (("portal", self.portal), ("channel", self.channel), ("source", self.source), ("year", self.year))
        return [(name, value) for name, value in named if value]


@dataclass(frozen=True, slots=True)
class Facet:
    """What hits divide into. values: with their counts, the most frequent first, years from the latest on."""

    name: str
    values: list[tuple[str, int]]
    more: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits. ids: the article of each, by its address. error: what is wrong with the query, or took too long.

    total: None where counting took too long. sampled: how many of the newest the facets count, None where all.
    """

    hits: list[Hit]
    ids: dict[str, int]
    has_next: bool
    total: int | None
    facets: list[Facet]
    sampled: int | None
    error: str | None = None


def find(store: Store, asked: Asked) -> Found:
    """A page of what is asked for; without a query, the newest articles."""
    narrowed = _narrowed(asked)
    try:
        if parse_query(asked.query) is None:
            hits = within(store, _SECONDS, lambda: _newest(store, narrowed, asked.page))
            if hits is None:
                return _failed("this took too long; ask for a portal, or for a word")
        else:
            hits = search(
                store,
                asked.query,
                portal=asked.portal or None,
                channel=asked.channel or None,
                source=asked.source or None,
                since=f"{asked.year}-01-01" if asked.year else None,
                until=f"{asked.year}-12-31" if asked.year else None,
                limit=PAGE + 1,
                offset=(asked.page - 1) * PAGE,
                timeout_s=_SECONDS,
            )
    except (QueryError, SearchTimeout) as error:
        return _failed(str(error))
    total, facets, sampled = _figures(store, asked, narrowed)
    return Found(
        hits=hits[:PAGE],
        ids=_ids(store, hits[:PAGE]),
        has_next=len(hits) > PAGE and asked.page < MOST_PAGES,
        total=total,
        facets=facets,
        sampled=sampled,
    )


def _failed(why: str) -> Found:
    return Found([], {}, False, None, [], None, why)


def _narrowed(asked: Asked) -> list[Condition]:
    return filters(
        portal=asked.portal,
        channel=asked.channel,
        source=asked.source,
        since=f"{asked.year}-01-01" if asked.year else None,
        until=f"{asked.year}-12-31" if asked.year else None,
    )


def _joined(conditions: list[Condition]) -> Condition:
    if not conditions:
        return Condition("1")
    values = tuple(value for part in conditions for value in part.values)
    return Condition(" AND ".join(part.sql for part in conditions), values)


def _newest(store: Store, narrowed: list[Condition], page: int) -> list[Hit]:
    where = _joined(narrowed)
    rows = store.rows(
        f"""SELECT a.url, a.title, a.published_at, a.portal, a.source, substr(a.body, 1, 200) AS body, a.state
            FROM articles a WHERE {where.sql} ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?""",
        (*where.values, PAGE + 1, (page - 1) * PAGE),
    )
    return [
        Hit(
            row["url"], row["title"], row["published_at"], row["portal"], row["source"],
            beginning(row["body"] or ""), row["state"], row["title"],
        )
        for row in rows
    ]  # fmt: skip


def _ids(store: Store, hits: list[Hit]) -> dict[str, int]:
    marks = ", ".join("?" * len(hits))
    rows = store.rows(f"SELECT url, id FROM articles WHERE url IN ({marks})", [hit.url for hit in hits])
    return {row["url"]: row["id"] for row in rows}


def _figures(store: Store, asked: Asked, narrowed: list[Condition]) -> tuple[int | None, list[Facet], int | None]:
    """How many articles are found, their facets, and of how many of the newest those are, None for all."""
    node = parse_query(asked.query)
    found = within(store, _COUNT_SECONDS, lambda: [_found(store, node)] if node else [])
    if found is not None:
        where = _joined([*narrowed, *found])
        total = within(store, _COUNT_SECONDS, lambda: _count(store, where))
        if total is not None:
            sample = _SAMPLE if total > _SAMPLE else None
            counted = within(store, _COUNT_SECONDS, lambda: _count_values(store, where, newest=sample))
            if counted is not None:
                return total, _facets(asked, counted), sample
    # Of what takes so long there is much: to read the newest articles finds enough of it.
    read = _joined([*narrowed, text_condition(node)] if node else narrowed)
    counted = within(store, _SAMPLE_SECONDS, lambda: _count_values(store, read, newest=_SMALL_SAMPLE))
    return (None, _facets(asked, counted), _SMALL_SAMPLE) if counted else (None, [], None)


def _found(store: Store, node: Node) -> Condition:
    """The articles of a query: named where they are few; of many, the articles are gone through and not the index."""
    expression = expression_of(node)
    if expression is None or not expression.exact:
        return indexed_condition(node)
    found = expression.rows()
    ids = store.rows(f"{found.sql} LIMIT ?", (*found.values, _SAMPLE + 1))
    if len(ids) <= _SAMPLE:
        return Condition(f"a.id IN ({', '.join(str(row[0]) for row in ids)})")
    return Condition(f"+a.id IN ({found.sql})", found.values)


def _count(store: Store, where: Condition) -> int:
    return int(store.rows(f"SELECT count(*) FROM articles a WHERE {where.sql}", where.values)[0][0])


def _count_values(
    store: Store, where: Condition, newest: int | None = None
) -> Counter[tuple[str, str | None, str | None]]:
    """How many articles there are of each portal, source and year."""
    found = f"SELECT a.portal, a.source, substr(a.published_at, 1, 4) AS year FROM articles a WHERE {where.sql}"
    values = where.values
    if newest:
        found += " ORDER BY a.published_at DESC LIMIT ?"
        values = (*values, newest)
    rows = store.rows(f"SELECT portal, source, year, count(*) AS n FROM ({found}) GROUP BY 1, 2, 3", values)
    return Counter({(row["portal"], row["source"], row["year"]): row["n"] for row in rows})


def _facets(asked: Asked, counted: Counter[tuple[str, str | None, str | None]]) -> list[Facet]:
    facets = []
    for place, name in enumerate(("portal", "source", "year")):
        if getattr(asked, name):
            continue
        values: Counter[str] = Counter()
        for key, articles in counted.items():
            if (value := key[place]) is not None:
                values[value] += articles
        if name == "year":
            facets.append(Facet(name, sorted(values.items(), reverse=True)[:30], 0))
        else:
            facets.append(Facet(name, values.most_common(_MOST_VALUES), max(len(values) - _MOST_VALUES, 0)))
    return facets
