"""Disks that are full, folders that nobody may write to, file systems without locks: exit 7, and the next run goes on.

The disks are real ones: small file systems in memory, which only root can mount.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.cli import main
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import open_reader, open_store
from portal_crawler.verify import verify
from tests.crawl_process import check_store, start_crawl
from tests.old_databases import make_old
from tests.test_migrations import assert_sound, schema

Run = Callable[..., tuple[int, str]]


def mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Disk:
    """A small disk of its own."""

    path: Path

    def fill(self, leave: int = 0) -> None:
        """Take all room but so many bytes."""
        filler = self.path / "filler"
        with filler.open("ab", buffering=0) as file:
            for size in (65536, 4096):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError as error:
                    assert error.errno == errno.ENOSPC
        if leave:
            os.truncate(filler, max(filler.stat().st_size - leave, 0))

    def free(self) -> None:
        (self.path / "filler").unlink(missing_ok=True)

    def grow(self) -> None:
        assert mounted("-o", "remount,size=64m", str(self.path))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    path = tmp_path / "disk"
    path.mkdir()
    if sys.platform != "linux" or not mounted("-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)):
        pytest.skip("only root can mount a small disk")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder as a disk that cannot be written; root, for whom modes are no bar, neither."""
    if sys.platform != "linux" or not mounted("--bind", str(folder), str(folder)):
        pytest.skip("only root can mount a folder for reading only")
    try:
        assert mounted("-o", "remount,ro,bind", str(folder))
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def run() -> Run:
    def invoke(*words: str | Path) -> tuple[int, str]:
        done = CliRunner().invoke(main, [str(word) for word in words])
        assert "Traceback" not in done.output and "bug:" not in done.output, done.output
        return done.exit_code, done.output

    return invoke


@pytest.mark.slow
@pytest.mark.parametrize(
    ("small", "full"),
    [("both", "at once"), ("archive", "at once"), ("database", "after a while"), ("archive", "after a while")],
)
def test_crawl_into_a_full_disk_ends_with_7_and_the_next_one_completes_it(
    tmp_path: Path, disk: Disk, small: str, full: str
) -> None:
    replica = build(60, 4)
    folder = tmp_path / "crawl"
    folder.mkdir()
    if small == "both":
        folder = disk.path
    elif small == "archive":
        (folder / "archive").symlink_to(disk.path)
    else:
        # The whole folder, since log and lock lie beside the database.
        folder, other = disk.path, folder
        (folder / "archive").symlink_to(other)
    paths = [channel.listing_path for channel in replica.channels]
    disk.fill(leave=0 if full == "at once" else 250_000)
    with serve(replica) as base:
        process = start_crawl(folder, base, paths)
        process.join(60)
        assert process.exitcode == 7
        before = {}
        if (folder / "p.db").is_file() and (folder / "p.db").stat().st_size:
            before = check_store(folder)
            assert full == "at once" or 0 <= len(before) < 60
        disk.free()
        disk.grow()
        process = start_crawl(folder, base, paths)
        process.join(60)
        assert process.exitcode == 0
        after = check_store(folder)
    assert len(after) == 60
    assert all(after[url]["body"] == row["body"] for url, row in before.items())
    store = open_reader(folder / "p.db")
    assert [finding.problem for finding in verify(store, folder / "archive") if finding.is_damage] == []
    store.close()


def test_full_disk_leaves_an_old_database_as_it_is(disk: Disk, run: Run) -> None:
    make_old("0001", disk.path / "p.db")
    old = schema(disk.path / "p.db")
    places = ("--db", disk.path / "p.db", "--archive", disk.path / "archive", "--delay", "0")
    for leave in (0, 8192, 40960):
        disk.free()
        disk.fill(leave)
        code, output = run("crawl", "http://news.example/list/", *places)
        assert code == 7 and ("disk is full" in output or "no space left" in output.lower()), output
        disk.free()
        assert schema(disk.path / "p.db") == old
        assert_sound(disk.path / "p.db")
    disk.free()
    open_store(disk.path / "p.db").close()
    assert_sound(disk.path / "p.db")


def test_full_disk_fails_copies_exports_and_rebuilds_and_leaves_nothing_of_them(
    tmp_path: Path, disk: Disk, run: Run
) -> None:
    make_old("0005", tmp_path / "p.db")
    open_store(tmp_path / "p.db").close()
    disk.fill(leave=2048)
    places = ("--db", tmp_path / "p.db")
    for words in (
        ("backup", disk.path / "copy.db", *places),
        ("export", disk.path / "out.csv", *places),
        ("export", disk.path / "out.xlsx", *places),
        ("reextract", "--into", disk.path / "new.db", "--archive", tmp_path / "archive"),
    ):
        code, output = run(*words)
        assert code == 7 and str(disk.path) in output, (words, output)
        assert [path.name for path in disk.path.iterdir()] == ["filler"], words
    assert_sound(tmp_path / "p.db")
    disk.free()
    disk.grow()
    assert run("backup", disk.path / "copy.db", *places)[0] == 0
    assert run("reextract", "--into", disk.path / "new.db", "--archive", tmp_path / "archive")[0] == 0


