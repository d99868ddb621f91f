"""What the archive says of runs that were killed: the `warcinfo` of the run that followed names what they left undone.

A killed run looks like one that came to its end, and an answer that it had not read like one that it had. Where such a
run went before, the first record of the next one's first segment has a field `cutShort` with the first segment of the
run that did not come to its end, and a field `leftUnread` for each response that had led to nothing, with its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive.naming import segment_path
from portal_crawler.archive.record import Record
from portal_crawler.archive.scan import scan_segment

_CUT_SHORT, _LEFT_UNREAD = "cutShort", "leftUnread"
_SPOT = re.compile(r"(?P<file>\S{1,500}):(?P<offset>\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What runs left undone. cut_short: the first segment of each that did not come to its end, or its runs' names.

    unread: file and offset of each response that had led to nothing.
    """

    cut_short: frozenset[str] = frozenset()
    unread: frozenset[tuple[str, int]] = frozenset()

    def fields(self) -> str:
        """As lines of a `warcinfo`; nothing where there is nothing to say."""
        lines = [f"{_CUT_SHORT}: {file}" for file in sorted(self.cut_short)]
        lines += [f"{_LEFT_UNREAD}: {file}:{offset}" for file, offset in sorted(self.unread)]
        return "".join(f"{line}\r\n" for line in lines)


def run_named_in(warcinfo: Record) -> str | None:
    """What the segments of one run have in common, as a `warcinfo` says it."""
    return next((value for name, value in _fields_of(warcinfo) if name == "ispartof"), None)


def unfinished_in(directory: Path, files: Iterable[str]) -> Unfinished:
    """What the segments of a portal say of its runs; `cut_short` has the names of the runs.

    files: paths below `directory`. Only their first records are read; one that is damaged says nothing.
    """
    runs: dict[str, str | None] = {}
    cut_short: set[str] = set()
    unread: set[tuple[str, int]] = set()
    for file in files:
        first = next(scan_segment(segment_path(directory, file)), None)
        if first is None or first.problem or first.record is None or first.record.kind != "warcinfo":
            continue
        runs[file] = run_named_in(first.record)
        for name, value in _fields_of(first.record):
            if name == _CUT_SHORT.lower():
                cut_short.add(value)
            elif name == _LEFT_UNREAD.lower() and (match := _SPOT.fullmatch(value)):
                unread.add((match["file"], int(match["offset"])))
    return Unfinished(frozenset(run for file in cut_short if (run := runs.get(file))), frozenset(unread))


def _fields_of(warcinfo: Record) -> Iterator[tuple[str, str]]:
    for line in warcinfo.block.decode("utf-8", "replace").splitlines():
        name, _, value = line.partition(":")
        yield name.strip().lower(), value.strip()
