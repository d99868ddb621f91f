"""What a crawl that nobody watches leaves behind while it runs: log, heartbeat, metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from portal_crawler.cli.heartbeat import Board, Heartbeat, Outlet
from portal_crawler.cli.logs import errors_as_json, start_logging
from portal_crawler.cli.metrics import Metrics, Past

_FILE = click.Path(path_type=Path, dir_okay=False)


class Logged(click.Command):
    """A command with the report options, whose errors keep to the form that --log-json asks for."""

    def invoke(self, ctx: click.Context) -> Any:
        start_logging(as_json=ctx.params["log_json"])
        with errors_as_json() if ctx.params["log_json"] else nullcontext():
            return super().invoke(ctx)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command --heartbeat, --metrics and --log-json."""
    for option in (
        click.option("--log-json", is_flag=True, help="Log to standard error as JSON, one event a line."),
        click.option("--metrics", type=_FILE, help="Keep the figures in this file, for Prometheus."),
        click.option("--heartbeat", type=_FILE, help="Write this file anew whenever the crawl makes progress."),
    ):
        command = option(command)
    return command


def open_board(portals: Iterable[str], heartbeat: Path | None, metrics: Path | None, past: dict[str, Past]) -> Board:
    """The board of a crawl, its files written once. Raises UsageError for a file that cannot be written."""
    outlets: list[Outlet] = []
    if heartbeat:
        outlets.append(Heartbeat(heartbeat))
    if metrics:
        outlets.append(Metrics(metrics, past))
    board = Board(portals, outlets)
    try:
        board.open()
    except OSError as error:
        raise click.UsageError(f"{heartbeat or metrics}: {error.strerror or error}") from error
    return board
