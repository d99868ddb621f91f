"""What an export's file holds, said beside it, and how both get their names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from portal_crawler.archive.durable import sync_path


def put_in_place(unfinished: Path, path: Path, manifest: Mapping[str, object]) -> None:
    """Write the manifest and give it and the file their names, on the disk for good.

    A kill in between leaves a file without a manifest, never with a false one.
    """
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    unfinished_manifest = manifest_path(unfinished)
    unfinished_manifest.write_text(text, encoding="utf-8")
    for file in (unfinished, unfinished_manifest):
        sync_path(file)
    manifest_path(path).unlink(missing_ok=True)
    unfinished.replace(path)
    unfinished_manifest.replace(manifest_path(path))
    sync_path(path.parent)


def manifest_path(path: Path) -> Path:
    """Where the manifest of a file stands."""
    return path.with_name(f"{path.name}.manifest.json")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
