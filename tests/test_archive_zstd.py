"""Segments of zstd frames: as WARC-zstd has them, read like those of gzip members, and no byte of them unwatched."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

import pytest
from fastwarc.warc import ArchiveIterator

from portal_crawler.archive import (
    ArchiveError,
    ArchiveWriter,
    Compression,
    Exchange,
    read_exchange,
    scan_segment,
    write,
)
from portal_crawler.archive.record import sha1_of
from portal_crawler.archive.zstandard import zstd
from portal_crawler.article import Article, Capture
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import PageCapture, Writer, find_payload, finish_run, open_reader, open_store, start_run
from portal_crawler.verify import Finding, repair, verify
from tests.crawl_process import check_store, start_crawl

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
_DICTIONARY = struct.pack("<I", 0x184D2A5D)
_FRAME = b"\x28\xb5\x2f\xfd"


def page(number: int) -> bytes:
    """A page: what all pages of the site have in common, and some text of its own."""
    frame = Random(7)
    menu = "".join(
        f'<a href="/{frame.randrange(10**9)}/">{chr(frame.randrange(0x4E00, 0x9000))}</a>' for _ in range(90)
    )
    own = Random(number)
    text = "".join(chr(own.randrange(0x4E00, 0x9000)) for _ in range(120))
    return f"<html><body><nav>{menu}</nav><h1>{number}</h1><p>{text}</p></body></html>".encode()


@dataclass
class Desk:
    """A database and an archive, filled run by run as a crawl does it."""

    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def run(
        self, bodies: list[bytes], compression: Compression = "zstd", *, first: int = 0, segment_bytes: int = 1024**3
    ) -> list[Capture]:
        store = open_store(self.folder / "p.db")
        run_id = start_run(store, "gscn", [])
        archive = ArchiveWriter(
            self.archive,
            "gscn",
            compression=compression,
            segment_bytes=segment_bytes,
            announce=lambda file: writer.add_segment(file),
            find=lambda url, digest: find_payload(store, url, digest),
        )
        writer = Writer(store, run_id, "gscn", before_commit=archive.sync)
        captures = []
        for number, body in enumerate(bodies, first):
            url = f"http://news.example/{number}.html"
            captures.append(archive.write(exchange(url, body)))
            writer.add_capture(captures[-1])
            article = Article(
                url=url, title=f"标题{number}", body=f"这里是第{number}篇文章的正文。", extractor="test/1"
            )
            writer.add_article(article, [PageCapture(url, captures[-1])])
        writer.flush()
        archive.close()
        finish_run(store, run_id, exit_code=0, outcome="done", figures={}, summary="{}")
        store.close()
        return captures

    def segments(self) -> list[Path]:
        return sorted(self.archive.glob("gscn/*"))

    def findings(self) -> list[Finding]:
        store = open_reader(self.folder / "p.db")
        try:
            return list(verify(store, self.archive))
        finally:
            store.close()

    def body(self, capture: Capture) -> bytes:
        return read_exchange(self.archive, capture.file, capture.offset, capture.length).body


def exchange(url: str, body: bytes) -> Exchange:
    return Exchange(
        url=url,
        method="GET",
        request_headers=((b"Host", b"news.example"), (b"Accept-Encoding", b"identity")),
        status=200,
        reason="OK",
        headers=((b"Content-Type", b"text/html"), (b"Server", b"nginx")),
        body=body,
        fetched_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An archive of 40 pages; read it and leave it as it is."""
    desk = Desk(tmp_path_factory.mktemp("filled"))
    desk.run([page(number) for number in range(40)])
    return desk


@pytest.fixture
def desk(filled: Desk, tmp_path: Path) -> Desk:
    """A copy of it to damage."""
    shutil.copytree(filled.folder, tmp_path / "desk")
    return Desk(tmp_path / "desk")


