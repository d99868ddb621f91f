"""`report`: the collection on one page, for people."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from portal_crawler.article import BEIJING
from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import check_period, db_option, since_option, until_option
from portal_crawler.cli.output import plain
from portal_crawler.export import Selection
from portal_crawler.store.limited import limited_reader


@click.command()
@click.argument("out", metavar="FILE.html", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--portal", metavar="ID", help="Only this portal's articles.")
@since_option
@until_option
@db_option
def report(out: Path, portal: str | None, since: date | None, until: date | None, db: Path) -> None:
    """Write a report on the collection to FILE.html: coverage, fields, sources, reprints, gaps, drift and revisions.

    It is one file with its charts in it, which loads nothing from elsewhere. FILE.html appears whole or not at all.
    --since and --until are about the time of publication.
    """
    check_period(since, until)
    if out.suffix.lower() not in (".html", ".htm"):
        raise Failure(f"{out}: a report is HTML, name it {out.stem or 'report'}.html", USAGE)
    if not out.parent.is_dir():
        raise Failure(f"{out.parent}: no such folder", USAGE)
    from portal_crawler.report import write_report

    with limited_reader(db, reads_all=True) as reader:
        if portal and not reader.rows("SELECT 1 FROM ledger WHERE portal = ? LIMIT 1", (portal,)):
            known = [row[0] for row in reader.rows("SELECT DISTINCT portal FROM runs ORDER BY 1")]
            raise Failure(f"no portal {portal!r} in {db}; there are {', '.join(known) or 'none'}", USAGE)
        selection = Selection(portal=portal, since=since, until=until)
        with Gauge("parts") as gauge:
            figures = write_report(reader, out, selection, datetime.now(BEIJING), gauge.show)
    click.echo(plain(f"{out}: {figures.articles:,} articles, {out.stat().st_size:,} bytes"))
