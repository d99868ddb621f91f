"""The disk fails at the first write, the second, and so on, until a crawl is done before: no state in between is lost.

SQLite is tested by its makers in this way. Each time the crawl says so with exit code 7, what was stored stays, and the
next crawl completes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import open_reader
from portal_crawler.verify import verify
from tests.crawl_process import SPARED, Fault, check_store, fault_of, start_crawl


def places(call: str) -> Iterator[int]:
    """Which call is to fail: each of the first ones, then ever fewer of those that repeat them."""
    nth = 1
    while True:
        yield nth
        nth += 1 if nth < (12 if call != "statement" else 4) else max(nth // 4, 1)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("call", ["write", "fsync", "commit", "statement"])
def test_failing_disk_ends_a_crawl_with_exit_code_7_and_costs_nothing(tmp_path: Path, call: str, lasting: bool) -> None:
    replica = build(8, 3)
    truth = {item.path for item in replica.truth}
    # A channel without articles would be a finding of its own.
    listed = {path for item in replica.truth for path in item.channel_paths}
    paths = [channel.listing_path for channel in replica.channels if channel.path in listed]
    failed = 0
    with serve(replica) as base:
        for nth in places(call):
            folder = tmp_path / str(nth)
            folder.mkdir()
            process = start_crawl(folder, base, paths, Fault(call, nth, lasting))
            process.join(60)
            doing = fault_of(folder)
            if doing is None:
                assert process.exitcode == 0
                break
            failed += 1
            # A template that could not be stored is learnt again, and reprints are looked for by the next crawl: that
            # alone is no reason to end one.
            expected = (0, 7) if doing == SPARED else (7,)
            assert process.exitcode in expected, (nth, doing)
            if (folder / "p.db").is_file():
                check_store(folder)
            process = start_crawl(folder, base, paths)
            process.join(60)
            assert process.exitcode == 0, (nth, doing)
            assert {url.removeprefix(base) for url in check_store(folder)} == truth
            store = open_reader(folder / "p.db")
            assert [finding for finding in verify(store, folder / "archive") if finding.is_damage] == [], (nth, doing)
            store.close()
    assert failed >= 3
