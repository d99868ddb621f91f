"""Nothing outside the data directory is created or changed, whatever a page, a name, a link or a database says.

Whose links are followed: the database, the archive and a portal's folder in it are the owner's to lay wherever there is
room, so links there lead on. A name that only this program gives (locks, temporary files, the log of the database) is
no place for a link: behind one, somebody who may write to the folder would have us write to theirs. And a file that is
made anew takes the place of a link instead of following it.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.archive import ArchiveError, ArchiveWriter, Exchange, read_exchange, recover
from portal_crawler.archive.replay import exchanges_of
from portal_crawler.cli import main
from portal_crawler.cli.heartbeat import write_whole
from portal_crawler.merge.segments import bring_segment
from portal_crawler.portals import TargetError, find_portal, load_profile
from portal_crawler.portals.portal_id import id_problem
from portal_crawler.store import StorageError, open_store
from portal_crawler.store.locks import take_lock
from tests.conftest import ROOT
from tests.faults.server import article, listing, portal

HAN = "甘肃省兰州新区" * 43
NAMES = (
    "../../canary/x",
    "/tmp/canary",
    "CON",
    "NUL.txt",
    "a\n/../../b",
    "trailing... ",
    "~/.ssh/x",
    "$(touch x)",
    HAN,
)


def state_of(folder: Path) -> dict[str, tuple[int, str]]:
    """Everything below a folder, by its path: its mode, and what it holds or leads to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            held = str(path.readlink())
        elif path.is_file():
            held = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            held = ""
        found[str(path.relative_to(folder))] = (path.lstat().st_mode, held)
    return found


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A folder that must stay as it is."""
    folder = tmp_path / "canary"
    folder.mkdir()
    (folder / "letter.txt").write_text("a letter of somebody else\n" * 100)
    return folder


def _hostile_paths() -> list[str]:
    # As a server may write them: with what has a meaning for a file system, escaped or not.
    return [
        "/2021/1119/..%2f..%2f..%2fcanary%2f1.html",
        "/2021/1119/%00/etc/passwd1.html",
        "/2021/1119/CON/NUL.txt/2.html",
        "/2021/1119/3.html/../../../../../../canary/3.html",
        "/2021/1119/4.html...",
        "/2021/1119/%0d%0a..%5c..%5c5.html",
        f"/2021/1119/{'%E7%94%98' * 300}6.html",
    ]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, str]], str]:
    """A portal of hostile names crawled: where, what stood around its data before, and what was said."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("canary", "home", "temporary", "here"):
        (folder / name).mkdir()
    (folder / "canary" / "letter.txt").write_text("a letter of somebody else")
    channels = "".join(
        f'[[channels]]\nname = {name!a}\npath = [{name!a}, "x"]\nurl = "/gn{number}/"\n'.replace("'", '"')
        for number, name in enumerate(NAMES)
    )
    paths = _hostile_paths()

    def page(number: int) -> str:
        name = NAMES[number % len(NAMES)].replace("\n", "&#10;")
        return article(number).replace("靖远县引进企业第", f"{name} 靖远县引进企业第").replace(
            "</p></div>", f'</p><p><img src="{name}.jpg" alt="{name}"></p></div>'
        )  # fmt: skip

    answers = {
        path.split("/../")[0] + "*": (
            lambda asked, number=number: asked.answer(
                page(number), content_disposition='attachment; filename="../../canary/letter.txt"'
            )
        )
        for number, path in enumerate(paths)
    }
    answers |= {f"/gn{n}/": lambda asked: asked.answer(listing(*paths)) for n in range(len(NAMES))}
    (folder / "named.toml").write_text(f'id = "named"\nname = "../../canary"\nhosts = ["127.0.0.1"]\n{channels}')
    before = state_of(folder)
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "no_proxy": "127.0.0.1",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "temporary"),
        "XDG_CACHE_HOME": str(folder / "home"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with portal(answers) as running:
        command = [sys.executable, "-m", "portal_crawler", "crawl", str(folder / "named.toml"), "--host", running.url]
        places = ["--db", str(folder / "data" / "p.db"), "--archive", str(folder / "data" / "a")]
        done = subprocess.run(
            [*command, *places, "--allow-private", "--delay", "0"],
            cwd=folder / "here", env=environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
    return folder, before, done.stderr


def test_no_name_of_a_page_a_channel_or_an_address_becomes_a_path(
    crawled: tuple[Path, dict[str, tuple[int, str]], str],
) -> None:
    folder, before, said = crawled
    after = state_of(folder)
    assert {name: held for name, held in after.items() if not name.startswith("data")} == before, said
    inside = {name.partition("-")[0] for name in after if name.startswith("data/")}
    assert inside == {"data/p.db", "data/p.db.locks", "data/p.db.locks/.reprints.lock", "data/p.db.locks/named.lock",
                      "data/a", "data/a/named", "data/a/named/named"}  # fmt: skip
    with closing(sqlite3.connect(folder / "data" / "p.db")) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM channels")}
        ((stored,),) = connection.execute("SELECT count(*) FROM articles").fetchall()
    # The canary is silent though all of it came in.
    assert {"../../canary/x", HAN} <= names and stored >= 5, said


BAD_IDS = ("", ".", "..", "../x", "/etc/x", "a/b", "a\\b", "a..b", "a.", "-x", ".x", "a\x00", "a\n", "con", "nul.txt",
           "com1.cn", "A", "甘肃", "a b", "a" * 82, HAN)  # fmt: skip


@pytest.mark.parametrize("name", BAD_IDS)
def test_an_id_that_is_no_name_of_a_file_is_refused_before_anything_is_written(
    tmp_path: Path, canary: Path, name: str
) -> None:
    before = state_of(tmp_path)
    assert id_problem(name)
    with pytest.raises(ArchiveError):
        ArchiveWriter(tmp_path / "a", name)
    with pytest.raises(ArchiveError):
        recover(tmp_path / "a", name, {})
    if name != ".x":
        with pytest.raises(StorageError):
            take_lock(tmp_path / "p.db", name)
    profile = tmp_path / "canary" / "x.toml"
    for command in ("verify", "reextract"):
        done = CliRunner().invoke(main, [command, "--portal", name, "--db", str(profile)])
        assert (done.exit_code, "no portal id" in done.output) == (2, True)
    assert state_of(tmp_path) == before


@pytest.mark.parametrize("name", ["../x", "a..b", "nul.txt", "a.", HAN])
def test_a_profile_with_such_an_id_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(f'name = "x"\nid = "{name}"\nhosts = ["a.cn"]\n')
    with pytest.raises(Exception, match=r"x\.toml:2: .* is no portal id"):
        load_profile(path)


@pytest.mark.parametrize("url", ["http://a..b/", "http://..a/", "http://-x/", f"http://{'a' * 200}/"])
def test_a_host_that_gives_no_such_id_is_no_target(url: str) -> None:
    with pytest.raises(TargetError):
        find_portal(url, profiles={})


def test_a_host_that_is_called_like_a_device_gets_another_id() -> None:
    assert find_portal("http://www.con.cn/gn/", profiles={})[0].id == "site-con.cn"


BAD_FILES = ("../canary/letter.txt", "../../canary/x-1.warc.gz", "/etc/passwd", "named/../../canary/x.warc.gz",
             "named/x", "named/.x.warc.gz", "named//x.warc.gz", "x.warc.gz", "named/a\nb.warc.gz", "named/\x00.warc.gz",
             "named/x/y.warc.gz", "..warc.gz/..warc.gz", "../x.warc.gz")  # fmt: skip


@pytest.mark.parametrize("file", BAD_FILES)
def test_a_row_that_names_no_segment_is_neither_read_nor_cut(tmp_path: Path, canary: Path, file: str) -> None:
    archive = tmp_path / "a"
    archive.mkdir()
    before = state_of(tmp_path)
    with pytest.raises(ArchiveError, match="names no segment"):
        read_exchange(archive, file, 0, 10)
    with pytest.raises(ArchiveError, match="names no segment"):
        list(exchanges_of(archive, file, []))
    with pytest.raises(ArchiveError, match="names no segment"):
        recover(archive, "named", {file: 5})
    assert state_of(tmp_path) == before


@pytest.mark.parametrize(("offset", "length"), [(0, -1), (0, 0), (-1, 5), (0, 10**12), (2**62, 5), (10**15, 5)])
def test_a_row_with_an_absurd_place_is_refused_without_reading_all(tmp_path: Path, offset: int, length: int) -> None:
    place = tmp_path / "named" / "x.warc.gz"
    place.parent.mkdir()
    place.write_bytes(gzip.compress(b"x" * 1000))
    with pytest.raises(ArchiveError):
        read_exchange(tmp_path, "named/x.warc.gz", offset, length)


def _written(archive: Path, portal_id: str = "named") -> str:
    """The path of a segment with one exchange."""
    page = Exchange("http://a.cn/1", "GET", (), 200, "OK", (), b"<p>text</p>", datetime.now(UTC))
    with ArchiveWriter(archive, portal_id) as writer:
        return writer.write(page).file


def test_the_archive_and_a_portals_folder_in_it_may_lie_elsewhere(tmp_path: Path) -> None:
    disk = tmp_path / "other disk"
    (disk / "named").mkdir(parents=True)
    (tmp_path / "b").mkdir()
    (tmp_path / "a").symlink_to(disk)
    (tmp_path / "b" / "named").symlink_to(disk / "named")
    for archive in (tmp_path / "a", tmp_path / "b"):
        assert (disk / _written(archive)).stat().st_size > 0


def test_nothing_is_cut_off_or_removed_behind_a_link(tmp_path: Path, canary: Path) -> None:
    before = state_of(canary)
    archive = tmp_path / "a"
    (archive / "named").mkdir(parents=True)
    for known_bytes in (0, 50):
        link = archive / "named" / "x-1.warc.gz"
        link.symlink_to(canary / "letter.txt")
        with pytest.raises(ArchiveError, match="a link"):
            recover(archive, "named", {"named/x-1.warc.gz": known_bytes})
        assert state_of(canary) == before and link.is_symlink()
        link.unlink()


def test_locks_are_not_made_behind_links(tmp_path: Path, canary: Path) -> None:
    before = state_of(canary)
    folder = tmp_path / "p.db.locks"
    folder.symlink_to(canary)
    with pytest.raises(StorageError, match="a link"):
        take_lock(tmp_path / "p.db", "named")
    folder.unlink()
    folder.mkdir()
    (folder / "named.lock").symlink_to(canary / "letter.txt")
    with pytest.raises(StorageError):
        take_lock(tmp_path / "p.db", "named")
    (folder / "named.lock").unlink()
    (folder / "named.lock").symlink_to(canary / "new.txt")
    with pytest.raises(StorageError):
        take_lock(tmp_path / "p.db", "named")
    assert state_of(canary) == before


def test_a_database_that_is_a_link_has_the_locks_of_what_it_leads_to(tmp_path: Path) -> None:
    disk = tmp_path / "other disk"
    disk.mkdir()
    (tmp_path / "p.db").symlink_to(disk / "q.db")
    open_store(tmp_path / "p.db").close()
    lock = take_lock(tmp_path / "p.db", "named")
    try:
        with pytest.raises(Exception, match="is crawling it"):
            take_lock(disk / "q.db", "named")
    finally:
        lock.release()
    assert {path.name for path in tmp_path.iterdir()} == {"p.db", "other disk"}


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_the_log_of_a_database_is_not_written_behind_a_link(tmp_path: Path, canary: Path, suffix: str) -> None:
    before = state_of(canary)
    for target in ("letter.txt", "new.txt"):
        link = tmp_path / f"p.db{suffix}"
        link.symlink_to(canary / target)
        with contextlib.suppress(StorageError):
            open_store(tmp_path / "p.db").close()
        assert state_of(canary) == before
        link.unlink(missing_ok=True)
        (tmp_path / "p.db").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def stored(crawled: tuple[Path, dict[str, tuple[int, str]], str]) -> Path:
    return crawled[0] / "data"


WRITERS: dict[str, Callable[[str, str], list[str]]] = {
    "x.csv": lambda db, file: ["export", file, "--db", db],
    "x.jsonl": lambda db, file: ["export", file, "--db", db],
    "x.parquet": lambda db, file: ["export", file, "--db", db],
    "x.xlsx": lambda db, file: ["export", file, "--db", db],
    "x.html": lambda db, file: ["report", file, "--db", db],
    "copy.db": lambda db, file: ["backup", file, "--db", db],
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_made_takes_the_place_of_a_link(tmp_path: Path, canary: Path, stored: Path, name: str) -> None:
    for target in ("new.txt", "letter.txt"):
        before = state_of(canary)
        links = [
            tmp_path / name,
            tmp_path / f"{name}.manifest.json",
            tmp_path / f".{name}.part",
            tmp_path / f"{name}-wal",
        ]
        for link in links:
            link.unlink(missing_ok=True)
            link.symlink_to(canary / target)
        done = CliRunner().invoke(main, WRITERS[name](str(stored / "p.db"), str(links[0])))
        assert state_of(canary) == before
        if done.exit_code:
            # A copy of the database takes the place of nothing that is there.
            assert (name, target) == ("copy.db", "letter.txt") and "exists already" in done.output
        else:
            assert links[0].stat().st_size > 0 and not links[0].is_symlink()


def test_temporary_names_of_the_heartbeat_lead_nowhere(tmp_path: Path, canary: Path) -> None:
    before = state_of(canary)
    (tmp_path / "beat.json").symlink_to(canary / "letter.txt")
    (tmp_path / f".beat.json.{os.getpid()}.tmp").symlink_to(canary / "letter.txt")
    write_whole(tmp_path / "beat.json", b"{}\n")
    assert state_of(canary) == before
    assert (tmp_path / "beat.json").read_bytes() == b"{}\n" and not (tmp_path / "beat.json").is_symlink()


def test_a_segment_of_a_shard_is_brought_nowhere_but_into_the_archive(tmp_path: Path, canary: Path) -> None:
    before = state_of(canary)
    shard, own = tmp_path / "shard", tmp_path / "own"
    file = _written(shard)
    size_bytes = (shard / file).stat().st_size
    (own / "named").mkdir(parents=True)
    for name in (*BAD_FILES, "../canary/letter.txt"):
        with pytest.raises(ArchiveError, match="names no segment"):
            bring_segment(name, size_bytes, own, shard)
    (own / "named" / f".{Path(file).name}.{os.getpid()}.part").symlink_to(canary / "letter.txt")
    assert bring_segment(file, size_bytes, own, shard) == size_bytes
    assert state_of(canary) == before and not (own / file).is_symlink()
