"""Profile files: found, read and checked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from portal_crawler.article import Portal
from portal_crawler.portals.place import line_of
from portal_crawler.portals.schema import SchemaError, portal_from

PROFILES = Path(__file__).parent
_AT = re.compile(r"(?<!\s)\s*+\(at (?:line (\d+), column \d+|end of document)\)$")


class ProfileError(Exception):
    """A profile that is wrong: file, line, what is wrong and what would be right."""


def profile_files(folder: Path = PROFILES) -> list[Path]:
    """The profile files of a folder, by name."""
    return sorted(folder.glob("*.toml"))


def load_profiles(folder: Path = PROFILES) -> dict[str, Portal]:
    """All profiles of a folder by portal id. Raises ProfileError for one that is wrong or repeats an id."""
    portals: dict[str, Portal] = {}
    for path in profile_files(folder):
        portal = load_profile(path)
        if portal.id in portals:
            raise ProfileError(f"{path.name}:1: another profile has the id {portal.id!r} already")
        portals[portal.id] = portal
    return portals


def load_profile(path: Path) -> Portal:
    """The portal that a profile file describes. Raises ProfileError, also for a file that cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ProfileError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ProfileError(f"{path.name}:{line}: not UTF-8, which TOML has to be") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise ProfileError(f"{path.name}:{line}: not TOML: {_AT.sub('', message)}") from error
    try:
        return portal_from(table)
    except SchemaError as error:
        raise ProfileError(f"{path.name}:{line_of(text, error.place)}: {error}") from error
