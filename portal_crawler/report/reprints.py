"""What a report says of reprints: the outlets that sources name, and the texts that were printed more than once."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.report.figures import Cluster, Named, Reprints
from portal_crawler.store import Store


def outlets_of(store: Store, where: str, values: Sequence[object], most: int) -> tuple[Named, ...]:
    """The outlets that most of the articles name as their source, as in the view outlet_counts.

    where, values: a condition on `articles a`.
    """
    rows = store.rows(
        f"""SELECT o.name, count(*), count(DISTINCT a.portal)
            FROM articles a JOIN source_names s ON s.printed = a.source JOIN outlets o ON o.id = s.outlet_id
            WHERE {where} GROUP BY o.id ORDER BY 2 DESC, 1 LIMIT {most}""",
        values,
    )
    return tuple(Named(*row) for row in rows)


def reprints_of(store: Store, where: str, values: Sequence[object], most: int) -> Reprints:
    """How many of the articles are in clusters, and the largest of these; a cluster counts with all its members."""
    (counts,) = store.rows(
        f"""SELECT count(m.cluster_id), count(DISTINCT m.cluster_id), count(q.article_id)
            FROM articles a LEFT JOIN cluster_members m ON m.article_id = a.id
            LEFT JOIN reprint_queue q ON q.article_id = a.id WHERE {where}""",
        values,
    )
    largest = store.rows(
        f"""SELECT m.cluster_id, count(*) AS members, count(DISTINCT b.portal) AS portals
            FROM cluster_members m JOIN articles b ON b.id = m.article_id
            WHERE m.cluster_id IN (
                SELECT c.cluster_id FROM cluster_members c JOIN articles a ON a.id = c.article_id WHERE {where})
            GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT {most}""",
        values,
    )
    return Reprints(counts[0], counts[1], counts[2], tuple(_cluster(store, *row) for row in largest))


def _cluster(store: Store, cluster_id: int, articles: int, portals: int) -> Cluster:
    (first,) = store.rows(
        """SELECT title, url, published_at FROM reprints WHERE cluster_id = ?
           ORDER BY published_at IS NULL, published_at, article_id LIMIT 1""",
        (cluster_id,),
    )
    (origin,) = store.rows("SELECT first_portal FROM reprint_origins WHERE cluster_id = ?", (cluster_id,))
    day = first["published_at"] and first["published_at"][:10]
    return Cluster(articles, portals, day, first["title"], first["url"], origin["first_portal"])
