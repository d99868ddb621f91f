"""What an archived page takes, by each way to pack the archive: as a crawl writes it, and as a long crawl comes to.

A crawl's own segments are those of the replica, since only of it there are pages enough: written, read from end to end
and read page by page, and then a second crawl that finds a few new ones. Of the portals of the corpus, and of a part of
the replica, some of one half of the pages make the dictionary, and the other half is packed with it, request and
response, as the writer packs them.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from benchmarks.site import build_site
from portal_crawler.archive import ArchiveWriter, Compression, Exchange, read_exchange, scan_segment, sha1_of
from portal_crawler.archive.dictionary import Dictionary, dictionary_of
from portal_crawler.archive.gzip_members import GzipPacking
from portal_crawler.archive.packing import Packing
from portal_crawler.archive.records import members
from portal_crawler.archive.zstandard import zstd
from portal_crawler.archive.zstd_frames import ZstdPacking
from portal_crawler.urls import registered_domain

_ARTICLES = 1000
# What a portal of a province publishes in a day.
_NEW_ARTICLES = 30
# With fewer pages of a portal there is nothing to learn from and something to leave for the test.
_LEAST = 6
# Pages in a dictionary; the writer takes the last of these numbers, as long as they are not too large.
_DICTIONARY_PAGES = (1, 2, 4, 8)
_SAMPLE = 200
# What `zstd.train_dict` needs so as not to fail, and the size that its command line takes.
_TRAINABLE, _TRAINED_BYTES = 50, 112_640


@dataclass(frozen=True, slots=True)
class Room:
    """What pages take in one form. room: bytes of the mean page; dictionary: bytes besides; ms: of CPU to pack it.

    saved: less room than gzip's, as a share of that.
    """

    pages_of: str
    pages: int
    form: str
    room: float
    dictionary: int
    saved: float
    ms: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to write and read an archive, in ms of CPU for a page: written, scanned, read by its place."""

    form: str
    write_ms: float
    scan_ms: float
    read_ms: float


def measure(corpus: Path) -> list[Room]:
    """The forms of the pages of each portal of which the corpus has enough."""
    found: list[Room] = []
    for portal, pages in {**_portals(corpus), "replica": _replica()[:_SAMPLE]}.items():
        if len(pages) < _LEAST:
            continue
        half = len(pages) // 2
        learnt, kept = pages[:half], pages[half:]
        gzip = GzipPacking()
        records = [members(one, sha1_of(one.body), gzip).unpacked for one in map(_exchange, learnt)]
        forms: list[tuple[str, Packing]] = [("gzip", gzip), ("zstd", ZstdPacking(None))]
        for count in sorted(
            {number for number in _DICTIONARY_PAGES if number < half} | {min(half, _DICTIONARY_PAGES[-1])}
        ):
            if dictionary := dictionary_of(records[:count]):
                forms.append((f"zstd, {count} in its dictionary", ZstdPacking(dictionary)))
        if half >= _TRAINABLE:
            trained = zstd.train_dict(records, _TRAINED_BYTES)
            forms.append(
                ("zstd, dictionary of its own training", ZstdPacking(Dictionary(trained, trained.dict_content)))
            )
        least = 0.0
        for form, packing in forms:
            room, ms = _cost(packing, kept)
            least = least or room
            found.append(Room(portal, len(kept), form, room, len(packing.head), 1 - room / least, ms))
    return found


def measure_crawls() -> tuple[list[Room], list[Reading]]:
    """Two crawls of the replica, whole segments with all that is in them; and what writing and reading them takes."""
    pages = _replica()
    rooms: list[Room] = []
    readings: list[Reading] = []
    ways: tuple[Compression, ...] = ("gzip", "zstd")
    sizes: dict[str, float] = {}
    for way in ways:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for what, found in (("first crawl", pages[:-_NEW_ARTICLES]), ("next crawl", pages[-_NEW_ARTICLES:])):
                before = _size(folder)
                began_s = time.process_time()
                with ArchiveWriter(folder, "replica", compression=way) as writer:
                    captures = [writer.write(_exchange(page)) for page in found]
                write_ms = (time.process_time() - began_s) * 1000 / len(found)
                room = (_size(folder) - before) / len(found)
                sizes.setdefault(what, room)
                rooms.append(Room(f"replica, {what}", len(found), way, room, 0, 1 - room / sizes[what], write_ms))
                if what == "first crawl":
                    first, first_ms = captures, write_ms
            began_s = time.process_time()
            for file in sorted({capture.file for capture in first}):
                assert not any(item.problem for item in scan_segment(folder / file))
            scanned_s = time.process_time()
            for capture in first:
                read_exchange(folder, capture.file, capture.offset, capture.length)
            read_s = time.process_time()
            per_page = 1000 / len(first)
            readings.append(Reading(way, first_ms, (scanned_s - began_s) * per_page, (read_s - scanned_s) * per_page))
    return rooms, readings


def _cost(packing: Packing, pages: Sequence[bytes]) -> tuple[float, float]:
    """Bytes of a page's request and response, and ms of CPU to pack them."""
    packed = [members(one, sha1_of(one.body), packing) for one in map(_exchange, pages)]
    began_s = time.process_time()
    for one in packed:
        packing.response(one.unpacked)
    ms = (time.process_time() - began_s) * 1000 / len(pages)
    return sum(len(one.request) + len(one.response) for one in packed) / len(pages), ms


def _exchange(page: bytes) -> Exchange:
    """A page as a server answers, with the headers that they send."""
    number = sha1_of(page)[5:13].lower()
    return Exchange(
        url=f"http://news.example/2026/11/24/{number}.html",
        method="GET",
        request_headers=(
            (b"Accept", b"text/html,application/xhtml+xml,*/*;q=0.8"),
            (b"Accept-Language", b"zh-CN,zh;q=0.9,en;q=0.3"),
            (b"User-Agent", b"portal-crawler/1.0 (archive of provincial news portals; polite: 1 request a second)"),
            (b"Host", b"news.example"),
        ),
        status=200,
        reason="OK",
        headers=(
            (b"Server", b"nginx"),
            (b"Date", b"Tue, 24 Nov 2026 12:00:00 GMT"),
            (b"Content-Type", b"text/html"),
            (b"Content-Length", str(len(page)).encode()),
            (b"Last-Modified", b"Tue, 24 Nov 2026 11:58:00 GMT"),
            (b"Connection", b"keep-alive"),
            (b"ETag", f'"{number}-{len(page):x}"'.encode()),
        ),
        body=page,
        fetched_at=datetime.now(UTC),
        ip="127.0.0.1",
    )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.warc.*"))


def _portals(corpus: Path) -> dict[str, list[bytes]]:
    pages: dict[str, list[bytes]] = defaultdict(list)
    for manifest in (corpus / "manifest.jsonl", corpus / "unlabelled" / "index.jsonl"):
        for line in manifest.read_text().splitlines() if manifest.is_file() else ():
            page = json.loads(line)
            host = urlsplit(page["url"] or "").hostname
            portal = registered_domain(host) if host else page["site"]
            pages[portal].append((corpus / page["file"]).read_bytes())
    return pages


def _replica() -> list[bytes]:
    site = build_site(_ARTICLES)
    pages = [site.files[item.path][0] for item in site.truth]
    Random(1).shuffle(pages)
    return pages
