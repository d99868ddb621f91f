"""A Scrapy spider that only downloads: the ceiling that the whole pipeline is measured against.

`python -m benchmarks.bare BASE_URL ARTICLES` prints its cost as JSON.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from benchmarks.cost import Meter
from benchmarks.site import build_site, page_paths

SETTINGS = {
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
    # As the crawler sets them: against Scrapy's defaults, which halve its pace, the ratio would flatter.
    "CONCURRENT_ITEMS": 1,
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


class BareSpider(scrapy.Spider):
    """Asks for every URL and looks at no answer but its status."""

    name = "bare"
    urls: list[str]
    pages = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.urls:
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response: Response) -> None:
        type(self).pages += response.status == 200


def main() -> None:
    """Download the site's pages and print what it cost."""
    base_url, articles = sys.argv[1], int(sys.argv[2])
    urls = [base_url + path for path in page_paths(build_site(articles))]
    process = AsyncCrawlerProcess(SETTINGS)
    with Meter() as meter:
        process.crawl(BareSpider, urls=urls)
        process.start()
    if BareSpider.pages != len(urls):
        sys.exit(f"{BareSpider.pages} of {len(urls)} pages were downloaded")
    print(meter.to_json(BareSpider.pages))


if __name__ == "__main__":
    main()
