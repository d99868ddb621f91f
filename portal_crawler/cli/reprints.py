"""`reprints`: which articles are one text, and who printed it first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from portal_crawler.cli.errors import USAGE, Failure
from portal_crawler.cli.gauge import Gauge
from portal_crawler.cli.options import db_option, json_option
from portal_crawler.cli.output import plain, print_json, print_rows
from portal_crawler.portals import load_profiles
from portal_crawler.reprints import GroupingElsewhere, group_reprints
from portal_crawler.store import StorageError, open_store
from portal_crawler.store.cluster_view import Cluster, cluster_of, is_queued, totals
from portal_crawler.store.history import UnknownArticle, find_article
from portal_crawler.store.limited import limited_reader

_LOCKED = 6
_NAMED = {
    "outlet": "the other portals name it as their source",
    "group": "the other portals name an outlet of the same house",
    "other": "the other portals name somebody else as their source",
}


@click.command()
@click.argument("url", required=False)
@json_option
@db_option
def reprints(url: str | None, as_json: bool, db: Path) -> None:
    """Show where the text of the article at URL was printed: every portal and address, and who was first.

    Without URL, look at all new and changed articles: which are a text that is stored already, and which outlets
    their sources name. A crawl does that at its end as far as it has time; this does the rest, also for a database
    of an older version. It may be stopped and started again at any time. No article is ever dropped.
    """
    if url is None:
        _group(db, as_json)
    else:
        _show(db, url, as_json)


def _group(db: Path, as_json: bool) -> None:
    # An empty database would be made by opening one that is misspelt.
    if not db.is_file():
        raise StorageError(f"{db}: no such database")
    store = open_store(db)
    try:
        with Gauge("articles") as gauge:
            grouped = group_reprints(store, load_profiles(), progress=gauge.show)
        found = totals(store)
    except GroupingElsewhere as error:
        raise Failure(str(error), _LOCKED) from error
    finally:
        store.close()
    if as_json:
        print_json({"read": grouped.read, "joined": grouped.joined} | asdict(found))
        return
    click.echo(
        f"{grouped.read} articles read, {grouped.joined} of them texts of others; now {found.articles} articles in "
        f"{found.clusters} clusters, {found.over_portals} of these over several portals; {found.outlets} outlets"
    )


def _show(db: Path, url: str, as_json: bool) -> None:
    try:
        with limited_reader(db) as reader:
            article_id = find_article(reader, url)
            cluster, queued = cluster_of(reader, article_id), is_queued(reader, article_id)
    except (UnknownArticle, ValueError) as error:
        raise Failure(str(error), USAGE) from error
    if as_json:
        print_json({"queued": queued, "cluster": asdict(cluster) if cluster else None})
        return
    if queued:
        click.echo("not yet looked at as it is now: run portal-crawler reprints", err=True)
    if cluster is None:
        click.echo("no other article has this text")
        return
    for line in _origin(cluster):
        click.echo(plain(line))
    print_rows(
        ("first", "published", "portal", "source", "likeness", "title", "url"),
        [
            (
                "?" if one.may_be_first is None else "*" if one.may_be_first else "",
                one.published_at,
                one.portal,
                one.source,
                f"{one.likeness:.2f}",
                one.title,
                one.url,
            )
            for one in cluster.members
        ],
    )


def _origin(cluster: Cluster) -> Iterator[str]:
    yield f"{len(cluster.members)} articles of {cluster.portals} portals are this text"
    if cluster.first_portal is None:
        yield "who was first cannot be told from the times that are printed"
    else:
        outlet = f" ({cluster.first_outlet})" if cluster.first_outlet else ""
        named = f"; {_NAMED[cluster.reprints_name]}" if cluster.reprints_name else ""
        yield f"first on {cluster.first_portal}{outlet}{named}"
    if cluster.untimed:
        yield f"{cluster.untimed} print no time and may be earlier"
