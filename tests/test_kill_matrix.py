"""Fifty kills at random moments, many within one crawl: each restart finds everything that was true, and goes on."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from portal_crawler.demo import build, differences
from portal_crawler.demo.server import Request, serve
from portal_crawler.store import open_reader
from portal_crawler.verify import verify
from tests.crawl_process import check_store, start_crawl

KILLS = 50
CRAWLS = 4


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_fifty_kills_lose_nothing_and_repeat_little(tmp_path: Path) -> None:
    replica, moments = build(300, 9), random.Random(50)
    paths = [channel.listing_path for channel in replica.channels]
    pages = {path for item in replica.truth for path in item.pages}
    in_flight = 0
    for crawl in range(CRAWLS):
        folder = tmp_path / str(crawl)
        folder.mkdir()
        kills = KILLS // CRAWLS + (crawl < KILLS % CRAWLS)
        log: list[Request] = []
        stored: list[int] = []
        with serve(replica, delay_s=0.01, log=log) as base:
            for kill in range(kills):
                begun = len(log)
                process = start_crawl(folder, base, paths)
                # Half of them after so many requests, however slow the machine; the others at any time from the start.
                if kill % 2:
                    wanted = begun + moments.randint(1, 2 * 300 // kills)
                    while len(log) < wanted and process.is_alive():
                        time.sleep(0.002)
                time.sleep(moments.uniform(0, 0.4))
                in_flight += len(log) > begun and process.is_alive()
                process.kill()
                process.join()
                time.sleep(0.05)
                asked = Counter(request.path for request in log[begun:] if request.path in pages)
                assert max(asked.values(), default=0) <= 2
                if (folder / "p.db").is_file():
                    stored.append(len(check_store(folder)))
            process = start_crawl(folder, base, paths)
            process.join(120)
            assert process.exitcode == 0
            articles = check_store(folder)
        assert stored == sorted(stored)
        truth = {base + item.path: item for item in replica.truth}
        assert articles.keys() == truth.keys()
        assert [text for url, item in truth.items() for text in differences(item, articles[url], base)] == []
        # What was in flight at a kill, and not yet a batch old, is asked for again.
        repeated = sum(number - 1 for path, number in Counter(request.path for request in log).items() if path in pages)
        assert repeated <= kills * 100
        store = open_reader(folder / "p.db")
        assert [finding for finding in verify(store, folder / "archive") if finding.is_damage] == []
        store.close()
    # The matrix is about kills in the midst of a crawl.
    assert in_flight >= KILLS // 2
