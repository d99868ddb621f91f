"""`backup`: a copy of the database, also while crawls write to it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import db_option
from portal_crawler.cli.output import plain
from portal_crawler.store.backup import back_up


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@db_option
def backup(file: Path, db: Path) -> None:
    """Copy the database to FILE, also while crawls write to it.

    The copy is of one moment, checked, and a single file. It appears when it is complete; a file that exists is never
    replaced. The raw archive is not in it, but holds all that the copy refers to, now and later.
    """
    if not file.parent.is_dir():
        raise Failure(f"{file.parent}: no such folder", USAGE)
    # A stopped copy takes its unfinished file away, as after an interrupt from the keyboard.
    signal.signal(signal.SIGTERM, _stop)
    with Gauge("MB", per=10**6) as gauge:
        made = back_up(db, file, gauge.show)
    under_way = f", {made.under_way} crawls under way" if made.under_way else ""
    click.echo(plain(f"{made.path}: {made.size_bytes:,} bytes{under_way}"))


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)
