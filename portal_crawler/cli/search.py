"""`search`: full-text search over what is stored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from portal_crawler import store
from portal_crawler.cli.options import check_period, db_option, json_option, since_option, until_option
from portal_crawler.cli.output import plain, print_json


@click.command()
@click.argument("query")
@click.option("--portal", help="Only this portal's articles.")
@since_option
@until_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most hits to print.")
@json_option
@db_option
def search(
    query: str,
    portal: str | None,
    since: date | None,
    until: date | None,
    limit: int,
    as_json: bool,
    db: Path,
) -> None:
    """Find articles whose title or body contain every term of QUERY; quote a term with blanks in it.

    --since and --until leave out articles whose time of publication is unknown.
    """
    check_period(since, until)
    reader = store.open_reader(db)
    try:
        hits = store.search(
            reader,
            query,
            portal=portal,
            since=since.isoformat() if since else None,
            until=until.isoformat() if until else None,
            limit=limit,
        )
    finally:
        reader.close()
    console = Console(highlight=False, soft_wrap=True)
    for hit in hits:
        if as_json:
            print_json(asdict(hit))
        elif console.is_terminal:
            console.print(Text(plain(hit.title or "(no title)"), style="bold"))
            console.print(Text(plain(_line(hit)), style="dim"))
            console.print(Text(plain(hit.snippet)), "\n")
        else:
            cells = (hit.published_at, hit.title, hit.url, hit.snippet, hit.state)
            click.echo("\t".join(plain(cell or "") for cell in cells))
    if not hits and not as_json:
        click.echo("nothing found", err=True)


def _line(hit: store.Hit) -> str:
    state = "" if hit.state == "live" else hit.state
    return "  ".join(part for part in (hit.published_at, hit.source, hit.portal, hit.url, state) if part)
