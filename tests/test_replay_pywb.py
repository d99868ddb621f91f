"""Others read the archive: cdxj-indexer lists it, and pywb replays an archived article byte for byte.

Both live in an environment of their own (`make pywb-venv`), since pywb pins packages that the crawler has newer.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal_crawler.archive import ArchiveWriter, Exchange

ROOT = Path(__file__).parents[1]
BIN = Path(os.environ.get("PORTAL_CRAWLER_PYWB") or ROOT / ".venv-pywb") / "bin"
ARTICLE = "<html><head><title>靖远</title></head><body><p>𠮷野家开业，读者很多。</p></body></html>".encode("gb18030")
# Too long to be stored twice.
LONG = ARTICLE + random.Random(4).randbytes(3000).hex().encode()
BODIES = {
    "http://news.example/1.html": ARTICLE,
    "http://news.example/2.html": gzip.compress(ARTICLE, mtime=0),
    "http://news.example/3.html": LONG,
    "http://news.example/again/3.html": LONG,
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BIN / "wayback").is_file(), reason=f"no pywb in {BIN}: `make pywb-venv` installs it"),
]


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    with ArchiveWriter(folder, "gscn") as archive:
        for second, (url, body) in enumerate(BODIES.items()):
            headers = [(b"Content-Type", b"text/html"), (b"Content-Length", str(len(body)).encode())]
            if body.startswith(b"\x1f\x8b"):
                headers.append((b"Content-Encoding", b"gzip"))
            moment = datetime(2021, 11, 19, 12, 0, second, tzinfo=UTC)
            exchange = Exchange(url, "GET", ((b"Host", b"news.example"),), 200, "OK", tuple(headers), body, moment)
            capture = archive.write(exchange)
    return folder / capture.file


@pytest.fixture(scope="module")
def wayback(segment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a pywb that serves the segment."""
    folder = tmp_path_factory.mktemp("wayback")
    for command in (["init", "news"], ["add", "news", str(segment)]):
        subprocess.run([BIN / "wb-manager", *command], cwd=folder, check=True, capture_output=True, timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [BIN / "wayback", "-p", str(port), "-b", "127.0.0.1"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.mark.parametrize("url", BODIES)
def test_pywb_replays_what_was_archived_byte_for_byte(wayback: str, url: str) -> None:
    # `id_` asks for the page as it was, without links rewritten.
    request = urllib.request.Request(f"{wayback}/news/20211119id_/{url}", headers={"Accept-Encoding": "gzip"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as response:
        body = response.read()
        encoding = response.headers.get("Content-Encoding")
    assert body == (
        BODIES[url] if encoding or not BODIES[url].startswith(b"\x1f\x8b") else gzip.decompress(BODIES[url])
    )


def test_cdxj_indexer_lists_every_response_at_its_place(segment: Path) -> None:
    done = subprocess.run([BIN / "cdxj-indexer", str(segment)], capture_output=True, text=True, check=True, timeout=60)
    lines = [json.loads(line.split(" ", 2)[2]) for line in done.stdout.splitlines()]
    assert sorted(line["url"] for line in lines) == sorted(BODIES)
    assert {line["filename"] for line in lines} == {segment.name}
    assert [line["mime"] for line in lines if line["url"].endswith("again/3.html")] == ["warc/revisit"]
    octets = segment.read_bytes()
    for line in lines:
        start = int(line["offset"])
        record = gzip.decompress(octets[start : start + int(line["length"])])
        assert line["url"].encode() in record
