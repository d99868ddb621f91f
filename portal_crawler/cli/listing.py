"""`listing`: the entries of a listing page and the way to the next one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from portal_crawler.cli.errors import FAILED, Failure
from portal_crawler.cli.options import allow_private_option, delay_option
from portal_crawler.cli.output import print_json
from portal_crawler.cli.sources import Profiles, SourceError, Sources, is_url
from portal_crawler.extract import extract_listing


@click.command()
@click.argument("page", metavar="FILE|URL|-")
@click.option("--url", help="The address of the page that FILE or - holds; links are relative to it.")
@delay_option
@allow_private_option
def listing(page: str, url: str | None, delay_s: float | None, allow_private: bool) -> None:
    """Print a listing as JSON: {"entries": [{"url", "title", "date"}], "next": URL or null}."""
    if url and is_url(page):
        raise click.UsageError("--url is the address of a FILE or -")
    if page != "-" and not is_url(page) and not Path(page).is_file():
        raise click.UsageError(f"{page}: no such file")
    try:
        source = Sources(allow_private=allow_private, delay_s=delay_s).read(page, url)
    except SourceError as error:
        raise Failure(str(error), FAILED) from error
    found = extract_listing(
        source.body,
        source.url or "",
        content_type=source.content_type,
        portal=Profiles().portal_of(source.url),
    )
    if not found.entries and url is None and not is_url(page):
        click.echo("nothing found; relative links need the address of the page: --url", err=True)
    print_json({"entries": [asdict(entry) for entry in found.entries], "next": found.next})
