"""The template of each portal: what it prints around its articles, kept from one crawl to the next."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from portal_crawler.article import BEIJING


def load_template(connection: sqlite3.Connection, portal: str) -> str | None:
    """The JSON of a portal's template, or None when nothing has been learnt yet."""
    row = connection.execute("SELECT template FROM templates WHERE portal = ?", (portal,)).fetchone()
    return str(row[0]) if row else None


def save_template(connection: sqlite3.Connection, portal: str, pages: int, template: str) -> None:
    """Keep a portal's template in place of the one before; the caller has a transaction open.

    pages: how many pages it was learnt from. template: its JSON.
    """
    connection.execute(
        """INSERT INTO templates (portal, learnt_at, pages, template) VALUES (?, ?, ?, ?)
           ON CONFLICT (portal) DO UPDATE
           SET learnt_at = excluded.learnt_at, pages = excluded.pages, template = excluded.template""",
        (portal, datetime.now(BEIJING).isoformat(timespec="seconds"), pages, template),
    )


def recent_bodies(connection: sqlite3.Connection, portal: str, limit: int) -> list[list[str]]:
    """The lines of the bodies of a portal that were published last, which an index finds among however many."""
    rows = connection.execute(
        "SELECT body FROM articles WHERE portal = ? AND body IS NOT NULL ORDER BY published_at DESC LIMIT ?",
        (portal, limit),
    )
    return [row[0].split("\n") for row in rows]
