"""An archive that was made by somebody else, to the last byte: read in bounded time and memory, and named."""

from __future__ import annotations

import gzip
import resource
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.archive.gzip_members import stored
from portal_crawler.archive.record import sha1_of
from portal_crawler.archive.replay import exchanges_of
from portal_crawler.cli import main
from portal_crawler.store import open_reader, open_store
from portal_crawler.verify import Finding, verify
from portal_crawler.web.captures import archived

FILE = "forged/forged-1.warc.gz"
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><p>text</p></body></html>"
_MOST_S, _MOST_MB = 20, 200


def packed(data: bytes) -> bytes:
    """A gzip member as the writer makes them."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def record(kind: str = "response", block: bytes = HTML, **other: str) -> bytes:
    """A record with right digests, unless others are given; a field of '' is left out."""
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:00000000-0000-0000-0000-000000000001>",
        "WARC-Target-URI": "http://a.cn/1.html",
        "WARC-Date": "2021-11-19T12:00:00Z",
        "WARC-Block-Digest": sha1_of(block),
        "WARC-Payload-Digest": sha1_of(block.partition(b"\r\n\r\n")[2]),
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in other.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"WARC/1.1\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def pair(**response: object) -> bytes:
    """A request and its response."""
    block = b"GET / HTTP/1.1\r\n\r\n"
    return stored(
        record("request", block, WARC_Concurrent_To="<urn:uuid:00000000-0000-0000-0000-000000000001>")
    ) + packed(record(**response))  # type: ignore[arg-type]


def _headers(number: int, length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * length) for n in range(number)) + b"\r\n"


def revisit(place: str) -> bytes:
    head = HTML.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return pair(kind="revisit", block=head, Refers_To_Member=place)


INFO = stored(record("warcinfo", b"isPartOf: x\r\n", WARC_Filename="forged-1.warc.gz"))
FORGED: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: gzip.compress(bytes(300_000_000), 1),
    "a bomb in a record": lambda: packed(record(block=HTML + bytes(100_000_000))),
    "empty members without end": lambda: gzip.compress(b"", 9, mtime=0) * 50_000,
    "tiny records without end": lambda: packed(b"WARC/1.1\r\n\r\n\r\n\r\n") * 50_000,
    "beginnings without end": lambda: b"\x1f\x8b\x08" * 100_000,
    "beginnings of records without end": lambda: packed(record())[:60] * 20_000,
    "zeros": lambda: bytes(3_000_000),
    "a length that is too long": lambda: packed(record(Content_Length="99999999999")),
    "a negative length": lambda: packed(record(Content_Length="-5")),
    "a length of many digits": lambda: packed(record(Content_Length="9" * 6000)),
    "a length in other digits": lambda: packed(record(Content_Length="٣")),
    "header lines without end": lambda: packed(b"WARC/1.1\r\n" + b"a: b\r\n" * 500_000 + b"\r\n\r\n\r\n"),
    "a date before all": lambda: pair(WARC_Date="0001-01-01T00:00:00+23:00"),
    "a date behind all": lambda: pair(WARC_Date="9999-12-31T23:59:59-23:00"),
    "a date without a zone": lambda: pair(WARC_Date="2021-11-19T12:00:00"),
    "no date": lambda: pair(WARC_Date=""),
    "no address": lambda: pair(WARC_Target_URI=""),
    "an address that is none": lambda: pair(WARC_Target_URI="http://[x/\x1b[2J"),
    "an address without a scheme": lambda: pair(WARC_Target_URI="../../etc/passwd"),
    "a status of many digits": lambda: pair(block=b"HTTP/1.1 " + b"9" * 5000 + b" OK\r\n\r\nx"),
    "a status beyond all": lambda: pair(block=b"HTTP/1.1 " + b"9" * 30 + b" OK\r\n\r\nx"),
    "no HTTP": lambda: pair(block=b"\r\n\r\n"),
    "HTTP headers without end": lambda: pair(block=_headers(200_000, 20)),
    "an HTTP header without end": lambda: pair(block=_headers(1, 20_000_000)),
    "folded headers without end": lambda: pair(block=b"HTTP/1.1 200 OK\r\nX: y" + b"\r\n " * 1_000_000 + b"\r\n\r\n"),
    "a page in a bomb": lambda: pair(
        block=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(200_000_000), 9)
    ),
    "a revisit of itself": lambda: revisit(f"{FILE}:{len(INFO)}+300"),
    "a revisit of another file": lambda: revisit("forged/../../../etc/passwd.warc.gz:0+100"),
    "a revisit of a place of many digits": lambda: revisit(f"{FILE}:{'9' * 30}+{'9' * 6000}"),
    "a revisit of all": lambda: revisit(f"{FILE}:0+999999999999999"),
    "a kind of many letters": lambda: packed(record("x" * 10_000_000)),
}


@pytest.fixture(params=FORGED)
def forged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder with a forged segment, and a database that knows all of it as one capture."""
    octets = INFO + FORGED[request.param]()
    path = tmp_path / "a" / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(octets)
    store = open_store(tmp_path / "p.db")
    request_bytes = len(octets) - len(octets[octets.rfind(b"\x1f\x8b\x08\0\0\0\0\0\0\x03") :])
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO runs (id, portal, targets, pid, started_at, ended_at, exit_code) VALUES (1, 'forged', '[]', 1, 'x', 'x', 0)"
        )
        connection.execute("INSERT INTO segments (file, portal, run_id) VALUES (?, 'forged', 1)", (FILE,))
        connection.execute(
            """INSERT INTO captures (id, portal, url, fetched_at, status, content_type, digest, file, offset, length, run_id)
               VALUES (1, 'forged', 'http://a.cn/1.html', '2021-11-19T20:00:00+08:00', 200, NULL, 'sha1:X', ?, ?, ?, 1)""",
            (FILE, request_bytes, len(octets) - request_bytes),
        )
    store.close()
    began = time.process_time()
    yield tmp_path
    assert time.process_time() - began < _MOST_S


def test_a_forged_segment_ends_in_findings(forged: Path) -> None:
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    store = open_reader(forged / "p.db")
    try:
        findings = [finding for finding in verify(store, forged / "a") if finding.is_damage]
        shown = archived(store, forged / "a", 1)
    finally:
        store.close()
    damaged: list[str] = []
    for _ in exchanges_of(forged / "a", FILE, damaged):
        pass
    assert 0 < len(findings) <= 1010 and all(isinstance(finding, Finding) for finding in findings)
    assert shown is not None and len(str(shown.headers)) < 2_000_000
    assert len(damaged) <= 100_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 - before_mb < _MOST_MB
    done = CliRunner().invoke(main, ["reextract", "--into", str(forged / "n.db"), "--archive", str(forged / "a")])
    assert done.exit_code in (0, 7) and "Traceback" not in done.output, done.output[-2000:]
