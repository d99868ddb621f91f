"""`serve`: a web view of the database and its archive."""

from __future__ import annotations

from pathlib import Path

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import archive_option, db_option


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; by default for this machine alone."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Which port; 0 takes a free one."
)
@archive_option
@db_option
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, archive: Path, db: Path) -> None:
    """Show what is stored in a browser: articles, search, revisions, archived pages, and the tables.

    Prints the address to open, and serves until it is stopped. It only reads; a crawl may write at the same time. There
    is no password: whoever reaches HOST reads everything.
    """
    try:
        from portal_crawler.web.server import ListenError, Stopped, is_loopback
        from portal_crawler.web.server import serve as serve_site
    except ModuleNotFoundError as error:
        raise Failure(f"{error.name} is missing: pip install 'portal-crawler[web]'", USAGE) from error
    if not is_loopback(host):
        click.echo(f"{host}: not only this machine can reach it, and there is no password", err=True)
    try:
        serve_site(db, archive, host=host, port=port, announce=click.echo)
    except ListenError as error:
        raise Failure(str(error), USAGE) from error
    except Stopped as stopped:
        ctx.exit(128 + stopped.number)
