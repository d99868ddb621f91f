"""Databases of every earlier version open in this one with all they hold, or not at all; never in between."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.cli import main
from portal_crawler.store import StorageError, open_reader, open_store, search
from portal_crawler.verify import verify
from tests.old_databases import FOLDER, OLD, crawl_command, make_old, newsroom

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
Rows = dict[str, list[dict[str, object]]]
Schema = set[tuple[str, str, str]]

_fork = multiprocessing.get_context("fork")


def content(db: Path) -> Rows:
    """Every row of every table that holds something, by table."""
    connection = sqlite3.connect(db)
    connection.row_factory = sqlite3.Row
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shadows = ("article_search", "title_search", "_sqlite", "sqlite_")
        return {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
            for name in names
            if not name.startswith(shadows)
        }
    finally:
        connection.close()


def schema(db: Path) -> Schema:
    connection = sqlite3.connect(db)
    try:
        made = connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
        steps = connection.execute("SELECT 'migration', name, '' FROM _sqlite_migrations").fetchall() if made else []
        return {*made, *steps}
    finally:
        connection.close()


def assert_sound(db: Path) -> None:
    connection = sqlite3.connect(db)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()


def refusal(folder: Path, command: list[str]) -> str:
    """What a command says of the database in a folder, which it must refuse and leave as it is."""
    octets = (folder / "p.db").read_bytes()
    words = [word.format(folder=folder) for word in command]
    if words[0] == "crawl":
        words += ["--archive", str(folder / "archive")]
    if words[0] != "merge":
        words += ["--db", str(folder / "p.db")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 7, done.output
    assert (folder / "p.db").read_bytes() == octets
    return done.output


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """What a database of this version consists of."""
    path = tmp_path_factory.mktemp("newest") / "p.db"
    open_store(path).close()
    return schema(path)


def test_there_is_a_database_of_every_migration_but_the_last_ones(newest: Schema) -> None:
    known = {name.partition("_")[0] for kind, name, _ in newest if kind == "migration"}
    kept = {path.name[:4] for path in FOLDER.glob("*.tar.gz")} | {"0001"}
    assert {"0001", "0002", "0003", "0004", "0005"} <= kept <= known
    assert {name[:4] for name in OLD} == kept and len(known) - len(kept) <= 2


@pytest.mark.parametrize("name", OLD)
def test_old_database_keeps_every_value_and_gets_the_schema_of_a_new_one(
    tmp_path: Path, newest: Schema, name: str
) -> None:
    make_old(name, tmp_path / "p.db")
    before = content(tmp_path / "p.db")
    store = open_store(tmp_path / "p.db")
    try:
        assert len(before["articles"]) == 9 and len(before["captures"]) == 15
        assert sorted(hit.url[-7:] for hit in search(store, "旱砂西瓜")) == sorted(
            str(row["url"])[-7:] for row in before["articles"]
        )
        assert [item for item in verify(store, tmp_path / "archive") if item.is_damage] == []
    finally:
        store.close()
    after = content(tmp_path / "p.db")
    for table, rows in before.items():
        assert len(after[table]) == len(rows)
        for old, new in zip(rows, after[table], strict=True):
            assert old.items() <= new.items()
    assert_sound(tmp_path / "p.db")
    assert schema(tmp_path / "p.db") == newest


@pytest.mark.parametrize("name", ["0001", "0003", "0008"])
def test_crawl_goes_on_in_an_old_database(tmp_path: Path, cli: Cli, name: str) -> None:
    make_old(name, tmp_path / "p.db")
    before = content(tmp_path / "p.db")["articles"]
    refused = CliRunner().invoke(main, ["search", "合作社", "--db", str(tmp_path / "p.db")])
    assert refused.exit_code == 7 and "a crawl brings it up to date" in refused.output
    with newsroom(today=True) as environment:
        done = subprocess.run(
            [*crawl_command(tmp_path), "--no-recheck"], env=environment, capture_output=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout.decode().splitlines()[-1])
    # Two that are new, and the one that could not be had; none of the others is asked for.
    assert (found["articles"], found["updated"], found["pending"]) == (3, 0, 0)
    articles = content(tmp_path / "p.db")["articles"]
    assert len(articles) == 12 and len({str(row["url"]) for row in articles}) == 12
    for old, new in zip(before, articles[:9], strict=True):
        assert {key: new[key] for key in old if key != "last_seen_at"} == {
            key: value for key, value in old.items() if key != "last_seen_at"
        }
    assert_sound(tmp_path / "p.db")
    store = open_reader(tmp_path / "p.db")
    try:
        assert [item for item in verify(store, tmp_path / "archive") if item.is_damage] == []
        assert len(search(store, "旱砂西瓜")) == 12
    finally:
        store.close()


@pytest.mark.parametrize("name", ["", "0001", "0004"])
def test_process_killed_at_any_statement_of_a_migration_leaves_the_old_schema_or_the_new_one(
    tmp_path: Path, newest: Schema, name: str
) -> None:
    if name:
        make_old(name, tmp_path / "p.db")
    else:
        # No database at all yet.
        sqlite3.connect(tmp_path / "p.db").close()
    kept = {path: path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("p.db")}
    old, before = schema(tmp_path / "p.db"), content(tmp_path / "p.db")
    seen, nth, step = set(), 0, 1
    while True:
        nth += step
        # Each of the first statements, then ever fewer of those that repeat them.
        step = 1 if nth < 12 else max(nth // 12, 1)
        for path in tmp_path.glob("p.db*"):
            path.unlink()
        for path, octets in kept.items():
            path.write_bytes(octets)
        child = _fork.Process(target=_open, args=(tmp_path / "p.db", nth))
        child.start()
        child.join(30)
        found = schema(tmp_path / "p.db")
        assert found in (old, newest), nth
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        seen.add(found == newest)
        after = content(tmp_path / "p.db")
        assert found == newest or after == before, nth
        if nth % 5 == 0:
            assert_sound(tmp_path / "p.db")
            open_store(tmp_path / "p.db").close()
            assert schema(tmp_path / "p.db") == newest
    assert found == newest and nth > 8 and False in seen


def _open(db: Path, nth: int = 0) -> None:
    """Open a database, and die as its nth statement begins; 0 for never."""
    begun = 0

    def count(_statement: str) -> None:
        nonlocal begun
        begun += 1
        if begun == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    class Connection(sqlite3.Connection):
        def __init__(self, *values: object, **named: object) -> None:
            super().__init__(*values, **named)  # type: ignore[arg-type]
            self.set_trace_callback(count)

    plain = sqlite3.connect
    sqlite3.connect = lambda *values, **named: plain(*values, factory=Connection, **named)  # type: ignore[assignment]
    open_store(db)
    # As after a crash: nothing is closed.
    os._exit(0)


@pytest.mark.slow
def test_process_killed_at_any_moment_of_a_large_migration_leaves_one_schema_or_the_other(
    tmp_path: Path, newest: Schema
) -> None:
    make_old("0001", tmp_path / "old.db")
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.executemany(
            """INSERT INTO ledger (url, portal, kind, state, discovered_at, updated_at, run_id)
               VALUES (?, 'news.example', 'article', 'pending', 'x', 'x', 1)""",
            ((f"http://news.example/2021/1120/{n}.html",) for n in range(15000)),
        )
    connection.close()
    old, rows = schema(tmp_path / "old.db"), len(content(tmp_path / "old.db")["ledger"])

    def migrate(after_s: float | None) -> tuple[Schema, float]:
        for path in tmp_path.glob("p.db*"):
            path.unlink()
        shutil.copy(tmp_path / "old.db", tmp_path / "p.db")
        child = _fork.Process(target=_open, args=(tmp_path / "p.db",))
        began_s = time.monotonic()
        child.start()
        child.join(after_s)
        if after_s is not None:
            child.kill()
            child.join()
        took_s = time.monotonic() - began_s
        assert len(content(tmp_path / "p.db")["ledger"]) == rows
        assert_sound(tmp_path / "p.db")
        return schema(tmp_path / "p.db"), took_s

    whole, took_s = migrate(None)
    assert whole == newest
    moments, found = random.Random(7), []
    for _ in range(12):
        found.append(migrate(moments.uniform(0.05, 1.1) * took_s)[0])
    assert all(item in (old, newest) for item in found) and old in found


def test_processes_that_open_an_old_database_at_once_all_get_the_new_one(tmp_path: Path, newest: Schema) -> None:
    for name in ("0001", "0004", ""):
        folder = tmp_path / f"at{name}"
        folder.mkdir()
        if name:
            make_old(name, folder / "p.db")
        children = [_fork.Process(target=_open, args=(folder / "p.db",)) for _ in range(5)]
        for child in children:
            child.start()
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0] * 5
        assert schema(folder / "p.db") == newest
        assert_sound(folder / "p.db")


@pytest.mark.parametrize(
    "command",
    [
        ["crawl", "http://news.example/list/"],
        ["crawl", "http://news.example/list/", "http://other.example/list/"],
        ["search", "合作社"],
        ["export", "{folder}/out.csv"],
        ["status"],
        ["check"],
        ["history", "http://news.example/2021/1119/1.html"],
        ["verify", "--archive", "{folder}/archive"],
        ["verify", "--repair", "--archive", "{folder}/archive"],
        ["reextract", "--archive", "{folder}/archive"],
        ["reextract", "--dry-run", "--archive", "{folder}/archive"],
        ["backup", "{folder}/copy.db"],
        ["serve", "--port", "0", "--archive", "{folder}/archive"],
        ["merge", "{folder}/p.db", "--into", "{folder}/into.db", "--archive", "{folder}/archive"],
        ["merge", "{folder}/older.db", "--into", "{folder}/p.db", "--archive", "{folder}/archive"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_newer_database_is_refused_by_every_command_and_stays_as_it_is(tmp_path: Path, command: list[str]) -> None:
    make_old("0004", tmp_path / "older.db")
    make_old("0004", tmp_path / "p.db")
    open_store(tmp_path / "p.db").close()
    with sqlite3.connect(tmp_path / "p.db", isolation_level=None) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('portal_crawler', '9999_x', '')"
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert "made by a newer version (migration 9999_x); update portal-crawler" in refusal(tmp_path, command)
    assert not list(tmp_path.glob("out.csv*")) and not list(tmp_path.glob("copy.db*"))


@pytest.mark.parametrize(
    "command",
    [
        ["crawl", "http://127.0.0.1:9/", "--allow-private"],
        ["crawl", "http://127.0.0.1:9/", "http://localhost:9/", "--allow-private"],
        ["reextract", "--archive", "{folder}/archive"],
        ["reextract", "--archive", "{folder}/archive", "--dry-run"],
        ["reprints"],
        ["verify", "--archive", "{folder}/archive"],
        ["verify", "--archive", "{folder}/archive", "--repair"],
        ["backup", "{folder}/copy.db"],
        ["search", "说明"],
        ["status"],
        ["check"],
        ["export", "{folder}/out.csv"],
        ["history", "http://a.example/1.html"],
        ["report", "{folder}/out.html"],
        ["merge", "{folder}/older.db", "--into", "{folder}/p.db", "--archive", "{folder}/archive"],
        ["merge", "{folder}/p.db", "--into", "{folder}/into.db", "--archive", "{folder}/archive"],
    ],
    ids=lambda command: " ".join(word for word in command if "/" not in word),
)
def test_database_of_another_program_is_refused_by_every_command_and_stays_as_it_is(
    tmp_path: Path, command: list[str]
) -> None:
    make_old("0004", tmp_path / "older.db")
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("CREATE TABLE articles (title TEXT)")
    connection.close()
    assert "p.db: a database that was not made by portal-crawler" in refusal(tmp_path, command)
    assert {path.name for path in tmp_path.iterdir()} <= {"p.db", "older.db", "into.db", "into.db.locks", "archive"}


def test_mark_of_another_program_on_an_empty_database_is_enough(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("PRAGMA application_id = 1196444487")
    connection.close()
    for opened in (open_store, open_reader):
        with pytest.raises(StorageError, match=r"p\.db: .*not made by portal-crawler"):
            opened(tmp_path / "p.db")
