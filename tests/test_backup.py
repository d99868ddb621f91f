"""`backup` copies the database while crawls write to it, and the copy is as good as the first."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.cli import main
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import StorageError, open_reader, open_store, search
from portal_crawler.store.backup import back_up
from portal_crawler.store.locks import take_lock
from portal_crawler.verify import verify
from tests.crawl_process import check_store, start_crawl
from tests.old_databases import OLD, make_old


def damage_of(folder: Path) -> list[str]:
    store = open_reader(folder / "p.db")
    try:
        return [finding.problem for finding in verify(store, folder / "archive") if finding.is_damage]
    finally:
        store.close()


def place_for(copy: Path, first: Path) -> Path:
    """A folder with a copy as its database, over the first one's archive."""
    folder = copy.with_suffix("")
    folder.mkdir()
    (folder / "archive").symlink_to(first / "archive")
    copy.rename(folder / "p.db")
    return folder


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.mark.slow
def test_copies_made_during_a_crawl_are_whole_and_a_crawl_goes_on_from_each(tmp_path: Path) -> None:
    replica = build(80, 5)
    paths = [channel.listing_path for channel in replica.channels]
    first, stored = tmp_path / "first", []
    first.mkdir()
    with serve(replica, delay_s=0.15) as base:
        process = start_crawl(first, base, paths)
        while not (first / "p.db").is_file() or not _count(first / "p.db", "articles"):
            time.sleep(0.02)
        copies = []
        while process.is_alive() and len(copies) < 5:
            copies.append(back_up(first / "p.db", tmp_path / f"copy{len(copies)}.db"))
            time.sleep(0.2)
        process.join(60)
        assert process.exitcode == 0 and sum(copy.under_way for copy in copies) >= 2
        for copy in copies:
            folder = place_for(copy.path, first)
            assert [path.name for path in folder.iterdir() if path.is_file()] == ["p.db"]
            stored.append(len(check_store(folder)))
        assert stored == sorted(stored) and stored[0] < 80
        # What the first crawl has archived since is no damage of the archive.
        assert damage_of(tmp_path / "copy0") == []
        # The crawl in the copy fetches what it lacks, and takes nothing from what the first one has archived since.
        process = start_crawl(tmp_path / "copy0", base, paths)
        process.join(60)
        assert process.exitcode == 0 and len(check_store(tmp_path / "copy0")) == 80
    assert len(check_store(first)) == 80
    # That one does not know the other's segments.
    assert {text.partition(";")[0] for text in damage_of(first)} == {"no row names this segment"}


def test_copy_after_a_killed_crawl_still_cuts_its_tail(tmp_path: Path) -> None:
    replica = build(40, 5)
    folder = tmp_path / "first"
    folder.mkdir()
    with serve(replica, delay_s=0.15) as base:
        process = start_crawl(folder, base, [channel.listing_path for channel in replica.channels])
        while not (folder / "p.db").is_file() or not _count(folder / "p.db", "articles"):
            time.sleep(0.02)
        process.kill()
        process.join()
    copy = back_up(folder / "p.db", tmp_path / "copy.db")
    assert copy.under_way == 0
    assert _count(copy.path, "runs WHERE ended_at IS NULL") == 1


def test_command_says_what_it_made_and_never_replaces_a_file(tmp_path: Path) -> None:
    make_old(OLD[-1], tmp_path / "p.db")

    def command(target: str, db: str = "p.db") -> tuple[int, str]:
        done = CliRunner().invoke(main, ["backup", str(tmp_path / target), "--db", str(tmp_path / db)])
        return done.exit_code, done.output

    code, output = command("copy.db")
    assert code == 0 and f"{(tmp_path / 'copy.db').stat().st_size:,} bytes" in output
    for target, db, code, reason in (
        ("copy.db", "p.db", 7, "exists already"),
        ("p.db", "p.db", 7, "exists already"),
        ("usb/copy.db", "p.db", 2, "no such folder"),
        ("other.db", "absent.db", 7, "no such database"),
    ):
        assert command(target, db)[0] == code and reason in command(target, db)[1]
    assert not (tmp_path / "other.db").exists() and left_in(tmp_path) == []


def test_copy_is_one_file_with_every_row_and_its_search(tmp_path: Path) -> None:
    make_old(OLD[-1], tmp_path / "p.db")
    back_up(tmp_path / "p.db", tmp_path / "copy.db")
    names = [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")]
    assert names == ["copy.db"]
    for table in ("articles", "revisions", "captures", "ledger", "channels"):
        with sqlite3.connect(tmp_path / "copy.db") as copy, sqlite3.connect(tmp_path / "p.db") as first:
            query = f"SELECT * FROM {table} ORDER BY 1"
            assert copy.execute(query).fetchall() == first.execute(query).fetchall() != []
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    store = open_store(tmp_path / "copy.db")
    assert search(store, "合作社")
    store.close()


def test_damaged_database_gives_no_copy(tmp_path: Path) -> None:
    make_old(OLD[-1], tmp_path / "p.db")
    octets = bytearray((tmp_path / "p.db").read_bytes())
    # The middle of each page but the first: cells lose their bounds.
    for start in range(4096, len(octets), 4096):
        octets[start : start + 64] = b"\xa5" * 64
    (tmp_path / "p.db").write_bytes(octets)
    with pytest.raises(StorageError):
        back_up(tmp_path / "p.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists() and left_in(tmp_path) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)], ids=["TERM", "KILL"])
def test_stopped_copy_never_has_its_name(
    tmp_path: Path, cli_environment: dict[str, str], number: int, code: int
) -> None:
    make_old(OLD[-1], tmp_path / "p.db")
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("CREATE TABLE large (octets BLOB)")
        connection.executemany("INSERT INTO large VALUES (zeroblob(?))", [(10**7,)] * 20)
    connection.close()
    command = [sys.executable, "-m", "portal_crawler", "backup", str(tmp_path / "copy.db")]
    process = subprocess.Popen([*command, "--db", str(tmp_path / "p.db")], env=cli_environment)
    while not any(path.stat().st_size for path in tmp_path.glob(".*.part/copy.db")):
        time.sleep(0.001)
    process.send_signal(number)
    process.wait(30)
    assert process.returncode == code
    assert not (tmp_path / "copy.db").exists()
    assert len(left_in(tmp_path)) == (number == signal.SIGKILL)
    # What a killed one leaves is in the way of nothing.
    back_up(tmp_path / "p.db", tmp_path / "copy.db")


def test_runs_of_a_copy_are_shown(tmp_path: Path) -> None:
    make_old(OLD[-1], tmp_path / "p.db")
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("INSERT INTO runs (portal, targets, pid, started_at) VALUES ('p', '[]', 1, '2026-11-24')")
    connection.close()
    lock = take_lock(tmp_path / "p.db", "p")
    assert back_up(tmp_path / "p.db", tmp_path / "copy.db").under_way == 1
    lock.release()
    open_store(tmp_path / "copy.db").close()
    found = CliRunner().invoke(main, ["status", "--json", "--db", str(tmp_path / "copy.db")])
    outcomes = [run["outcome"] for run in json.loads(found.stdout)["runs"]]
    assert "under way when this copy was made" in outcomes


def _count(db: Path, what: str) -> int:
    connection = sqlite3.connect(db, timeout=10)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
