"""Reading stored articles again: corrected in place, no revision made, nothing lost, at whatever moment it is killed."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portal_crawler.archive import ArchiveWriter, Exchange
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.extract import article_of, read_page
from portal_crawler.store import (
    PageCapture,
    Store,
    Writer,
    finish_run,
    open_reader,
    open_store,
    rewrite_article,
    rewrite_revision,
    search,
    start_run,
)
from portal_crawler.store.rewrite import READ
from portal_crawler.verify import verify

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
PAGE = """<html><head><title>{title}_某某网</title></head><body><h1>{title}</h1>
<p>2021-11-19 12:00 来源：某某日报</p><div class="text">{paragraphs}</div></body></html>"""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, cli: Cli) -> Path:
    """A folder with the database and archive of a crawled replica."""
    folder = tmp_path_factory.mktemp("crawled")
    replica = build(60, 6)
    with serve(replica) as base:
        targets = [f"{base}{channel.listing_path}" for channel in replica.channels]
        done = cli("crawl", *targets, "--delay", "0", "--allow-private", *places(folder))
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copied(crawled: Path, tmp_path: Path) -> Path:
    """The same archive with a database of one's own."""
    with sqlite3.connect(crawled / "p.db") as source, sqlite3.connect(tmp_path / "p.db") as target:
        source.backup(target)
    (tmp_path / "archive").symlink_to(crawled / "archive")
    return tmp_path


def places(folder: Path) -> tuple[str, ...]:
    return ("--db", str(folder / "p.db"), "--archive", str(folder / "archive"))


def content(folder: Path) -> list[tuple[object, ...]]:
    """Everything about articles and revisions that a second extraction could change, or must not."""
    with sqlite3.connect(folder / "p.db") as connection:
        articles = connection.execute("SELECT * FROM articles ORDER BY url").fetchall()
        return [*articles, *connection.execute("SELECT * FROM revisions ORDER BY article_id, revision")]


def misread(folder: Path, every: int = 1, **values: object) -> int:
    """Store other values for articles, as an older extractor may have read them."""
    store = open_store(folder / "p.db")
    rows = [dict(row) for row in store.rows("SELECT * FROM articles ORDER BY id")][::every]
    with store.transaction() as connection:
        for row in rows:
            worse = {name: row[name] for name in READ} | values | {"extractor": "portal-crawler/0"}
            assert rewrite_article(connection, row["id"], row["capture_id"], worse)
            rewrite_revision(connection, row["id"], row["revision"], worse)
    store.close()
    return len(rows)


def damage(folder: Path) -> list[str]:
    store = open_reader(folder / "p.db")
    try:
        return [finding.problem for finding in verify(store, folder / "archive") if finding.is_damage]
    finally:
        store.close()


def test_what_a_crawl_stored_is_read_the_same_again(copied: Path, cli: Cli) -> None:
    before = content(copied)
    done = cli("reextract", "--json", *places(copied))
    report = json.loads(done.stdout)
    assert (done.returncode, report["articles"], report["changed"]) == (0, 60, {})
    assert content(copied) == before


def test_dry_run_says_what_would_change_and_changes_nothing(copied: Path, cli: Cli) -> None:
    misread(copied, every=2, body="以前读出的一行\n还有一行", editor=None)
    before = content(copied)
    done = cli("reextract", "--dry-run", *places(copied))
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert "body\t30" in lines
    assert "-以前读出的一行" in lines and any(line.endswith(" body") for line in lines)
    assert content(copied) == before
    # A sample of each field, not everything.
    assert lines.count("-以前读出的一行") == 5


@pytest.mark.parametrize("jobs", [1, 3])
def test_better_readings_replace_stored_ones_without_a_revision(
    crawled: Path, copied: Path, cli: Cli, jobs: int
) -> None:
    assert misread(copied, body="误读", title="误读的标题", images="[]", channel_path="[]", page_count=1) == 60
    done = cli("reextract", "--jobs", str(jobs), *places(copied))
    assert done.returncode == 0, done.stderr
    assert "body\t60" in done.stdout.decode().splitlines()
    assert content(copied) == content(crawled)
    assert damage(copied) == []
    store = open_reader(copied / "p.db")
    assert search(store, "误读") == [] and search(store, "合作社")
    store.close()


