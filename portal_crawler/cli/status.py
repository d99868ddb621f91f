"""`status`: portals, channels, ledger and the last runs of a database."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import click

from portal_crawler.cli.options import db_option, json_option
from portal_crawler.cli.output import print_json, print_rows
from portal_crawler.store import StorageError, Store, count_by_state
from portal_crawler.store.limited import limited_reader

_LAST_RUNS = 10


@click.command()
@json_option
@db_option
def status(as_json: bool, db: Path) -> None:
    """Show what the database holds: portals, channels, ledger and the last runs."""
    try:
        with limited_reader(db, reads_all=True) as store:
            # One moment of a database that a crawl may be writing to.
            store.connection.execute("BEGIN")
            state = {
                "db": str(db),
                "portals": _portals(store),
                "channels": _channels(store),
                "runs": _runs(store),
            }
    except sqlite3.Error as error:
        raise StorageError(f"{db}: {error}") from error
    if as_json:
        print_json(state)
    else:
        _print(state)


def _portals(store: Store) -> list[dict[str, Any]]:
    """For each portal the count of its articles and of its ledger's URLs by state."""
    names = store.connection.execute("SELECT portal FROM ledger UNION SELECT portal FROM runs ORDER BY 1").fetchall()
    articles = dict(store.connection.execute("SELECT portal, count(*) FROM articles GROUP BY portal").fetchall())
    portals = []
    for (name,) in names:
        ledger = count_by_state(store, name)
        ledger = {"discovered": sum(ledger.values()), **ledger}
        portals.append({"portal": name, "articles": articles.get(name, 0), "ledger": ledger})
    return portals


def _channels(store: Store) -> list[dict[str, Any]]:
    rows = store.connection.execute(
        """SELECT portal, name, path, url, last_listed_at, walk = complete_walk AND walk > 0 AS complete,
                  (SELECT count(*) FROM channel_entries e WHERE e.channel_id = channels.id) AS entries
           FROM channels ORDER BY portal, id"""
    )
    return [{**dict(row), "path": json.loads(row["path"]), "complete": bool(row["complete"])} for row in rows]


def _runs(store: Store) -> list[dict[str, Any]]:
    rows = store.connection.execute("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (_LAST_RUNS,)).fetchall()
    return [
        {name: value for name, value in dict(row).items() if name != "summary"}
        | {"targets": json.loads(row["targets"])}
        for row in rows
    ]


def _print(state: dict[str, Any]) -> None:
    states = ("discovered", "done", "pending", "failed", "blocked", "skipped")
    print_rows(
        ("portal", "articles", *states),
        ((item["portal"], item["articles"], *(item["ledger"][name] for name in states)) for item in state["portals"]),
        title="Portals",
    )
    print_rows(
        ("portal", "channel", "entries", "last listed", "walked"),
        (
            (
                item["portal"],
                " > ".join(item["path"]) or item["name"],
                item["entries"],
                item["last_listed_at"],
                "to its end" if item["complete"] else "in part",
            )
            for item in state["channels"]
        ),
        title="Channels",
    )
    print_rows(
        ("run", "portal", "started", "exit", "articles", "outcome"),
        (
            (
                run["id"],
                run["portal"],
                run["started_at"],
                run["exit_code"],
                run["articles"],
                run["outcome"] or "(not ended)",
            )
            for run in state["runs"]
        ),
        title="Last runs",
    )
