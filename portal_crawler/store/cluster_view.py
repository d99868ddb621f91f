"""A cluster as a reader sees it: where a text was printed, who was first, and whom the others name."""

from __future__ import annotations

from dataclasses import dataclass

from portal_crawler.store.database import Store


@dataclass(frozen=True, slots=True)
class Reprint:
    """One article of a cluster, as the view `reprints` has it. outlets: those that its source names."""

    article_id: int
    portal: str
    url: str
    title: str | None
    published_at: str | None
    published_precision: str | None
    source: str | None
    likeness: float
    may_be_first: bool | None
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, as the view `reprint_origins` has it, with its members: those without a time last."""

    id: int
    portals: int
    untimed: int
    first_article_id: int | None
    first_portal: str | None
    first_outlet: str | None
    reprints_name: str | None
    members: tuple[Reprint, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many clusters there are, how many of them over several portals, their articles, and the known outlets."""

    clusters: int
    over_portals: int
    articles: int
    outlets: int
    queued: int


def cluster_of(store: Store, article_id: int) -> Cluster | None:
    """The cluster that an article is in, None when its text was found nowhere else."""
    found = store.rows(
        """SELECT cluster_id AS id, portals, untimed, first_article_id, first_portal, first_outlet, reprints_name
           FROM reprint_origins
           WHERE cluster_id = (SELECT cluster_id FROM cluster_members WHERE article_id = ?)""",
        (article_id,),
    )
    if not found:
        return None
    members = store.rows(
        """SELECT article_id, portal, url, title, published_at, published_precision, source, likeness, may_be_first
           FROM reprints WHERE cluster_id = ? ORDER BY published_at IS NULL, published_at, article_id""",
        (found[0]["id"],),
    )
    return Cluster(**dict(found[0]), members=tuple(_reprint(store, dict(row)) for row in members))


def is_queued(store: Store, article_id: int) -> bool:
    """Whether an article, as it is now, was not yet looked at."""
    return bool(store.rows("SELECT 1 FROM reprint_queue WHERE article_id = ?", (article_id,)))


def totals(store: Store) -> Totals:
    """The figures of the whole database."""
    row = store.rows(
        """SELECT count(*) AS clusters, coalesce(sum(portals > 1), 0) AS over_portals,
                  coalesce(sum(members), 0) AS articles,
                  (SELECT count(*) FROM outlets) AS outlets, (SELECT count(*) FROM reprint_queue) AS queued
           FROM (SELECT count(*) AS members, count(DISTINCT a.portal) AS portals
                 FROM cluster_members m JOIN articles a ON a.id = m.article_id GROUP BY m.cluster_id)"""
    )[0]
    return Totals(**dict(row))


def _reprint(store: Store, row: dict[str, object]) -> Reprint:
    named = store.rows("SELECT outlet FROM article_outlets WHERE article_id = ? ORDER BY place", (row["article_id"],))
    first = row.pop("may_be_first")
    return Reprint(
        **row,  # type: ignore[arg-type]  # by the names of the view's columns
        may_be_first=None if first is None else bool(first),
        outlets=tuple(one["outlet"] for one in named),
    )
