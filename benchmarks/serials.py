"""How unequal sites are, by the highest serial number in the addresses of articles of each.

    python -m benchmarks.serials FILE...

reads addresses from any text files (JSON lines, lists), and prints the sites with their numbers and the standard
deviation of the numbers' logarithms. Content systems number what they hold one after the other, so the highest number
says how much that has been, give or take what was never published.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import stdev
from urllib.parse import urlsplit

from portal_crawler.portals.site import site_of

_ADDRESS = re.compile(r"""https?://[^\s"'<>\\]+""")
# The last thing in a path, alone or behind what TRS (t20211119_) and others put before it; a date is no serial number.
_SERIAL = re.compile(r"[/_-](?:t\d{8}_|c\d+_|content_|art_\d+_)?(?!(?:19|20)\d{6}\.)(\d{5,8})\.s?html?$")
# Copies of other sites' pages, at the end of addresses of its own.
_ARCHIVES = ("archive.org",)


def highest_serials(texts: Iterable[str]) -> dict[str, int]:
    """By site: the highest serial number that ends an address in the texts."""
    highest: dict[str, int] = {}
    for text in texts:
        for address in _ADDRESS.findall(text):
            parts = urlsplit(address)
            found = _SERIAL.search(parts.path)
            if found is None or not parts.hostname or parts.hostname.endswith(_ARCHIVES):
                continue
            site = site_of(address)
            highest[site] = max(highest.get(site, 0), int(found[1]))
    return highest


def spread(numbers: Iterable[int]) -> float:
    """The standard deviation of the numbers' logarithms."""
    return stdev(math.log(number) for number in numbers)


def main() -> None:
    """Print the sites in the files given, by their numbers, and the spread of these."""
    highest = highest_serials(Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    for site, number in sorted(highest.items(), key=lambda item: item[1]):
        print(f"{number:>12,}  {site}")
    print(f"{len(highest)} sites, spread {spread(highest.values()):.2f}")


if __name__ == "__main__":
    main()
