"""The folder that all machines share: one database a portal, the profiles, and a mark for each command under way.

A portal has its own shard, and not each worker: whoever crawls the portal next goes on in it, from the ledger as it
stands and under the portal's lock, which lies beside it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal_crawler.store import StorageError


@dataclass(frozen=True, slots=True)
class Shards:
    """The folder as one command uses it.

    token: what `ID_FILE` says, by which a worker tells this folder from another one of its name. mark: a file that is
    there as long as the command wants its units to go on.
    """

    folder: Path
    token: str
    mark: Path

    def database(self, portal: str) -> Path:
        """The shard of a portal."""
        return self.folder / f"{portal}.db"

    def share(self, profile: Path) -> Path:
        """A copy of a profile, or of a folder of them, that every worker can read."""
        files = sorted(profile.glob("*.toml")) if profile.is_dir() else [profile]
        try:
            contents = {file.name: file.read_bytes() for file in files}
            # One folder for each state of them: another command may read older ones meanwhile.
            state = hashlib.sha256(repr(contents).encode()).hexdigest()[:16]
            folder = self.folder / "profiles" / state
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in contents.items():
                _write(folder / name, content)
        except OSError as error:
            raise StorageError(f"{error.filename or profile}: {error.strerror or error}") from error
        return folder if profile.is_dir() else folder / profile.name

    def stop(self) -> None:
        """Have the units end: whoever runs one looks for the mark."""
        self.mark.unlink(missing_ok=True)


ID_FILE = ".portal-crawler-shards"


@contextmanager
def open_shards(folder: Path) -> Iterator[Shards]:
    """The shared folder, made if there is none, with a mark in it that is gone afterwards. Raises StorageError."""
    folder = folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / ID_FILE
        if not name.exists():
            _write(name, secrets.token_hex(16).encode())
        token = name.read_text("ascii")
        mark = folder / f".command-{secrets.token_hex(8)}"
        mark.touch()
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror or error}") from error
    shards = Shards(folder, token, mark)
    try:
        yield shards
    finally:
        shards.stop()


def _write(path: Path, content: bytes) -> None:
    """Write a file so that no reader sees a part of it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
