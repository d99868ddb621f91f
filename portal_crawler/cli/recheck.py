"""The flags that say when a crawl asks again for what is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from portal_crawler.rechecks import parse_schedule
from portal_crawler.store import SCHEDULE


def recheck_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--no-recheck` and `--recheck-after`."""
    after = click.option(
        "--recheck-after",
        metavar="AGES",
        envvar="PORTAL_CRAWLER_RECHECK_AFTER",
        help="Ages at which articles are asked for again, in s, m, h, d; also $PORTAL_CRAWLER_RECHECK_AFTER.  "
        "[default: 1h,1d,7d,30d]",
    )
    off = click.option("--no-recheck", is_flag=True, help="Do not ask again for stored articles that are due.")
    return off(after(command))


def schedule_of(ages: str | None) -> tuple[timedelta, ...]:
    """What `--recheck-after` says. Raises click.UsageError for what are no ages."""
    try:
        return parse_schedule(ages) if ages else SCHEDULE
    except ValueError as error:
        raise click.UsageError(f"--recheck-after: {error}") from error
