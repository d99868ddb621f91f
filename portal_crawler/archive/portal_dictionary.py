"""Which dictionary a run's next segment begins with: what its portal's last segments had, or one of its own pages."""

from __future__ import annotations

from collections import deque
from itertools import islice
from pathlib import Path

from portal_crawler.archive.dictionary import Dictionary, dictionary_in, dictionary_of
from portal_crawler.archive.naming import segments_below
from portal_crawler.archive.zstd_frames import ZstdPacking

# So many records, half of which make a dictionary and the others judge it.
_REMEMBERED = 32
# After so many records a run looks for the first time whether another dictionary would do better, and then each time
# that it has four times as many: portals begin with listings, and pages change.
_FIRST_LOOK = 16
# A body smaller than this says nothing of pages; a longer record is no usual page.
_LEAST_BYTES, _MOST_BYTES = 1024, 256 * 1024
# What a change has to save of each record.
_LEAST_GAIN = 0.1
# An earlier segment's dictionary has paid when its records take so many times as much: they would have taken more.
_PAID = 2
# Segments of the portal that are looked at for one, the last ones.
_LAST = 3


class PortalDictionary:
    """The dictionary for one run of a portal. current: that of the next segment, None for none."""

    def __init__(self, directory: Path, portal_id: str) -> None:
        self._seen = 0
        self._next_look = _FIRST_LOOK
        self._recent: deque[bytes] = deque(maxlen=_REMEMBERED)
        newest = reversed(segments_below(directory, portal_id))
        found = (_if_it_paid(path) for path in islice(newest, _LAST))
        self.current = next((dictionary for dictionary in found if dictionary is not None), None)

    def add(self, record: bytes) -> None:
        """Take note of a response that was written."""
        if _LEAST_BYTES <= len(record) <= _MOST_BYTES:
            self._recent.append(record)
            self._seen += 1

    def renew(self, *, anyway: bool = False) -> bool:
        """Look whether a dictionary of the last records does better; it is then the current one.

        anyway: look now, since another segment begins in any case.
        """
        if self._seen < (_FIRST_LOOK if anyway else self._next_look):
            return False
        self._next_look = max(self._next_look, self._seen) * 4
        records = list(self._recent)
        learnt, judges = records[::2], records[1::2]
        new = dictionary_of(learnt)
        if new is None:
            return False
        before, after = _room(judges, self.current), _room(judges, new)
        saved = (before - after) / len(judges)
        # As many records again as there were so far have to make up for the dictionary's own room.
        is_better = before - after >= _LEAST_GAIN * before and (anyway or saved * self._seen >= len(new.frame))
        if is_better:
            self.current = new
        return is_better


def _room(records: list[bytes], dictionary: Dictionary | None) -> int:
    packing = ZstdPacking(dictionary)
    return sum(len(packing.response(record)) for record in records)


def _if_it_paid(path: Path) -> Dictionary | None:
    """The dictionary of a segment that is so long that it would be begun with it again."""
    try:
        dictionary = dictionary_in(path)
        if dictionary and path.stat().st_size >= (1 + _PAID) * len(dictionary.frame):
            return dictionary
    except (OSError, ValueError):
        # `verify` names what is damaged there.
        pass
    return None
