"""What several test modules need."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout; where it is absent, the test is skipped."""
    folder = Path(os.environ.get("PORTAL_CRAWLER_SHARED") or Path(__file__).parents[2] / "shared")
    if not (folder / "corpus" / "manifest.jsonl").is_file():
        pytest.skip(f"no reference material in {folder} (PORTAL_CRAWLER_SHARED names another place)")
    return folder
