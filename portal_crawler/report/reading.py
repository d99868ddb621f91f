"""The figures of a report, read from a database in one moment."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from portal_crawler.check import check
from portal_crawler.export import Selection
from portal_crawler.report.figures import FIELDS, Edit, Figures, Gap, Month, Named, PortalState
from portal_crawler.report.reprints import outlets_of, reprints_of
from portal_crawler.store import StorageError, Store

# So many sources, editors, outlets, clusters, gaps and edits are listed.
_MOST = 20


def figures_of(
    store: Store, selection: Selection, now: datetime, progress: Callable[[int, int], None] = lambda done, all_: None
) -> Figures:
    """The figures of the articles that a selection leaves. now: aware, the moment against which silence is judged.

    progress: called with how many parts are read, and how many there are. The store must have no transaction open.
    Raises StorageError when the database cannot be read.
    """
    try:
        store.connection.execute("BEGIN")
        try:
            return _Reading(store, selection, now, progress).figures()
        finally:
            if store.connection.in_transaction:
                store.connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise StorageError(f"{store.path}: {error}") from error


class _Reading:
    """The queries of one report."""

    def __init__(self, store: Store, selection: Selection, now: datetime, progress: Callable[[int, int], None]) -> None:
        self._store, self._selection, self._now, self._progress = store, selection, now, progress
        self._where, self._values = selection.condition()

    def figures(self) -> Figures:
        """All of them, the slowest queries last."""
        parts = (
            self._states, self._months, self._portals, self._sources, self._editors, self._failures,
            self._reprints, self._edits, self._gaps, self._findings,
        )  # fmt: skip
        read: dict[str, Any] = {}
        for done, part in enumerate(parts):
            self._progress(done, len(parts))
            read |= part()
        return Figures(self._selection, self._now, **read)

    def _states(self) -> dict[str, Any]:
        sql = f"SELECT state, count(*) FROM articles a WHERE {self._where} GROUP BY 1 ORDER BY 2 DESC"
        return {"states": dict(self._rows(sql))}

    def _findings(self) -> dict[str, Any]:
        return {"findings": tuple(check(self._store, self._now, portal=self._selection.portal))}

    def _rows(self, sql: str, values: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._store.rows(sql, self._values if values is None else values)]

    def _months(self) -> dict[str, Any]:
        # LIMIT keeps SQLite from sorting whole texts, as in the view field_counts.
        has = ", ".join(f"a.{name} IS NOT NULL AS {name}" for name in FIELDS[:-1])
        rows = self._store.rows(
            f"""SELECT portal, month, count(*) AS articles, {", ".join(f"sum({name}) AS {name}" for name in FIELDS)}
                FROM (SELECT a.portal AS portal, substr(a.published_at, 1, 7) AS month, {has},
                             a.images <> '[]' AS images FROM articles a WHERE {self._where} LIMIT -1)
                GROUP BY portal, month ORDER BY portal, month""",
            self._values,
        )
        months = (
            Month(row["portal"], row["month"], row["articles"], {name: row[name] for name in FIELDS}) for row in rows
        )
        return {"months": tuple(months)}

    def _portals(self) -> dict[str, Any]:
        days = {
            row["portal"]: row
            for row in self._store.rows(
                f"""SELECT a.portal AS portal, substr(min(a.published_at), 1, 10) AS first,
                           substr(max(a.published_at), 1, 10) AS last,
                           count(DISTINCT substr(a.published_at, 1, 10)) AS days
                    FROM articles a WHERE {self._where} GROUP BY a.portal""",
                self._values,
            )
        }
        silent = Counter[str]()
        for gap in self._gap_rows("portal_gaps", "NULL"):
            silent[gap.portal] += gap.days
        channels = dict(self._rows("SELECT portal, count(*) FROM channels GROUP BY portal", ()))
        ledger: dict[str, dict[str, int]] = {}
        for row in self._store.rows("SELECT portal, state, count(*) AS n FROM ledger GROUP BY portal, state"):
            ledger.setdefault(row["portal"], {})[row["state"]] = row["n"]
        names = sorted(days.keys() | (ledger.keys() if self._selection.portal is None else set()))
        states = (
            PortalState(
                name,
                channels.get(name, 0),
                days[name]["first"] if name in days else None,
                days[name]["last"] if name in days else None,
                days[name]["days"] if name in days else 0,
                silent[name],
                ledger.get(name, {}),
            )
            for name in names
        )
        return {"portals": tuple(states)}

    def _sources(self) -> dict[str, Any]:
        rows = self._rows(
            f"""SELECT a.source, count(*), count(DISTINCT a.portal) FROM articles a
                WHERE a.source IS NOT NULL AND {self._where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST}"""
        )
        return {"sources": tuple(Named(*row) for row in rows)}

    def _editors(self) -> dict[str, Any]:
        # Joined names come apart as in the view channel_editors.
        rows = self._rows(
            f"""SELECT n.value, count(*), count(DISTINCT a.portal)
                FROM articles a, json_each('[' || replace(json_quote(a.editor), '、', '","') || ']') n
                WHERE a.editor IS NOT NULL AND {self._where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MOST}"""
        )
        return {"editors": tuple(Named(*row) for row in rows)}

    def _reprints(self) -> dict[str, Any]:
        chosen = (self._store, self._where, self._values, _MOST)
        return {"outlets": outlets_of(*chosen), "reprints": reprints_of(*chosen)}

    def _gaps(self) -> dict[str, Any]:
        found = self._gap_rows("portal_gaps", "NULL") + self._gap_rows("channel_gaps", "channel", _MOST)
        return {"gaps": tuple(sorted(found, key=lambda gap: -gap.days)[:_MOST])}

    def _gap_rows(self, view: str, channel: str, most: int = -1) -> list[Gap]:
        """The gaps, or the longest of them."""
        chosen = self._selection
        first, last = (day.isoformat() if day else None for day in (chosen.since, chosen.until))
        listed = (
            "SELECT substr(max(last_listed_at), 1, 10) FROM channels c WHERE c.portal = g.portal"
            if channel == "NULL"
            else "SELECT substr(last_listed_at, 1, 10) FROM channels c WHERE c.id = g.channel_id"
        )
        rows = self._rows(
            f"""SELECT portal, {channel}, first_day, last_day, days, date(last_day, '+1 day') = ({listed})
                FROM {view} g WHERE (?1 IS NULL OR portal = ?1) AND (?2 IS NULL OR last_day >= ?2)
                AND (?3 IS NULL OR first_day <= ?3) ORDER BY days DESC, portal, {channel}, first_day LIMIT ?4""",
            (chosen.portal, first, last, most),
        )
        return [Gap(row[0], row[1], row[2], row[3], row[4], bool(row[5])) for row in rows]

    def _edits(self) -> dict[str, Any]:
        rows = self._store.rows(
            f"""SELECT e.portal, e.url, e.captured_at, e.changed, e.title_before, e.title
                FROM article_edits e JOIN articles a ON a.id = e.article_id
                WHERE {self._where} ORDER BY e.captured_at DESC""",
            self._values,
        )
        edits = [
            Edit(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], row[5]) for row in rows if row[3] != "[]"
        ]
        return {
            "edits_by_month": dict(sorted(Counter(edit.captured_at[:7] for edit in edits).items())),
            "edited_fields": dict(Counter(name for edit in edits for name in edit.changed).most_common()),
            "edits": tuple(edits[:_MOST]),
        }

    def _failures(self) -> dict[str, Any]:
        rows = self._rows(
            """SELECT portal, state, coalesce(reason, ''), count(*) FROM ledger
               WHERE kind = 'article' AND state IN ('failed', 'blocked') AND (?1 IS NULL OR portal = ?1)
               GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1 LIMIT ?2""",
            (self._selection.portal, _MOST),
        )
        return {"failures": tuple(rows)}
