"""`check`: what stopped coming in as it used to."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import click

from portal_crawler.article import BEIJING
from portal_crawler.check import DAYS, DRIFT, STALE, Finding, exit_code
from portal_crawler.check import check as check_all
from portal_crawler.cli.options import db_option, json_option
from portal_crawler.cli.output import print_json, print_rows
from portal_crawler.store.limited import limited_reader


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; Beijing time where it names no zone, the end of the day where it names no hour."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            if len(value) == len("2021-11-19"):
                return datetime.combine(date.fromisoformat(value), time(23, 59, 59), BEIJING)
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment, write it as 2021-11-19T20:09+08:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


@click.command()
@click.option("--portal", metavar="ID", help="Check only this portal.")
@click.option(
    "--days",
    type=click.IntRange(min=30),
    default=DAYS,
    show_default=True,
    help="How many days back the past reaches that the present is held against.",
)
@click.option("--now", type=Moment(), hidden=True, help="The moment of the check, in place of the clock's.")
@json_option
@db_option
@click.pass_context
def check(ctx: click.Context, portal: str | None, days: int, now: datetime | None, as_json: bool, db: Path) -> None:
    """Name the fields that stopped filling and the channels that fell silent, over what is stored.

    Exits 5 when a listing matches nothing or a field of a channel's newest articles is filled far less than before,
    8 when a channel is quieter than its own rhythm of weekdays and holidays, 5 when both, and 0 otherwise.
    """
    with limited_reader(db, reads_all=True) as store:
        if portal and not store.rows("SELECT 1 FROM channels WHERE portal = ? LIMIT 1", (portal,)):
            raise click.UsageError(f"no channel of a portal {portal!r} was ever crawled into {db}")
        findings = check_all(store, now or datetime.now(BEIJING), portal=portal, days=days)
    kinds = Counter(finding.kind for finding in findings)
    code = exit_code(findings)
    if as_json:
        for finding in findings:
            print_json(asdict(finding))
        print_json({"drift": kinds["drift"], "stale": kinds["stale"], "notes": kinds["note"], "exit_code": code})
    else:
        if findings:
            print_rows(("kind", "portal", "channel", "what"), map(_row, findings))
        click.echo(f"{_counted(kinds['drift'], 'drift')}, {kinds['stale']} stale, {_counted(kinds['note'], 'note')}")
    ctx.exit(code)


def _row(finding: Finding) -> tuple[object, ...]:
    kind = {"drift": f"drift ({DRIFT})", "stale": f"stale ({STALE})"}.get(finding.kind, finding.kind)
    return kind, finding.portal, finding.channel, finding.text


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
