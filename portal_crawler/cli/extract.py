"""`extract`: articles as JSON lines from files, URLs or a manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click

from portal_crawler.article import Article
from portal_crawler.cli.errors import BLOCKED, FAILED, USAGE, Failure
from portal_crawler.cli.options import allow_private_option, delay_option
from portal_crawler.cli.output import print_json
from portal_crawler.cli.sources import Blocked, Profiles, Source, SourceError, Sources, is_url, read_file, refuse_wall
from portal_crawler.extract import article_of


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of a manifest. file: as written there, relative to the manifest."""

    file: str
    url: str
    content_type: str | None


@click.command()
@click.argument("pages", metavar="[FILE|URL|-]...", nargs=-1)
@click.option("--url", help="The address of the page that a FILE or - holds; links are relative to it.")
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='Pages to read, as JSON lines {"file", "url", "content_type"?}, files relative to the manifest.',
)
@delay_option
@allow_private_option
def extract(
    pages: tuple[str, ...], url: str | None, manifest: Path | None, delay_s: float | None, allow_private: bool
) -> None:
    """Print the articles on pages as JSON lines, one a page, in order.

    A page that cannot be read gives a line, too: its fields are null, "error" says why, the exit code is 3. So does
    a wall in a page's place (a captcha, a login); then the exit code is 4, if the page is no saved one of a manifest.
    """
    if bool(pages) == bool(manifest):
        raise click.UsageError("give FILE, URL or - to read, or --manifest, and not both")
    if url and (manifest or len(pages) > 1 or is_url(pages[0])):
        raise click.UsageError("--url is the address of one FILE or -")
    if missing := [page for page in pages if page != "-" and not is_url(page) and not Path(page).is_file()]:
        raise click.UsageError(f"{missing[0]}: no such file")
    failed = blocked = 0
    profiles = Profiles()
    sources = Sources(allow_private=allow_private, delay_s=delay_s)
    if manifest:
        for page in list(_read_manifest(manifest)):
            named = {"file": page.file}
            try:
                source = read_file(manifest.parent / page.file, page.url, page.content_type)
                print_json(named | _fields(source, sources, profiles))
            except SourceError as error:
                print_json(named | _without_fields(page.url, error))
                failed += not isinstance(error, Blocked)
    for name in pages:
        try:
            print_json(_fields(sources.read(name, url), sources, profiles))
        except SourceError as error:
            print_json(_without_fields(url or name, error))
            blocked += isinstance(error, Blocked)
            failed += not isinstance(error, Blocked)
    if blocked:
        raise Failure(f"{blocked} of the pages blocked, {failed} more could not be read", BLOCKED)
    if failed:
        raise Failure(f"{failed} of the pages could not be read", FAILED)


def _fields(source: Source, sources: Sources, profiles: Profiles) -> dict[str, Any]:
    portal = profiles.portal_of(source.url)
    page = sources.page(source, portal)
    refuse_wall(page)
    return asdict(article_of([page], portal=portal)) | {"url": page.url or None}


def _without_fields(url: str | None, error: SourceError) -> dict[str, Any]:
    named = {"url": url} | ({"warnings": ["blocked"]} if isinstance(error, Blocked) else {})
    return dict.fromkeys(field.name for field in fields(Article)) | named | {"error": str(error)}


def _read_manifest(path: Path) -> Iterator[_Page]:
    """The pages of a manifest; Failure for a line that is none."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path}: {error}", USAGE) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            content_type = entry.get("content_type")
            if not all(isinstance(entry[key], str) for key in ("file", "url")):
                raise TypeError
            yield _Page(entry["file"], entry["url"], content_type if isinstance(content_type, str) else None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f'{path}:{number}: a line must be {{"file": …, "url": …}} with an optional "content_type"'
            raise Failure(message, USAGE) from error