@pytest.mark.slow
def test_killed_runs_come_to_the_same_end(crawled: Path, copied: Path) -> None:
    misread(copied, body="误读")
    command = [sys.executable, "-m", "portal_crawler", "reextract", "--jobs", "1", *places(copied)]
    moments = random.Random(8)
    for _ in range(6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.4, 1.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert damage(copied) == []
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert content(copied) == content(crawled)


def test_damaged_capture_leaves_its_article_as_it_is(copied: Path, crawled: Path, cli: Cli, tmp_path: Path) -> None:
    misread(copied, author="误读")
    (copied / "archive").unlink()
    for path in (crawled / "archive").rglob("*.warc.gz"):
        target = copied / "archive" / path.relative_to(crawled / "archive")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    with sqlite3.connect(copied / "p.db") as connection:
        url, file, offset = connection.execute(
            "SELECT a.url, c.file, c.offset FROM articles a JOIN captures c ON c.id = a.capture_id ORDER BY a.id"
        ).fetchone()
    with (copied / "archive" / file).open("r+b") as segment:
        segment.seek(offset + 200)
        segment.write(b"damage")
    done = cli("reextract", *places(copied))
    assert done.returncode == 7 and url in done.stderr.decode()
    with sqlite3.connect(copied / "p.db") as connection:
        kept = connection.execute("SELECT url FROM articles WHERE author = '误读'").fetchall()
    assert kept == [(url,)]


def page(number: int, *paragraphs: str) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return PAGE.format(title=f"第{number}号报道的标题", paragraphs=text).encode()


class Press:
    """Stores articles from pages as an extractor without templates would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: Store = open_store(folder / "p.db")
        self.run_id = start_run(self.store, "gscn", [])
        self.archive = ArchiveWriter(folder / "archive", "gscn", announce=lambda file: self.writer.add_segment(file))
        self.writer = Writer(self.store, self.run_id, "gscn", before_commit=self.archive.sync)
        self.now = datetime(2021, 11, 19, tzinfo=UTC)

    def print(self, number: int, body: bytes) -> None:
        self.now += timedelta(minutes=1)
        url = f"http://news.example/{number}.html"
        headers = ((b"Content-Type", b"text/html; charset=utf-8"),)
        exchange = Exchange(url, "GET", (), 200, "OK", headers, body, self.now)
        capture = self.archive.write(exchange)
        self.writer.add_capture(capture)
        read = article_of([read_page(body, url, content_type="text/html; charset=utf-8", fetched_at=self.now)])
        self.writer.add_article(read, [PageCapture(url, capture)])
        self.writer.flush()

    def end(self) -> None:
        self.archive.close()
        finish_run(self.store, self.run_id, exit_code=0, outcome="done", figures={}, summary="{}")
        self.store.close()


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    yield Press(tmp_path)


def test_template_is_learnt_first_and_stripped_from_the_first_articles_too(press: Press, cli: Cli) -> None:
    footer = "山水相逢的地方，老朋友们常来坐坐，下一期我们再会。"
    letters = random.Random(5)
    for number in range(40):
        own = ["".join(letters.choices("山水田林湖草沙牛羊麦粟黍稻", k=30)) + "。" for _ in range(4)]
        press.print(number, page(number, *own, footer))
    press.end()
    with sqlite3.connect(press.folder / "p.db") as connection:
        query = f"SELECT count(*) FROM articles WHERE body LIKE '%{footer}%'"
        # Nothing but its repetition makes it no text of the article.
        assert connection.execute(query).fetchone() == (40,)
    done = cli("reextract", *places(press.folder))
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(press.folder / "p.db") as connection:
        assert connection.execute(query).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM templates").fetchone() == (1,)
        assert connection.execute("SELECT max(revision) FROM articles").fetchone() == (1,)
    assert damage(press.folder) == []


def test_each_revision_is_read_from_its_own_capture(press: Press, cli: Cli) -> None:
    texts = [f"这是第{n}次刊登时的正文，与前一次有所不同，写得足够长。" for n in range(3)]
    for text in texts:
        press.print(1, page(1, text, "这一段从来没有变过，每一次都是一样的文字。"))
    press.end()
    with sqlite3.connect(press.folder / "p.db") as connection:
        assert connection.execute("SELECT count(*) FROM revisions").fetchone() == (3,)
        before = connection.execute("SELECT body FROM revisions ORDER BY revision").fetchall()
        connection.execute("UPDATE revisions SET body = '误读' WHERE revision < 3")
    assert cli("reextract", *places(press.folder)).returncode == 0
    with sqlite3.connect(press.folder / "p.db") as connection:
        assert connection.execute("SELECT body FROM revisions ORDER BY revision").fetchall() == before
    assert [text in body for text, (body,) in zip(texts, before, strict=True)] == [True] * 3
