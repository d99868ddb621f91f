"""Writing the outlets that sources name, inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class Outlet(NamedTuple):
    """A newspaper, agency, station or site. group: the house that it belongs to, None where it is not known."""

    name: str
    group: str | None = None


def is_named(connection: sqlite3.Connection, printed: str) -> bool:
    """Whether the outlets of a source as printed are stored already."""
    return connection.execute("SELECT 1 FROM source_names WHERE printed = ?", (printed,)).fetchone() is not None


def put_source(connection: sqlite3.Connection, printed: str, outlets: Iterable[Outlet]) -> None:
    """Record which outlets a source as printed names; one that names none has a row that says so."""
    ids: list[int | None] = [_outlet_id(connection, outlet) for outlet in outlets]
    connection.executemany(
        "INSERT OR REPLACE INTO source_names (printed, place, outlet_id) VALUES (?, ?, ?)",
        [(printed, place, outlet_id) for place, outlet_id in enumerate(ids or [None])],
    )


def put_portal(connection: sqlite3.Connection, portal: str, outlet: Outlet) -> None:
    """Record which outlet a portal is."""
    connection.execute(
        "INSERT OR REPLACE INTO portal_outlets (portal, outlet_id) VALUES (?, ?)",
        (portal, _outlet_id(connection, outlet)),
    )


def forget_outlets(connection: sqlite3.Connection) -> list[str]:
    """Drop what sources name and which outlets portals are; gives the sources as printed. Outlets keep their ids."""
    printed = [row[0] for row in connection.execute("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL")]
    connection.execute("DELETE FROM source_names")
    connection.execute("DELETE FROM portal_outlets")
    return printed


def drop_unnamed(connection: sqlite3.Connection) -> None:
    """Drop outlets that neither a source nor a portal stands for any more."""
    connection.execute(
        """DELETE FROM outlets WHERE id NOT IN (SELECT outlet_id FROM source_names WHERE outlet_id IS NOT NULL)
           AND id NOT IN (SELECT outlet_id FROM portal_outlets)"""
    )


def _outlet_id(connection: sqlite3.Connection, outlet: Outlet) -> int:
    connection.execute(
        """INSERT INTO outlets (name, group_name) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET group_name = excluded.group_name""",
        outlet,
    )
    return int(connection.execute("SELECT id FROM outlets WHERE name = ?", (outlet.name,)).fetchone()[0])
