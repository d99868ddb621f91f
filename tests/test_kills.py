"""A crawl that is killed at any moment and started again ends with the whole portal, each article once."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal_crawler.archive import read_exchange
from portal_crawler.demo import build, differences
from portal_crawler.demo.server import Request, serve

KILLS = 20
# One crawl of all channels in one process, with the portal given by hand: the replica has no profile.
CRAWL = """
import sys
from pathlib import Path
from portal_crawler.article import Channel, Portal
from portal_crawler.runs import CrawlOptions, crawl_portal
host, place, *paths = sys.argv[1:]
channels = tuple(Channel(path, (path,), f"http://{host}{path}") for path in paths)
portal = Portal("replica", "replica", hosts=("127.0.0.1",), channels=channels)
folder = Path(place)
options = CrawlOptions(db=folder / "p.db", archive=folder / "archive", channels=channels, delay_s=0, allow_private=True)
sys.exit(crawl_portal(portal, options).exit_code)
"""


def check_store(folder: Path, base: str) -> dict[str, sqlite3.Row]:
    """The stored articles by URL, after asserting what must hold at any moment."""
    connection = sqlite3.connect(folder / "p.db")
    connection.row_factory = sqlite3.Row
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    states = dict(connection.execute("SELECT state, count(*) FROM ledger GROUP BY state").fetchall())
    assert sum(states.values()) == connection.execute("SELECT count(*) FROM ledger").fetchone()[0]
    assert set(states) <= {"done", "pending", "failed", "blocked", "skipped"}
    for row in connection.execute("SELECT * FROM captures"):
        assert read_exchange(folder / "archive", row["file"], row["offset"], row["length"]).url == row["url"]
    articles = {row["url"]: row for row in connection.execute("SELECT * FROM articles")}
    done = connection.execute("SELECT count(*) FROM ledger WHERE kind = 'article' AND state = 'done'").fetchone()[0]
    assert done == len(articles) == connection.execute("SELECT count(*) FROM revisions").fetchone()[0]
    connection.close()
    return articles


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_killed_crawls_end_with_every_article_exactly_once(tmp_path: Path) -> None:
    replica, log = build(300, 9), list[Request]()
    moments = random.Random(20)
    with serve(replica, delay_s=0.02, log=log) as base:
        paths = [channel.listing_path for channel in replica.channels]
        command = [sys.executable, "-c", CRAWL, base.removeprefix("http://"), str(tmp_path), *paths]
        kills = 0
        grown = []
        while kills < KILLS:
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            # Half of the kills at any time from the start on, half in the midst of requests, however slow the machine.
            if kills % 2:
                time.sleep(moments.uniform(0.2, 1.2))
            else:
                before = len(log)
                while len(log) < before + 3 and process.poll() is None:
                    time.sleep(0.01)
                time.sleep(moments.uniform(0, 1))
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            if (tmp_path / "p.db").is_file():
                grown.append(len(check_store(tmp_path, base)))
        assert subprocess.run(command, timeout=120, check=False).returncode == 0
        articles = check_store(tmp_path, base)
    assert grown == sorted(grown) and grown[-1] > 0
    truth = {base + item.path: item for item in replica.truth}
    assert articles.keys() == truth.keys()
    assert [text for url, item in truth.items() for text in differences(item, articles[url], base)] == []
    asked: dict[str, int] = {}
    for request in log:
        asked[request.path] = asked.get(request.path, 0) + 1
    pages = {path for item in replica.truth for path in item.pages}
    # A kill costs the work in flight: with eight requests under way, some pages are fetched again, none often.
    assert sum(asked.get(path, 0) - 1 for path in pages) <= KILLS * 60
