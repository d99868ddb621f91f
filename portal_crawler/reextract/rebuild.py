"""A whole database from the archive alone: the crawls of each portal are gone through again, answer by answer.

The spider that crawled reads each archived answer as it came, in the order in which they came. So listings, stubs,
redirects, pages and lists built by script mean what they meant in the crawl, and a robots.txt or an error page becomes
an article as little as it did then. What the archive does not say is when and how runs were started.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from portal_crawler.archive import Archived, exchanges_of, segments_below
from portal_crawler.archive.unfinished import unfinished_in
from portal_crawler.article import Portal
from portal_crawler.reextract.replay import Replay, portal_at
from portal_crawler.session import CrawlOptions, Session
from portal_crawler.store import StorageError, open_store


@dataclass(slots=True)
class Rebuilt:
    """What came of it. bytes, bytes_total: of the archive, gone through and in all.

    damaged: places of the archive that could not be read, with the reason.
    """

    portals: int = 0
    segments: int = 0
    bytes: int = 0
    bytes_total: int = 0
    exchanges: int = 0
    articles: int = 0
    damaged: list[str] = field(default_factory=list)


def rebuild(
    archive: Path,
    target: Path,
    *,
    portals: Mapping[str, Portal],
    only: str | None = None,
    progress: Callable[[Rebuilt], None] = lambda rebuilt: None,
) -> Rebuilt:
    """Make a database of everything in an archive. target: its file, which must not exist yet.

    portals: profiles by id; only: the one portal to take. The database appears when it is complete, so that a crawl
    never cuts the archive back to what half of it knows. Raises StorageError and ArchiveError.
    """
    if target.exists():
        raise StorageError(f"{target}: exists already; a rebuilt database takes the place of none")
    rebuilt = Rebuilt()
    segments = segments_below(archive, only)
    folders = sorted({path.parent.name for path in segments})
    rebuilt.bytes_total = sum(path.stat().st_size for path in segments)
    with _workplace(target) as db:
        open_store(db).close()
        for folder in folders:
            rebuilt.portals += 1
            _go_through(archive, db, folder, portals, rebuilt, progress)
        _complete(db, rebuilt)
        try:
            db.replace(target)
        except OSError as error:
            raise StorageError(f"{target}: {error.strerror or error}") from error
    return rebuilt


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """A folder beside the target, on the same disk, gone afterwards."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise StorageError(f"{target.parent}: {error.strerror or error}") from error
    try:
        yield folder / target.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _go_through(
    archive: Path,
    db: Path,
    folder: str,
    portals: Mapping[str, Portal],
    rebuilt: Rebuilt,
    progress: Callable[[Rebuilt], None],
) -> None:
    """One portal's crawls, the oldest first."""
    unfinished = unfinished_in(archive, (f"{folder}/{path.name}" for path in segments_below(archive, folder)))
    run, session, replay, portal = "", None, None, None
    for archived in _all_of(archive, folder, rebuilt, progress):
        if replay is None or session is None or archived.run != run:
            if replay is not None and session is not None:
                replay.end(is_cut_short=run in unfinished.cut_short)
                session.close()
            portal = portal or portal_at(folder, archived.exchange.url, portals)
            run = archived.run
            session = Session(portal, CrawlOptions(db=db, archive=archive, channels=(), delay_s=0, allow_private=True))
            replay = Replay(session)
        capture = archived.capture
        replay.take(archived, is_unread=(capture.file, capture.offset) in unfinished.unread)
        rebuilt.exchanges += 1
    if replay is not None and session is not None:
        replay.end(is_cut_short=run in unfinished.cut_short)
        session.close()


def _all_of(archive: Path, folder: str, rebuilt: Rebuilt, progress: Callable[[Rebuilt], None]) -> Iterator[Archived]:
    for path in segments_below(archive, folder):
        before = rebuilt.bytes
        for archived in exchanges_of(archive, f"{folder}/{path.name}", rebuilt.damaged):
            yield archived
            rebuilt.bytes = before + archived.capture.offset + archived.capture.length
            progress(rebuilt)
        rebuilt.bytes = before + path.stat().st_size
        rebuilt.segments += 1


def _complete(db: Path, rebuilt: Rebuilt) -> None:
    """Leave no trace of runs that ended badly, since a crawl cuts off what lies behind the last record of such ones."""
    store = open_store(db)
    try:
        with store.transaction() as connection:
            connection.execute("UPDATE runs SET exit_code = 0, outcome = 'rebuilt from the archive'")
        rebuilt.articles = store.rows("SELECT count(*) FROM articles")[0][0]
        store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()
