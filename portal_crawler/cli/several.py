"""Crawls of several portals: which they are, and what they come to together."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from portal_crawler.article import Channel, Portal
from portal_crawler.cli.heartbeat import Board
from portal_crawler.cli.logs import escaped, redacted, relay, tell
from portal_crawler.cli.output import print_json
from portal_crawler.cli.parallel import Crew, Job, worst
from portal_crawler.cli.progress import line_of, sentence_of_all, total
from portal_crawler.portals import ProfileError, TargetError, find_portal, load_profile, profile_files

_LINE_S = 10.0


@dataclass(frozen=True, slots=True)
class Work:
    """What to crawl of one portal, and the targets that asked for it."""

    portal: Portal
    channels: tuple[Channel, ...]
    targets: tuple[str, ...]


@dataclass(slots=True)
class Everything:
    """All profiles of a folder: what to crawl, those that are wrong (as summaries), and why others are left out."""

    work: list[Work] = field(default_factory=list)
    wrong: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)


def every_portal(folder: Path, *, allow_private: bool) -> Everything:
    """The enabled portals of a folder of profiles. One that is wrong keeps no other from its crawl."""
    found = Everything()
    names: dict[str, Path] = {}
    for path in profile_files(folder):
        portal_id = path.stem
        try:
            portal = load_profile(path)
            if first := names.get(portal.id):
                raise ProfileError(f"{path.name}:1: {first.name} has the id {portal.id!r} already")
            portal_id = portal.id
            names[portal_id] = path
            if not portal.enabled or not portal.hosts:
                reason = "no host in its profile" if portal.enabled else "disabled in its profile"
                found.left_out.append({"portal": portal_id, "reason": reason})
                continue
            portal, channels = find_portal(portal_id, profiles={portal_id: portal})
            work = Work(portal, channels, (str(path.resolve()),))
            if not allow_private:
                refuse_private(work)
        except (ProfileError, TargetError) as error:
            found.wrong.append({"portal": portal_id, "exit_code": 2, "outcome": str(error)})
        else:
            found.work.append(work)
    if not found.work and not found.wrong:
        raise TargetError(f"{folder} has no profile of an enabled portal")
    return found


def refuse_private(work: Work) -> None:
    """Say at once what the crawl would refuse: a channel on an address that is not public."""
    from portal_crawler.middlewares.addresses import is_public, literal_address

    for host in {urlsplit(channel.url).hostname or "" for channel in work.channels}:
        address = literal_address(host)
        if host == "localhost" or (address is not None and not is_public(address)):
            raise TargetError(f"{host} is a private address, permitted only with --allow-private")


def names_of(channel: Channel) -> set[str]:
    """What --channel may call a channel."""
    return {channel.name, "/".join(channel.path)}


def crawl_several(
    everything: Everything,
    flags: Sequence[str],
    names: Sequence[str],
    crew: Crew,
    board: Board,
    *,
    deadline_s: float | None,
    as_json: bool,
    log_json: bool,
) -> int:
    """Crawl the portals in a process each, print what they came to, and give the worst exit code.

    crew: who runs the processes. flags: those of this command line that each process gets. names: channels that were
    chosen by name.
    """
    began_s = time.monotonic()
    jobs = []
    for item in everything.work:
        own = [name for name in names if any(name in names_of(channel) for channel in item.channels)]
        chosen = [part for name in own for part in ("--channel", name)]
        command = (sys.executable, "-m", "portal_crawler", "crawl", *flags, *chosen, "--json", "--log-json")
        jobs.append(Job(item.portal.id, command, item.targets))
    watcher = _Watcher(board, log_json=log_json)
    for run in everything.wrong:
        watcher.ended(run)
    runs = [*everything.wrong, *crew(jobs, watcher, deadline_s=deadline_s)]
    code = worst(run["exit_code"] for run in runs)
    board.close(code)
    verified = {item.portal.id: item.portal.verified for item in everything.work}
    runs = [run | {"verified": verified.get(run["portal"], False)} for run in runs]
    unverified = sum(not flag for flag in verified.values())
    line = sentence_of_all(runs, unverified, len(everything.left_out), time.monotonic() - began_s)
    if log_json:
        tell("crawl_ended", line, level=logging.WARNING if code else logging.INFO, exit_code=code)
    if as_json:
        if not log_json:
            click.echo(escaped(redacted(line)), err=True)
        print_json(
            {
                "exit_code": code,
                "outcome": line,
                "total": total(runs),
                "left_out": everything.left_out,
                "runs": runs,
            }
        )
    else:
        for run in runs:
            click.echo(escaped(redacted(f"{run['portal']}: {run['outcome']}")))
        click.echo(escaped(redacted(f"{line}; exit code {code}")))
    return code


class _Watcher:
    """Hears the events of all jobs: onto the board, and to standard error in the form that was asked for."""

    def __init__(self, board: Board, *, log_json: bool) -> None:
        self._board = board
        self._log_json = log_json
        self._errors: dict[str, str] = {}
        self._next_s: dict[str, float] = {}

    def hear(self, portal: str, line: str) -> None:
        event = _event_in(line)
        if event.get("event") == "started":
            self._board.progress(portal, {"run_id": event["run_id"]})
        if event.get("event") == "progress":
            self._board.progress(portal, event["figures"])
        if event.get("event") == "error":
            self._errors[portal] = event.get("message", "")
        if self._log_json:
            if event:
                relay(line)
            else:
                tell("stderr", line, level=logging.WARNING, portal=portal)
        elif text := self._text_of(portal, event, line):
            click.echo(escaped(redacted(f"[{portal}] {text}")), err=True)

    def last_error(self, portal: str) -> str | None:
        return self._errors.get(portal)

    def ended(self, run: dict[str, Any]) -> None:
        self._board.end(run["portal"], run)
        if self._log_json and "run_id" not in run:
            # One that ran has told of its end itself.
            level = logging.WARNING if run["exit_code"] else logging.INFO
            tell("ended", run["outcome"], level=level, portal=run["portal"], exit_code=run["exit_code"])

    def _text_of(self, portal: str, event: dict[str, Any], line: str) -> str | None:
        """What a person who watches is shown of an event."""
        if not event:
            return line
        if event["event"] == "progress":
            seconds = event["figures"]["seconds"]
            if seconds < self._next_s.get(portal, 0):
                return None
            self._next_s[portal] = seconds + _LINE_S
            return f"{seconds:.0f} s: {line_of(event['figures'])}"
        if event["event"] in ("log", "error"):
            return f"{event['level'].upper()}: {event.get('message', '')}"
        return None


def _event_in(line: str) -> dict[str, Any]:
    """The event that a line of a job's log is; empty for a line that is none."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and {"event", "level", "portal"} <= set(event) else {}
