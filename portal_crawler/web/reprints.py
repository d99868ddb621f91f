"""The other articles of an article's cluster: the same text elsewhere, where clusters have been built."""

from __future__ import annotations

from dataclasses import dataclass

from portal_crawler.store import Store
from portal_crawler.web.overview import Listed


@dataclass(frozen=True, slots=True)
class Reprint:
    """A member of a cluster. likeness: to the cluster's head, from 0 to 1."""

    article: Listed
    likeness: float


def reprints_of(store: Store, article_id: int) -> list[Reprint]:
    """The members of the article's cluster, itself among them, the earliest first; empty where there are no others."""
    # Not from the view `reprints`, which also judges who was first, for each member anew.
    rows = store.rows(
        """SELECT a.id, a.title, a.published_at, a.published_precision, a.portal, a.source, a.state, m.likeness
           FROM cluster_members own JOIN cluster_members m ON m.cluster_id = own.cluster_id
           JOIN articles a ON a.id = m.article_id WHERE own.article_id = ?
           ORDER BY a.published_at IS NULL, a.published_at, a.id""",
        (article_id,),
    )
    return [Reprint(Listed(*row[:7]), row["likeness"]) for row in rows] if len(rows) > 1 else []
