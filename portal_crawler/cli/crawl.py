"""`crawl`: portals into the database, one in this process, several in a process each."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portal_crawler.archive import ArchiveError, Compression
from portal_crawler.cli.engine import ClusterCrew, engine_option, shards_option
from portal_crawler.cli.errors import STORAGE, USAGE, Failure
from portal_crawler.cli.logs import escaped, redacted, start_logging
from portal_crawler.cli.metrics import past_runs
from portal_crawler.cli.options import (
    allow_private_option,
    archive_compression_option,
    archive_option,
    check_period,
    db_option,
    delay_option,
    finite,
    json_option,
    since_option,
    until_option,
)
from portal_crawler.cli.output import print_json
from portal_crawler.cli.parallel import Here
from portal_crawler.cli.progress import EventProgress, Progress, sentence
from portal_crawler.cli.recheck import recheck_options, schedule_of
from portal_crawler.cli.reports import Logged, open_board, report_options
from portal_crawler.cli.several import Everything, Work, crawl_several, every_portal, names_of, refuse_private
from portal_crawler.cluster import EngineError
from portal_crawler.portals import PROFILES, TargetError, find_portal, load_profiles, targets_of
from portal_crawler.store import StorageError, open_store

if TYPE_CHECKING:
    from portal_crawler.summary import RunSummary

_LOCKED = 6
# What the process of one portal is not told: the parent does it, or says it in its own words.
_OWN = {
    "targets", "everything", "names", "jobs", "deadline_s", "as_json", "heartbeat", "metrics", "log_json", "engine",
    "shards",
}  # fmt: skip


@click.command(cls=Logged)
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All portals of the profiles that are enabled and have a host.")
@click.option(
    "--profiles",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=PROFILES,
    envvar="PORTAL_CRAWLER_PROFILES",
    help="Another folder of profiles than the bundled ones; also $PORTAL_CRAWLER_PROFILES.",
)
@click.option("--channel", "names", metavar="NAME", multiple=True, help="Only this channel; may be given again.")
@click.option("--host", metavar="HOST[:PORT]", help="The host of a portal whose profile names none.")
@since_option
@until_option
@click.option("--limit", type=click.IntRange(min=1), help="Most articles to fetch, for each portal.")
@click.option("--full", is_flag=True, help="Walk every listing page, also where nothing new is to be expected.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Portals crawled at once.")
@engine_option
@shards_option
@db_option
@archive_option
@archive_compression_option
@click.option(
    "--deadline",
    "deadline_s",
    type=click.FloatRange(min=0, min_open=True),
    callback=finite,
    help="End after so many seconds.",
)
@delay_option
@recheck_options
@allow_private_option
@json_option
@report_options
@click.pass_context
def crawl(
    ctx: click.Context,
    targets: tuple[str, ...],
    everything: bool,
    profiles: Path,
    names: tuple[str, ...],
    host: str | None,
    since: date | None,
    until: date | None,
    limit: int | None,
    full: bool,
    jobs: int,
    engine: str | None,
    shards: Path | None,
    db: Path,
    archive: Path,
    archive_compression: Compression,
    deadline_s: float | None,
    delay_s: float | None,
    no_recheck: bool,
    recheck_after: str | None,
    allow_private: bool,
    as_json: bool,
    heartbeat: Path | None,
    metrics: Path | None,
    log_json: bool,
) -> None:
    """Crawl portals: every new article of their channels, and what earlier runs left to do.

    A TARGET is a portal's id or name (see `portals`), a province, the file of a profile (`discover` writes one), or
    the http(s) URL of a channel's listing or of a front page. Of several portals' exit codes the worst counts:
    docs/cron.md has their order.
    """
    check_period(since, until)
    schedule = schedule_of(recheck_after)
    if everything == bool(targets):
        raise click.UsageError("give a TARGET, or --all for all portals")
    if engine and jobs > 1:
        raise click.UsageError("--jobs is for this machine; with --engine, each thread of a worker takes a portal")
    if shards and not engine:
        raise click.UsageError("--shards says where --engine puts its databases")
    if everything and host:
        raise click.UsageError("--host is the host of one portal")
    if everything:
        found = every_portal(profiles, allow_private=allow_private)
    else:
        found = Everything(_group(targets, host, profiles))
        if not allow_private:
            for item in found.work:
                refuse_private(item)
    work = _choose(found.work, names)
    past = past_runs(db)
    if everything:
        # Whom a deadline has cut off the last time comes first the next.
        work.sort(key=lambda item: past[item.portal.id].run_id if item.portal.id in past else 0)
    portals = [*(item.portal.id for item in work), *(str(run["portal"]) for run in found.wrong)]
    if everything or engine or len(work) > 1:
        # Made or migrated once, and found unusable once, before several processes open it.
        open_store(db).close()
        board = open_board(portals, heartbeat, metrics, past)
        crew = ClusterCrew(engine, shards, db, archive) if engine else Here(jobs)
        try:
            code = crawl_several(
                replace(found, work=work),
                _flags(ctx),
                names,
                crew,
                board,
                deadline_s=deadline_s,
                as_json=as_json,
                log_json=log_json,
            )
        except EngineError as error:
            board.close(USAGE)
            raise Failure(str(error), USAGE) from error
        ctx.exit(code)
    from portal_crawler.runs import CrawlOptions, LockHeld, crawl_portal

    (only,) = work
    start_logging(as_json=log_json, portal=only.portal.id)
    board = open_board(portals, heartbeat, metrics, past)
    with EventProgress() if log_json else Progress(db, only.portal.id, limit) as progress:

        def show(figures: RunSummary) -> None:
            progress.show(figures)
            board.progress(figures.portal, asdict(figures))

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
            recheck=not no_recheck,
            recheck_after=schedule,
            archive_compression=archive_compression,
            progress=show,
        )
        try:
            summary = crawl_portal(only.portal, options)
        except (LockHeld, StorageError, ArchiveError) as error:
            code = _LOCKED if isinstance(error, LockHeld) else STORAGE
            ended = {"portal": only.portal.id, "exit_code": code, "outcome": str(error)}
            board.end(only.portal.id, ended)
            board.close(code)
            if as_json:
                print_json(ended)
            raise Failure(str(error), code) from error
    board.end(only.portal.id, asdict(summary))
    board.close(int(summary.exit_code))
    if not (as_json and log_json):
        click.echo(escaped(redacted(sentence(summary))), err=as_json)
    if as_json:
        print_json(asdict(summary))
    ctx.exit(int(summary.exit_code))


def _group(targets: tuple[str, ...], host: str | None, folder: Path) -> list[Work]:
    """The targets by portal, since one portal has one lock and one pause between its requests."""
    # Whoever names files wants these and need not suffer from others.
    profiles = {} if all(target.endswith(".toml") for target in targets) else load_profiles(folder)
    found: dict[str, Work] = {}
    for target in (one for given in targets for one in targets_of(given, host, profiles=profiles)):
        portal, channels = find_portal(target, host, profiles=profiles)
        before = found.get(portal.id)
        if before is None:
            found[portal.id] = Work(portal, channels, (target,))
        else:
            together = tuple(dict.fromkeys((*before.channels, *channels)))
            found[portal.id] = replace(before, channels=together, targets=(*before.targets, target))
    return list(found.values())


def _choose(work: list[Work], names: tuple[str, ...]) -> list[Work]:
    """Only the channels of these names; a name may also be a channel's whole path, `资讯/平凉市`."""
    if not names:
        return work
    known: list[str] = []
    chosen: list[Work] = []
    for item in work:
        known += [channel.name for channel in item.channels]
        channels = tuple(channel for channel in item.channels if names_of(channel) & set(names))
        if channels:
            chosen.append(replace(item, channels=channels))
    named = set().union(*(names_of(channel) for item in chosen for channel in item.channels))
    if missing := [name for name in names if name not in named]:
        raise TargetError(f"no channel {missing[0]!r}; there are {', '.join(dict.fromkeys(known))}")
    return chosen


def _flags(ctx: click.Context) -> list[str]:
    """The flags that each portal's own process gets: those of this command line that differ from their defaults."""
    flags: list[str] = []
    for parameter in ctx.command.params:
        value: Any = ctx.params.get(parameter.name or "")
        if parameter.name in _OWN or value is None or value is False or not isinstance(parameter, click.Option):
            continue
        flags += [parameter.opts[-1]] if value is True else [f"{parameter.opts[0]}={value}"]
    return flags
