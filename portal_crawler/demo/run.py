"""The demo: the replica portal crawled end to end, with what came of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from portal_crawler.demo.replica import Replica, build
from portal_crawler.demo.server import serve
from portal_crawler.demo.truth import differences
from portal_crawler.runs import CrawlOptions, RunSummary, crawl_portal
from portal_crawler.store import Store, open_reader, search

QUERY = "合作社"
_ROWS = 5


def run_demo(directory: Path, console: Console, *, articles: int = 60, seed: int = 1) -> RunSummary:
    """Serve a replica on loopback, crawl all its channels, and print progress, summary, rows and a search.

    directory: gets `portal.db` and `archive/`. An earlier demo's articles stay beside the new ones, since
    each demo has its own port. Like `crawl_portal`, this runs once a process.
    """
    replica = build(articles, seed)
    db = directory / "portal.db"
    with serve(replica) as base_url, _unproxied():
        portal = replica.portal(base_url.removeprefix("http://"))
        console.print(f"{portal.name}: {len(replica.truth)} articles in {len(portal.channels)} channels at {base_url}/")
        with console.status("starting …") as status:

            def show(figures: RunSummary) -> None:
                line = f"{figures.requests} requests, {figures.articles} articles, {figures.seconds:.0f} s"
                if console.is_terminal:
                    status.update(line)
                else:
                    console.print(line)

            summary = crawl_portal(
                portal,
                CrawlOptions(
                    db=db,
                    archive=directory / "archive",
                    channels=portal.channels,
                    delay_s=0,
                    allow_private=True,
                    progress=show,
                ),
            )
    _print_summary(console, summary)
    if not summary.run_id:
        return summary
    store = open_reader(db)
    try:
        _print_rows(console, store, replica, base_url)
        _print_search(console, store, base_url)
    finally:
        store.close()
    return summary


@contextmanager
def _unproxied() -> Iterator[None]:
    """Loopback is not asked of a proxy that the environment names: it would answer for another machine's."""
    names = ("no_proxy", "NO_PROXY")
    before = {name: os.environ.get(name) for name in names}
    # Of the two spellings Python reads the lower one when it is there.
    value = ",".join(filter(None, (before["no_proxy"] or before["NO_PROXY"], "127.0.0.1")))
    os.environ.update(dict.fromkeys(names, value))
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def _print_summary(console: Console, summary: RunSummary) -> None:
    console.print(f"Run {summary.run_id}: {escape(summary.outcome)}")
    console.print(
        f"  {summary.listings} listing pages, {summary.articles} articles, {summary.failed} failed, "
        f"{summary.blocked} blocked, {summary.requests} requests, {summary.bytes // 1024} KB, "
        f"{summary.seconds:.1f} s, exit code {int(summary.exit_code)}"
    )


def _print_rows(console: Console, store: Store, replica: Replica, base_url: str) -> None:
    """The newest rows, and how many of all are to the character what the replica printed."""
    rows = store.connection.execute(
        "SELECT * FROM articles WHERE url GLOB ? ORDER BY published_at DESC", (f"{base_url}/*",)
    ).fetchall()
    table = Table(title="Newest articles", title_justify="left")
    table.add_column("published", no_wrap=True)
    for name in ("title", "source", "editor", "channel"):
        table.add_column(name)
    for row in rows[:_ROWS]:
        channel = " > ".join(json.loads(row["channel_path"])[-1:])
        published = (row["published_at"] or "")[:16].replace("T", " ")
        table.add_row(
            *(escape(text or "") for text in (published, row["title"], row["source"], row["editor"], channel))
        )
    console.print(table)
    truth = {base_url + item.path: item for item in replica.truth}
    exact = sum(row["url"] in truth and not differences(truth[row["url"]], row, base_url) for row in rows)
    console.print(f"{exact} of {len(truth)} articles stored exactly as printed, {len(rows)} stored in all")


def _print_search(console: Console, store: Store, base_url: str) -> None:
    hits = [hit for hit in search(store, QUERY) if hit.url.startswith(f"{base_url}/")]
    console.print(f"Search for {QUERY}:")
    for hit in hits[:1]:
        lines = (f"{hit.published_at}  {hit.title}", hit.snippet, hit.url)
        console.print("\n".join(f"  {escape(line)}" for line in lines), soft_wrap=True)
