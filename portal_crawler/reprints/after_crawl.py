"""Grouping what a crawl brought, once everything that it has found is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from portal_crawler.article import Portal
from portal_crawler.reprints.run import Grouped, GroupingElsewhere, group_reprints
from portal_crawler.store import StorageError, open_store

logger = logging.getLogger(__name__)

# An article takes about a millisecond, and a crawl that is polite brings one a second: the twentieth part of its time
# is plenty. One that is not leaves the rest in the queue, for later crawls or the command.
_SHARE, _AT_LEAST_S, _AT_MOST_S = 0.05, 1.0, 60.0


def group_after_crawl(
    db: Path, portal: Portal, crawl_s: float, is_over: Callable[[], bool] = lambda: False
) -> Grouped | None:
    """Group what is queued, for a small part of the time that the crawl took; None where another process does it.

    is_over: whether to stop now. Whatever goes wrong is logged and harms nothing: the crawl is complete, and the queue
    stands in the database.
    """
    budget_s = min(max(crawl_s * _SHARE, _AT_LEAST_S), _AT_MOST_S)
    try:
        store = open_store(db)
        try:
            return group_reprints(store, {portal.id: portal}, budget_s=budget_s, is_over=is_over)
        finally:
            store.close()
    except GroupingElsewhere:
        return None
    except StorageError as error:
        logger.warning("reprints were not looked for, the next run does it: %s", error)
        return None
    except Exception:
        logger.warning("reprints were not looked for; the next run does it", exc_info=True)
        return None
