"""`demo`: a bundled replica portal, crawled end to end."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console


@click.command()
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/demo"),
    show_default=True,
    help="Where the demo's database and archive go.",
)
@click.option("--articles", type=click.IntRange(min=1), default=60, show_default=True, help="Size of the replica.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, other pages.")
@click.pass_context
def demo(ctx: click.Context, directory: Path, articles: int, seed: int) -> None:
    """Serve a replica portal on loopback, crawl it, and print what came of it."""
    from portal_crawler.demo.run import run_demo

    summary = run_demo(directory, Console(), articles=articles, seed=seed)
    ctx.exit(int(summary.exit_code))
