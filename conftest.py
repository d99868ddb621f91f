"""Runs fast tests before slow ones and says how long each group took."""

from __future__ import annotations

from collections import defaultdict

import pytest

_seconds: dict[str, float] = defaultdict(float)
_slow: set[str] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    _slow.update(item.nodeid for item in items if item.get_closest_marker("slow"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds["slow" if report.nodeid in _slow else "fast"] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for group, seconds in _seconds.items():
        terminalreporter.write_line(f"{group} tests took {seconds:.1f} s")
