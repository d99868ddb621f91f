"""Answers that are small on the wire and large in memory, or that never end: refused, named, and soon forgotten."""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from portal_crawler.archive import ArchiveError, Exchange
from portal_crawler.archive.exchange import zstd
from tests.faults.server import Answer, Asked, article, listing, portal

_MOST_MB = 100
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=1),
    "zstd": zstd.compress,
}


def bomb(*encodings: str, megabytes: int = 50, of: bytes = b" ") -> bytes:
    """So many MB, packed as often as there are encodings."""
    data = of * (megabytes * 1_000_000 // len(of))
    for encoding in encodings:
        data = _PACKERS[encoding](data)
    return data


def packed(*encodings: str, megabytes: int = 50, of: bytes = b" ") -> Answer:
    data = bomb(*encodings, megabytes=megabytes, of=of)
    return lambda asked: asked.answer(data, content_encoding=", ".join(encodings))


def _dripped(asked: Asked) -> None:
    data = bomb("gzip")
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n")
    asked.send(f"Content-Length: {len(data)}\r\n\r\n".encode())
    for start in range(0, len(data), 20_000):
        asked.send(data[start : start + 20_000])
        time.sleep(0.02)


def _chunks_without_end(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        asked.send(b"%x\r\n%s\r\n" % (60_000, b"<p>" * 20_000))


def _head_without_end(line: bytes, begin: bytes = b"HTTP/1.1 200 OK\r\n") -> Answer:
    def answer(asked: Asked) -> None:
        asked.send(begin)
        while True:
            asked.send(line * 500)

    return answer


def _layers(asked: Asked) -> None:
    data = b"x"
    for _ in range(5):
        # Whatever is unpacked is 20 MB again, and the next layer stands at its beginning.
        data = gzip.compress(data + bytes(20_000_000), 1)
    asked.answer(data, content_encoding=", ".join(["gzip"] * 5))


# What the ledger must say of each.
BOMBS: dict[str, tuple[Answer, str]] = {
    "gzip": (packed("gzip"), "exceeded"),
    "deflate": (packed("deflate"), "exceeded"),
    "br": (packed("br"), "exceeded"),
    "zstd": (packed("zstd"), "exceeded"),
    "gzip in gzip": (packed("gzip", "gzip"), "exceeded"),
    "gzip in br": (packed("gzip", "br"), "exceeded"),
    "zstd in deflate in br": (packed("zstd", "deflate", "br"), "exceeded"),
    "dripped": (_dripped, "exceeded"),
    "five layers": (_layers, "5 content encodings"),
    "chunks without end": (_chunks_without_end, "exceeded"),
    "head without end": (_head_without_end(b"X-A: %s\r\n" % (b"y" * 200)), "head of more than"),
    "folded head without end": (
        _head_without_end(b" %s\r\n" % (b"y" * 200), b"HTTP/1.1 200 OK\r\nX: y\r\n"),
        "head of more",
    ),
    "interim answers without end": (_head_without_end(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n", b""), "head of more"),
    "head line without end": (_head_without_end(b"y" * 200, b"HTTP/1.1 200 OK\r\nX: "), "closed"),
    # Below the bound of bytes, but a tree of hundreds of MB.
    "tags": (packed("gzip", megabytes=20, of=b"<p>"), "no text"),
}


def measured(folder: Path, *arguments: str) -> tuple[int, int]:
    """Exit code and peak of resident memory, in MB, of a command line."""
    command = [sys.executable, "-m", "portal_crawler", *arguments]
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | {"no_proxy": "127.0.0.1"})
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss // 1024


def crawled(folder: Path, answers: dict[str, Answer]) -> tuple[int, int, dict[str, tuple[str, str]]]:
    """Exit code and peak memory of a crawl of these pages and three sound ones, and what the ledger says of each."""
    folder.mkdir(exist_ok=True)
    # Sound ones come last: the run goes on.
    sound = {f"/2021/1119/9{n}.html": n for n in range(3)}
    pages = {"/gn/": lambda asked: asked.answer(listing(*answers, *sound))} | answers
    pages |= {path: lambda asked, n=n: asked.answer(article(n)) for path, n in sound.items()}
    places = ("--db", str(folder / "p.db"), "--archive", str(folder / "a"), "--allow-private", "--delay", "0.01")
    with portal(pages) as running:
        code, peak_mb = measured(folder, "crawl", f"{running.url}/gn/", *places)
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        rows = connection.execute("SELECT url, state, reason FROM ledger WHERE kind = 'article'").fetchall()
    ledger = {url.partition("127.0.0.1")[2].partition("/")[2]: (state, reason) for url, state, reason in rows}
    assert all(ledger[path[1:]] == ("done", None) for path in sound)
    return code, peak_mb, ledger


@pytest.fixture(scope="module")
def plain_mb(tmp_path_factory: pytest.TempPathFactory) -> int:
    return crawled(tmp_path_factory.mktemp("plain"), {})[1]


def test_bombs_are_refused_and_named_in_little_memory_and_the_run_goes_on(tmp_path: Path, plain_mb: int) -> None:
    paths = {f"/2021/1119/{n}.html": name for n, name in enumerate(BOMBS)}
    code, peak_mb, ledger = crawled(tmp_path, {path: BOMBS[name][0] for path, name in paths.items()})
    unnamed = {
        name: ledger[path[1:]]
        for path, name in paths.items()
        if ledger[path[1:]][0] != "failed" or BOMBS[name][1] not in ledger[path[1:]][1]
    }
    assert unnamed == {}
    assert code == 3
    assert peak_mb - plain_mb <= _MOST_MB
    # What was archived of them is read again in as little.
    places = ("--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "a"))
    for command in ("verify", "reextract"):
        code, again_mb = measured(tmp_path, command, *places)
        assert code == 0, (tmp_path / "output.txt").read_text()
        assert again_mb - plain_mb <= _MOST_MB


def test_a_bomb_is_refused_by_the_commands_that_fetch_one_page(tmp_path: Path, plain_mb: int) -> None:
    bombs = {f"/{n}.html": packed(*kinds) for n, kinds in enumerate((["gzip"], ["deflate", "gzip"], ["br"], ["zstd"]))}
    with portal(bombs | {"/e.html": _chunks_without_end}) as running:
        urls = [f"{running.url}{path}" for path in (*bombs, "/e.html")]
        code, peak_mb = measured(tmp_path, "extract", *urls, "--allow-private", "--delay", "0")
    assert (code, (tmp_path / "output.txt").read_text().count('"error": ')) == (3, 5)
    assert peak_mb - plain_mb <= _MOST_MB


@pytest.mark.parametrize("encodings", [["gzip"], ["deflate"], ["br"], ["zstd"], ["gzip", "zstd"], ["gzip"] * 12])
def test_a_bomb_in_the_archive_is_refused_when_it_is_read(encodings: list[str]) -> None:
    data = bomb(*encodings, megabytes=60)
    headers = ((b"content-encoding", ", ".join(encodings).encode()),)
    exchange = Exchange("http://a.cn/", "GET", (), 200, "OK", headers, data, datetime.now(UTC))
    with pytest.raises(ArchiveError):
        exchange.content()
