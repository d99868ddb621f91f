"""How each portal fares: its last run, what failed or is refused, and what its rhythm says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING
from portal_crawler.check import Finding
from portal_crawler.store import Store
from portal_crawler.web.reading import newest_time

# What exit codes mean, in a word or two; a run's outcome says more.
_MEANINGS = {
    0: "done",
    1: "a bug",
    3: "some addresses failed",
    4: "blocked",
    5: "drift",
    7: "storage",
    130: "stopped",
    143: "stopped",
}
_BAD = frozenset((1, 4, 7))


@dataclass(frozen=True, slots=True)
class Health:
    """A portal's state. grade: good, warn or bad. days_silent: whole days since its newest article, None if unknown.

    started_at, exit_code, meaning, outcome: of its last run, None where there was none; exit_code is None for one that
    still runs or was killed. findings: what `check` says.
    """

    portal: str
    grade: str
    articles: int
    pending: int
    failed: int
    blocked: int
    newest_at: str | None
    days_silent: int | None
    run_id: int | None
    started_at: str | None
    exit_code: int | None
    meaning: str | None
    outcome: str | None
    findings: tuple[Finding, ...]


def health_of(store: Store, portal: str, findings: list[Finding], now: datetime) -> Health:
    """The health of one portal at a moment, by a few looks into indexes. now: aware."""
    today = now.astimezone(BEIJING)
    newest_at = newest_time(store, portal, (today + timedelta(seconds=1)).isoformat())
    urls = {
        state: store.rows("SELECT count(*) FROM ledger WHERE portal = ? AND state = ?", (portal, state))[0][0]
        for state in ("pending", "failed", "blocked")
    }
    runs = store.rows(
        """SELECT id, started_at, ended_at, exit_code, outcome FROM runs WHERE portal = ? ORDER BY id DESC LIMIT 1""",
        (portal,),
    )
    run = runs[0] if runs else None
    own = tuple(finding for finding in findings if finding.portal == portal)
    return Health(
        portal=portal,
        grade=_grade(run["exit_code"] if run else None, own, urls["blocked"] + urls["failed"]),
        articles=store.rows("SELECT count(*) FROM articles WHERE portal = ?", (portal,))[0][0],
        pending=urls["pending"],
        failed=urls["failed"],
        blocked=urls["blocked"],
        newest_at=newest_at,
        days_silent=(today.date() - datetime.fromisoformat(newest_at[:10]).date()).days if newest_at else None,
        run_id=run["id"] if run else None,
        started_at=run["started_at"] if run else None,
        exit_code=run["exit_code"] if run else None,
        meaning=_meaning(run["exit_code"]) if run else None,
        outcome=run["outcome"] if run else None,
        findings=own,
    )


def _meaning(exit_code: int | None) -> str:
    if exit_code is None:
        return "not ended: runs, or was killed"
    return _MEANINGS.get(exit_code, f"exit code {exit_code}")


def _grade(exit_code: int | None, findings: tuple[Finding, ...], troubled: int) -> str:
    if exit_code in _BAD:
        return "bad"
    wrong = any(finding.kind in ("drift", "stale") for finding in findings)
    return "warn" if exit_code != 0 or wrong or troubled else "good"
