"""`extract`: articles as JSON lines from files, URLs or a manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import click

from portal_crawler.article import Article
from portal_crawler.cli.errors import FAILED, USAGE, Failure
from portal_crawler.cli.options import allow_private_option, delay_option
from portal_crawler.cli.output import print_json
from portal_crawler.cli.sources import Profiles, Source, SourceError, Sources, is_url, read_file
from portal_crawler.extract import extract_article


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

    A page that cannot be read gives a line, too: its fields are null, "error" says why, the exit code is 3.
    """
    if bool(pages) == bool(manifest):
        raise click.UsageError("give FILE, URL or - to read, or --manifest, and not both")
    if url and (manifest or len(pages) > 1 or is_url(pages[0])):
        raise click.UsageError("--url is the address of one FILE or -")
    if missing := [page for page in pages if page != "-" and not is_url(page) and not Path(page).is_file()]:
        raise click.UsageError(f"{missing[0]}: no such file")
    failed = 0
    profiles = Profiles()
    sources = Sources(allow_private=allow_private, delay_s=delay_s)
    if manifest:
        for page in list(_read_manifest(manifest)):
            named = {"file": page.file}
            try:
                source = read_file(manifest.parent / page.file, page.url, page.content_type)
            except SourceError as error:
                print_json(named | _without_fields(page.url, str(error)))
                failed += 1
            else:
                print_json(named | _fields(source, profiles))
    for name in pages:
        try:
            print_json(_fields(sources.read(name, url), profiles))
        except SourceError as error:
            print_json(_without_fields(url or name, str(error)))
            failed += 1
    if failed:
        raise Failure(f"{failed} of the pages could not be read", FAILED)


def _fields(source: Source, profiles: Profiles) -> dict[str, Any]:
    article = extract_article(
        source.body,
        source.url or "",
        content_type=source.content_type,
        portal=profiles.portal_of(source.url),
        fetched_at=source.fetched_at,
    )
    return asdict(article) | {"url": source.url}


def _without_fields(url: str | None, error: str) -> dict[str, Any]:
    return dict.fromkeys(field.name for field in fields(Article)) | {"url": url, "error": error}


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
