"""What can be done about damage: fetch again what was lost, cut off what a killed run left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.archive import Recovery, mend_dictionary, recover
from portal_crawler.store import fetch_again, last_capture_ends, open_store, put_lost
from portal_crawler.store.locks import take_lock
from portal_crawler.verify.finding import Finding


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done. queued: articles that the next crawl fetches again. cut: tails that were cut off.

    mended: segments that have their dictionary again; what else is wrong with them is to be looked for anew.
    """

    queued: tuple[str, ...]
    cut: tuple[Recovery, ...]
    mended: tuple[str, ...] = ()


def repair(db: Path, archive: Path, findings: Sequence[Finding], *, portal: str | None = None) -> Repair:
    """Queue the articles whose captures were lost, and cut the archive back to what the database knows.

    findings: those of `verify`. The lost places are noted, so that later checks name them without calling them
    damage. No text of an article is deleted. portal: repair only this one. Raises LockHeld while a crawl of one of
    the portals runs, and StorageError or ArchiveError when the disk refuses.
    """
    store = open_store(db)
    try:
        query = "SELECT DISTINCT portal FROM segments WHERE ? IS NULL OR portal = ? ORDER BY portal"
        portals = [str(row[0]) for row in store.rows(query, (portal, portal))]
        # All locks before the first change: either everything is repaired or nothing.
        locks = []
        try:
            locks += [take_lock(db, name) for name in portals]
            cut = [step for name in portals for step in recover(archive, name, last_capture_ends(store, name))]
            damaged = sorted({finding.file for finding in findings if finding.is_damage and finding.file is not None})
            mended = tuple(file for file in damaged if mend_dictionary(archive, file))
            queued: dict[str, None] = {}
            with store.transaction() as connection:
                for finding in findings:
                    if finding.file in mended:
                        continue
                    if finding.is_damage and finding.file is not None and finding.offset is not None:
                        queued |= dict.fromkeys(fetch_again(connection, finding.file, finding.offset))
                        put_lost(connection, finding.file, finding.offset, finding.url, finding.problem)
        finally:
            for lock in locks:
                lock.release()
    finally:
        store.close()
    return Repair(tuple(queued), tuple(cut), mended)
