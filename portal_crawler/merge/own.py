"""What a database knows of its runs that a shard does not, and the other way round."""

from __future__ import annotations

from pathlib import Path

from portal_crawler.merge.shard import name_of
from portal_crawler.store import Store
from portal_crawler.store.database import open_earlier


def has_own_news(store: Store, portal: str, shard: Path) -> bool:
    """Whether the database was crawled into itself since it was last merged into the portal's shard.

    The caller holds the portal's lock of the database, so that no such crawl is under way.
    """
    last = store.rows(
        """SELECT max(r.id) FROM runs r JOIN run_origins o ON o.run_id = r.id
           WHERE r.portal = ? AND o.shard IS NULL""",
        (portal,),
    )[0][0]
    if last is None or not shard.is_file():
        return last is not None
    theirs = open_earlier(shard)
    try:
        if not theirs.rows("SELECT 1 FROM sqlite_master WHERE name = 'merged_shards'"):
            return True
        merged = theirs.rows(
            "SELECT run_id FROM merged_shards WHERE path = ? AND merged_at IS NOT NULL", (name_of(store.path, portal),)
        )
    finally:
        theirs.close()
    return not merged or merged[0][0] < last


def run_in(store: Store, shard: Path, run_id: int) -> int:
    """The id in the database of a run of a merged shard."""
    theirs = open_earlier(shard)
    try:
        token = theirs.rows("SELECT token FROM run_origins WHERE run_id = ?", (run_id,))[0][0]
    finally:
        theirs.close()
    return int(store.rows("SELECT run_id FROM run_origins WHERE token = ?", (token,))[0][0])
