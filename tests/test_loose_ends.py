"""What a run that was killed left undone is said in the archive by the next one that archives anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_crawler.archive import Exchange, scan_segment
from portal_crawler.archive.unfinished import unfinished_in
from portal_crawler.article import Portal
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.store import open_reader
from portal_crawler.verify import verify
from tests.command_line import forked


def run(folder: Path, letters: str, read: str = "", *, is_killed: bool = True) -> None:
    """A run that archives a page for each letter and reads some, in a process of its own; all of it is committed."""
    process = forked.Process(target=_run, args=(folder, letters, read, is_killed))
    process.start()
    process.join(60)
    assert process.exitcode == (-signal.SIGKILL if is_killed else 0)


def _run(folder: Path, letters: str, read: str, is_killed: bool) -> None:
    session = Session(Portal("gscn", "gscn"), CrawlOptions(folder / "p.db", folder / "archive", channels=()))
    for letter in letters:
        capture = session.keep(_exchange(letter))
        if letter in read:
            session.answers.close(capture)
    session.flush(always=True)
    if is_killed:
        os.kill(os.getpid(), signal.SIGKILL)
    session.close()


def _exchange(letter: str) -> Exchange:
    url, headers = f"http://news.example/{letter}.html", ((b"Content-Type", b"text/html"),)
    return Exchange(url, "GET", (), 200, "OK", headers, letter.encode() * 100, datetime.now(UTC))


def said(folder: Path) -> list[set[str]]:
    """For each segment what its first record says of runs before: numbers of segments, and letters of pages."""
    store = open_reader(folder / "p.db")
    names = {f"{row['file']}:{row['offset']}": row["url"][-6] for row in store.rows("SELECT * FROM captures")}
    store.close()
    paths = sorted((folder / "archive").rglob("*.warc.gz"))
    names |= {path.relative_to(folder / "archive").as_posix(): str(number) for number, path in enumerate(paths)}
    found = []
    for path in paths:
        record = next(scan_segment(path)).record
        assert record is not None
        fields = [line.split(": ", 1) for line in record.block.decode().splitlines()]
        found.append({f"{name} {names[value]}" for name, value in fields if name in ("cutShort", "leftUnread")})
    return found


def test_next_run_says_it_once(tmp_path: Path) -> None:
    run(tmp_path, "abc", read="a")
    run(tmp_path, "d", read="d")
    run(tmp_path, "e", read="e", is_killed=False)
    run(tmp_path, "f", read="f", is_killed=False)
    assert said(tmp_path) == [set(), {"cutShort 0", "leftUnread b", "leftUnread c"}, {"cutShort 1"}, set()]
    files = [path.relative_to(tmp_path / "archive").as_posix() for path in sorted((tmp_path / "archive").rglob("*.gz"))]
    unfinished = unfinished_in(tmp_path / "archive", files)
    assert unfinished.cut_short == {Path(file).name.removesuffix(".warc.gz") for file in files[:2]}
    assert {file for file, _ in unfinished.unread} == {files[0]}


def test_run_that_archives_nothing_leaves_it_to_the_next(tmp_path: Path) -> None:
    run(tmp_path, "ab")
    run(tmp_path, "")
    run(tmp_path, "", is_killed=False)
    run(tmp_path, "c", read="c", is_killed=False)
    assert said(tmp_path) == [set(), {"cutShort 0", "leftUnread a", "leftUnread b"}]
    store = open_reader(tmp_path / "p.db")
    assert store.rows("SELECT * FROM loose_ends") == []
    store.close()


def test_run_that_was_killed_before_a_commit_takes_its_note_with_it(tmp_path: Path) -> None:
    run(tmp_path, "a")
    process = forked.Process(target=_archive_without_a_commit, args=(tmp_path,))
    process.start()
    process.join(60)
    assert said(tmp_path) == [set(), {"cutShort 0", "leftUnread a"}]
    run(tmp_path, "c", read="c")
    assert said(tmp_path) == [set(), {"cutShort 0", "leftUnread a"}]
    assert {path.stat().st_size > 0 for path in (tmp_path / "archive").rglob("*.gz")} == {True}


def _archive_without_a_commit(folder: Path) -> None:
    session = Session(Portal("gscn", "gscn"), CrawlOptions(folder / "p.db", folder / "archive", channels=()))
    session.keep(_exchange("b"))
    os.kill(os.getpid(), signal.SIGKILL)


def test_answers_that_nobody_read_before_a_run_was_stopped_are_said_without_a_kill(tmp_path: Path) -> None:
    run(tmp_path, "ab", read="a", is_killed=False)
    run(tmp_path, "c", read="c", is_killed=False)
    assert said(tmp_path) == [set(), {"leftUnread b"}]


def test_a_note_is_valid_and_none_of_it_is_taken_for_a_page(tmp_path: Path) -> None:
    run(tmp_path, "abc")
    run(tmp_path, "d", read="d", is_killed=False)
    store = open_reader(tmp_path / "p.db")
    assert list(verify(store, tmp_path / "archive")) == []
    store.close()
    for path in (tmp_path / "archive").rglob("*.gz"):
        command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)]
        check = subprocess.run(command, capture_output=True, text=True, check=False)
        assert check.returncode == 0 and "digest pass" in check.stdout and "fail" not in check.stdout


@pytest.mark.parametrize("damage", [b"cutShort", b"leftUnread"])
def test_flipped_bit_in_a_note_is_found(tmp_path: Path, damage: bytes) -> None:
    run(tmp_path, "abc")
    run(tmp_path, "d", read="d", is_killed=False)
    path = sorted((tmp_path / "archive").rglob("*.gz"))[1]
    octets = bytearray(path.read_bytes())
    octets[octets.index(damage) + len(damage) + 5] ^= 1
    path.write_bytes(octets)
    store = open_reader(tmp_path / "p.db")
    assert any(finding.is_damage and finding.place.endswith(":0") for finding in verify(store, tmp_path / "archive"))
    store.close()
