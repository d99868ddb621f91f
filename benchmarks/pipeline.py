"""The whole pipeline on the site: from listings to articles in SQLite and exchanges in the archive.

`python -m benchmarks.pipeline BASE_URL ARTICLES [FOLDER]` prints its cost as JSON. FOLDER is where it stores, and where
crawls of other sites may store at the same time.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from benchmarks.cost import Meter
from benchmarks.site import build_site, page_paths
from portal_crawler.runs import CrawlOptions, crawl_portal


def main() -> None:
    """Crawl the site into a new database and print what it cost."""
    base_url, articles = sys.argv[1], int(sys.argv[2])
    host = base_url.removeprefix("http://")
    replica = build_site(articles)
    portal = replace(replica.portal(host), id=f"site-{host.rpartition(':')[2]}")
    with tempfile.TemporaryDirectory() if len(sys.argv) < 4 else nullcontext(sys.argv[3]) as folder:
        options = CrawlOptions(
            db=Path(folder) / "portal.db",
            archive=Path(folder) / "archive",
            channels=portal.channels,
            delay_s=0,
            allow_private=True,
        )
        with Meter() as meter:
            summary = crawl_portal(portal, options)
    if summary.exit_code != 0 or summary.articles != articles:
        sys.exit(f"{summary.articles} of {articles} articles stored: {summary.outcome}")
    print(meter.to_json(len(page_paths(replica))))


if __name__ == "__main__":
    main()
