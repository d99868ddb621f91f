"""`merge` joins databases: any number of them, in any order, as often as wanted, and a kill costs nothing."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_crawler.archive import ArchiveError, ArchiveWriter, Exchange
from portal_crawler.article import BEIJING, Article, Channel
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.merge import Merged, merge_shard
from portal_crawler.store import (
    Found,
    PageCapture,
    StorageError,
    Writer,
    count_by_state,
    finish_run,
    last_capture_ends,
    open_reader,
    open_store,
    search,
    start_run,
)
from portal_crawler.store.rechecks import put_missing, put_unchanged
from portal_crawler.verify import verify
from tests.crawl_process import start_crawl
from tests.old_databases import OLD, make_old

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
NOON = datetime(2021, 11, 19, 12, tzinfo=BEIJING)
_fork = multiprocessing.get_context("fork")


def page(number: int) -> str:
    return f"http://www.news.example/{number}.html"


class Machine:
    """A database with an archive, and what a crawl into it writes, without the network."""

    def __init__(self, folder: Path, name: str, portal: str = "gscn") -> None:
        self.path = folder / f"{name}.db"
        self.archive = folder / "archive"
        self.portal = portal
        self.store = open_store(self.path)

    def run(self) -> Run:
        return Run(self)

    def close(self) -> Machine:
        self.store.close()
        return self


class Run:
    """One run of a machine; ended by leaving the context."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.id = start_run(machine.store, machine.portal, ["all"])
        self.archive = ArchiveWriter(
            machine.archive, machine.portal, announce=lambda file: self.writer.add_segment(file)
        )
        self.writer = Writer(machine.store, self.id, machine.portal, before_commit=self.archive.sync)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.writer.flush()
            finish_run(self.machine.store, self.id, exit_code=0, outcome="done", figures={"articles": 1}, summary="{}")
        self.archive.close()

    def read(self, url: str, text: str, hour: float, *, etag: str | None = None) -> None:
        """The crawl reads an article with this text, so many hours after noon."""
        moment = NOON + timedelta(hours=hour)
        headers = ((b"Content-Type", b"text/html"),)
        capture = self.archive.write(Exchange(url, "GET", (), 200, "OK", headers, text.encode() * 20, moment))
        self.writer.add_capture(capture)
        article = Article(
            url=url,
            title=f"旱砂西瓜{text}",
            published_at="2021-11-19T08:00:00+08:00",
            published_precision="second",
            published_raw="2021-11-19 08:00:00",
            source="甘肃日报",
            editor=None,
            author=None,
            body=f"合作社的旱砂西瓜上市了。\n{text}",
            channel_path=(),
            images=(),
            provenance={"read": f"{hour}"},
            warnings=(),
            extractor="portal-crawler/2",
        )
        self.writer.add_article(article, [PageCapture(url, capture, etag)])
        self.writer.flush()

    def walk(self, urls: Sequence[str], *, complete: bool) -> None:
        """The crawl walks the channel and lists these."""
        channel = self.writer.add_channel(Channel("平凉", ("资讯", "平凉"), "http://www.news.example/pl/"))
        row = self.machine.store.rows("SELECT walk FROM channels WHERE id = ?", (channel,))[0]
        self.writer.start_walk(channel, row["walk"] + 1)
        self.writer.discover([Found(url, "标题") for url in urls], "article", channel_id=channel, walk=row["walk"] + 1)
        if complete:
            self.writer.complete_walk(channel, row["walk"] + 1, None)
        self.writer.flush()


