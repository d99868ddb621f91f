"""The command line: one module a command, each named after what it does.

Commands parse flags, call the layer below, print, and set the exit code; `main` gives errors theirs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module

import click

from portal_crawler import __version__
from portal_crawler.cli.errors import Commands

_COMMANDS = (
    "crawl",
    "discover",
    "extract",
    "history",
    "listing",
    "portals",
    "search",
    "reprints",
    "export",
    "report",
    "schema",
    "serve",
    "status",
    "check",
    "verify",
    "reextract",
    "backup",
    "merge",
    "demo",
)


class _OnDemand(Mapping[str, click.Command]):
    """Commands by name. Each is imported when it is asked for: all of them take a second, and one is run."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in _COMMANDS:
            raise KeyError(name)
        command: click.Command = getattr(import_module(f"{__name__}.{name}"), name)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


@click.group(cls=Commands, commands=_OnDemand(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portal-crawler")
def main() -> None:
    """Crawl and archive Chinese provincial news portals."""
    # Closed ones (`>&-`) would give their numbers to the next files that are opened.
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to stop.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
