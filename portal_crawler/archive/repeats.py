"""Bodies that the archive holds already, so that they are not stored again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal_crawler.archive.exchange import ArchiveError, Exchange
from portal_crawler.archive.read import original_of, read_record
from portal_crawler.archive.records import Original

# File, offset and length of a response's record.
Place = tuple[str, int, int]
# A shorter body costs less than the reference to an earlier one.
_LEAST = 512
# So many bodies of a run are remembered, those that came last: what repeats is what a portal answers to every wrong
# address, or an article in several columns on one day. 3 MB; what comes again later is stored again.
_MOST = 5_000


class Bodies:
    """The bodies that a run has archived, and those of earlier runs that `find` knows.

    find: given a URL and a digest, the place of an earlier capture of that URL with that body, None without one.
    """

    def __init__(self, directory: Path, find: Callable[[str, str], Place | None]) -> None:
        self._directory = directory
        self._find = find
        # By digest, the one that came longest ago first.
        self._known: dict[str, Original] = {}

    def original(self, exchange: Exchange, digest: str) -> Original | None:
        """An earlier response with the body of this digest, None where there is none or it cannot be read."""
        if len(exchange.body) < _LEAST:
            return None
        if digest in self._known:
            # To the end: what comes again and again is never forgotten.
            self._known[digest] = self._known.pop(digest)
            return self._known[digest]
        place = self._find(exchange.url, digest)
        return self._read(place, digest) if place else None

    def add(self, digest: str, size_bytes: int, original: Original) -> None:
        """Remember a body that has been archived."""
        if size_bytes < _LEAST or digest in self._known:
            return
        if len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[digest] = original

    def _read(self, place: Place, digest: str) -> Original | None:
        """The response at a place, or the one that the revisit there refers to. Read, since it may be damaged."""
        try:
            record = read_record(self._directory, *place)
            if record.kind == "revisit":
                further = original_of(record)
                if further is None:
                    return None
                place, record = further, read_record(self._directory, *further)
        except ArchiveError:
            return None
        if record.kind != "response" or record.url is None or record.fields.get("warc-payload-digest") != digest:
            return None
        return Original(record.url, record.fields["warc-date"], *place)
