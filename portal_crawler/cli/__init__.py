"""The command line: one module a command, each named after what it does.

Commands parse flags, call the layer below, print, and set the exit code; `main` gives errors theirs.
"""

from __future__ import annotations

import contextlib
import sys

import click

from portal_crawler import __version__
from portal_crawler.cli.backup import backup
from portal_crawler.cli.check import check
from portal_crawler.cli.crawl import crawl
from portal_crawler.cli.demo import demo
from portal_crawler.cli.discover import discover
from portal_crawler.cli.errors import Commands
from portal_crawler.cli.export import export
from portal_crawler.cli.extract import extract
from portal_crawler.cli.history import history
from portal_crawler.cli.listing import listing
from portal_crawler.cli.merge import merge
from portal_crawler.cli.portals import portals
from portal_crawler.cli.reextract import reextract
from portal_crawler.cli.report import report
from portal_crawler.cli.reprints import reprints
from portal_crawler.cli.schema import schema
from portal_crawler.cli.search import search
from portal_crawler.cli.serve import serve
from portal_crawler.cli.status import status
from portal_crawler.cli.verify import verify


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portal-crawler")
def main() -> None:
    """Crawl and archive Chinese provincial news portals."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to stop.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


for command in (
    crawl,
    discover,
    extract,
    history,
    listing,
    portals,
    search,
    reprints,
    export,
    report,
    schema,
    serve,
    status,
    check,
    verify,
    reextract,
    backup,
    merge,
    demo,
):
    main.add_command(command)