# What says the same in every database: rows by what they are, references by what they refer to.
CONTENT = {
    "articles": """SELECT a.url, a.portal, a.title, a.published_at, a.published_precision, a.published_raw, a.source,
        a.editor, a.author, a.body, a.channel_path, a.images, a.page_count, a.state, a.revision, a.first_seen_at,
        a.last_seen_at, c.file, c.offset, a.extractor, a.provenance, a.warnings
        FROM articles a JOIN captures c ON c.id = a.capture_id""",
    "revisions": """SELECT a.url, r.revision, r.captured_at, c.file, c.offset, r.title, r.body, r.provenance
        FROM revisions r JOIN articles a ON a.id = r.article_id JOIN captures c ON c.id = r.capture_id""",
    "sightings": """SELECT a.url, s.seen_at, c.file, c.offset, s.reading FROM sightings s
        JOIN articles a ON a.id = s.article_id JOIN captures c ON c.id = s.capture_id""",
    "article_pages": """SELECT a.url, p.number, p.url, c.file, c.offset FROM article_pages p
        JOIN articles a ON a.id = p.article_id JOIN captures c ON c.id = p.capture_id""",
    "ledger": """SELECT l.url, l.identity, l.portal, l.kind, l.state, l.reason, l.attempts, l.retry_at,
        l.discovered_at, l.updated_at, o.token, a.url, c.file, c.offset
        FROM ledger l JOIN run_origins o ON o.run_id = l.run_id
        LEFT JOIN articles a ON a.id = l.article_id LEFT JOIN captures c ON c.id = l.capture_id""",
    "captures": """SELECT c.url, c.portal, c.fetched_at, c.status, c.content_type, c.digest, c.file, c.offset,
        c.length, o.token FROM captures c JOIN run_origins o ON o.run_id = c.run_id""",
    "segments": "SELECT s.file, s.portal, o.token FROM segments s JOIN run_origins o ON o.run_id = s.run_id",
    "runs": """SELECT o.token, r.portal, r.targets, r.pid, r.started_at, r.ended_at, r.exit_code, r.outcome,
        r.articles, r.summary FROM runs r JOIN run_origins o ON o.run_id = r.id""",
    "channels": "SELECT portal, url, name, path, complete_since, last_listed_at FROM channels",
    "channel_entries": """SELECT c.url, l.url, e.walk <= c.complete_walk, e.title, e.date FROM channel_entries e
        JOIN channels c ON c.id = e.channel_id JOIN ledger l ON l.id = e.ledger_id""",
    "article_channels": """SELECT a.url, c.url FROM article_channels x JOIN articles a ON a.id = x.article_id
        JOIN channels c ON c.id = x.channel_id""",
    "rechecks": """SELECT a.url, r.portal, r.etag, r.checks, r.checked_at, r.next_check_at, r.missing,
        r.first_missing_at, r.missing_reason, r.doubt FROM rechecks r JOIN articles a ON a.id = r.article_id""",
    "templates": "SELECT * FROM templates",
    "lost_records": "SELECT * FROM lost_records",
}


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(path)
    try:
        return {name: sorted(map(tuple, connection.execute(query)), key=repr) for name, query in CONTENT.items()}
    finally:
        connection.close()


def merge(target: Path, shards: Iterable[Path], archive: Path, shard_archive: Path | None = None) -> list[Merged]:
    store = open_store(target)
    try:
        return [merge_shard(store, path, archive=archive, shard_archive=shard_archive) for path in shards]
    finally:
        store.close()


def damage_of(path: Path, archive: Path) -> list[str]:
    store = open_reader(path)
    try:
        return [f"{found.place}: {found.problem}" for found in verify(store, archive) if found.is_damage]
    finally:
        store.close()


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> list[Machine]:
    """Three machines that crawled one portal at different times: what each saw overlaps with what the others saw."""
    folder = tmp_path_factory.mktemp("trio")
    machines = [Machine(folder, name) for name in ("one", "two", "three")]
    one, two, three = machines
    with one.run() as run:
        run.walk([page(number) for number in range(6)], complete=True)
        run.read(page(0), "一", 1)
        run.read(page(1), "一", 1)
        run.writer.settle(page(3), "article", "failed", "HTTP 500")
        run.writer.settle(page(4), "article", "skipped", "robots.txt")
    with one.run() as run:
        # The first text again after the second machine has seen another one.
        run.read(page(0), "一", 5)
        run.writer.add_recheck(
            lambda c, schedule: put_unchanged(c, 2, (NOON + timedelta(hours=6)).isoformat(), schedule)
        )
    with two.run() as run:
        run.walk([page(0), page(7), page(8)], complete=False)
        run.read(page(0), "二", 3, etag='"two"')
        run.read(page(3), "三", 2)
        # A variant of an address that the others know.
        run.read("http://news.example/5.html", "五", 2)
    with two.run() as run:
        run.read(page(0), "三", 4)
        run.writer.add_recheck(
            lambda c, schedule: put_missing(c, 1, (NOON + timedelta(hours=9)).isoformat(), "HTTP 404", schedule)
        )
    with three.run() as run:
        run.read(page(0), "二", 2)
        run.read(page(1), "二", 3)
        run.read("http://m.news.example/5.html", "六", 7)
    return [machine.close() for machine in machines]


