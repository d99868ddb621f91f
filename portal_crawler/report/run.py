"""One report: read, written beside its place, and put there whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from portal_crawler.export import Selection
from portal_crawler.report.figures import Figures
from portal_crawler.report.page import page_of
from portal_crawler.report.reading import figures_of
from portal_crawler.store import StorageError, Store


def write_report(
    store: Store,
    path: Path,
    selection: Selection,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, all_: None,
) -> Figures:
    """Write the report on the selected articles to an HTML file, and give its figures.

    What had the file's name before is replaced at the end, on the disk for good. now: aware. progress: as in
    `figures_of`. Raises StorageError when the database cannot be read or the file not be written.
    """
    figures = figures_of(store, selection, now, progress)
    page = page_of(figures).encode()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", suffix=".part", dir=path.parent) as folder:
            unfinished = Path(folder) / path.name
            with unfinished.open("wb") as file:
                file.write(page)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error
    return figures
