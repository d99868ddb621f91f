"""`reextract`: extraction again over the archive, without network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import NoReturn

import click

from portal_crawler.article import Portal
from portal_crawler.cli.engine import engine_option
from portal_crawler.cli.errors import STORAGE, USAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import archive_option, db_option, folder_of_portal, json_option, require_portal
from portal_crawler.cli.output import plain, print_json, print_rows
from portal_crawler.cluster import EngineError, EngineLost, connected, spread_over
from portal_crawler.portals import load_profile, load_profiles
from portal_crawler.reextract import Change, Report
from portal_crawler.reextract import reextract as read_again
from portal_crawler.reextract.workers import Spread
from portal_crawler.store import open_existing, open_reader

_STOPPED = 143


@click.command()
@click.option("--portal", metavar="ID", callback=folder_of_portal, help="Only this portal's articles.")
@click.option(
    "--profile",
    "profiles",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Profile of a portal that is not a bundled one, or is to be read otherwise; may be given again.",
)
@click.option(
    "--into",
    metavar="NEW.db",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Make a whole new database from the archive alone; --db is not read.",
)
@click.option("--dry-run", is_flag=True, help="Change nothing; print what would change, and some of the differences.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes that read.  [default: one a processor]")
@engine_option
@db_option
@archive_option
@json_option
@click.pass_context
def reextract(
    ctx: click.Context,
    portal: str | None,
    profiles: tuple[Path, ...],
    into: Path | None,
    dry_run: bool,
    jobs: int | None,
    engine: str | None,
    db: Path,
    archive: Path,
    as_json: bool,
) -> None:
    """Read all stored articles again from the archive, by today's rules, and correct what is read otherwise.

    A better reading is no revision of the article: its row and its revisions are corrected in place. No text is
    deleted. A run that was killed is simply started again.
    """
    if into is not None and dry_run:
        raise click.UsageError("--into makes a new database, there is nothing to try out with --dry-run")
    if engine and (jobs or into):
        raise click.UsageError(f"--engine does not go with {'--jobs' if jobs else '--into'}")
    known = load_profiles() | {one.id: one for one in map(load_profile, profiles)}
    if into is not None:
        _rebuild(ctx, archive, into, known, portal, as_json)
    store = open_reader(db) if dry_run else open_existing(db)
    try:
        require_portal(store, portal)
        with Gauge("articles") as gauge, _readers(engine, jobs or os.cpu_count() or 1) as readers:

            def show(report: Report) -> None:
                changed = ", ".join(f"{name} {number:,}" for name, number in report.changed.most_common())
                gauge.show(report.articles, report.articles_total, f"changed: {changed or 'nothing'}")

            report = read_again(
                store,
                archive.resolve() if engine else archive,
                portals=known,
                only=portal,
                dry_run=dry_run,
                jobs=readers,
                progress=show,
            )
    finally:
        store.close()
    if as_json:
        # Python before 3.12 makes pairs of a Counter's keys and counts the pairs.
        print_json(asdict(report) | {"changed": dict(report.changed), "dry_run": dry_run})
    else:
        _print(report, dry_run)
    ctx.exit(STORAGE if report.unreadable else 0)


@contextmanager
def _readers(engine: str | None, jobs: int) -> Iterator[int | Spread]:
    """Who reads: so many processes, or the workers of a cluster, which must reach the archive under its path here."""
    if engine is None:
        yield jobs
        return
    try:
        with connected(engine) as client:
            yield partial(spread_over, client)
    except EngineError as error:
        raise Failure(str(error), USAGE) from error
    except EngineLost as error:
        raise Failure(f"{error}; what was read is stored, the same command goes on", _STOPPED) from error


def _rebuild(
    ctx: click.Context, archive: Path, into: Path, known: dict[str, Portal], portal: str | None, as_json: bool
) -> NoReturn:
    from portal_crawler.reextract.rebuild import Rebuilt, rebuild

    with Gauge("MB", per=10**6) as gauge:

        def show(rebuilt: Rebuilt) -> None:
            gauge.show(rebuilt.bytes, rebuilt.bytes_total, f"{rebuilt.exchanges:,} exchanges")

        rebuilt = rebuild(archive, into, portals=known, only=portal, progress=show)
    if as_json:
        print_json(asdict(rebuilt))
    else:
        for line in rebuilt.damaged:
            click.echo(plain(f"cannot be read: {line}"), err=True)
        click.echo(
            f"{rebuilt.articles} articles from {rebuilt.exchanges} exchanges of {rebuilt.portals} portals, "
            f"{len(rebuilt.damaged)} damaged places"
        )
    ctx.exit(STORAGE if rebuilt.damaged else 0)


def _print(report: Report, dry_run: bool) -> None:
    for url, problem in report.unreadable:
        click.echo(plain(f"cannot be read: {url}: {problem}"), err=True)
    for url in report.kept:
        click.echo(plain(f"nothing found now, kept as it is: {url}"), err=True)
    if dry_run:
        for change in report.samples:
            for line in _difference(change):
                click.echo(plain(line))
    title = "Values that would change" if dry_run else "Values changed"
    print_rows(("field", "articles"), report.changed.most_common(), title=title)
    for portal, lines in report.learnt.items():
        click.echo(plain(f"{portal}: learnt a template of {lines} lines first"))
    will = "would change" if dry_run else "changed"
    click.echo(
        f"{report.articles} articles and {report.revisions} older revisions read, "
        f"{report.changed_articles} articles {will}, {len(report.unreadable)} unreadable, {len(report.kept)} kept"
        + (f", {report.moved} crawled meanwhile" if report.moved else "")
    )


def _difference(change: Change) -> Iterator[str]:
    """A change line by line, as `diff -u` shows it."""
    before, after = ([] if value is None else str(value).split("\n") for value in (change.before, change.after))
    yield f"{change.url} {change.field}"
    # The two lines of file names say nothing here.
    yield from list(unified_diff(before, after, n=1, lineterm=""))[2:]
