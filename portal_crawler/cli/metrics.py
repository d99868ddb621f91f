"""The figures of a crawl in Prometheus' text format, for the textfile collector of its node exporter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal_crawler.article import BEIJING
from portal_crawler.cli.heartbeat import Board, Standing, write_whole
from portal_crawler.store import StorageError, open_reader

# Gauges, not counters: each is of the portal's latest run, which begins at 0 again.
_FIGURES = (
    ("articles_new", "articles", "Articles stored for the first time by the latest run."),
    ("articles_updated", "updated", "Articles of which the latest run stored a new revision."),
    ("urls_failed", "failed", "URLs that failed in the latest run and are tried again."),
    ("urls_blocked", "blocked", "URLs that the portal refused in the latest run."),
    ("requests", "requests", "HTTP exchanges of the latest run."),
    ("received_bytes", "bytes", "Bytes of bodies received by the latest run."),
    ("duration_seconds", "seconds", "How long the latest run took, or has taken so far."),
)


@dataclass(frozen=True, slots=True)
class Past:
    """What a database holds of a portal's ended runs. run_id: of the latest. succeeded_at: seconds since 1970; 0 for
    never.
    """

    exit_code: int | None = None
    run_id: int = 0
    succeeded_at: float = 0.0


def past_runs(db: Path) -> dict[str, Past]:
    """For each portal what its earlier runs came to; none for a database that is not there or cannot be read."""
    try:
        store = open_reader(db)
    except StorageError:
        return {}
    try:
        rows = store.rows(
            # By their numbers: a run that the machine's clock dated wrong is not the latest for years.
            """SELECT portal, exit_code, max(id),
                      (SELECT ended_at FROM runs good WHERE good.portal = runs.portal AND good.exit_code = 0
                       ORDER BY good.id DESC LIMIT 1)
               FROM runs WHERE ended_at IS NOT NULL GROUP BY portal"""
        )
    except StorageError:
        return {}
    finally:
        store.close()
    return {row[0]: Past(row[1], row[2], _seconds(row[3])) for row in rows}


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0


class Metrics:
    """A file of metrics. past: what earlier runs came to, which stands until this crawl knows better."""

    def __init__(self, path: Path, past: dict[str, Past]) -> None:
        self._path = path
        self._past = past

    def write(self, board: Board) -> None:
        write_whole(self._path, "".join(self._lines(board)).encode())

    def _lines(self, board: Board) -> Iterator[str]:
        standings = list(board.standings.values())
        for name, key, text in _FIGURES:
            known = [standing for standing in standings if key in standing.figures]
            yield from _family(name, text, ((standing.portal, standing.figures[key]) for standing in known))
        codes = ((standing.portal, self._exit_code(standing)) for standing in standings)
        yield from _family(
            "exit_code",
            "Exit code of the latest run that ended.",
            ((portal, code) for portal, code in codes if code is not None),
        )
        yield from _family(
            "last_success_timestamp_seconds",
            "When a run last ended with exit code 0; 0 for never.",
            ((standing.portal, self._succeeded_at(standing)) for standing in standings),
        )
        yield from _family(
            "running",
            "1 while the portal is being crawled.",
            ((standing.portal, int(standing.state == "running")) for standing in standings),
        )
        yield from _family(
            "crawl_started_timestamp_seconds", "When this crawl began.", [(None, board.started_at.timestamp())]
        )
        yield from _family(
            "crawl_written_timestamp_seconds",
            "When the crawl last made progress and wrote this.",
            [(None, datetime.now(BEIJING).timestamp())],
        )
        code = board.exit_code
        yield from _family(
            "crawl_exit_code",
            "The worst exit code of this crawl, once it ended.",
            [(None, code)] if code is not None else [],
        )

    def _exit_code(self, standing: Standing) -> int | None:
        # One that its deadline kept from beginning has no run, and what its last run came to still holds.
        if standing.exit_code is not None and (standing.exit_code != 0 or "run_id" in standing.figures):
            return standing.exit_code
        return self._past.get(standing.portal, Past()).exit_code

    def _succeeded_at(self, standing: Standing) -> float:
        if standing.exit_code == 0 and standing.progress_at is not None and "run_id" in standing.figures:
            return standing.progress_at.timestamp()
        return self._past.get(standing.portal, Past()).succeeded_at


def _family(name: str, text: str, samples: Iterable[tuple[str | None, float]]) -> Iterator[str]:
    """The lines of one metric. samples: pairs of portal (None for the whole crawl) and value."""
    name = f"portal_crawler_{name}"
    yield f"# HELP {name} {text}\n# TYPE {name} gauge\n"
    for portal, value in samples:
        label = "" if portal is None else f'{{portal="{_label(portal)}"}}'
        yield f"{name}{label} {value:.3f}\n" if isinstance(value, float) else f"{name}{label} {value}\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