@pytest.fixture
def with_dictionary(desk: Desk) -> Path:
    """Its segment with a dictionary."""
    (path,) = (path for path in desk.segments() if path.read_bytes().startswith(_DICTIONARY))
    return path


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The frames of a file with their magic numbers, as RFC 8878 lays them out."""
    place = 0
    while place < len(data):
        magic, size = struct.unpack_from("<II", data, place)
        is_skippable = magic & 0xFFFFFFF0 == 0x184D2A50
        length = 8 + size if is_skippable else zstd.get_frame_size(data[place:])
        yield magic, data[place : place + length]
        place += length


def test_pages_are_read_back_byte_for_byte_and_take_a_part_of_the_room(tmp_path: Path) -> None:
    bodies = [page(number) for number in range(150)] + [b"", b"x", Random(1).randbytes(300_000), page(3)]
    rooms = {}
    for compression in ("gzip", "zstd"):
        desk = Desk(tmp_path / compression)
        desk.folder.mkdir()
        captures = desk.run(bodies, compression)
        assert [desk.body(capture) for capture in captures] == bodies
        assert desk.findings() == []
        rooms[compression] = sum(path.stat().st_size for path in desk.segments())
    assert rooms["zstd"] - 300_000 < 0.5 * (rooms["gzip"] - 300_000)


def test_files_are_as_the_specification_of_warc_zstd_has_them(filled: Desk) -> None:
    heads = []
    for path in filled.segments():
        assert path.name.endswith(".warc.zst")
        dictionary = None
        for place, (magic, frame) in enumerate(frames(path.read_bytes())):
            if magic == 0x184D2A5D:
                assert place == 0
                packed = zstd.get_frame_info(frame[8:])
                assert packed.decompressed_size and packed.dictionary_id == 0 and frame[8 + 4] & 0b100
                content = zstd.decompress(frame[8:])
                assert content.startswith(b"\x37\xa4\x30\xec")
                dictionary = zstd.ZstdDict(content)
                assert 32_768 <= dictionary.dict_id < 2**31
            elif frame.startswith(_FRAME):
                # Content size and check sum in each, and the dictionary's number where there is one.
                info = zstd.get_frame_info(frame)
                assert info.decompressed_size and frame[4] & 0b100
                assert info.dictionary_id == (dictionary.dict_id if dictionary else 0)
                record = zstd.decompress(frame, dictionary)
                assert record.startswith(b"WARC/1.1\r\n") and record.endswith(b"\r\n\r\n")
            else:
                assert place > 0 and magic & 0xFFFFFFF0 == 0x184D2A50
        heads.append(dictionary is not None)
    # The first segment has the pages of which the dictionary is made.
    assert heads == [False, True]


def test_another_reader_finds_every_record_at_its_place_and_its_digests_right(filled: Desk) -> None:
    for path in filled.segments():
        with path.open("rb") as stream:
            theirs = {record.headers["WARC-Record-ID"]: record.stream_pos for record in ArchiveIterator(stream)}
        ours = [item for item in scan_segment(path) if item.record]
        assert len(theirs) == len(ours)
        for item in ours:
            assert item.record is not None
            if item.record.kind == "response":
                assert theirs[f"{item.record.fields['warc-record-id']}"] == item.offset
        done = subprocess.run([sys.executable, "-m", "fastwarc.cli", "check", path], capture_output=True, check=False)
        assert done.returncode == 0 and f"{len(ours)} records were verified".encode() in done.stdout, done.stderr


def test_zstd_itself_unpacks_a_segment_to_a_file_that_warc_tools_read(filled: Desk, tmp_path: Path) -> None:
    if not (program := shutil.which("zstd")):
        pytest.skip("there is no zstd here")
    for path in filled.segments():
        data = path.read_bytes()
        given: list[str] = []
        if data.startswith(_DICTIONARY):
            size = struct.unpack_from("<I", data, 4)[0]
            (tmp_path / "dictionary.zst").write_bytes(data[8 : 8 + size])
            subprocess.run([program, "-dfq", tmp_path / "dictionary.zst"], check=True)
            given = ["-D", str(tmp_path / "dictionary")]
        plain = tmp_path / path.name.removesuffix(".zst")
        subprocess.run([program, "-dq", *given, path, "-o", plain], check=True)
        check = [sys.executable, "-m", "warcio.cli", "check", "-v", str(plain)]
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        records = sum(item.record is not None for item in scan_segment(path))
        assert done.returncode == 0 and "fail" not in done.stdout, done.stdout + done.stderr
        assert done.stdout.count("digest pass") >= records


def test_both_ways_lie_side_by_side_and_refer_to_each_other(tmp_path: Path, cli: Cli) -> None:
    desk = Desk(tmp_path)
    bodies = [page(number) for number in range(30)]
    captures = [
        *desk.run(bodies, "gzip"),
        # The same addresses with the same bodies are revisits of what gzip holds, and then the other way about.
        *desk.run(bodies[:5], "zstd"),
        *desk.run([page(number) for number in range(100, 130)], "zstd", first=100),
        *desk.run([page(number) for number in range(100, 105)], "gzip", first=100),
    ]
    assert {path.name.rpartition(".warc.")[2] for path in desk.segments()} == {"gz", "zst"}
    assert [path.name for path in desk.segments()] == sorted(
        (path.name for path in desk.segments()), key=lambda name: name[: name.index("Z-") + 7]
    )
    assert [desk.body(capture) for capture in captures] == [
        *bodies, *bodies[:5], *(page(number) for number in range(100, 130)), *(page(number) for number in range(100, 105)),
    ]  # fmt: skip
    kinds = [item.record.kind for path in desk.segments() for item in scan_segment(path) if item.record]
    assert kinds.count("revisit") == 10
    assert desk.findings() == []


def test_next_run_begins_with_the_dictionary_that_paid_until_it_pays_no_more(desk: Desk, with_dictionary: Path) -> None:
    dictionary = next(frames(with_dictionary.read_bytes()))
    begun_with = []
    for run in range(5):
        desk.run([page(number) for number in range(200 + run, 202 + run)], first=200 + 10 * run)
        begun_with.append(next(frames(desk.segments()[-1].read_bytes())))
    # Three runs that brought next to nothing, and the next one does without.
    assert [begun == dictionary for begun in begun_with] == [True, True, True, False, False]
    desk.run([page(number) for number in range(300, 340)], first=300)
    assert next(frames(desk.segments()[-1].read_bytes()))[0] == 0x184D2A5D
    assert desk.findings() == []


def test_other_pages_than_those_of_the_dictionary_get_one_of_their_own(desk: Desk, with_dictionary: Path) -> None:
    def other(number: int) -> bytes:
        return page(number)[::-1]

    desk.run([other(number) for number in range(200, 280)], first=200)
    first, *_, last = (next(frames(path.read_bytes())) for path in desk.segments()[2:])
    assert first == next(frames(with_dictionary.read_bytes()))
    assert last[0] == first[0] and last != first
    assert desk.findings() == []


def test_segment_that_is_full_is_followed_by_another_with_a_dictionary(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    bodies = [page(number) for number in range(60)]
    captures = desk.run(bodies, segment_bytes=20_000)
    assert [desk.body(capture) for capture in captures] == bodies
    sizes = [path.stat().st_size for path in desk.segments()]
    assert len(sizes) >= 3 and max(sizes) < 30_000
    assert desk.findings() == []


def test_packed_bodies_have_nothing_in_common_and_no_dictionary(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    bodies = [Random(number).randbytes(9000) for number in range(70)]
    captures = desk.run(bodies)
    assert [desk.body(capture) for capture in captures] == bodies
    assert not any(path.read_bytes().startswith(_DICTIONARY) for path in desk.segments())


@pytest.mark.slow
def test_single_flipped_byte_is_found_wherever_it_is(desk: Desk, with_dictionary: Path) -> None:
    whole = with_dictionary.read_bytes()
    parts = list(scan_segment(with_dictionary))
    # All of the frames' and the dictionary's heads, the first records and the last; and some of what lies between.
    places = set(range(24)) | set(range(len(whole) - 30, len(whole)))
    size = struct.unpack_from("<I", whole, 4)[0] + 8
    places |= set(range(size - 8, size + 60)) | set(range(parts[1].offset, parts[2].offset + 40))
    places |= set(Random(1).sample(range(len(whole)), 200))
    overlooked = []
    with with_dictionary.open("r+b") as segment:
        for place in sorted(places):
            segment.seek(place)
            segment.write(bytes([whole[place] ^ (0x01, 0x80, 0xFF)[place % 3]]))
            segment.flush()
            if not any(finding.is_damage for finding in desk.findings()):
                overlooked.append(place)
            segment.seek(place)
            segment.write(whole[place : place + 1])
            segment.flush()
    assert overlooked == []
    assert desk.findings() == []


def test_change_that_unpacks_to_the_same_is_found(desk: Desk, with_dictionary: Path) -> None:
    # Of the frame's descriptor, bit 4 means nothing: what unpacks takes no notice.
    whole = with_dictionary.read_bytes()
    for item in list(scan_segment(with_dictionary))[:3]:
        frame = whole.index(_FRAME, item.offset + (len(next(frames(whole))[1]) if item.offset == 0 else 0))
        damaged = bytearray(whole)
        damaged[frame + 4] ^= 0b10000
        with_dictionary.write_bytes(damaged)
        assert [f.place for f in desk.findings() if f.is_damage] == [f"gscn/{with_dictionary.name}:{item.offset}"]


def test_damaged_dictionary_costs_its_segment_alone_and_says_so(desk: Desk, with_dictionary: Path) -> None:
    data = bytearray(with_dictionary.read_bytes())
    data[100:200] = b"\0" * 100
    with_dictionary.write_bytes(data)
    found = [finding for finding in desk.findings() if finding.is_damage]
    assert found and "dictionary" in found[0].problem
    assert {finding.file for finding in found} == {f"gscn/{with_dictionary.name}"}
    with sqlite3.connect(desk.folder / "p.db") as connection:
        places = connection.execute("SELECT file, offset, length FROM captures ORDER BY id").fetchall()
    for file, offset, length in places:
        if file.endswith(with_dictionary.name):
            with pytest.raises(ArchiveError, match="dictionary"):
                read_exchange(desk.archive, file, offset, length)
        else:
            read_exchange(desk.archive, file, offset, length)
    # A crawl goes on, and what was lost is fetched again.
    done = repair(desk.folder / "p.db", desk.archive, found)
    assert len(done.queued) == sum(file.endswith(with_dictionary.name) for file, _, _ in places)
    desk.run([page(number) for number in range(900, 905)], first=900)
    assert [finding for finding in desk.findings() if finding.is_damage] == []


def test_scan_goes_on_behind_a_damaged_record_and_a_torn_end_is_known(desk: Desk, with_dictionary: Path) -> None:
    whole = with_dictionary.read_bytes()
    items = list(scan_segment(with_dictionary))
    assert sum(item.length for item in items) == len(whole)
    for wrong in (items[1], items[2]):
        damaged = bytearray(whole)
        damaged[wrong.offset + wrong.length // 2] ^= 0xFF
        with_dictionary.write_bytes(damaged)
        assert [item.offset for item in scan_segment(with_dictionary) if item.problem] == [wrong.offset]
    for cut in range(1, items[-1].length + items[-2].length, 3):
        with_dictionary.write_bytes(whole[:-cut])
        assert [item.torn for item in scan_segment(with_dictionary) if item.problem] in ([True], [])


def warc(kind: str = "response", block: bytes = b"HTTP/1.1 200 OK\r\n\r\nx", **fields: str) -> bytes:
    head = {"WARC-Type": kind, "WARC-Target-URI": "http://a.cn/1", "WARC-Block-Digest": sha1_of(block)} | fields
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"WARC/1.1\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def bomb(size: int, begun: bytes = b"") -> bytes:
    """A frame of so many zeros behind `begun`, made without having them all at once."""
    compressor = zstd.ZstdCompressor()
    compressor.set_pledged_input_size(len(begun) + size)
    pieces = [compressor.compress(begun), *(compressor.compress(bytes(1_000_000)) for _ in range(size // 1_000_000))]
    return b"".join([*pieces, compressor.flush()])


def wide(record: bytes) -> bytes:
    """A frame that is right, and would have its reader keep 1 GB of what came before (RFC 8878, section 3.1.1.1)."""
    head = bytes([0b10_000100, (30 - 10) << 3]) + struct.pack("<I", len(record))
    block = struct.pack("<I", len(record) << 3 | 1)[:3] + record
    frame = _FRAME + head + block + packed(record)[-4:]
    assert zstd.decompress(frame, options={zstd.DecompressionParameter.window_log_max: 31}) == record
    return frame


def packed(record: bytes, **options: int) -> bytes:
    named = {getattr(zstd.CompressionParameter, name): value for name, value in options.items()}
    return zstd.compress(record, options={zstd.CompressionParameter.checksum_flag: 1} | named)


FORGED: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: bomb(300_000_000),
    "a bomb in a record": lambda: bomb(100_000_000, warc()[:-4]),
    "bombs without end": lambda: bomb(39_000_000) * 200,
    "a frame without its size": lambda: packed(warc(), content_size_flag=0),
    "a window of 1 GB": lambda: wide(warc()),
    "a dictionary of 4 GB": lambda: _DICTIONARY + b"\xff\xff\xff\xff" + packed(warc()),
    "a dictionary that unpacks to 300 MB": lambda: _framed(bomb(300_000_000)) + packed(warc()),
    "a dictionary of 9 MB": lambda: _framed(b"\x37\xa4\x30\xec" + bytes(9_000_000)) + packed(warc()),
    "a dictionary of nothing": lambda: _framed(b"") + packed(warc()),
    "a dictionary of anything": lambda: _framed(Random(2).randbytes(5000)) + packed(warc()),
    "a dictionary without tables": lambda: _framed(b"\x37\xa4\x30\xec" + bytes(5000)) + packed(warc()),
    "a dictionary of two frames": lambda: _framed(packed(b"\x37\xa4\x30\xec") * 2) + packed(warc()),
    "a dictionary that is not there": lambda: zstd.compress(warc(), zstd_dict=_dictionary()),
    "a second dictionary": lambda: packed(warc()) + _framed(b"\x37\xa4\x30\xec" + bytes(99)) + packed(warc()),
    "skippable frames without end": lambda: struct.pack("<II", 0x184D2A5E, 16) * 50_000,
    "a skippable frame that is too long": lambda: packed(warc()) + struct.pack("<II", 0x184D2A50, 0xFFFFFFF0),
    "beginnings without end": lambda: _FRAME * 200_000,
    "beginnings of records without end": lambda: packed(warc(block=Random(3).randbytes(999)))[:60] * 20_000,
    "long beginnings without end": lambda: packed(Random(4).randbytes(130_000))[:40] * 20_000,
    "empty frames without end": lambda: packed(b"") * 50_000,
    "tiny records without end": lambda: packed(b"WARC/1.1\r\n\r\n\r\n\r\n") * 50_000,
    "zeros": lambda: bytes(3_000_000),
    "nothing": lambda: b"",
    "gzip": lambda: b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
}


def _framed(dictionary: bytes) -> bytes:
    return _DICTIONARY + struct.pack("<I", len(dictionary)) + dictionary


def _dictionary() -> zstd.ZstdDict:
    return zstd.finalize_dict(zstd.ZstdDict(warc(), is_raw=True), [warc()] * 9, dict_size=5000, level=3)


@pytest.mark.parametrize("name", FORGED)
def test_forged_segment_is_read_in_bounded_time_and_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / "forged" / "forged-1.warc.zst"
    path.parent.mkdir()
    path.write_bytes(FORGED[name]())
    began_s, before_kb = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = list(scan_segment(path))
    assert sum(item.length for item in found) == path.stat().st_size
    assert not found or any(item.problem for item in found)
    with pytest.raises(ArchiveError):
        read_exchange(tmp_path, "forged/forged-1.warc.zst", 0, max(path.stat().st_size, 1))
    assert time.process_time() - began_s < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 200_000


def test_write_that_fails_leaves_what_was_there_and_the_next_one_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = 0
    for nth in range(1, 40):
        folder = tmp_path / str(nth)
        calls = count(1)

        class Disk:
            """`os`, whose nth write takes a part and fails."""

            def __getattr__(self, name: str) -> object:
                return getattr(os, name)

            def write(self, handle: int, octets: memoryview, calls: Iterator[int] = calls, nth: int = nth) -> int:
                if next(calls) == nth:
                    os.write(handle, octets[: len(octets) // 2])
                    raise OSError(28, "No space left on device")
                return os.write(handle, octets)

        monkeypatch.setattr(write, "os", Disk())
        captures = []
        with ArchiveWriter(folder, "gscn", compression="zstd") as archive:
            for number in range(34):
                try:
                    captures.append(archive.write(exchange(f"http://news.example/{number}.html", page(number))))
                except ArchiveError:
                    failed += 1
                    captures.append(archive.write(exchange(f"http://news.example/{number}.html", page(number))))
        assert [read_exchange(folder, c.file, c.offset, c.length).body for c in captures] == list(map(page, range(34)))
        segments = list(folder.glob("gscn/*"))
        assert len(segments) == 2
        assert [item.problem for path in segments for item in scan_segment(path) if item.problem] == []
    # Two beginnings of segments, and 34 exchanges.
    assert failed == 36


@pytest.mark.slow
def test_killed_crawls_lose_nothing(tmp_path: Path) -> None:
    replica, moments = build(150, 9), Random(5)
    paths = [channel.listing_path for channel in replica.channels]
    stored = []
    with serve(replica, delay_s=0.01) as base:
        for _ in range(6):
            process = start_crawl(tmp_path, base, paths, compression="zstd")
            time.sleep(moments.uniform(0.5, 1.5))
            process.kill()
            process.join()
            if (tmp_path / "p.db").is_file():
                stored.append(len(check_store(tmp_path)))
        process = start_crawl(tmp_path, base, paths, compression="zstd")
        process.join(120)
        assert process.exitcode == 0
        articles = check_store(tmp_path)
    assert stored == sorted(stored) and stored[-1] > 0
    assert articles.keys() == {base + item.path for item in replica.truth}
    desk = Desk(tmp_path)
    assert any(path.read_bytes().startswith(_DICTIONARY) for path in desk.archive.glob("*/*"))
    assert [finding for finding in desk.findings() if finding.is_damage] == []


def test_crawl_asks_for_what_is_not_packed_and_goes_on_with_either(tmp_path: Path, cli: Cli) -> None:
    replica = build(70, 3)
    archive = tmp_path / "archive"
    places = ("--db", tmp_path / "p.db", "--archive", archive)
    with serve(replica) as base:
        targets = [f"{base}{channel.listing_path}" for channel in replica.channels]
        for way, some in (("zstd", targets[:2]), ("gzip", targets[2:4]), ("zstd", targets)):
            crawl = ("crawl", *some, "--archive-compression", way, "--delay", "0", "--allow-private", *places)
            done = cli(*crawl)
            assert done.returncode == 0, done.stderr.decode()
    for path in archive.glob("*/*"):
        requests = [item.record.block for item in scan_segment(path) if item.record and item.record.kind == "request"]
        accepted = b"Accept-Encoding: identity" if path.name.endswith(".zst") else b"Accept-Encoding: gzip, deflate"
        assert requests and all(accepted in request for request in requests)
    assert {path.name.rpartition(".")[2] for path in archive.glob("*/*")} == {"gz", "zst"}
    assert cli("verify", *places).returncode == 0
    done = cli("reextract", "--into", tmp_path / "new.db", "--archive", archive)
    assert done.returncode == 0, done.stderr.decode()
    same = "SELECT url, title, body, published_at, revision FROM articles ORDER BY url"
    rows = []
    for name in ("p.db", "new.db"):
        with sqlite3.connect(tmp_path / name) as connection:
            rows.append(connection.execute(same).fetchall())
    assert len(rows[0]) == len(replica.truth) and rows[0] == rows[1]


@pytest.mark.parametrize("damage", ["its magic", "its size", "its content", "all of it"])
def test_dictionary_that_stands_elsewhere_too_is_put_back(tmp_path: Path, cli: Cli, damage: str) -> None:
    desk = Desk(tmp_path)
    desk.run([page(number) for number in range(500)])
    path = desk.segments()[-1]
    whole = path.read_bytes()
    kinds = [magic for magic, _ in frames(whole)]
    assert kinds[0] == 0x184D2A5D and kinds.count(0x184D2A5F) == 1
    size = struct.unpack_from("<I", whole, 4)[0]
    at, by = {"its magic": (0, 1), "its size": (5, 1), "its content": (900, 9), "all of it": (0, size + 8)}[damage]
    path.write_bytes(whole[:at] + bytes(octet ^ 0x40 for octet in whole[at : at + by]) + whole[at + by :])
    done = cli("verify", "--repair", "--db", tmp_path / "p.db", "--archive", desk.archive)
    assert done.returncode == 7 and b"0 articles queued" in done.stdout
    assert path.read_bytes() == whole
    assert cli("verify", "--db", tmp_path / "p.db", "--archive", desk.archive).returncode == 0


def test_dictionary_is_put_back_from_the_next_segment_that_began_with_it(desk: Desk, with_dictionary: Path) -> None:
    desk.run([page(number) for number in range(50, 52)], first=50)
    whole = with_dictionary.read_bytes()
    with_dictionary.write_bytes(whole[:99] + b"damage" + whole[105:])
    found = [finding for finding in desk.findings() if finding.is_damage]
    done = repair(desk.folder / "p.db", desk.archive, found)
    assert done.mended == (f"gscn/{with_dictionary.name}",) and done.queued == ()
    assert desk.findings() == []


def test_damaged_copy_of_a_dictionary_is_found_and_nothing_else_is_lost_by_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.run([page(number) for number in range(500)])
    path = desk.segments()[-1]
    whole = path.read_bytes()
    place = whole.index(struct.pack("<I", 0x184D2A5F))
    for at in (0, 3, 4, 6, 7, 8, 500):
        path.write_bytes(whole[: place + at] + bytes([whole[place + at] ^ 1]) + whole[place + at + 1 :])
        (finding,) = desk.findings()
        assert finding.is_damage and finding.place == f"gscn/{path.name}:{place}"
    for size in (place + 4, place + 900):
        path.write_bytes(whole[:size])
        assert [(item.offset, item.torn) for item in scan_segment(path) if item.problem][-1] == (place, True)


def test_segment_that_is_gone_is_fetched_again(desk: Desk, with_dictionary: Path) -> None:
    lost = sum(item.record is not None and item.record.kind == "response" for item in scan_segment(with_dictionary))
    with_dictionary.unlink()
    done = repair(desk.folder / "p.db", desk.archive, [finding for finding in desk.findings() if finding.is_damage])
    assert (len(done.queued), done.mended) == (lost, ())
