"""What an export's file holds, said beside it, and how both get their names."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path


def put_in_place(unfinished: Path, path: Path, manifest: Mapping[str, object]) -> None:
    """Write the manifest and give it and the file their names, on the disk for good.

    A kill in between leaves a file without a manifest, never with a false one.
    """
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    unfinished_manifest = manifest_path(unfinished)
    unfinished_manifest.write_text(text, encoding="utf-8")
    for file in (unfinished, unfinished_manifest):
        _sync(file)
    manifest_path(path).unlink(missing_ok=True)
    unfinished.replace(path)
    unfinished_manifest.replace(manifest_path(path))
    _sync(path.parent)


def manifest_path(path: Path) -> Path:
    """Where the manifest of a file stands."""
    return path.with_name(f"{path.name}.manifest.json")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
