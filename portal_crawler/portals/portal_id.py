"""What a portal may be called. Its id is the name of its folder in the archive and of its lock."""

from __future__ import annotations

import re

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")
# Devices under Windows, with any suffix: an archive is to be copied to other disks as it is.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


def id_problem(portal_id: str) -> str | None:
    """Why a portal cannot be called so, None if it can."""
    if not _ID.fullmatch(portal_id):
        return "a-z, 0-9, dot, hyphen, underscore, 81 of them at most, and the first one a letter or digit"
    if ".." in portal_id or portal_id.endswith("."):
        return "no two dots in a row, and none at its end"
    if is_device(portal_id):
        return "not the name of a device under Windows, where no folder can be called so"
    return None


def is_device(name: str) -> bool:
    """Whether Windows takes a file's name, in lower case, for that of a device."""
    return _DEVICE.fullmatch(name) is not None
