"""`portals`: what is known about portals, and whether profiles are right."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

import click

from portal_crawler.article import Portal
from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import json_option
from portal_crawler.cli.output import plain, print_json, print_rows
from portal_crawler.portals import (
    PROFILES,
    PROVINCES,
    ProfileError,
    load_profile,
    load_profiles,
    profile_files,
    province_named,
)


@click.group(invoke_without_command=True)
@click.option("--province", metavar="NAME", help="Only the portals of this province, 甘肃 or 甘肃省.")
@json_option
@click.pass_context
def portals(ctx: click.Context, province: str | None, as_json: bool) -> None:
    """List the known portals, or show and check their profiles.

    A portal is verified once somebody has seen its profile work on the live site: see `portals check --live`.
    """
    if ctx.invoked_subcommand:
        if province or as_json:
            raise click.UsageError(
                f"--province and --json stand before no command but the list: see {ctx.info_name} -h"
            )
        return
    known = [portal for portal in load_profiles().values() if province is None or _is_in(portal, province)]
    if as_json:
        for portal in known:
            print_json(asdict(portal))
        return
    print_rows(
        ("id", "name", "province", "channels", "verified", "hosts"),
        (
            (
                portal.id,
                portal.name,
                portal.province,
                len(portal.channels),
                "verified" if portal.verified else "unverified",
                ", ".join(portal.hosts) or "(give --host)",
            )
            for portal in known
        ),
    )


def _is_in(portal: Portal, province: str) -> bool:
    name = province_named(province)
    if name is None:
        nearest = get_close_matches(province, PROVINCES, n=1, cutoff=0.4)
        hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(PROVINCES)}"
        raise Failure(f"{province!r} is no province, {hint}", USAGE)
    return portal.province == name


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
@click.argument("names", metavar="[FILE|ID]...", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Check profiles, all bundled ones if none is given; exit code 2 when one is wrong."""
    wrong = 0
    ids: dict[str, Path] = {}
    for path in [_profile_at(name) for name in names] or profile_files():
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


def _profile_at(name: str) -> Path:
    """The profile that an argument names: a file where there is one, else the bundled one of this id."""
    bundled = PROFILES / f"{name}.toml"
    return bundled if bundled in profile_files() and not Path(name).exists() else Path(name)
