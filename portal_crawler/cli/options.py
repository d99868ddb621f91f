"""Flags that several commands have, with one meaning each."""

from __future__ import annotations

import math
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import click

from portal_crawler.archive import Compression
from portal_crawler.portals import load_profiles
from portal_crawler.portals.portal_id import id_problem
from portal_crawler.store import Store


class Day(click.ParamType[date]):
    """A calendar day written YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date, write it as 2021-11-19", param, ctx)


def finite(_ctx: click.Context, _param: click.Parameter, seconds: float | None) -> float | None:
    """Refuse nan and inf, which are numbers to click."""
    if seconds is not None and not math.isfinite(seconds):
        raise click.BadParameter(f"{seconds} is no number of seconds")
    return seconds


db_option = click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("data/portal.db"),
    show_default=True,
    help="The database.",
)
archive_option = click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/archive"),
    show_default=True,
    help="The folder of the raw archive.",
)
archive_compression_option = click.option(
    "--archive-compression",
    type=click.Choice(get_args(Compression)),
    default="gzip",
    show_default=True,
    help="How the archive is packed; zstd takes less room, and fewer tools read it: docs/archive.md.",
)
since_option = click.option("--since", type=Day(), help="Not before this day, YYYY-MM-DD.")
until_option = click.option("--until", type=Day(), help="Not after this day, YYYY-MM-DD.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
delay_option = click.option(
    "--delay", "delay_s", type=click.FloatRange(min=0), callback=finite, help="Seconds between requests to one host."
)
allow_private_option = click.option(
    "--allow-private",
    is_flag=True,
    help="Permit loopback and private addresses, which are refused otherwise.",
)


def folder_of_portal(_ctx: click.Context, _param: click.Parameter, portal: str | None) -> str | None:
    """Refuse what no portal is called, where the id is the name of a folder."""
    if portal is not None and (problem := id_problem(portal)):
        raise click.BadParameter(f"{portal!r} is no portal id: {problem}")
    return portal


def require_portal(store: Store, portal: str | None) -> None:
    """Refuse a portal that was never crawled into this database: nothing found would look like nothing wrong."""
    if portal and not store.rows("SELECT 1 FROM runs WHERE portal = ? LIMIT 1", (portal,)):
        known = ", ".join(row[0] for row in store.rows("SELECT DISTINCT portal FROM runs ORDER BY 1"))
        raise click.UsageError(f"no portal {portal!r} in {store.path}; there are {known or 'none'}")


def known_portal(store: Store, portal: str | None) -> None:
    """Refuse a portal that nothing is known of: it was never crawled into this database, and has no profile."""
    if not portal or store.rows(
        "SELECT 1 FROM runs WHERE portal = ?1 UNION ALL SELECT 1 FROM articles WHERE portal = ?1 LIMIT 1", (portal,)
    ):
        return
    profiles = load_profiles()
    if portal in profiles:
        return
    stored = [row[0] for row in store.rows("SELECT DISTINCT portal FROM runs ORDER BY 1")]
    nearest = get_close_matches(portal, dict.fromkeys((*stored, *profiles)), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(nearest)}?" if nearest else f"there are {', '.join(stored) or 'none'}"
    raise click.UsageError(f"no portal {portal!r} in {store.path}; {hint}")


def check_period(since: date | None, until: date | None) -> None:
    """Refuse a period that ends before it begins."""
    if since and until and until < since:
        raise click.UsageError(f"--until {until} is before --since {since}")
