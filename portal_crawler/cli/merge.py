"""`merge`: databases of other machines or processes into one."""

from __future__ import annotations

import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType

import click

from portal_crawler.archive import ArchiveError
from portal_crawler.cli.errors import STORAGE
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import archive_option, json_option
from portal_crawler.cli.output import plain, print_json
from portal_crawler.merge import Merged, ShardElsewhere, merge_shard
from portal_crawler.portals import load_profiles
from portal_crawler.reprints import GroupingElsewhere, group_reprints
from portal_crawler.store import StorageError, Store, open_store
from portal_crawler.store.locks import LockHeld

_LOCKED = 6


@click.command()
@click.argument("shards", metavar="SHARD...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--into",
    metavar="DB",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The database that gets what the shards hold; made if there is none.",
)
@archive_option
@click.option(
    "--shard-archive",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where the shards' part of the raw archive lies, if not in --archive: it is copied there.",
)
@json_option
@click.pass_context
def merge(
    ctx: click.Context,
    shards: tuple[Path, ...],
    into: Path,
    archive: Path,
    shard_archive: Path | None,
    as_json: bool,
) -> None:
    """Join databases: what was crawled into each SHARD becomes part of DB.

    In any order, as often as wanted, also while crawls write to them: a second merge only looks at what is new. The
    shards are only read. A stopped or killed merge is simply started again. An article that several hold is one, with
    all its revisions. One bad shard keeps no other from being merged.
    """
    signal.signal(signal.SIGTERM, _stop)
    code = 0
    store = open_store(into)
    try:
        for path in shards:
            found, outcome = _merge(store, path, archive, shard_archive)
            code = code or found
            if as_json:
                merged = asdict(outcome) if isinstance(outcome, Merged) else {"outcome": outcome}
                print_json({"shard": str(path), "exit_code": found} | merged)
            elif isinstance(outcome, Merged):
                click.echo(plain(f"{path}: {_sentence(outcome)}"))
            else:
                click.echo(plain(f"not merged: {outcome}"), err=True)
        group(store)
    finally:
        store.close()
    ctx.exit(code)


def _merge(store: Store, path: Path, archive: Path, shard_archive: Path | None) -> tuple[int, Merged | str]:
    """Merge one shard; its exit code, and what it brought or why it was left."""
    try:
        with Gauge("rows") as gauge:
            return 0, merge_shard(
                store,
                path,
                archive=archive,
                shard_archive=shard_archive,
                progress=lambda so_far: gauge.show(
                    so_far.read, so_far.total, f"{path.name}: {so_far.articles:,} new articles"
                ),
            )
    except (StorageError, ArchiveError) as error:
        return STORAGE, str(error)
    except (LockHeld, ShardElsewhere) as error:
        return _LOCKED, str(error)


def group(store: Store) -> None:
    """Find which of the new articles are one text; whoever groups already takes them along."""
    try:
        with Gauge("articles grouped") as gauge:
            group_reprints(store, load_profiles(), progress=gauge.show)
    except GroupingElsewhere:
        pass


def _sentence(merged: Merged) -> str:
    copied = f", {merged.copied_bytes:,} bytes copied into the archive" if merged.copied_bytes else ""
    return (
        f"{merged.articles} new articles, {merged.revised} changed, {merged.addresses} new addresses, "
        f"{merged.captures} captures{copied}"
    )


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(143)
