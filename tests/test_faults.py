"""What a crawl makes of a portal that goes wrong: ledger, exit code, time and memory, and what it still stores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.kinds import FAULTS, Fault
from tests.faults.table import Outcome, crawl, surprises
from tests.faults.traps import TRAPS

pytestmark = pytest.mark.slow
_AT_ONCE = 4
_MOST_MORE_MB = 100
ALL = (*FAULTS, *TRAPS)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Outcome]]]:
    """All faults crawled, some at once, since most of their time is waiting."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        folders = {fault.name: tmp_path_factory.mktemp("fault") for fault in ALL}
        # The slow ones first, so that the others run beside them.
        ordered = sorted(ALL, key=lambda fault: -fault.seconds)
        yield {fault.name: pool.submit(crawl, fault, folders[fault.name]) for fault in ordered}


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: fault.name)
def test_a_fault_has_its_outcome(outcomes: dict[str, Future[Outcome]], fault: Fault) -> None:
    outcome = outcomes[fault.name].result(timeout=600)
    assert "Traceback" not in outcome.error
    assert [found for found in surprises(fault, outcome) if not found.startswith("more than")] == []
    assert outcome.summary["exit_code"] == outcome.exit_code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.state], ids=lambda fault: fault.name)
def test_sound_articles_are_stored_beside_a_faulty_one(outcomes: dict[str, Future[Outcome]], fault: Fault) -> None:
    assert outcomes[fault.name].result(timeout=600).sound == 2


@pytest.mark.parametrize(
    "name", [fault.name for fault in FAULTS if "bomb" in fault.name or "without end" in fault.name]
)
def test_a_bomb_takes_little_memory(outcomes: dict[str, Future[Outcome]], name: str) -> None:
    usual = outcomes["404"].result(timeout=600).memory_mb
    assert outcomes[name].result(timeout=600).memory_mb <= usual + _MOST_MORE_MB


def test_the_table_is_printed(cli_environment: dict[str, str]) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "tests.faults.table", "empty 200"]
    root = Path(__file__).parents[1]
    result = subprocess.run(command, capture_output=True, text=True, cwd=root, env=cli_environment, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "empty 200" in result.stdout and "empty answer" in result.stdout
