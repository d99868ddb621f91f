"""Runs fast tests before slow ones and says how long each group took, in one process or in several."""

from __future__ import annotations

from collections import defaultdict

import pytest

_seconds: dict[str, float] = defaultdict(float)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds["slow" if "slow" in report.keywords else "fast"] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for group, seconds in _seconds.items():
        terminalreporter.write_line(f"{group} tests took {seconds:.1f} s of one core")
