"""`portals`: what is known about portals, and whether profiles are right."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import json_option
from portal_crawler.cli.output import plain, print_json, print_rows
from portal_crawler.portals import ProfileError, load_profile, load_profiles, profile_files


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def portals(ctx: click.Context, as_json: bool) -> None:
    """List the known portals, or show and check their profiles."""
    if ctx.invoked_subcommand:
        return
    known = load_profiles().values()
    if as_json:
        for portal in known:
            print_json(asdict(portal))
        return
    print_rows(
        ("id", "name", "province", "hosts", "channels", "verified"),
        (
            (
                portal.id,
                portal.name,
                portal.province,
                ", ".join(portal.hosts) or "(give --host)",
                len(portal.channels),
                "yes" if portal.verified else "no",
            )
            for portal in known
        ),
    )


@portals.command()
@click.argument("portal_id", metavar="ID")
def show(portal_id: str) -> None:
    """Print the profile of a portal as it stands in its file."""
    ids = {load_profile(path).id: path for path in profile_files()}
    if portal_id not in ids:
        nearest = get_close_matches(portal_id, ids, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(ids)}"
        raise Failure(f"no portal {portal_id!r}, {hint}", USAGE)
    click.echo(ids[portal_id].read_bytes().rstrip())


@portals.command()
@click.argument("files", metavar="[FILE]...", type=click.Path(path_type=Path), nargs=-1)
def check(files: tuple[Path, ...]) -> None:
    """Check profiles, all bundled ones if no FILE is given; exit code 2 when one is wrong."""
    wrong = 0
    ids: dict[str, Path] = {}
    for path in files or profile_files():
        try:
            portal = load_profile(path)
            if (first := ids.setdefault(portal.id, path)) != path:
                raise ProfileError(f"{path.name}:1: {first.name} has the id {portal.id!r} already")
        except ProfileError as error:
            wrong += 1
            click.echo(plain(str(error)), err=True)
        else:
            click.echo(plain(f"{path.name}: {portal.id} {portal.name}, {len(portal.channels)} channels, good"))
    if wrong:
        raise click.exceptions.Exit(USAGE)
