"""Several processes on one database: crawls beside crawls and readers, and the lock that keeps one portal to one crawl."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal_crawler.cli import main
from portal_crawler.store import database, open_store
from portal_crawler.store.locks import LockHeld, is_held, take_lock
from tests import two_writers
from tests.test_crawl import Answer, article, crawl, listing, site

_fork = multiprocessing.get_context("fork")


@pytest.mark.slow
def test_two_crawls_and_readers_lose_nothing_and_lock_nobody_out(tmp_path: Path) -> None:
    figures = two_writers.run(tmp_path, 10, 4)
    assert figures.errors == [] and figures.lost == 0 and figures.damaged == 0
    assert set(figures.exit_codes) == {"0"} and min(figures.crawls) >= 1 and min(figures.articles) >= 60
    assert figures.queries > 20 and figures.held_s >= 4 and figures.log_mb_end == 0


@pytest.mark.slow
def test_log_of_writes_is_emptied_though_some_query_always_runs(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(database, "_LOG_BYTES", 4 * 2**20)
    monkeypatch.setattr(database, "_LOG_REST_S", 0.5)
    with busy_readers(tmp_path / "p.db", 0.2) as store:
        assert largest_log(store, 40 * 10**6) < 20 * 10**6


def test_long_query_leaves_no_large_log_behind_and_writers_wait_little_for_it(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(database, "_LOG_BYTES", 2**20)
    monkeypatch.setattr(database, "_LOG_WAIT_S", 0.2)
    store = open_store(tmp_path / "p.db")
    store.connection.execute("CREATE TABLE load (octets BLOB)")
    reader = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM load").fetchone() == (0,)
    began_s = time.monotonic()
    for _ in range(20):
        with store.transaction() as connection:
            connection.execute("INSERT INTO load VALUES (zeroblob(400000))")
    assert time.monotonic() - began_s < 10
    log = tmp_path / "p.db-wal"
    # What is written while somebody keeps to one moment has to stay.
    assert log.stat().st_size > 20 * 400000
    assert reader.execute("SELECT count(*) FROM load").fetchone() == (0,)
    reader.execute("COMMIT")
    for _ in range(2):
        with store.transaction() as connection:
            connection.execute("INSERT INTO load VALUES (zeroblob(400000))")
    assert log.stat().st_size <= 2**20
    store.close()
    reader.close()


@contextmanager
def busy_readers(db: Path, hold_s: float) -> Iterator[database.Store]:
    """A store, and three processes that read it in turns, so that there is no moment without one of them."""
    store = open_store(db)
    store.connection.execute("CREATE TABLE load (octets BLOB)")
    store.close()
    readers = [_fork.Process(target=_read, args=(db, hold_s, n * hold_s / 3), daemon=True) for n in range(3)]
    for reader in readers:
        reader.start()
    store = open_store(db)
    try:
        yield store
    finally:
        for reader in readers:
            reader.kill()
            reader.join()
        store.close()


def _read(db: Path, hold_s: float, wait_s: float) -> None:
    time.sleep(wait_s)
    connection = sqlite3.connect(db, isolation_level=None)
    while True:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        time.sleep(hold_s)
        connection.execute("COMMIT")


def largest_log(store: database.Store, size_bytes: int) -> int:
    """Write so much; gives the largest size that the log had."""
    largest = 0
    for _ in range(size_bytes // 200_000):
        with store.transaction() as connection:
            connection.execute("INSERT INTO load VALUES (zeroblob(200000))")
        largest = max(largest, store.path.with_name(f"{store.path.name}-wal").stat().st_size)
        # So that readers come in between.
        time.sleep(0.005)
    return largest


@contextmanager
def crawling(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """A crawl that has stopped as it waits for its listing; gives its target, and what kills it."""
    killed = threading.Event()

    def answer(path: str) -> Answer | str | None:
        if path == "/list/":
            killed.wait(20)
            return listing(1)
        return article(1) if path.startswith("/2021") else None

    def kill() -> None:
        process.kill()
        process.wait()
        killed.set()

    command = [sys.executable, "-m", "portal_crawler", "crawl", "--delay", "0", "--allow-private"]
    command += ["--db", str(folder / "p.db"), "--archive", str(folder / "archive")]
    (folder / "profiles").mkdir()
    with site(answer) as (base, asked):
        for name in ("first", "other"):
            (folder / "profiles" / f"{name}.toml").write_text(
                f'id = "{name}"\nname = "某网"\nhosts = ["127.0.0.1"]\n'
                f'[[channels]]\npath = ["国内"]\nurl = "{base}/{"list" if name == "first" else "other"}/"\n'
            )
        first = str(folder / "profiles" / "first.toml")
        process = subprocess.Popen([*command, first], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            while "/list/" not in asked:
                assert process.poll() is None
                time.sleep(0.02)
            # However slow the machine, it neither goes on nor gives up; and not in the midst of a transaction.
            while True:
                process.send_signal(signal.SIGSTOP)
                with (
                    closing(sqlite3.connect(folder / "p.db", timeout=0.2, isolation_level=None)) as connection,
                    suppress(sqlite3.OperationalError),
                ):
                    connection.execute("BEGIN IMMEDIATE")
                    break
                process.send_signal(signal.SIGCONT)
                time.sleep(0.1)
            yield first, kill
        finally:
            kill()


@pytest.mark.slow
def test_everybody_who_would_change_a_portal_that_is_crawled_is_told_by_whom(tmp_path: Path) -> None:
    places = ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "archive")]

    def command(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, [*words, *places])
        return done.exit_code, done.output

    with crawling(tmp_path) as (first, kill):
        pid = json.loads((tmp_path / "p.db.locks" / "first.lock").read_text())["pid"]
        holder = rf"process {pid} on {re.escape(socket.gethostname())}, since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08:00"
        began_s = time.monotonic()
        code, output = command("crawl", first, "--allow-private", "--json")
        assert code == 6 and re.search(holder, output), output
        assert time.monotonic() - began_s < 10

        # In a crawl of all portals it is the outcome of that one alone.
        everything = crawl(
            tmp_path, "--all", "--profiles", str(tmp_path / "profiles"), "--allow-private", "--jobs", "2"
        )
        runs = {run["portal"]: run for run in json.loads(everything.stdout.splitlines()[-1])["runs"]}
        assert runs["first"]["exit_code"] == 6 and runs["other"]["exit_code"] not in (1, 6, 7)
        assert re.search(holder, runs["first"]["outcome"])

        code, output = command("verify", "--repair")
        assert code == 6 and re.search(holder, output)
        # Whoever only reads, or corrects what is stored in transactions of its own, need not wait.
        assert command("verify")[0] == 0
        assert command("reextract", "--jobs", "1")[0] == 0
        assert is_held(tmp_path / "p.db", "first")

        kill()
        assert not is_held(tmp_path / "p.db", "first")
        assert crawl(tmp_path, first, "--allow-private").returncode == 0
        assert command("verify", "--repair")[0] == 0


@pytest.mark.parametrize(
    "left", [b"", b"4711", b'{"pid": 4711', b'{"pid": 1, "host": "elsewhere", "since": "x"}', b"\xff" * 999]
)
def test_what_a_lock_file_says_holds_nobody_up(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "p.db.locks").mkdir()
    (tmp_path / "p.db.locks" / "p.lock").write_bytes(left)
    assert not is_held(tmp_path / "p.db", "p")
    lock = take_lock(tmp_path / "p.db", "p")
    written = json.loads((tmp_path / "p.db.locks" / "p.lock").read_text())
    assert written["pid"] == os.getpid() and is_held(tmp_path / "p.db", "p")
    with pytest.raises(LockHeld, match=f"process {os.getpid()} on "):
        take_lock(tmp_path / "p.db", "p")
    # Another portal, and the same one in another database, are free.
    take_lock(tmp_path / "p.db", "q").release()
    take_lock(tmp_path / "other.db", "p").release()
    lock.release()
    take_lock(tmp_path / "p.db", "p").release()
