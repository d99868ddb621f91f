"""`verify` finds every damage, names it, and what it queues is whole again after the next crawl."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_crawler.archive import ArchiveWriter, Exchange
from portal_crawler.article import Article
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import PageCapture, Writer, finish_run, open_reader, open_store, start_run
from portal_crawler.verify import Finding, verify

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
BODY = "这里是第{}篇文章的正文，讲了一件新近发生的事情。"


def fill(folder: Path, articles: int = 2, *, exit_code: int | None = 0) -> list[str]:
    """A small database with its archive; gives the places of the captures."""
    store = open_store(folder / "p.db")
    run_id = start_run(store, "gscn", [])
    archive = ArchiveWriter(folder / "archive", "gscn", announce=lambda file: writer.add_segment(file))
    writer = Writer(store, run_id, "gscn", before_commit=archive.sync)
    places = []
    for number in range(1, articles + 1):
        url = f"http://news.example/{number}.html"
        page = f"<html><h1>标题{number}</h1><p>{BODY.format(number)}</p></html>" + " " * 50
        exchange = Exchange(
            url=url,
            method="GET",
            request_headers=((b"Host", b"news.example"),),
            status=200,
            reason="OK",
            headers=((b"Content-Type", b"text/html"),),
            body=page.encode(),
            fetched_at=datetime.now(UTC),
        )
        capture = archive.write(exchange)
        writer.add_capture(capture)
        article = Article(url=url, title=f"标题{number}", body=BODY.format(number), extractor="test/1")
        writer.add_article(article, [PageCapture(url, capture)])
        places.append(f"{capture.file}:{capture.offset}")
    writer.flush()
    archive.close()
    if exit_code is not None:
        finish_run(store, run_id, exit_code=exit_code, outcome="done", figures={}, summary="{}")
    store.close()
    return places


def check(folder: Path) -> list[Finding]:
    store = open_reader(folder / "p.db")
    try:
        return list(verify(store, folder / "archive"))
    finally:
        store.close()


def damage(folder: Path) -> list[Finding]:
    return [finding for finding in check(folder) if finding.is_damage]


def the_segment(folder: Path) -> Path:
    (path,) = (folder / "archive").rglob("*.warc.gz")
    return path


def test_whole_archive_has_nothing_to_report(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    assert check(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("mask", [0x01, 0xFF])
def test_each_single_flipped_byte_of_the_archive_is_found(tmp_path: Path, mask: int) -> None:
    places = fill(tmp_path)
    path = the_segment(tmp_path)
    whole = path.read_bytes()
    overlooked = []
    with path.open("r+b") as segment:
        for place, octet in enumerate(whole):
            segment.seek(place)
            segment.write(bytes([octet ^ mask]))
            segment.flush()
            found = damage(tmp_path)
            if not found:
                overlooked.append(place)
            elif place >= int(places[-1].partition(":")[2]):
                assert (found[0].place, found[0].url) == (places[-1], "http://news.example/2.html")
            segment.seek(place)
            segment.write(bytes([octet]))
            segment.flush()
    assert overlooked == []
    assert check(tmp_path) == []


def test_any_bit_of_a_compressed_page_is_found_where_unpacking_gives_the_same(tmp_path: Path) -> None:
    # In a text that repeats itself, many ways to pack it unpack to the same bytes.
    places = fill(tmp_path, 1)
    path = the_segment(tmp_path)
    whole = path.read_bytes()
    start = int(places[0].partition(":")[2])
    for place in random.Random(3).sample(range(start, len(whole)), 120):
        for bit in range(8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            assert damage(tmp_path), (place, bit)


@pytest.mark.parametrize("cut", ["within", "between", "all"])
def test_segment_that_ends_early_or_is_gone_names_every_lost_capture(tmp_path: Path, cut: str) -> None:
    places = fill(tmp_path, 3)
    path = the_segment(tmp_path)
    whole = path.read_bytes()
    if cut == "all":
        path.unlink()
    else:
        end = int(places[1].partition(":")[2])
        path.write_bytes(whole[: end + (40 if cut == "within" else 0)])
    lost = places if cut == "all" else places[1:]
    assert [finding.place for finding in damage(tmp_path) if finding.place in places] == lost


def test_bytes_between_records_and_records_without_rows_are_found(tmp_path: Path) -> None:
    places = fill(tmp_path, 3)
    path = the_segment(tmp_path)
    whole = path.read_bytes()
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        (file, offset) = places[2].split(":")
        # A row less: its record is one that nobody knows, at the end of a run that ended well.
        for table in ("revisions", "article_pages", "articles"):
            column = "id" if table == "articles" else "article_id"
            connection.execute(f"DELETE FROM {table} WHERE {column} = 3")
        connection.execute("DELETE FROM ledger WHERE article_id = 3")
        connection.execute("DELETE FROM captures WHERE offset = ?", (offset,))
    assert ("no row names this record", places[2]) in [(f.problem, f.place) for f in damage(tmp_path)]
    path.write_bytes(whole[: int(offset)] + b"garbage" + whole[int(offset) :])
    assert any(finding.place.startswith(f"{file}:") for finding in damage(tmp_path))


def test_damaged_record_is_the_damage_of_all_that_refer_to_it(tmp_path: Path) -> None:
    store = open_store(tmp_path / "p.db")
    run_id = start_run(store, "gscn", [])
    archive = ArchiveWriter(tmp_path / "archive", "gscn", announce=lambda file: writer.add_segment(file))
    writer = Writer(store, run_id, "gscn", before_commit=archive.sync)
    body = random.Random(2).randbytes(2000)
    captures = []
    for number in range(3):
        url = f"http://news.example/{number}.html"
        captures.append(archive.write(Exchange(url, "GET", (), 200, "OK", (), body, datetime.now(UTC))))
        writer.add_capture(captures[-1])
    writer.flush()
    archive.close()
    finish_run(store, run_id, exit_code=0, outcome="done", figures={}, summary="{}")
    store.close()
    assert check(tmp_path) == []
    with the_segment(tmp_path).open("r+b") as segment:
        segment.seek(captures[0].offset + 600)
        segment.write(b"damage")
    assert [finding.url for finding in damage(tmp_path)] == [capture.url for capture in captures]


def test_tail_that_the_next_crawl_cuts_off_is_named_and_no_damage(tmp_path: Path) -> None:
    fill(tmp_path, exit_code=None)
    with the_segment(tmp_path).open("ab") as segment:
        segment.write(b"\x1f\x8b\x08\x00 torn")
    (finding,) = check(tmp_path)
    assert not finding.is_damage and "9 bytes" in finding.problem


def test_tail_behind_a_run_that_ended_is_damage(tmp_path: Path) -> None:
    fill(tmp_path)
    with the_segment(tmp_path).open("ab") as segment:
        segment.write(b"\x1f\x8b\x08\x00 torn")
    assert len(damage(tmp_path)) == 1


def test_segment_that_no_row_names_is_found(tmp_path: Path) -> None:
    fill(tmp_path)
    path = the_segment(tmp_path)
    shutil.copy(path, path.with_name("gscn-20200101T000000Z-00001-1.warc.gz"))
    (finding,) = damage(tmp_path)
    assert finding.place == "gscn/gscn-20200101T000000Z-00001-1.warc.gz"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE captures SET digest = 'sha1:AAAA' WHERE id = 1", "digest"),
        ("UPDATE captures SET url = 'http://news.example/x' WHERE id = 1", "url"),
        ("UPDATE captures SET status = 404 WHERE id = 1", "status"),
        ("UPDATE captures SET length = length + 1 WHERE id = 2", "length"),
        ("UPDATE captures SET fetched_at = '2020-01-01T00:00:00+08:00' WHERE id = 1", "time"),
        ("UPDATE articles SET body = '别的' WHERE id = 1", "revision"),
        ("UPDATE articles SET title = '新' WHERE id = 1; UPDATE revisions SET title = '新' WHERE id = 1", ""),
        ("UPDATE articles SET revision = 2 WHERE id = 1", "revisions"),
        ("UPDATE articles SET images = 'no json' WHERE id = 1", "JSON"),
        ("UPDATE ledger SET article_id = NULL", "no article"),
        ("UPDATE ledger SET identity = 'x' WHERE id = 1", "identity"),
        ("DELETE FROM article_pages WHERE article_id = 1", "page_count"),
        ("INSERT INTO article_search (rowid, title, body) VALUES (77, 'x', 'y')", "no article"),
        ("INSERT INTO title_search (rowid, title) VALUES (77, 'x')", "no article"),
        (
            "UPDATE articles SET body = body || '添了一句。'; UPDATE revisions SET body = body || '添了一句。'",
            "index",
        ),
        ("UPDATE revisions SET capture_id = 999 WHERE id = 1", "refers to a row"),
    ],
)
def test_rows_that_disagree_are_found(tmp_path: Path, change: str, named: str) -> None:
    fill(tmp_path)
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.executescript(f"PRAGMA foreign_keys = OFF; {change}")
    found = damage(tmp_path)
    if named:
        assert any(named in finding.problem for finding in found), found


def test_damaged_pages_of_the_database_are_found(tmp_path: Path) -> None:
    fill(tmp_path, 40)
    with sqlite3.connect(tmp_path / "p.db") as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'captures'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    octets = bytearray((tmp_path / "p.db").read_bytes())
    octets[(page - 1) * size : page * size] = b"\xaa" * size
    (tmp_path / "p.db").write_bytes(octets)
    assert damage(tmp_path)


def test_command_names_the_damage_and_the_next_crawl_heals_what_was_queued(tmp_path: Path, cli: Cli) -> None:
    replica = build(30, 4)
    db, archive = tmp_path / "p.db", tmp_path / "archive"
    places = ("--db", db, "--archive", archive)
    with serve(replica) as base:
        # One channel has all that this test looks at.
        crawl = ("crawl", f"{base}{replica.channels[0].listing_path}", "--delay", "0", "--allow-private", *places)
        assert cli(*crawl).returncode == 0
        done = cli("verify", *places)
        assert done.returncode == 0, done.stdout.decode()
        with sqlite3.connect(db) as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute("SELECT c.* FROM captures c JOIN articles a ON a.capture_id = c.id").fetchone()
            before = connection.execute("SELECT url, title, body, revision FROM articles ORDER BY url").fetchall()
        with (archive / row["file"]).open("r+b") as segment:
            segment.seek(row["offset"] + row["length"] // 2)
            octet = segment.read(1)
            segment.seek(-1, 1)
            segment.write(bytes([octet[0] ^ 4]))
        done = cli("verify", *places)
        assert done.returncode == 7
        line = done.stdout.decode().splitlines()[0]
        assert f"{row['file']}:{row['offset']}" in line and row["url"] in line
        done = cli("verify", "--repair", "--json", *places)
        assert done.returncode == 7
        assert json.loads(done.stdout.splitlines()[-1])["queued"] == [row["url"]]
        with sqlite3.connect(db) as connection:
            assert [tuple(item) for item in before] == connection.execute(
                "SELECT url, title, body, revision FROM articles ORDER BY url"
            ).fetchall()
            waiting = connection.execute("SELECT url, reason FROM ledger WHERE state = 'pending'").fetchall()
        assert waiting == [(row["url"], f"capture lost: {row['file']}:{row['offset']}")]
        assert cli(*crawl).returncode == 0
    done = cli("verify", *places)
    assert done.returncode == 0, done.stdout.decode()
    assert b"known since" in done.stdout
    with sqlite3.connect(db) as connection:
        assert connection.execute("SELECT count(*) FROM ledger WHERE state = 'pending'").fetchone() == (0,)
        assert [tuple(item) for item in before] == connection.execute(
            "SELECT url, title, body, revision FROM articles ORDER BY url"
        ).fetchall()


@pytest.mark.parametrize("command", [["verify"], ["verify", "--repair"], ["reextract"]], ids=" ".join)
def test_verify_and_reextract_of_nothing_say_so_and_make_nothing(tmp_path: Path, cli: Cli, command: list[str]) -> None:
    done = cli(*command, "--db", tmp_path / "none.db")
    assert done.returncode == 7 and b"no such database" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["verify", "reextract"])
def test_portal_that_was_never_crawled_is_no_portal_without_damage(tmp_path: Path, cli: Cli, command: str) -> None:
    open_store(tmp_path / "p.db").close()
    done = cli(command, "--portal", "gscm", "--db", tmp_path / "p.db", "--archive", tmp_path / "archive")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no portal 'gscm'" in done.stderr
