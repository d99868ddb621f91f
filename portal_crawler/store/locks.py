"""Locks beside the database: one process at a time crawls a portal into it, and whoever is refused learns who does.

The kernel holds the lock, on `NAME.locks/PORTAL.lock`, and frees it when its holder dies. The file says who held it
last; it stays, and means nothing by itself.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from portal_crawler.article import BEIJING
from portal_crawler.portals.portal_id import id_problem
from portal_crawler.store.database import WITHOUT_LOCKS, StorageError, refuse_foreign

# A copy of the database looks for a moment whether a lock is held (see `is_held`); that must not cost a crawl.
_PATIENCE_S, _POLL_S = 0.25, 0.02
# A holder has said who it is a moment after it took the lock.
_LOOKS, _LOOK_S = 8, 0.03


class LockHeld(Exception):
    """Another run crawls this portal into this database; the message says which process, where and since when."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock. since: ISO 8601, to the second."""

    pid: int
    host: str
    since: str


def take_lock(db: Path, portal: str) -> FileLock:
    """The portal's lock for this database, held until it is released or the process ends.

    Raises LockHeld when another process has it, StorageError when the place cannot be written or has no locks, and
    beside a database of another program.
    """
    path = _path(db, portal)
    refuse_foreign(db)
    try:
        make_lock_folder(db)
        # Never a lock that only consists in a file's existence: it would outlive a killed holder.
        lock = FileLock(path, timeout=_PATIENCE_S, poll_interval=_POLL_S, fallback_to_soft=False)
        lock.acquire()
        try:
            if _is_free(path):
                raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
            _introduce(path)
        except BaseException:
            lock.release()
            raise
    except Timeout:
        raise LockHeld(f"{portal}: {_told(_holder(path))} is crawling it into {db}") from None
    except OSError as error:
        raise _storage_error(path, error) from error
    return lock


def is_held(db: Path, portal: str) -> bool:
    """Whether a process crawls this portal into this database now; also when nobody can tell."""
    path = _path(db, portal)
    try:
        return path.exists() and not _is_free(path)
    except OSError:
        return True


def holders(db: Path) -> list[tuple[str, Holder]]:
    """The portals that are being crawled into this database now, with who does it as far as that is told."""
    found = []
    for path in sorted(lock_folder(db).glob("[!.]*.lock")):
        portal = path.stem
        if is_held(db, portal) and (holder := _holder(path)) is not None:
            found.append((portal, holder))
    return found


def lock_folder(db: Path) -> Path:
    """Where the locks of a database lie. Of one that is a link, beside what it leads to: that is what is written."""
    file = db.resolve()
    return file.with_name(f"{file.name}.locks")


def make_lock_folder(db: Path) -> Path:
    """The folder of a database's locks, made if it is not there. Raises OSError, also where a link has its name.

    Beside a database in a folder that others can write to, its name is one that they can put there first.
    """
    folder = lock_folder(db)
    folder.mkdir(parents=True, exist_ok=True)
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "a link, where the locks have to lie; remove it", str(folder))
    return folder


def _path(db: Path, portal: str) -> Path:
    # What is locked and no portal has a dot before its name.
    if problem := id_problem(portal.removeprefix(".")):
        raise StorageError(f"portal id {portal!r}: {problem}")
    return lock_folder(db) / f"{portal}.lock"


def _is_free(path: Path) -> bool:
    """Whether somebody else could take the lock: asked by a handle of its own, as another process would have."""
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _introduce(path: Path) -> None:
    """Write down who holds the lock. In place: on a full disk, that of the last holder makes room."""
    me = Holder(os.getpid(), socket.gethostname(), datetime.now(BEIJING).isoformat(timespec="seconds"))
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW), "r+", encoding="utf-8") as file:
        file.write(json.dumps(asdict(me)))
        file.truncate()


def _holder(path: Path) -> Holder | None:
    """Who holds a lock; None when it does not say. What a killed holder left is not believed at once."""
    holder = None
    for _ in range(_LOOKS):
        with suppress(OSError, ValueError, TypeError):
            holder = Holder(**json.loads(path.read_text("utf-8")))
            if holder.host != socket.gethostname() or _is_alive(holder.pid):
                break
        time.sleep(_LOOK_S)
    return holder


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _told(holder: Holder | None) -> str:
    if holder is None:
        return "another process"
    return f"process {holder.pid} on {holder.host}, since {holder.since.replace('T', ' ')},"


def _storage_error(path: Path, error: OSError) -> StorageError:
    if error.errno in WITHOUT_LOCKS:
        return StorageError(
            f"{path}: this filesystem has no working locks ({error.strerror}); put the database on a local disk"
        )
    return StorageError(f"{path}: {error.strerror or error}")
