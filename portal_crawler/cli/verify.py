"""`verify`: archive and database agree, byte for byte and row for row."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from portal_crawler.cli.errors import STORAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import archive_option, db_option, folder_of_portal, json_option, require_portal
from portal_crawler.cli.output import plain, print_json
from portal_crawler.store import open_existing, open_reader
from portal_crawler.store.locks import LockHeld
from portal_crawler.verify import Figures, Finding, Repair
from portal_crawler.verify import repair as repair_damage
from portal_crawler.verify import verify as verify_all

_LOCKED = 6


@click.command()
@click.option("--portal", metavar="ID", callback=folder_of_portal, help="Read only this portal's part of the archive.")
@click.option(
    "--repair", is_flag=True, help="Queue the articles of lost captures for the next crawl, and cut off torn tails."
)
@db_option
@archive_option
@json_option
@click.pass_context
def verify(ctx: click.Context, portal: str | None, repair: bool, db: Path, archive: Path, as_json: bool) -> None:
    """Read the whole archive and database, and name every record and row that is damaged or does not agree.

    Exits 0 when all is well and 7 when damage was found, also if it was repaired. --repair deletes no text: the
    articles stay, their pages are fetched again by the next crawl.
    """
    if repair:
        open_existing(db).close()
    store = open_reader(db)
    figures = Figures()
    findings = []
    try:
        if not (portal and (archive / portal).is_dir()):
            require_portal(store, portal)
        with Gauge("MB", per=10**6) as gauge:

            def show(so_far: Figures) -> None:
                if so_far.articles:
                    if so_far.articles == 1:
                        gauge.begin("articles")
                    gauge.show(so_far.articles, so_far.articles_total)
                elif so_far.checks_total:
                    if so_far.checks == 0:
                        gauge.begin("checks of the database")
                    gauge.show(so_far.checks, so_far.checks_total)
                else:
                    gauge.show(so_far.bytes, so_far.bytes_total, f"{so_far.records:,} records")

            for finding in verify_all(store, archive, portal=portal, figures=figures, progress=show):
                findings.append(finding)
                with gauge.aside():
                    _print(finding, as_json)
    finally:
        store.close()
    done = None
    if repair:
        try:
            done = repair_damage(db, archive, findings, portal=portal)
        except LockHeld as error:
            raise Failure(str(error), _LOCKED) from error
    damaged = sum(finding.is_damage for finding in findings)
    _print_summary(figures, damaged, len(findings) - damaged, done, as_json)
    ctx.exit(STORAGE if damaged else 0)


def _print(finding: Finding, as_json: bool) -> None:
    kind = "damage" if finding.is_damage else "note"
    if as_json:
        print_json({"kind": kind, "place": finding.place, "url": finding.url, "problem": finding.problem})
    else:
        click.echo("\t".join(plain(cell) for cell in (kind, finding.place, finding.url or "", finding.problem)))


def _print_summary(figures: Figures, damaged: int, notes: int, done: Repair | None, as_json: bool) -> None:
    code = STORAGE if damaged else 0
    if as_json:
        summary = asdict(figures) | {"damaged": damaged, "notes": notes, "exit_code": code}
        if done is not None:
            summary |= {
                "queued": list(done.queued),
                "cut": [asdict(step) for step in done.cut],
                "mended": list(done.mended),
            }
        print_json(summary)
        return
    click.echo(
        f"{damaged or 'no'} damaged: read {figures.segments} segments, {figures.records} records, "
        f"{figures.bytes} bytes, {figures.articles} articles"
    )
    if done is not None:
        click.echo(f"{len(done.queued)} articles queued for the next crawl, {len(done.cut)} tails cut off")
        if done.mended:
            click.echo(f"{len(done.mended)} segments have their dictionary again; verify them once more")
