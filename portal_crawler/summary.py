"""What a run came to: its figures, its outcome in a sentence, and the exit code that cron reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from portal_crawler.archive import ArchiveError
from portal_crawler.store import StorageError

if TYPE_CHECKING:
    from portal_crawler.session import Session

DONE, BUG, USAGE, FAILED, BLOCKED, DRIFT, LOCKED, STORAGE = 0, 1, 2, 3, 4, 5, 6, 7
# Where Scrapy's statistics hold a run's exit code, or its settings that of one which could not begin.
EXIT_CODE = "PORTAL_CRAWLER_EXIT_CODE"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run's figures. pending: articles of the portal still to be fetched. seconds: how long it took.

    rechecked: stored articles that were asked for again and answered, which are unchanged, revised, missing or
    doubtful (the answer was not taken for the article). unanswered: re-checks that are to be made again.
    traps: where the crawl did not go on, since lists and addresses without end lead nowhere, each as a sentence.
    resting: hosts that asked to be left alone for longer than a run waits, and until when (ISO 8601).
    """

    run_id: int
    portal: str
    listings: int = 0
    discovered: int = 0
    articles: int = 0
    updated: int = 0
    failed: int = 0
    blocked: int = 0
    skipped: int = 0
    pending: int = 0
    rechecked: int = 0
    unchanged: int = 0
    revised: int = 0
    missing: int = 0
    doubtful: int = 0
    unanswered: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    empty_channels: tuple[str, ...] = ()
    drifted_fields: tuple[str, ...] = ()
    traps: tuple[str, ...] = ()
    resting: dict[str, str] = field(default_factory=dict)
    exit_code: int = DONE
    outcome: str = ""

    def figures(self) -> dict[str, int]:
        """The whole numbers, by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}

    def to_json(self) -> str:
        """The summary as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def outcome_of(summary: RunSummary, session: Session) -> RunSummary:
    """The summary with its exit code and what it means, the worst trouble first."""
    code, outcome = _judge(summary, session)
    if summary.traps:
        outcome = f"{outcome}; traps: {'; '.join(summary.traps)}"
    if resting := [f"{host} until {until}" for host, until in summary.resting.items() if host not in outcome]:
        outcome = f"{outcome}; left alone: {'; '.join(resting)}"
    return replace(summary, exit_code=code, outcome=outcome)


def _judge(summary: RunSummary, session: Session) -> tuple[int, str]:
    if isinstance(session.fatal, StorageError | ArchiveError):
        return STORAGE, f"storage: {session.fatal}"
    if session.fatal is not None:
        return BUG, f"bug: {session.fatal!r}"
    if session.bugs:
        return BUG, f"bug: {session.bugs[0]}"
    if session.stopped_by is not None:
        return 128 + session.stopped_by, f"stopped by signal {session.stopped_by}, state saved"
    if summary.blocked:
        gave_up = ", the crawl gave up" if session.hosts.refusing else ""
        return BLOCKED, f"the portal blocks us: {summary.blocked} URLs{gave_up}"
    if summary.empty_channels:
        return DRIFT, f"nothing listed in: {', '.join(summary.empty_channels)}"
    if summary.drifted_fields:
        return DRIFT, f"no longer found on most pages: {', '.join(summary.drifted_fields)}; the rows are flagged"
    if summary.failed or session.unreachable:
        trouble = [f"{summary.failed} URLs failed"] if summary.failed else []
        if session.unreachable:
            trouble.append(f"{len(session.unreachable)} hosts not ready ({session.unreachable[0]})")
        return FAILED, f"done, but {', '.join(trouble)}; the next run tries again"
    if session.rechecks.outage:
        return FAILED, (
            f"done, but {summary.missing} of {summary.rechecked} articles asked for again were missing at once: "
            "the portal is in disorder, no article was marked as gone; they are asked for again in an hour"
        )
    if summary.unanswered:
        return FAILED, f"done, but {summary.unanswered} re-checks had no answer; they are made again in an hour"
    if session.timed_out:
        return DONE, f"stopped at the deadline, {summary.pending} articles pending"
    return DONE, "done"
