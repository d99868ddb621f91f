"""What happens to each address of a crawl, told to the log as it happens."""

from __future__ import annotations

import logging

from portal_crawler.article import Article, Capture, Portal
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.store import PageCapture
from portal_crawler.summary import RunSummary

# The logger of a crawl's own events; each record has `event`, and `url` where there is one.
JOURNAL = __name__
_logger = logging.getLogger(JOURNAL)
_LEVELS = {"failed": logging.WARNING, "blocked": logging.WARNING}


class JournalSession(Session):
    """A session that tells of its beginning, of every address that is settled, and of its end."""

    def __init__(self, portal: Portal, options: CrawlOptions) -> None:
        super().__init__(portal, options)
        _tell("started", f"{len(options.channels)} channels", run_id=self.run_id)

    def settle(
        self, url: str, kind: str, state: str, reason: str | None = None, capture: Capture | None = None
    ) -> None:
        super().settle(url, kind, state, reason, capture)
        _tell(state, reason or "", _LEVELS.get(state, logging.INFO), url=url, kind=kind)

    def defer(self, url: str, kind: str, reason: str) -> None:
        super().defer(url, kind, reason)
        _tell("deferred", reason, logging.WARNING, url=url, kind=kind)

    def add_article(self, article: Article, pages: list[PageCapture]) -> None:
        super().add_article(article, pages)
        _tell("stored", article.title or "", url=article.url, kind="article")

    def close(self) -> RunSummary:
        summary = super().close()
        level = logging.INFO if summary.exit_code == 0 else logging.WARNING
        _tell("ended", summary.outcome, level, run_id=summary.run_id, exit_code=summary.exit_code)
        return summary


def _tell(event: str, message: str, level: int = logging.INFO, **fields: object) -> None:
    _logger.log(level, "%s", message, extra={"event": event, **fields})