def test_reading_again_into_a_full_disk_changes_all_or_nothing_of_a_batch(disk: Disk, run: Run) -> None:
    make_old("0005", disk.path / "p.db")
    open_store(disk.path / "p.db").close()
    with sqlite3.connect(disk.path / "p.db", isolation_level=None) as connection:
        connection.execute("UPDATE articles SET editor = '另一人'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    disk.fill()
    words = ("reextract", "--db", disk.path / "p.db", "--archive", disk.path / "archive", "--jobs", "1")
    code, output = run(*words)
    assert code == 7 and "p.db" in output, output
    disk.free()
    assert_sound(disk.path / "p.db")
    assert run(*words)[0] == 0
    store = open_reader(disk.path / "p.db")
    assert {row[0] for row in store.rows("SELECT editor FROM articles")} == {"赵小春"}
    store.close()


def test_folder_that_cannot_be_written_is_read_all_the_same_and_says_so_to_who_would_write(
    tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    make_old("0005", folder / "p.db")
    open_store(folder / "p.db").close()
    places, archive = ("--db", folder / "p.db"), ("--archive", folder / "archive")
    octets = (folder / "p.db").read_bytes()
    with read_only(folder):
        for words in (
            ("crawl", "http://news.example/list/", *places, *archive),
            ("crawl", "http://news.example/list/", "http://other.example/list/", *places, *archive),
            ("reextract", *places, *archive),
            ("verify", "--repair", *places, *archive),
            ("backup", folder / "copy.db", *places),
            ("export", folder / "out.csv", *places),
            ("reextract", "--into", folder / "new.db", *archive),
        ):
            code, output = run(*words)
            assert code == 7 and "read-only file system" in output.lower(), (words, output)
        assert run("search", "合作社", *places)[0] == 0
        assert run("status", *places)[0] == 0
        assert run("verify", *places, *archive)[0] == 0
        assert run("export", tmp_path / "out.csv", *places)[0] == 0
        assert run("backup", tmp_path / "copy.db", *places)[0] == 0
    assert (folder / "p.db").read_bytes() == octets
    assert run("reextract", *places, *archive)[0] == 0


# Numbers of the system calls flock and fcntl, and the kernel's name for the machine.
_CALLS = {"x86_64": (0xC000003E, 73, 72), "aarch64": (0xC00000B7, 32, 25)}
_WITHOUT = """
import ctypes, struct, sys
audit, flock, fcntl, answer, only_flock = map(int, sys.argv[1:6])
def op(code, jt, jf, k): return struct.pack("HBBI", code, jt, jf, k)
calls = [flock] if only_flock else [flock, fcntl]
locks = [6, 7, 37, 38]  # F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW
program = [op(0x20, 0, 0, 4), op(0x15, 1, 0, audit), op(0x06, 0, 0, 0x7FFF0000), op(0x20, 0, 0, 0)]
program += [op(0x15, 0, 1, flock), op(0x06, 0, 0, 0x00050000 | answer)]
if not only_flock:
    program += [op(0x15, 1, 0, fcntl), op(0x06, 0, 0, 0x7FFF0000), op(0x20, 0, 0, 24)]
    for number, lock in enumerate(locks):
        program += [op(0x15, 0, 1, lock), op(0x06, 0, 0, 0x00050000 | answer)]
program += [op(0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(program))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
filter = Program(len(program), ctypes.addressof(code))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(filter), 0, 0):
    sys.exit(99)
sys.argv = ["portal-crawler", *sys.argv[6:]]
from portal_crawler.cli import main
main()
"""


@pytest.mark.parametrize(
    ("answer", "only_flock"),
    [(errno.ENOLCK, False), (errno.ENOSYS, True), (0, True)],
    ids=["no locks at all", "no flock", "locks that hold nobody"],
)
def test_file_system_without_working_locks_is_said_so(
    tmp_path: Path, cli_environment: dict[str, str], answer: int, only_flock: bool
) -> None:
    """The kernel itself refuses the locks of a real process, as a mount without them does."""
    if platform.machine() not in _CALLS or not hasattr(ctypes.CDLL(None), "prctl"):
        pytest.skip("no filter of system calls for this machine")
    make_old("0005", tmp_path / "p.db")
    before = schema(tmp_path / "p.db")
    kind = [str(number) for number in (*_CALLS[platform.machine()], answer, int(only_flock))]
    places = ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "archive")]
    command = [sys.executable, "-c", _WITHOUT, *kind, "crawl", "http://news.example/list/", *places]
    done = subprocess.run(command, capture_output=True, text=True, env=cli_environment, timeout=60, check=False)
    if done.returncode == 99:
        pytest.skip("system calls cannot be filtered here")
    assert done.returncode == 7 and "no working locks" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and "bug" not in done.stderr
    assert schema(tmp_path / "p.db") == before
    assert_sound(tmp_path / "p.db")
