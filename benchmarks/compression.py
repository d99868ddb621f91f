"""What an archived page takes: as the archive compresses it, and by zstd with what the portal's pages have in common.

The dictionary is what WARC-zstd puts before the records of a file: trained on pages of the portal, or one of them as it
is. It was made of other pages than those that are measured.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from benchmarks.site import build_site
from portal_crawler.archive.gzip_members import compressed
from portal_crawler.urls import registered_domain

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_ARTICLES = 400
# zstd's own default, and what its authors found to be enough.
_DICTIONARY_BYTES = 112_640
# With fewer pages of a portal there is nothing to train on and something to leave for the test.
_LEAST = 6
# What `zstd.train_dict` needs so as not to fail.
_TRAINABLE = 50


@dataclass(frozen=True, slots=True)
class Room:
    """What a page of a portal takes in one form. room: bytes of the mean page; ms: of CPU to compress it."""

    portal: str
    pages: int
    form: str
    room: float
    ms: float


def measure(corpus: Path) -> list[Room]:
    """The forms of the pages of each portal of which the corpus has enough, and of the replica."""
    found: list[Room] = []
    for portal, pages in {**_portals(corpus), "replica": _replica()}.items():
        if len(pages) < _LEAST:
            continue
        half = len(pages) // 2
        learnt, kept = pages[:half], pages[half:]
        dictionaries = {"one page as dictionary": zstd.ZstdDict(max(learnt, key=len), is_raw=True)}
        if half >= _TRAINABLE:
            dictionaries[f"dictionary of {half} pages"] = zstd.train_dict(learnt, _DICTIONARY_BYTES)
        forms: dict[str, Callable[[bytes], bytes]] = {
            "zlib, level 6": zlib.compress,
            "libdeflate, level 5, as archived": compressed,
            "zstd, level 3": zstd.compress,
        }
        for made_of, dictionary in dictionaries.items():
            forms[f"zstd, level 3, {made_of}"] = partial(zstd.compress, level=3, zstd_dict=dictionary.as_digested_dict)
        found += [Room(portal, len(kept), form, *_cost(pack, kept)) for form, pack in forms.items()]
    return found


def _cost(pack: Callable[[bytes], bytes], pages: Sequence[bytes]) -> tuple[float, float]:
    began_s = time.process_time()
    size_bytes = sum(len(pack(page)) for page in pages)
    return size_bytes / len(pages), (time.process_time() - began_s) * 1000 / len(pages)


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
