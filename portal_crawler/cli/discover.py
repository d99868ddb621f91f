"""`discover`: a profile for a portal, from its front page."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError

import click

from portal_crawler.article import BEIJING
from portal_crawler.cli.errors import FAILED, STORAGE, Failure
from portal_crawler.cli.options import allow_private_option, delay_option, json_option
from portal_crawler.cli.output import plain, print_json
from portal_crawler.cli.sources import SourceError, Sources, is_url
from portal_crawler.discover import MOST_REQUESTS, Answer, Discovery, Fetch, NoAnswer, NoFrontPage, profile_toml
from portal_crawler.discover import discover as discover_portal

_NOTHING_FOUND = 5


@click.command()
@click.argument("url", metavar="URL")
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the profile to this file.")
@click.option(
    "--most-requests",
    type=click.IntRange(min=3),
    default=MOST_REQUESTS,
    show_default=True,
    help="Ask for no more than this; channels that it does not reach are named.",
)
@json_option
@delay_option
@allow_private_option
def discover(
    url: str, out: Path | None, most_requests: int, as_json: bool, delay_s: float | None, allow_private: bool
) -> None:
    """Find the channels of the portal whose front page is at URL, and print a profile of it.

    Each channel is asked for once, and a sample of second pages and articles is read. Exit code 3: the front page
    could not be fetched; 5: it leads to no channel.
    """
    if not is_url(url):
        raise click.UsageError(f"{url!r} is no http(s) URL")
    sources = Sources(allow_private=allow_private, delay_s=delay_s)
    try:
        found = discover_portal(url, _fetch_through(sources), most_requests=most_requests, progress=_tell)
    except NoFrontPage as error:
        raise Failure(str(error), FAILED) from error
    _summarize(found)
    if not found.channels:
        raise Failure(f"{found.front} leads to no channel", _NOTHING_FOUND)
    profile = profile_toml(found, f"{datetime.now(BEIJING):%Y-%m-%d}")
    if out is not None:
        _write(out, profile)
    if as_json:
        print_json(asdict(found))
    elif out is None:
        click.echo(profile.encode(), nl=False)


def _fetch_through(sources: Sources) -> Fetch:
    """Answers as `discover` takes them, with the pause between requests that all commands keep."""

    def fetch(url: str) -> Answer:
        try:
            source = sources.read(url)
        except SourceError as error:
            raise NoAnswer(str(error).removeprefix(f"{url}: "), _status_of(error)) from error
        return Answer(source.url or url, source.body, source.content_type)

    return fetch


def _status_of(error: BaseException) -> int | None:
    """The HTTP status behind an error, where there is one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, HTTPError):
            return cause.code
        cause = cause.__cause__
    return None


def _tell(url: str) -> None:
    click.echo(plain(f"GET {url}"), err=True)


def _summarize(found: Discovery) -> None:
    def line(text: str) -> None:
        click.echo(plain(text), err=True)

    line(f"{found.portal.name}: {len(found.channels)} channels, {found.requests} requests")
    for checked in found.channels:
        line(f"  {' > '.join(checked.channel.path)}  {checked.channel.url}  {checked.entries} entries")
    if found.rejected:
        line("No channels:")
    for rejected in found.rejected:
        line(f"  {rejected.name}  {rejected.url}: {rejected.reason}")
    for doubt in found.doubts:
        line(f"Doubt: {doubt}")


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = file.name
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise Failure(f"{path}: {error.strerror or error}", STORAGE) from error
