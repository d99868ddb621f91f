"""Grouping what a crawl brought, once everything that it has found is stored."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_crawler.article import Portal
from portal_crawler.reprints.run import Grouped, GroupingElsewhere, group_reprints
from portal_crawler.store import open_store

logger = logging.getLogger(__name__)

# An article takes about a millisecond, and a crawl that is polite brings one a second: the twentieth part of its time
# is plenty. One that is not leaves the rest in the queue, for later crawls or the command.
_SHARE, _AT_LEAST_S, _AT_MOST_S = 0.05, 1.0, 60.0


def group_after_crawl(db: Path, portal: Portal, crawl_s: float) -> Grouped | None:
    """Group what is queued, for a small part of the time that the crawl took; None where another process does it.

    Whatever goes wrong is logged and harms nothing: the crawl is complete, and the queue stands in the database.
    A signal ends it early.
    """
    budget_s = min(max(crawl_s * _SHARE, _AT_LEAST_S), _AT_MOST_S)
    try:
        store = open_store(db)
        try:
            with _until_signalled() as is_signalled:
                return group_reprints(store, {portal.id: portal}, budget_s=budget_s, is_over=is_signalled)
        finally:
            store.close()
    except GroupingElsewhere:
        return None
    except Exception:
        logger.warning("reprints were not looked for; the next run does it", exc_info=True)
        return None


@contextmanager
def _until_signalled() -> Iterator[Callable[[], bool]]:
    """Take note of SIGINT and SIGTERM: the crawl's own end, which is due, must still be told."""
    seen: list[int] = []
    before = {number: signal.signal(number, lambda number, _: seen.append(number)) for number in _SIGNALS}
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
