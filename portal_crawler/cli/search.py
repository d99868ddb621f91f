"""`search`: full-text search over what is stored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from portal_crawler import store
from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import check_period, db_option, json_option, known_portal, since_option, until_option
from portal_crawler.cli.output import plain, print_json


@click.command()
@click.argument("query")
@click.option("--portal", help="Only this portal's articles.")
@click.option("--channel", metavar="NAME", help="Only articles of this channel: its name, or its path, 资讯/平凉市.")
@since_option
@until_option
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most hits to print.")
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds after which the search is given up.",
)
@json_option
@db_option
def search(
    query: str,
    portal: str | None,
    channel: str | None,
    since: date | None,
    until: date | None,
    limit: int,
    timeout_s: float,
    as_json: bool,
    db: Path,
) -> None:
    """Find the articles that QUERY asks for: those with it in the title first, and the newest first.

    Words are sought in title and body, as they stand: a part of a word is found, too. All of them must be there.

    \b
    "安全 生产"               in double quotes: with the blank between them
    甘肃 OR 青海              either; AND is what stands between words by itself
    (甘肃 OR 青海) NOT 天气   brackets group, NOT leaves out
    title:雪 source:新华社    only there: title, body, source, editor, author, url, portal, channel
    date:2021-11..2022        published then; also date:2021-11-19, date:2021.., date:..2021

    Put what would be read so into double quotes, and the whole query into single ones for the shell. --since,
    --until and date: leave out articles whose time of publication is unknown.
    """
    check_period(since, until)
    try:
        if store.parse_query(query) is None:
            raise Failure("the query is blank", USAGE)
    except store.QueryError as error:
        raise Failure(str(error), USAGE) from error
    reader = store.open_reader(db)
    try:
        known_portal(reader, portal)
        hits = store.search(
            reader,
            query,
            portal=portal,
            channel=channel,
            since=since.isoformat() if since else None,
            until=until.isoformat() if until else None,
            limit=limit,
            timeout_s=timeout_s,
        )
    except store.SearchTimeout as error:
        raise Failure(str(error), USAGE) from error
    finally:
        reader.close()
    console = Console(highlight=False, soft_wrap=True)
    for hit in hits:
        if as_json:
            print_json(asdict(hit))
        elif console.is_terminal:
            console.print(Text(plain(hit.marked_title or "(no title)"), style="bold"))
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
