"""What of a text is looked up: hashes that two texts share all the more likely, the more alike they are."""

from __future__ import annotations

import struct
from hashlib import blake2b

from rensa import RMinHash

from portal_crawler.reprints.text import Text, read_text

# MinHash with 32 bands of 3 rows finds a text that shares half of all shingles in 986 of 1,000 cases, one that shares
# 0.7 always (1 - (1 - s³)^32), and one unrelated (0.005) in 4 of a million.
_BANDS, _ROWS = 32, 3
_SEED = 20211119
# With fewer letters there is nothing to tell by: 视频新闻, 点击查看.
FEWEST_LETTERS = 20
_PROBE = "甘肃省气象台发布道路结冰黄色预警，请有关单位和人员做好防范准备。"


def bands_of(text: Text) -> list[int]:
    """The hashes of a text's bands, 64 bits with sign as SQLite holds them; none for one that is too short."""
    if len(text.letters) < FEWEST_LETTERS:
        return []
    sketch = RMinHash(_BANDS * _ROWS, _SEED)
    sketch.update(list(text.shingles))
    rows = struct.pack(f"<{_BANDS * _ROWS}I", *sketch.digest())
    size = 4 * _ROWS
    return [_hash(struct.pack("<B", band) + rows[band * size : (band + 1) * size]) for band in range(_BANDS)]


def method() -> str:
    """What the hashes depend on, as a name: of another method's nothing can be compared.

    It is their values for one known text, so that a library that computes otherwise is noticed by itself.
    """
    return f"{_hash(struct.pack(f'<{_BANDS}q', *bands_of(read_text(None, _PROBE)))) & (2**64 - 1):016x}"


def _hash(value: bytes) -> int:
    return int.from_bytes(blake2b(value, digest_size=8).digest(), "little", signed=True)