def test_merged_database_is_the_same_in_every_order_and_after_repetitions(trio: list[Machine], tmp_path: Path) -> None:
    paths = [machine.path for machine in trio]
    results = []
    for number, order in enumerate(itertools.permutations(paths)):
        target = tmp_path / f"{number}.db"
        merge(target, [*order, *order[:2]], trio[0].archive)
        results.append(content(target))
        assert damage_of(target, trio[0].archive) == []
    for name in CONTENT:
        for result in results[1:]:
            assert result[name] == results[0][name], name
    # Also when parts were merged into others before.
    merge(tmp_path / "part.db", paths[1:], trio[0].archive)
    merge(tmp_path / "whole.db", [paths[0], tmp_path / "part.db"], trio[0].archive)
    assert content(tmp_path / "whole.db") == results[0]


def test_revisions_of_two_databases_stand_in_the_order_of_time(trio: list[Machine], tmp_path: Path) -> None:
    merge(tmp_path / "p.db", [machine.path for machine in trio], trio[0].archive)
    store = open_reader(tmp_path / "p.db")
    rows = store.rows(
        """SELECT r.revision, r.captured_at, r.body FROM revisions r JOIN articles a ON a.id = r.article_id
           WHERE a.url = ? ORDER BY r.revision""",
        (page(0),),
    )
    said = [(row["revision"], row["captured_at"][11:13], row["body"][-1]) for row in rows]
    assert said == [(1, "13", "一"), (2, "14", "二"), (3, "16", "三"), (4, "17", "一")]
    article = store.rows("SELECT * FROM articles WHERE url = ?", (page(0),))[0]
    assert (article["revision"], article["body"][-1], article["state"]) == (4, "一", "suspect")
    assert article["first_seen_at"] == "2021-11-19T13:00:00+08:00"
    # The text is the first machine's, which got no tag with it.
    assert store.rows("SELECT etag FROM rechecks WHERE article_id = ?", (article["id"],))[0]["etag"] is None
    assert [hit.url for hit in search(store, "旱砂西瓜三")] == [page(3)]
    store.close()


def test_variants_of_an_address_are_one_article_and_every_address_has_one_state(
    trio: list[Machine], tmp_path: Path
) -> None:
    merge(tmp_path / "p.db", [machine.path for machine in reversed(trio)], trio[0].archive)
    store = open_reader(tmp_path / "p.db")
    variants = store.rows("SELECT url, revision FROM articles WHERE url LIKE '%news.example/5.html'")
    assert [row["revision"] for row in variants] == [2]
    assert store.rows("SELECT url FROM ledger WHERE url LIKE '%/5.html'")[0]["url"] == variants[0]["url"]
    # Failed on one machine and stored on another: it is done; listed by one and stored by another: it is linked.
    assert count_by_state(store) == {"pending": 3, "done": 4, "failed": 0, "blocked": 0, "skipped": 1}
    assert store.rows("SELECT count(*) FROM article_channels")[0][0] == 4
    assert store.rows("SELECT count(*) FROM ledger")[0][0] == 8
    store.close()


def test_only_what_a_complete_walk_saw_ends_the_next_walk(trio: list[Machine], tmp_path: Path) -> None:
    merge(tmp_path / "p.db", [trio[1].path, trio[0].path], trio[0].archive)
    store = open_reader(tmp_path / "p.db")
    rows = store.rows(
        """SELECT l.url, e.walk <= c.complete_walk AS seen FROM channel_entries e
           JOIN channels c ON c.id = e.channel_id JOIN ledger l ON l.id = e.ledger_id ORDER BY l.url"""
    )
    store.close()
    seen = {row["url"].rpartition("/")[2]: bool(row["seen"]) for row in rows}
    assert seen == {f"{number}.html": number < 7 for number in (0, 1, 2, 3, 4, 5, 7, 8)}


# Of an article: who reads it, what it says, and when; the last of one machine is its latest.
_READS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from("一二三"), st.integers(1, 40)), min_size=1, max_size=9)


