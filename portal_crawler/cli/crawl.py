"""`crawl`: portals into the database, one in this process, several in a process each."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from portal_crawler.archive import ArchiveError
from portal_crawler.article import Channel, Portal
from portal_crawler.cli.errors import STORAGE, Failure
from portal_crawler.cli.options import (
    allow_private_option,
    archive_option,
    check_period,
    db_option,
    delay_option,
    json_option,
    since_option,
    until_option,
)
from portal_crawler.cli.output import plain, print_json
from portal_crawler.cli.parallel import Job, run_jobs, worst
from portal_crawler.cli.progress import Progress, sentence
from portal_crawler.portals import TargetError, find_portal, load_profiles, targets_of
from portal_crawler.store import StorageError, open_store

_LOCKED = 6


@dataclass(frozen=True, slots=True)
class _Work:
    """What to crawl of one portal, and the targets that asked for it."""

    portal: Portal
    channels: tuple[Channel, ...]
    targets: tuple[str, ...]


@click.command()
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--channel", "names", metavar="NAME", multiple=True, help="Only this channel; may be given again.")
@click.option("--host", metavar="HOST[:PORT]", help="The host of a portal whose profile names none.")
@since_option
@until_option
@click.option("--limit", type=click.IntRange(min=1), help="Most articles to fetch, for each portal.")
@click.option("--full", is_flag=True, help="Walk every listing page, also where nothing new is to be expected.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Portals crawled at once.")
@db_option
@archive_option
@click.option(
    "--deadline", "deadline_s", type=click.FloatRange(min=0, min_open=True), help="End after so many seconds."
)
@delay_option
@allow_private_option
@json_option
@click.pass_context
def crawl(
    ctx: click.Context,
    targets: tuple[str, ...],
    names: tuple[str, ...],
    host: str | None,
    since: date | None,
    until: date | None,
    limit: int | None,
    full: bool,
    jobs: int,
    db: Path,
    archive: Path,
    deadline_s: float | None,
    delay_s: float | None,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Crawl portals: every new article of their channels, and what earlier runs left to do.

    A TARGET is a portal's id or name (see `portals`), a province, the file of a profile (`discover` writes one), or
    the http(s) URL of a channel's listing or of a front page.
    """
    check_period(since, until)
    work = _choose(_group(targets, host), names)
    if not allow_private:
        _refuse_private(work)
    if len(work) > 1:
        flags = _flags(ctx, ("targets", "names", "jobs", "as_json"))
        # Made or migrated once, and found unusable once, before several processes open it.
        open_store(db).close()
        _crawl_several(ctx, work, flags, names, jobs, as_json)
        return
    from portal_crawler.runs import CrawlOptions, LockHeld, crawl_portal

    (only,) = work
    with Progress() as progress:
        options = CrawlOptions(
            db=db,
            archive=archive,
            channels=only.channels,
            since=since,
            until=until,
            limit=limit,
            full=full,
            deadline_s=deadline_s,
            delay_s=delay_s,
            allow_private=allow_private,
            progress=progress.show,
        )
        try:
            summary = crawl_portal(only.portal, options)
        except (LockHeld, StorageError, ArchiveError) as error:
            code = _LOCKED if isinstance(error, LockHeld) else STORAGE
            if as_json:
                print_json({"portal": only.portal.id, "exit_code": code, "outcome": str(error)})
            raise Failure(str(error), code) from error
    click.echo(plain(sentence(summary)), err=as_json)
    if as_json:
        click.echo(summary.to_json())
    ctx.exit(int(summary.exit_code))


def _group(targets: tuple[str, ...], host: str | None) -> list[_Work]:
    """The targets by portal, since one portal has one lock and one pause between its requests."""
    profiles = load_profiles()
    found: dict[str, _Work] = {}
    for target in (one for given in targets for one in targets_of(given, host, profiles=profiles)):
        portal, channels = find_portal(target, host, profiles=profiles)
        before = found.get(portal.id)
        if before is None:
            found[portal.id] = _Work(portal, channels, (target,))
        else:
            together = tuple(dict.fromkeys((*before.channels, *channels)))
            found[portal.id] = replace(before, channels=together, targets=(*before.targets, target))
    return list(found.values())


def _choose(work: list[_Work], names: tuple[str, ...]) -> list[_Work]:
    """Only the channels of these names; a name may also be a channel's whole path, `资讯/平凉市`."""
    if not names:
        return work
    known: list[str] = []
    chosen: list[_Work] = []
    for item in work:
        known += [channel.name for channel in item.channels]
        channels = tuple(channel for channel in item.channels if _names_of(channel) & set(names))
        if channels:
            chosen.append(replace(item, channels=channels))
    named = set().union(*(_names_of(channel) for item in chosen for channel in item.channels))
    if missing := [name for name in names if name not in named]:
        raise TargetError(f"no channel {missing[0]!r}; there are {', '.join(dict.fromkeys(known))}")
    return chosen


def _refuse_private(work: list[_Work]) -> None:
    """Say at once what the crawl would refuse: a channel on an address that is not public."""
    from portal_crawler.middlewares.addresses import is_public, literal_address

    for host in {urlsplit(channel.url).hostname or "" for item in work for channel in item.channels}:
        address = literal_address(host)
        if host == "localhost" or (address is not None and not is_public(address)):
            raise TargetError(f"{host} is a private address, permitted only with --allow-private")


def _names_of(channel: Channel) -> set[str]:
    return {channel.name, "/".join(channel.path)}


def _crawl_several(
    ctx: click.Context,
    work: list[_Work],
    flags: list[str],
    names: tuple[str, ...],
    at_once: int,
    as_json: bool,
) -> None:
    jobs = []
    for item in work:
        own = [name for name in names if any(name in _names_of(channel) for channel in item.channels)]
        chosen = [part for name in own for part in ("--channel", name)]
        command = [
            sys.executable,
            "-m",
            "portal_crawler",
            "crawl",
            *flags,
            *chosen,
            "--json",
            "--",
            *item.targets,
        ]
        jobs.append(Job(item.portal.id, tuple(command)))
    runs = run_jobs(jobs, at_once, lambda line: click.echo(plain(line), err=True))
    code = worst(run["exit_code"] for run in runs)
    if as_json:
        print_json({"exit_code": code, "runs": runs})
    else:
        for run in runs:
            click.echo(plain(f"{run['portal']}: {run['outcome']}"))
    ctx.exit(code)


def _flags(ctx: click.Context, without: tuple[str, ...]) -> list[str]:
    """The flags of this command line that differ from their defaults, as they would be written."""
    flags: list[str] = []
    for parameter in ctx.command.params:
        value: Any = ctx.params.get(parameter.name or "")
        if parameter.name in without or value is None or value is False or not isinstance(parameter, click.Option):
            continue
        flags += [parameter.opts[-1]] if value is True else [f"{parameter.opts[0]}={value}"]
    return flags
