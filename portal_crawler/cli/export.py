"""`export`: articles as a file for other programs."""

from __future__ import annotations

import signal
import sys
from datetime import date
from pathlib import Path
from types import FrameType

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import check_period, db_option, known_portal, since_option, until_option
from portal_crawler.cli.output import plain
from portal_crawler.export import ExportError, Selection, export_articles
from portal_crawler.store import open_reader


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
        known_portal(reader, portal)
        with Gauge("articles") as gauge:
            exported = export_articles(
                reader,
                out,
                Selection(portal, since, until, query, channel, state),
                columns=[name.strip() for name in columns.split(",") if name.strip()] if columns is not None else None,
                excel=excel,
                raw=raw,
                progress=gauge.show,
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


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)
