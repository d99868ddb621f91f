"""`scrapy crawl portal` that exits with the project's codes; Scrapy's own exits with 0 whatever became of the crawl."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from portal_crawler.summary import BUG, EXIT_CODE


class Command(ScrapyCrawl):
    """Scrapy's command, which asks the run for its exit code."""

    _running: Crawler | None = None

    def run(self, args: list[str], opts: Namespace) -> None:
        super().run(args, opts)
        assert self._running is not None
        # A run that has no code did not come to its end.
        code = self._running.settings.getint(EXIT_CODE, BUG)
        with suppress(RuntimeError):
            # Scrapy has no statistics of a crawl that never began.
            code = self._running.stats.get_value(EXIT_CODE, BUG)
        self.exitcode = code

    def _create_crawler(self, *values: Any) -> Crawler:
        self._running = super()._create_crawler(*values)
        return self._running
