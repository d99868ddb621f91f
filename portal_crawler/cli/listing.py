"""`listing`: the entries of a listing page and the way to the next one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from portal_crawler.cli.errors import BLOCKED, FAILED, Failure
from portal_crawler.cli.options import allow_private_option, delay_option
from portal_crawler.cli.output import plain, print_json
from portal_crawler.cli.sources import Blocked, Profiles, SourceError, Sources, is_url, refuse_wall
from portal_crawler.extract import Page, listing_of, loaded_scripts, scripted_requests


@click.command()
@click.argument("page", metavar="FILE|URL|-")
@click.option("--url", help="The address of the page that FILE or - holds; links are relative to it.")
@delay_option
@allow_private_option
def listing(page: str, url: str | None, delay_s: float | None, allow_private: bool) -> None:
    """Print a listing as JSON: {"entries": [{"url", "title", "date"}], "next": URL or null}.

    A list that the page of a URL builds by script is asked for as a crawl does; the scripts of a FILE are not followed.
    Exits with 4 where a wall stands in the page's place.
    """
    if url and is_url(page):
        raise click.UsageError("--url is the address of a FILE or -")
    if page != "-" and not is_url(page) and not Path(page).is_file():
        raise click.UsageError(f"{page}: no such file")
    sources = Sources(allow_private=allow_private, delay_s=delay_s)
    try:
        source = sources.read(page, url)
        portal = Profiles().portal_of(source.url)
        read = sources.page(source, portal)
        if is_url(page):
            # Not on top: it brings the crawl side with it, which reading a file does not need.
            from portal_crawler.cli.scripted import whole_listing

            found = whole_listing(read, portal, lambda address: sources.answer(address, portal))
        else:
            found = listing_of(read, portal=portal)
        if not found.entries:
            refuse_wall(read)
    except Blocked as error:
        raise Failure(str(error), BLOCKED) from error
    except SourceError as error:
        raise Failure(str(error), FAILED) from error
    if not found.entries:
        click.echo(f"nothing found{_reason(read, url, page)}", err=True)
    print_json({"entries": [asdict(entry) for entry in found.entries], "next": found.next})


def _reason(read: Page, url: str | None, name: str) -> str:
    """What may keep a page from listing anything, as the end of a sentence."""
    if is_url(name):
        return (
            "; a list that only a browser can show needs `browser = true` in a profile" if loaded_scripts(read) else ""
        )
    if requests := scripted_requests(read):
        return f"; the page's scripts ask for {plain(requests[0].url)}: give its address instead of the file"
    return "" if url else "; relative links need the address of the page: --url"
