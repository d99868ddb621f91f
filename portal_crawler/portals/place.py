"""Where in a TOML file a key stands. The parser tells values and keeps no places, so the text is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*+(\[\[?)([^\[\]]+)\]\]?\s*+(?:#.*)?$")
_KEY = re.compile(r"""\s*+(["']?)([^"'=#\[\]]{1,200}?)\1\s{0,99}=""")

# The names on the way to a key, with a number after the name of an array of tables.
Place = Sequence[str | int]


def line_of(text: str, place: Place) -> int:
    """The line, counted from 1, of the key at a place such as `("channels", 2, "url")`.

    Where the key itself is not found (inside an inline table), the line of the nearest thing around it.
    """
    want = tuple(place)
    best, best_length = 1, 0
    for number, here in _places(text):
        length = len(here)
        if best_length < length <= len(want) and here == want[:length]:
            best, best_length = number, length
    return best


def _places(text: str) -> list[tuple[int, tuple[str | int, ...]]]:
    """Every line that begins a table or gives a key, with its place."""
    found: list[tuple[int, tuple[str | int, ...]]] = []
    table: tuple[str | int, ...] = ()
    count: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            name = header[2].strip("\"' \t")
            if header[1] == "[[":
                count[name] = count.get(name, -1) + 1
                table = (name, count[name])
                found.append((number, (name,)))
            else:
                table = (name,)
            found.append((number, table))
        elif key := _KEY.match(line):
            found.append((number, (*table, key[2].strip())))
    return found
