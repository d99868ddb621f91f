"""`python -m tests.faults.table [NAME...]`: crawl each faulty portal and print what became of it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command_line import run_text
from tests.faults.kinds import FAULTS, Fault
from tests.faults.server import FAULTY, portal
from tests.faults.traps import TRAPS, Trap

# A crawl that says in the end how much memory it had at most.
_CRAWL = """
import resource, sys
from portal_crawler.cli import main
try:
    main()
finally:
    print(f"peak_kb={resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}", file=sys.stderr)
"""


@dataclass(frozen=True)
class Outcome:
    """What a crawl of a faulty portal came to. memory_mb: peak of its process. sound: stored of the sound articles.

    articles: stored of all.
    """

    state: str
    reason: str
    exit_code: int
    seconds: float
    memory_mb: float
    sound: int
    articles: int
    summary: dict[str, Any]
    error: str


def crawl(fault: Fault, folder: Path) -> Outcome:
    """Crawl the faulty portal once into a new database."""
    with portal(fault.answers) as running:
        started = time.monotonic()
        places = ("--db", folder / "p.db", "--archive", folder / "a")
        manners = ("--allow-private", "--delay", "0", "--json")
        environment = os.environ | {"no_proxy": "127.0.0.1,localhost"}
        words = ("crawl", f"{running.url}/gn/", *places, *manners)
        result = run_text(*words, program=_CRAWL, env=environment, timeout=300)
        seconds = time.monotonic() - started
    peak = re.search(r"peak_kb=(\d+)", result.stderr)
    memory_kb = int(peak[1]) if peak else 0
    with closing(sqlite3.connect(folder / "p.db")) as database:
        row = database.execute(
            "SELECT state, reason FROM ledger WHERE kind = 'article' AND url LIKE '%/9.html%' ORDER BY id"
        ).fetchone()
        articles = database.execute("SELECT count(*) FROM articles").fetchone()[0]
        sound = database.execute("SELECT count(*) FROM articles WHERE url NOT LIKE ?", (f"%{FAULTY}",)).fetchone()[0]
    summary = json.loads(result.stdout.splitlines()[-1]) if result.stdout.strip() else {}
    state, reason = row or ("", "")
    return Outcome(
        state, reason or "", result.returncode, seconds, memory_kb / 1024, sound, articles, summary, result.stderr
    )


def surprises(fault: Fault, outcome: Outcome) -> list[str]:
    """In what an outcome is not the expected one."""
    summary = outcome.summary
    found = []
    if (outcome.state, outcome.exit_code) != (fault.state, fault.exit_code):
        found.append(f"state {fault.state!r} and exit code {fault.exit_code} were expected")
    if fault.reason not in outcome.reason:
        found.append(f"{fault.reason!r} is not in the reason")
    if outcome.seconds > fault.seconds:
        found.append(f"more than {fault.seconds} s")
    if isinstance(fault, Trap):
        named = " ".join(summary["traps"])
        if fault.trap not in named or fault.trap not in summary["outcome"]:
            found.append(f"{fault.trap!r} is not named among the traps, {named!r}")
        if outcome.articles != fault.articles or summary["listings"] > fault.listings:
            found.append(f"{outcome.articles} articles of {fault.articles} from {summary['listings']} pages of lists")
    return found


def main() -> None:
    """Print the table; exit 1 if an outcome is not the expected one."""
    names = sys.argv[1:]
    wrong = 0
    print(f"{'fault':44} {'state':8} {'exit':>4} {'s':>6} {'MB':>5}  reason")
    for fault in (*FAULTS, *TRAPS):
        if names and not any(name in fault.name for name in names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            outcome = crawl(fault, Path(folder))
        found = surprises(fault, outcome)
        wrong += bool(found)
        line = (
            f"{fault.name:44} {outcome.state:8} {outcome.exit_code:4} {outcome.seconds:6.1f} {outcome.memory_mb:5.0f}"
        )
        why = " ".join(outcome.summary.get("traps", ())) or outcome.reason
        print(f"{line}  {why[:110]}{'  UNEXPECTED: ' if found else ''}{', '.join(found)}", flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
