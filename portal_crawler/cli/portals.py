"""`portals`: what is known about portals, and whether profiles are right."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path

import click

from portal_crawler.article import Channel, Portal
from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.live_report import show_check
from portal_crawler.cli.options import allow_private_option, delay_option, json_option
from portal_crawler.cli.output import plain, print_json, print_rows
from portal_crawler.portals import (
    PROVINCES,
    ProfileError,
    find_portal,
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
            raise click.UsageError("--province belongs to the list alone, and --json behind the command it is for")
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
    path = _bundled().get(portal_id)
    if path is None:
        raise _unknown(portal_id)
    click.echo(path.read_bytes().rstrip())


@portals.command()
@click.argument("names", metavar="[FILE|ID]...", nargs=-1)
@click.option("--live", is_flag=True, help="Ask the portal itself: robots.txt, one listing, three of its articles.")
@click.option("--channel", metavar="NAME", help="With --live: the channel to look at, by default the first.")
@click.option("--host", metavar="HOST[:PORT]", help="With --live: the host of a portal whose profile names none.")
@delay_option
@allow_private_option
@json_option
def check(
    names: tuple[str, ...],
    live: bool,
    channel: str | None,
    host: str | None,
    delay_s: float | None,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Check profiles, all bundled ones if none is given; exit code 2 when one is wrong.

    With --live, print what each field of an article got and by which rule. Exit code 3: something could not be
    fetched; 5: the listing gave nothing, or no article has a title, a time and a text.
    """
    if not live:
        if channel or host or delay_s is not None or allow_private or as_json:
            raise click.UsageError("only --live asks a portal: without it a FILE or ID is all there is to say")
        _check_files([_profile_at(name) for name in names] or profile_files())
        return
    if not names:
        raise click.UsageError("--live needs the ID or FILE of a portal")
    if len(names) > 1 and (channel or host):
        raise click.UsageError("--channel and --host belong to one portal")
    # Not on top: it brings the crawl side with it, which the list does not need.
    from portal_crawler.cli.live import check_live
    from portal_crawler.cli.visitor import Visitor

    code = 0
    for name in names:
        profile = load_profile(_profile_at(name))
        portal, channels = find_portal(profile.id, host, profiles={profile.id: profile})
        visitor = Visitor(portal, delay_s=delay_s, allow_private=allow_private, tell=_tell)
        found = check_live(portal, _channel_called(channel, channels), visitor)
        print_json(asdict(found)) if as_json else show_check(found)
        code = max(code, found.exit_code)
    if code:
        raise click.exceptions.Exit(code)


def _check_files(paths: list[Path]) -> None:
    wrong = 0
    ids: dict[str, Path] = {}
    for path in paths:
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
    path = Path(name)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return path
    bundled = _bundled().get(name)
    if bundled is None:
        raise _unknown(name)
    return bundled


def _bundled() -> dict[str, Path]:
    """The bundled profiles by portal id, after which their files are named."""
    return {path.stem: path for path in profile_files()}


def _unknown(name: str) -> Failure:
    ids = _bundled()
    nearest = get_close_matches(name, ids, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"known are {', '.join(ids)}"
    return Failure(f"no portal {name!r}, {hint}", USAGE)


def _channel_called(name: str | None, channels: tuple[Channel, ...]) -> Channel:
    """The channel of a name or of a whole path (资讯/平凉市), the first without one."""
    for channel in channels:
        if name in (None, channel.name, "/".join(channel.path)):
            return channel
    raise Failure(f"no channel {name!r}; there are {', '.join(channel.name for channel in channels)}", USAGE)


def _tell(url: str) -> None:
    click.echo(plain(f"GET {url}"), err=True)
