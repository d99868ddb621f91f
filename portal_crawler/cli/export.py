"""`export`: articles as a file for other programs."""

from __future__ import annotations

import signal
import sys
import time
from datetime import date
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import check_period, db_option, since_option, until_option
from portal_crawler.cli.output import plain
from portal_crawler.export import ExportError, Selection, export_articles
from portal_crawler.store import open_reader

_COLUMNS = (BarColumn(), MofNCompleteColumn(), "articles", TimeRemainingColumn())


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--portal", help="Only this portal's articles.")
@since_option
@until_option
@click.option("--query", metavar="TEXT", help="Only articles that `search` finds for this.")
@click.option("--channel", metavar="NAME", help="Only articles of this channel: its name, or its path, 资讯/平凉市.")
@click.option("--state", type=click.Choice(["live", "suspect", "gone"]), help="Only articles in this state.")
@click.option("--columns", metavar="NAMES", help="Only these columns, in this order, with commas between them.")
@click.option("--excel", is_flag=True, help="For .csv: with byte order mark and CRLF, as Excel expects it.")
@click.option(
    "--raw", is_flag=True, help="For .csv and .xlsx: no apostrophe before text that a sheet takes for a formula."
)
@db_option
def export(
    out: Path,
    portal: str | None,
    since: date | None,
    until: date | None,
    query: str | None,
    channel: str | None,
    state: str | None,
    columns: str | None,
    excel: bool,
    raw: bool,
    db: Path,
) -> None:
    """Write articles to OUT, in the format of its suffix: .csv, .jsonl, .parquet or .xlsx.

    OUT appears whole or not at all; what had its name is replaced at the end. OUT.manifest.json beside it says
    what is in it. --since and --until leave out articles whose time of publication is unknown.
    """
    check_period(since, until)
    if not out.parent.is_dir():
        raise Failure(f"{out.parent}: no such folder", USAGE)
    # A stopped export takes its unfinished file away, as after an interrupt from the keyboard.
    signal.signal(signal.SIGTERM, _stop)
    reader = open_reader(db)
    try:
        with _Progress() as progress:
            exported = export_articles(
                reader,
                out,
                Selection(portal, since, until, query, channel, state),
                columns=[name.strip() for name in columns.split(",") if name.strip()] if columns is not None else None,
                excel=excel,
                raw=raw,
                progress=progress.show,
            )
    except ExportError as error:
        raise Failure(str(error), USAGE) from error
    finally:
        reader.close()
    click.echo(plain(f"{exported.path}: {exported.rows:,} articles, {exported.size_bytes:,} bytes"))
    for name, parts in exported.continued.items():
        click.echo(
            f"{name}: the longest text is longer than an Excel cell holds and goes on in "
            f"{', '.join(f'{name}_{number}' for number in range(2, parts + 1))}",
            err=True,
        )


class _Progress:
    """How far an export is, on standard error: a bar on a terminal, else a line in ten seconds."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Progress(*_COLUMNS, console=console, transient=True) if console.is_terminal else None
        self._every_s = 0.2 if self._bar else 10.0
        self._began_s = self._shown_s = time.monotonic()

    def __enter__(self) -> _Progress:
        if self._bar:
            self._bar.start()
            self._bar.add_task("articles", total=None)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, done: int, total: int) -> None:
        """Take how many articles are written, and how many there are."""
        now = time.monotonic()
        if now - self._shown_s < self._every_s:
            return
        self._shown_s = now
        if self._bar:
            self._bar.update(self._bar.task_ids[0], completed=done, total=total)
            return
        rate = done / (now - self._began_s)
        left_s = (total - done) / rate
        click.echo(f"{done:,} of {total:,} articles, {rate:,.0f} a second, {left_s:.0f} s left", err=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)
