"""The archive keeps what came over the wire, and survives being killed."""

from __future__ import annotations

import gzip
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_crawler.archive import ArchiveError, ArchiveWriter, Exchange, read_exchange, recover, scan_segment
from portal_crawler.archive.gzip_members import stored

PAGE = "<html><body>一个页面，𠮷野家。</body></html>".encode("gb18030")


def exchange(url: str = "http://news.example/a.html", body: bytes = PAGE, **headers: str) -> Exchange:
    received = [(b"Content-Type", b"text/html"), (b"X-Twice", b"1"), (b"x-twice", b"2")]
    received += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Exchange(
        url=url,
        method="GET",
        request_headers=((b"Host", b"news.example"),),
        status=200,
        reason="OK",
        headers=tuple(received),
        body=body,
        fetched_at=datetime(2021, 11, 19, 12, 9, 41, tzinfo=UTC),
    )


def test_exchange_is_read_back_byte_for_byte(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        captures = [archive.write(exchange(f"http://news.example/{n}.html", PAGE * n)) for n in range(1, 6)]
    for n, capture in enumerate(captures, 1):
        found = read_exchange(tmp_path, capture.file, capture.offset, capture.length)
        assert found.body == PAGE * n
        assert found.headers == exchange().headers
        assert found.url == capture.url == f"http://news.example/{n}.html"
        assert found.status == 200
    assert captures[0].fetched_at == "2021-11-19T20:09:41+08:00"


def test_compressed_body_is_kept_compressed_and_decoded_on_demand(tmp_path: Path) -> None:
    packed = gzip.compress(PAGE)
    with ArchiveWriter(tmp_path, "gscn") as archive:
        capture = archive.write(exchange(body=packed, Content_Encoding="gzip"))
    found = read_exchange(tmp_path, capture.file, capture.offset, capture.length)
    assert found.body == packed
    assert found.content() == PAGE


def test_body_that_is_not_what_its_encoding_says_is_an_error_and_stays_readable(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        capture = archive.write(exchange(body=PAGE, Content_Encoding="gzip"))
    found = read_exchange(tmp_path, capture.file, capture.offset, capture.length)
    assert found.body == PAGE
    with pytest.raises(ArchiveError, match="not gzip"):
        found.content()


def test_warcio_finds_every_digest_right(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        for n in range(5):
            archive.write(exchange(f"http://news.example/{n}.html", PAGE * n, Transfer_Encoding="chunked"))
    for segment in tmp_path.rglob("*.warc.gz"):
        check = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", "-v", str(segment)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert check.returncode == 0, check.stdout + check.stderr
        assert check.stdout.count("digest pass") == 11
        assert "fail" not in check.stdout


def test_segment_is_followed_by_another_when_it_is_full(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn", segment_bytes=2000) as archive:
        captures = [
            archive.write(exchange(f"http://news.example/{n}.html", bytes(range(256)) * 4 + b"%d" % n))
            for n in range(8)
        ]
    files = [capture.file for capture in captures]
    assert len(set(files)) > 1
    assert files == sorted(files)
    assert all(read_exchange(tmp_path, c.file, c.offset, c.length).url == c.url for c in captures)


def test_body_that_comes_again_is_a_revisit_and_read_back_like_the_first(tmp_path: Path) -> None:
    body = PAGE + random.Random(1).randbytes(2000)
    with ArchiveWriter(tmp_path, "gscn") as archive:
        first = archive.write(exchange("http://news.example/1.html", body))
        again = archive.write(exchange("http://news.example/2.html", body, X_Own="2"))
    assert again.length < first.length and again.digest == first.digest
    found = read_exchange(tmp_path, again.file, again.offset, again.length)
    assert (found.url, found.body) == ("http://news.example/2.html", body)
    assert (b"X-Own", b"2") in found.headers
    record = [item.record for item in scan_segment(tmp_path / again.file)][-1]
    assert record is not None and record.kind == "revisit" and record.payload == b""
    assert record.fields["warc-refers-to-target-uri"] == "http://news.example/1.html"
    assert record.fields["warc-profile"].endswith("/warc/1.1/revisit/identical-payload-digest")
    with (tmp_path / first.file).open("r+b") as segment:
        segment.seek(first.offset + first.length // 2)
        segment.write(b"damage")
    with pytest.raises(ArchiveError, match=f"{first.file}:{first.offset}"):
        read_exchange(tmp_path, again.file, again.offset, again.length)


def test_body_of_an_earlier_run_is_not_stored_again_unless_it_cannot_be_read(tmp_path: Path) -> None:
    body = PAGE + random.Random(1).randbytes(2000)
    places: dict[tuple[str, str], tuple[str, int, int]] = {}
    captures = []
    for year in range(2021, 2025):
        with ArchiveWriter(
            tmp_path,
            "gscn",
            now=lambda year=year: datetime(year, 1, 1, tzinfo=UTC),
            find=lambda url, digest: places.get((url, digest)),
        ) as archive:
            for _ in range(2):
                captures.append(archive.write(exchange(body=body)))
        last = captures[-1]
        places[last.url, last.digest] = (last.file, last.offset, last.length)
        if year == 2023:
            with (tmp_path / captures[0].file).open("r+b") as segment:
                segment.seek(captures[0].offset + 600)
                segment.write(b"damage")
    kinds = [
        item.record.kind
        for path in sorted(tmp_path.rglob("*.gz"))
        for item in scan_segment(path)
        if item.record and item.record.kind in ("response", "revisit")
    ]
    # The first one is damaged, and so the last run stores the body itself.
    assert kinds == ["revisit"] * 5 + ["response", "revisit"]
    for capture in captures[6:]:
        assert read_exchange(tmp_path, capture.file, capture.offset, capture.length).body == body


def test_head_is_kept_as_received_but_for_what_would_misstate_the_body(tmp_path: Path) -> None:
    head = (
        b"HTTP/1.0 200 Hao De\r\nserver:nginx\r\nX-B: 1\r\nx-a:  2 \r\nX-b: 3\r\nX-Long: one\r\n\ttwo\r\n"
        b"transfer-encoding: chunked"
    )
    with ArchiveWriter(tmp_path, "gscn") as archive:
        capture = archive.write(replace(exchange(), head=head))
    found = read_exchange(tmp_path, capture.file, capture.offset, capture.length)
    assert found.head == head.replace(b"transfer-encoding", b"X-Archive-Orig-transfer-encoding")
    assert (found.status, found.reason) == (200, "Hao De")
    assert found.headers[:5] == (
        (b"server", b"nginx"), (b"X-B", b"1"), (b"x-a", b"2"), (b"X-b", b"3"), (b"X-Long", b"one two"),
    )  # fmt: skip
    assert found.body == PAGE


def test_scan_goes_on_behind_a_damaged_record_and_names_what_the_digests_do_not_cover(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        captures = [archive.write(exchange(f"http://news.example/{n}.html", PAGE * n)) for n in range(1, 4)]
    path = tmp_path / captures[0].file
    whole = path.read_bytes()
    assert [item.problem for item in scan_segment(path)] == [None] * 7
    assert sum(item.length for item in scan_segment(path)) == len(whole)
    damaged = bytearray(whole)
    damaged[captures[1].offset + captures[1].length // 2] ^= 0xFF
    path.write_bytes(damaged)
    assert [item.offset for item in scan_segment(path) if item.problem] == [captures[1].offset]
    # The time in the gzip header of the first record, which nothing else reads.
    path.write_bytes(whole[:4] + b"\x01" + whole[5:])
    assert [item.offset for item in scan_segment(path) if item.problem] == [0]
    path.write_bytes(whole[:-5])
    assert [(item.offset, item.torn) for item in scan_segment(path) if item.problem] == [(captures[2].offset, True)]


@pytest.mark.parametrize("size", [0, 1, 0xFFFF, 0x10000, 200_000])
def test_stored_member_is_what_any_gzip_reader_unpacks(size: int) -> None:
    record = (b"\x00\xffWARC" * (size // 6 + 1))[:size]
    assert gzip.decompress(stored(record)) == record


def test_flipped_byte_is_found(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        capture = archive.write(exchange())
    path = tmp_path / capture.file
    damaged = bytearray(path.read_bytes())
    damaged[capture.offset + capture.length // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArchiveError, match=f"{capture.file}:{capture.offset}"):
        read_exchange(tmp_path, capture.file, capture.offset, capture.length)


def test_recovery_cuts_back_to_the_last_known_record_and_removes_unknown_segments(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path, "gscn") as archive:
        known = archive.write(exchange())
        archive.write(exchange("http://news.example/unknown.html"))
    with ArchiveWriter(tmp_path, "gscn", now=lambda: datetime(2030, 1, 1, tzinfo=UTC)) as archive:
        unknown = archive.write(exchange())
    with ArchiveWriter(tmp_path, "other") as archive:
        other = archive.write(exchange())
    with (tmp_path / known.file).open("ab") as segment:
        segment.write(b"\x1f\x8b torn")
    done = recover(tmp_path, "gscn", {known.file: known.offset + known.length, unknown.file: 0})
    assert {step.file: step.removed for step in done} == {known.file: False, unknown.file: True}
    assert (tmp_path / known.file).stat().st_size == known.offset + known.length
    assert read_exchange(tmp_path, known.file, known.offset, known.length).body == PAGE
    assert not (tmp_path / unknown.file).exists()
    assert (tmp_path / other.file).exists()
    assert recover(tmp_path, "gscn", {known.file: known.offset + known.length}) == []


@pytest.mark.parametrize("portal_id", ["../up", "a/b", "", "A", "a\0", "..", "x" * 200])
def test_portal_id_never_leads_out_of_the_archive(tmp_path: Path, portal_id: str) -> None:
    with pytest.raises(ArchiveError, match="portal id"):
        ArchiveWriter(tmp_path, portal_id)


def test_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "gscn").write_text("a file where the folder belongs")
    with pytest.raises(ArchiveError, match="gscn"):
        ArchiveWriter(tmp_path, "gscn").write(exchange())