def _said(reads: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of the readings, in order of time, that say something else than the one before."""
    return [read for number, read in enumerate(reads) if not number or reads[number - 1][1] != read[1]]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reads=_READS, order=st.permutations(range(3)), often=st.booleans())
def test_whatever_was_read_where_the_revisions_are_what_one_machine_would_have(
    tmp_path: Path, reads: list[tuple[int, str, int]], order: list[int], often: bool
) -> None:
    folder = tmp_path / os.urandom(8).hex()
    folder.mkdir()
    machines = [Machine(folder, f"{number}") for number in range(3)]
    own: dict[int, dict[int, str]] = {number: {} for number in range(3)}
    for who, text, hour in {hour: (who, text, hour) for who, text, hour in reads}.values():
        own[who][hour] = text
    for number in order:
        with machines[number].run() as run:
            for hour, text in sorted(own[number].items()):
                run.read(page(0), text, hour)
                if often:
                    merge(folder / "p.db", [machines[number].path], folder / "archive")
        machines[number].close()
    merge(folder / "p.db", [machines[number].path for number in order], folder / "archive")
    # A machine that saw a text again, and later another one, no longer knows when; unless it was merged meanwhile.
    known = [
        sorted(texts.items()) if often else [*_said(sorted(texts.items())), *sorted(texts.items())[-1:]]
        for texts in own.values()
    ]
    wanted = _said(sorted({read for some in known for read in some}))
    with sqlite3.connect(folder / "p.db") as merged:
        rows = merged.execute("SELECT captured_at, body FROM revisions ORDER BY revision").fetchall()
        row = merged.execute("SELECT revision, body, first_seen_at, last_seen_at FROM articles").fetchone()
    hours = [(datetime.fromisoformat(at) - NOON) // timedelta(hours=1) for at, _ in rows]
    assert list(zip(hours, (body[-1] for _, body in rows), strict=True)) == wanted
    times = sorted(hour for texts in own.values() for hour in texts)
    first, last = ((NOON + timedelta(hours=hour)).isoformat() for hour in (times[0], times[-1]))
    assert row == (len(wanted), f"合作社的旱砂西瓜上市了。\n{wanted[-1][1]}", first, last)
    assert damage_of(folder / "p.db", folder / "archive") == []


def test_second_merge_looks_at_what_is_new_alone(tmp_path: Path) -> None:
    shard = Machine(tmp_path, "shard")
    with shard.run() as run:
        run.walk([page(number) for number in range(40)], complete=True)
        for number in range(30):
            run.read(page(number), "一", 1)
    (first,) = merge(tmp_path / "p.db", [shard.path], shard.archive)
    assert (first.articles, first.captures, first.addresses, first.read) == (30, 30, 40, first.total)
    (again,) = merge(tmp_path / "p.db", [shard.path], shard.archive)
    assert again == Merged()
    before = content(tmp_path / "p.db")
    with sqlite3.connect(tmp_path / "p.db") as database:
        changes = database.execute("SELECT max(number) FROM row_changes").fetchone()
    with shard.run() as run:
        run.read(page(0), "二", 2)
        run.read(page(35), "一", 2)
    (third,) = merge(tmp_path / "p.db", [shard.close().path], shard.archive)
    assert (third.articles, third.revised, third.captures, third.addresses) == (1, 1, 2, 0)
    assert third.total <= 8
    assert content(tmp_path / "p.db") != before
    merge(tmp_path / "p.db", [shard.path], shard.archive)
    with sqlite3.connect(tmp_path / "p.db") as database:
        assert database.execute("SELECT count(*) FROM row_changes WHERE number > ?", changes).fetchone()[0] < 12


def test_another_database_in_a_shards_place_is_merged_whole(tmp_path: Path) -> None:
    shard = Machine(tmp_path, "shard")
    with shard.run() as run:
        run.read(page(0), "一", 1)
    merge(tmp_path / "p.db", [shard.close().path], shard.archive)
    for path in tmp_path.glob("shard.db*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    shard = Machine(tmp_path, "shard")
    with shard.run() as run:
        run.read(page(1), "一", 1)
    (merged,) = merge(tmp_path / "p.db", [shard.close().path], shard.archive)
    assert merged.articles == 1
    assert [row[0] for row in content(tmp_path / "p.db")["articles"]] == [page(0), page(1)]


def test_what_was_crawled_into_the_database_itself_stays_its_own(tmp_path: Path) -> None:
    own, shard = Machine(tmp_path, "p"), Machine(tmp_path, "shard")
    with own.run() as run:
        run.read(page(0), "一", 1)
    with pytest.raises(KeyboardInterrupt), shard.run() as run:
        run.read(page(0), "二", 2)
        raise KeyboardInterrupt
    merge(own.path, [shard.path], own.archive)
    # The shard's run has no end: it may be writing still, and only the shard knows how far.
    assert last_capture_ends(own.store, "gscn") == {}
    assert len(last_capture_ends(shard.store, "gscn")) == 1
    (segment,) = last_capture_ends(shard.store, "gscn")
    with (own.archive / segment).open("ab") as file:
        file.write(b"behind what any database knows")
    assert damage_of(own.path, own.archive) == []
    # And back: what the shard gets of the first database is no more its own.
    merge(shard.path, [own.path], own.archive)
    assert content(shard.path) == content(own.path)
    merge(own.path, [shard.path], own.archive)
    with sqlite3.connect(own.path) as database:
        assert database.execute("SELECT count(*) FROM run_origins WHERE shard IS NULL").fetchone() == (1,)
    own.close()
    shard.close()


def test_segments_of_a_shard_with_an_archive_of_its_own_are_copied(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "far").mkdir()
    shard = Machine(tmp_path / "far", "shard")
    with shard.run() as run:
        run.read(page(0), "一", 1)
        run.read(page(1), "一", 1)
    shard.close()
    command = ("merge", shard.path, "--into", tmp_path / "p.db", "--archive", tmp_path / "archive", "--json")
    refused = cli(*command)
    assert refused.returncode == 7 and b"where is the shard's archive?" in refused.stdout
    assert content(tmp_path / "p.db")["captures"] == []
    done = cli(*command, "--shard-archive", shard.archive)
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(done.stdout)
    copied = sum(path.stat().st_size for path in (tmp_path / "archive").rglob("*.warc.gz"))
    assert (said["articles"], said["copied_bytes"], said["exit_code"]) == (2, copied, 0) and copied > 0
    assert damage_of(tmp_path / "p.db", tmp_path / "archive") == []
    (again,) = merge(tmp_path / "p.db", [shard.path], tmp_path / "archive", shard.archive)
    assert again.copied_bytes == 0
    # Another segment of that name is never overwritten, nor taken for it.
    (segment,) = (tmp_path / "archive").rglob("*.warc.gz")
    segment.write_bytes(segment.read_bytes()[:-1] + b"?")
    store = open_store(tmp_path / "other.db")
    with pytest.raises(ArchiveError, match="another segment"):
        merge_shard(store, shard.path, archive=tmp_path / "archive", shard_archive=shard.archive)
    store.close()


def test_bad_shard_is_named_and_keeps_no_other_from_being_merged(tmp_path: Path, cli: Cli) -> None:
    shard = Machine(tmp_path, "shard")
    with shard.run() as run:
        run.read(page(0), "一", 1)
    shard.close()
    (tmp_path / "text.db").write_text("This is no database.\n" * 100)
    shutil.copy(shard.path, tmp_path / "newer.db")
    with sqlite3.connect(tmp_path / "newer.db") as newer:
        newer.execute("UPDATE _sqlite_migrations SET name = '0999_future' WHERE name = '0001_tables'")
    done = cli(
        "merge", tmp_path / "text.db", tmp_path / "newer.db", tmp_path / "absent.db", shard.path, tmp_path / "p.db",
        "--into", tmp_path / "p.db", "--archive", shard.archive,
    )  # fmt: skip
    assert done.returncode == 7
    for complaint in (b"not a database", b"made by a newer version", b"no such database", b"the database itself"):
        assert complaint in done.stderr
    assert len(content(tmp_path / "p.db")["articles"]) == 1


@pytest.mark.parametrize("name", OLD)
def test_shard_of_an_older_version_is_migrated_in_a_copy(tmp_path: Path, name: str) -> None:
    make_old(name, tmp_path / "old.db")
    before = (tmp_path / "old.db").read_bytes()
    for _ in range(2):
        merge(tmp_path / "p.db", [tmp_path / "old.db"], tmp_path / "archive")
    assert (tmp_path / "old.db").read_bytes() == before
    assert len(content(tmp_path / "p.db")["articles"]) == 9
    assert damage_of(tmp_path / "p.db", tmp_path / "archive") == []
    migrated = open_store(tmp_path / "old.db")
    migrated.close()
    assert content(tmp_path / "p.db") == content(tmp_path / "old.db")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def _merge_slowly(target: Path, shards: list[Path], archive: Path) -> None:
    os.setpgid(0, 0)
    merge(target, shards, archive)
    os._exit(0)


@pytest.mark.slow
def test_merge_that_is_killed_at_any_moment_is_only_started_again(tmp_path: Path) -> None:
    shards = [Machine(tmp_path, name) for name in ("one", "two")]
    for shard in shards:
        with shard.run() as run:
            run.walk([page(number) for number in range(300)], complete=True)
            for number in range(0, 300, 2):
                run.read(page(number), shard.path.stem, 1 + len(shard.path.stem))
        shard.close()
    paths = [shard.path for shard in shards]
    merge(tmp_path / "whole.db", paths, shards[0].archive)
    wanted = content(tmp_path / "whole.db")
    target, kills, wait_s = tmp_path / "p.db", 0, 0.01
    open_store(target).close()
    while True:
        process = _fork.Process(target=_merge_slowly, args=(target, paths, shards[0].archive))
        process.start()
        process.join(wait_s)
        if not process.is_alive():
            assert process.exitcode == 0
            break
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        kills, wait_s = kills + 1, wait_s * 1.3
        if kills % 2:
            # Of a shard that is not merged yet, the database does not know the segments.
            assert [text for text in damage_of(target, shards[0].archive) if "no row names" not in text] == []
    assert kills > 2
    assert content(target) == wanted


@pytest.mark.slow
def test_shards_are_merged_while_crawls_write_to_them_and_to_the_database(tmp_path: Path) -> None:
    replica = build(60, 3)
    paths = [channel.listing_path for channel in replica.channels]
    folders = {name: tmp_path / name for name in ("own", "shard")}
    archive = tmp_path / "archive"
    archive.mkdir()
    for folder in folders.values():
        folder.mkdir()
        (folder / "archive").symlink_to(archive)
    target, shard = folders["own"] / "p.db", folders["shard"] / "p.db"
    with serve(replica, delay_s=0.02) as base, serve(replica, delay_s=0.02) as other:
        crawls = [start_crawl(folders["own"], base, paths), start_crawl(folders["shard"], other, paths)]
        merges = 0
        while any(crawl.is_alive() for crawl in crawls):
            if target.is_file() and shard.is_file():
                merge(target, [shard], archive)
                merges += 1
            time.sleep(0.05)
        assert [crawl.exitcode for crawl in crawls] == [0, 0] and merges > 3
    merge(target, [shard], archive)
    store = open_reader(target)
    states = count_by_state(store)
    assert states["done"] >= 120 and states["pending"] == 0
    assert store.rows("SELECT count(*) FROM articles")[0][0] == 120
    store.close()
    assert damage_of(target, archive) == []


def test_database_that_another_process_merges_into_says_so(tmp_path: Path, cli: Cli) -> None:
    shard = Machine(tmp_path, "shard").close()
    store = open_store(tmp_path / "p.db")

    def meanwhile(_: Merged) -> None:
        done = cli("merge", shard.path, "--into", tmp_path / "p.db", "--archive", shard.archive)
        assert done.returncode == 6 and b"another process is merging" in done.stderr

    merge_shard(store, shard.path, archive=shard.archive, progress=meanwhile)
    store.close()
    with pytest.raises(StorageError, match="the database itself"):
        merge(shard.path, [shard.path], shard.archive)


def test_shard_that_another_machine_crawls_into_is_left_alone(tmp_path: Path, cli: Cli) -> None:
    shard = Machine(tmp_path, "shard").close()
    code = (
        "import sys, time; from pathlib import Path; import portal_crawler.store.locks as locks; "
        "locks.socket.gethostname = lambda: 'far.example'; "
        "held = locks.take_lock(Path(sys.argv[1]), 'gscn'); print('held', flush=True); time.sleep(30)"
    )
    holder = subprocess.Popen([os.sys.executable, "-c", code, str(shard.path)], stdout=subprocess.PIPE)  # type: ignore[attr-defined]
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        done = cli("merge", shard.path, "--into", tmp_path / "p.db", "--archive", shard.archive)
        assert done.returncode == 6 and b"on far.example is crawling gscn into it" in done.stderr
    finally:
        holder.kill()
        holder.wait()
