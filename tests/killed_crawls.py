"""Crawls of a portal that changes meanwhile, killed at any moment, and what a rebuild makes of their archive.

    python -m tests.killed_crawls --kills 120 --seed 1

kills so many, a dozen or so in each of as many portals as that takes, and names what a rebuilt database says otherwise.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal_crawler.article import Channel, Portal
from portal_crawler.demo import build
from portal_crawler.demo.channels import HOST
from portal_crawler.demo.replica import Replica
from portal_crawler.demo.server import Request, serve
from portal_crawler.reextract.rebuild import rebuild
from portal_crawler.store import open_reader
from portal_crawler.verify import verify
from tests.crawl_process import start_crawl
from tests.test_crawl import Answer, site

_LONGEST_S = 60.0
# A batch is written twice a second.
_MOST_FURTHER_S = 1.0
# Of the crawls of a wild portal so many are asked to end before they are killed.
_STOPPED = 0.25
# And so many walk every page of each list.
_FULL = 0.25
_OTHER = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>Lorem ipsum dolor sit amet, {0}.</p></body></html>"

Rows = dict[str, list[dict[str, Any]]]

_QUERIES = {
    "articles": """SELECT a.*, c.file, c.offset FROM articles a JOIN captures c ON c.id = a.capture_id
                   ORDER BY a.url""",
    "revisions": """SELECT a.url, r.*, c.file, c.offset FROM revisions r JOIN articles a ON a.id = r.article_id
                    JOIN captures c ON c.id = r.capture_id ORDER BY a.url, r.revision""",
    "pages": """SELECT a.url AS article, p.number, p.url, c.file, c.offset FROM article_pages p
                JOIN articles a ON a.id = p.article_id JOIN captures c ON c.id = p.capture_id
                ORDER BY a.url, p.number""",
    "channels": "SELECT portal, name, path, url FROM channels ORDER BY url",
    "links": """SELECT a.url AS article, c.url FROM article_channels l JOIN articles a ON a.id = l.article_id
                JOIN channels c ON c.id = l.channel_id ORDER BY a.url, c.url""",
    "captures": """SELECT portal, url, fetched_at, status, content_type, digest, file, offset, length FROM captures
                   ORDER BY file, offset""",
    "ledger": "SELECT url, kind, state, reason FROM ledger ORDER BY url",
    # When a check without an answer is made again goes by the clock.
    "rechecks": """SELECT a.url, r.etag, r.last_modified, r.checks, r.checked_at, r.missing, r.first_missing_at,
                   r.missing_reason, r.doubt, c.file, c.offset FROM rechecks r JOIN articles a ON a.id = r.article_id
                   LEFT JOIN captures c ON c.id = r.doubt_capture_id ORDER BY a.url""",
    "templates": "SELECT portal, pages, template FROM templates ORDER BY portal",
}


def content(db: Path) -> Rows:
    """What a database says of articles, without the numbers of its rows and when its runs were."""
    connection = sqlite3.connect(db)
    connection.row_factory = sqlite3.Row
    found = {name: [dict(row) for row in connection.execute(query)] for name, query in _QUERIES.items()}
    connection.close()
    for rows in found.values():
        for row in rows:
            for name in ("id", "article_id", "capture_id"):
                row.pop(name, None)
    return found


@dataclass
class KilledCrawls:
    """Crawls into `folder`, as a seed has it. kills: so many in all; were_within: how many hit a crawl under way.

    is_wild: the portal is slow, redirects, and is now and then out of breath, and crawls are asked for other things,
    some of them to end.
    """

    folder: Path
    seed: int
    kills: int
    articles: int = 60
    is_wild: bool = False
    were_within: int = 0
    _removed: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def run(self) -> tuple[Rows, Rows]:
        """The content of the crawls' database and of the rebuilt one."""
        chance = random.Random(self.seed)
        replica = build(self.articles, self.seed)
        paths = [channel.listing_path for channel in replica.channels]
        log: list[Any] = []
        with self._served(replica, chance, log) as base:
            for number in range(self.kills + 1):
                asked = self._asked(chance) if number < self.kills else {}
                process = start_crawl(self.folder, base, paths, **asked)
                if number == self.kills:
                    process.join(_LONGEST_S)
                    assert process.exitcode in (0, 3, 5), process.exitcode
                else:
                    # After so many requests, however slow the machine is, and then some.
                    wanted = len(log) + chance.randint(1, 2 * self.articles // self.kills + 6)
                    end = time.monotonic() + _LONGEST_S
                    while len(log) < wanted and process.is_alive() and time.monotonic() < end:
                        time.sleep(0.002)
                    time.sleep(chance.uniform(0, _MOST_FURTHER_S))
                    self.were_within += process.is_alive()
                    if self.is_wild and chance.random() < _STOPPED:
                        process.terminate()
                        process.join(_LONGEST_S)
                process.kill()
                process.join()
                if number >= self.kills // 3:
                    self._change(replica, chance)
                    self._make_due()
        channels = tuple(Channel(path, (path,), f"{base}{path}") for path in paths)
        portal = Portal("replica", "replica", hosts=("127.0.0.1",), channels=channels)
        (self.folder / "new.db").unlink(missing_ok=True)
        rebuilt = rebuild(self.folder / "archive", self.folder / "new.db", portals={"replica": portal})
        assert rebuilt.damaged == []
        return content(self.folder / "p.db"), content(self.folder / "new.db")

    def _asked(self, chance: random.Random) -> dict[str, Any]:
        """What a crawl of a wild portal is asked to do besides."""
        if not self.is_wild:
            return {}
        return {
            "compression": chance.choice(("gzip", "zstd")),
            "limit": chance.choice((None, None, self.articles // 3)),
            "full": chance.random() < _FULL,
        }

    @contextmanager
    def _served(self, replica: Replica, chance: random.Random, log: list[Any]) -> Iterator[str]:
        if not self.is_wild:
            requests: list[Request] = log
            with serve(replica, delay_s=0.15, log=requests) as base:
                yield base
            return
        moved = {path for path in replica.files if chance.random() < 0.05}
        weather = random.Random(self.seed)
        host = ""

        def answer(path: str) -> Answer | None:
            log.append(path)
            time.sleep(0.01 * weather.random())
            if path != "/robots.txt" and weather.random() < 0.03:
                return 503, {"Retry-After": "0"}, b"busy"
            if path in moved:
                return 302, {"Location": f"/moved{path}"}, b""
            key = replica.find(path.removeprefix("/moved"))
            if key is None:
                return None
            body, kind = replica.files[key]
            return 200, {"Content-Type": kind}, body.replace(HOST.encode(), host.encode())

        with site(answer) as (base, _):
            host = base.removeprefix("http://")
            yield base

    def _change(self, replica: Replica, chance: random.Random) -> None:
        """Edit some articles, take one away or bring it back, and put something else in place of one."""
        pages = sorted({page for item in replica.truth for page in item.pages} & replica.files.keys())
        for path in chance.sample(pages, 3):
            body, kind = replica.files[path]
            changed = body.replace("。".encode("gb18030"), f"（{chance.random()}）。".encode("gb18030"), 1)
            self._put(replica, path, (changed, kind))
        for path, file in self._removed.items():
            self._put(replica, path, file)
        self._removed.clear()
        for path in chance.sample(pages, 2):
            self._removed[path] = replica.files[path]
            if chance.random() < 0.5:
                del replica.files[path]
            else:
                self._put(replica, path, (_OTHER.format(chance.random()).encode(), "text/html"))

    def _put(self, replica: Replica, path: str, file: tuple[bytes, str]) -> None:
        replica.files[path] = file
        replica.modified[path] = max(replica.modified.values())

    def _make_due(self) -> None:
        with sqlite3.connect(self.folder / "p.db") as connection:
            connection.execute("UPDATE rechecks SET next_check_at = '2020-01-01T00:00:00+08:00'")
        connection.close()


def differences(before: Rows, after: Rows) -> list[str]:
    """What two databases say otherwise, by table and address."""
    found = []
    for name in before:
        old, new = ({_key(row): row for row in rows[name]} for rows in (before, after))
        found += [f"{name}: lacks {key}" for key in old.keys() - new.keys()]
        found += [f"{name}: has {key} besides" for key in new.keys() - old.keys()]
        for key in old.keys() & new.keys():
            for column, value in old[key].items():
                if new[key][column] != value:
                    found.append(f"{name}: {key} {column}: {str(value)[-150:]!r} -> {str(new[key][column])[-150:]!r}")
    return found


def damage_of(folder: Path, db: str) -> list[str]:
    """What `verify` finds wrong with a database and the archive."""
    store = open_reader(folder / db)
    found = [f"{item.place}: {item.problem}" for item in verify(store, folder / "archive") if item.is_damage]
    store.close()
    return found


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("article", "url", "revision", "number", "portal", "file", "offset")
    is_capture = "digest" in row
    return tuple(row.get(name) for name in (names if is_capture else names[:5]))


def main() -> None:
    """Kill so many crawls, and print what is rebuilt otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.killed_crawls", description=main.__doc__)
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--each", type=int, default=8, help="kills in one portal")
    parser.add_argument("--seed", type=int, default=1, help="of the first portal; each further one has the next")
    parser.add_argument("--keep", type=Path, help="folder in which to leave crawls that are rebuilt otherwise")
    options = parser.parse_args()
    within = unlike = 0
    for number in range(-(-options.kills // options.each)):
        seed = options.seed + number
        folder = Path(tempfile.mkdtemp(dir=options.keep))
        crawls = KilledCrawls(folder, seed, options.each, 40 + 20 * (seed % 4), is_wild=seed % 2 == 1)
        before, after = crawls.run()
        found = differences(before, after) + damage_of(folder, "p.db") + damage_of(folder, "new.db")
        within += crawls.were_within
        unlike += bool(found)
        revised = sum(row["revision"] > 1 for row in before["articles"])
        if not found:
            shutil.rmtree(folder)
        print(
            f"seed {seed}: {crawls.were_within} of {options.each} kills within a crawl, {len(before['articles'])} "
            f"articles, {revised} revised, {len(before['captures'])} captures, {len(found)} differences",
            *([f"in {folder}:"] if found else []),
            *found[:12],
            sep="\n    ",
            flush=True,
        )
    print(f"{within} kills within a crawl, {unlike} portals rebuilt otherwise")
    sys.exit(unlike > 0)


if __name__ == "__main__":
    main()
