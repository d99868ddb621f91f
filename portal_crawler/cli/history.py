"""`history`: an article's revisions, and what changed between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.options import db_option, json_option
from portal_crawler.cli.output import plain, print_json
from portal_crawler.store.history import Change, History, Revision, UnknownArticle, history_of
from portal_crawler.store.limited import limited_reader
from portal_crawler.store.wording import Piece, passages

_STYLES = {"same": "", "removed": "red", "added": "green"}
_LABELS = {"published_at": "time"}


@click.command()
@click.argument("url")
@json_option
@db_option
def history(url: str, as_json: bool, db: Path) -> None:
    """Show the revisions of the article at URL: when each was seen, where its capture lies, and what changed.

    URL may be any variant of the article's address (http or https, with www. or without), or one of its further
    pages. In what changed, [-this-] was taken out and {+this+} put in. --json prints a line for each revision.
    """
    try:
        with limited_reader(db) as reader:
            found = history_of(reader, url)
    except (UnknownArticle, ValueError) as error:
        raise Failure(str(error), USAGE) from error
    if as_json:
        for revision in found.revisions:
            print_json(_record(found, revision))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for line in _lines(found):
            console.print(line)


def _record(found: History, revision: Revision) -> dict[str, Any]:
    article = {name: value for name, value in asdict(found).items() if name != "revisions"}
    capture = {"file": revision.file, "offset": revision.offset, "length": revision.length}
    changes = {
        change.field: {
            "before": change.before,
            "after": change.after,
            "added": change.added,
            "removed": change.removed,
            "pieces": [[piece.kind, piece.text] for piece in change.pieces],
        }
        for change in revision.changes
    }
    return {
        "url": found.url,
        "revision": revision.number,
        "captured_at": revision.captured_at,
        "capture": capture,
        **revision.values,
        "changes": changes,
        "article": article,
    }


def _lines(found: History) -> Iterator[Text]:
    yield Text(plain(found.revisions[-1].values["title"] or "(no title)"), style="bold")
    yield Text(plain(found.url))
    for line in _state(found):
        yield Text(plain(line), style="dim")
    for revision in found.revisions:
        yield Text("")
        place = f"{revision.file}:{revision.offset}"
        yield Text(plain(f"revision {revision.number}, {revision.captured_at}, {place}"), style="bold")
        if revision.number == 1:
            yield from _first(revision)
        for change in revision.changes:
            yield from _changed(change)


def _state(found: History) -> Iterator[str]:
    yield f"{found.portal}, {found.state}, seen from {found.first_seen_at} to {found.last_seen_at}"
    checked = (
        f"checked again {found.checks} times, last at {found.checked_at}" if found.checks else "not checked again yet"
    )
    yield f"{checked}; next check {'at ' + found.next_check_at if found.next_check_at else 'none'}"
    if found.missing:
        yield f"missing on {found.missing} checks since {found.first_missing_at}: {found.missing_reason}"
    if found.doubt:
        yield f"the last answer was not taken for the article ({found.doubt}): {found.doubt_capture}"


def _first(revision: Revision) -> Iterator[Text]:
    for name, value in revision.values.items():
        if value:
            shown = f"{len(value.replace(chr(10), ''))} characters" if name == "body" else value
            yield Text(plain(f"  {_LABELS.get(name, name):<8}{shown}"))


def _changed(change: Change) -> Iterator[Text]:
    label = f"  {_LABELS.get(change.field, change.field):<8}"
    if change.field != "body":
        yield Text(label).append(_marked(change.pieces))
        return
    yield Text(f"{label}{change.added} characters added, {change.removed} removed")
    for passage in passages(change.pieces):
        yield Text("    ").append(_marked(passage))


def _marked(pieces: Sequence[Piece]) -> Text:
    line = Text()
    for piece in pieces:
        # An end of a paragraph may be all that changed.
        text = plain(piece.text.replace("\n", "¶"))
        text = {"same": text, "removed": f"[-{text}-]", "added": f"{{+{text}+}}"}[piece.kind]
        line.append(text, style=_STYLES[piece.kind])
    return line
