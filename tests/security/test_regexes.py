"""Every regular expression takes time in proportion to what it reads, on texts made to the contrary."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import portal_crawler
from portal_crawler.discover.words import is_channel_name
from portal_crawler.extract.boilerplate import is_invitation, is_tools, opened_by
from portal_crawler.extract.byline_lines import read_closing, reporters_in, without_closing_editor
from portal_crawler.extract.lines import Line
from tests.security.attacks import attacks

# Read only where a text is no longer than this, which the function that asks for it sees to.
BOUNDED: dict[str, tuple[int, Callable[[Any], object]]] = {
    "discover.words._NO_NAME": (8, is_channel_name),
    "extract.boilerplate._ACCOUNT": (80, is_invitation),
    "extract.boilerplate._OPENING": (24, opened_by),
    "extract.boilerplate._PAGER": (90, is_tools),
    "extract.byline_lines._CLOSING_BRACKET": (80, lambda text: read_closing(Line(text, 0, -1, ()))),
    "extract.byline_lines._EDITOR_BRACKET": (80, without_closing_editor),
    "extract.byline_lines._REPORTER_LINE": (40, reporters_in),
}
_SIZE = 2400
# What is cheaper than this is not worth a second look: 500 ns a character.
_CHEAP_S = 0.0012
# Of four times the size: linear is 4, the square 16.
_GROWTH = 8.0
_PATIENCE_S = 0.3


def _patterns_in(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield name, value
    elif depth < 4 and isinstance(value, dict):
        for key, inner in value.items():
            yield from _patterns_in((key, inner), f"{name}[{key!r}]", depth + 1)
    elif depth < 4 and isinstance(value, tuple | list | set | frozenset):
        for number, inner in enumerate(value):
            yield from _patterns_in(inner, f"{name}[{number}]", depth + 1)


def every_pattern() -> dict[str, re.Pattern[Any]]:
    """The compiled expressions of all modules, by module and name; each once."""
    found: dict[re.Pattern[Any], str] = {}
    for info in pkgutil.walk_packages(portal_crawler.__path__, "portal_crawler."):
        # Needs a package that an ordinary installation does not have.
        if info.name.endswith("__main__") or ".cluster" in info.name:
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for place, pattern in _patterns_in(value, f"{info.name.removeprefix('portal_crawler.')}.{name}"):
                found.setdefault(pattern, place)
    return {name: pattern for pattern, name in found.items()}


def uses() -> dict[str, set[str]]:
    """The methods of an expression that are called, by its module and name; `any` where it is handed on."""
    found: dict[str, set[str]] = {}
    root = Path(portal_crawler.__file__).parent
    for path in root.rglob("*.py"):
        own = ".".join(path.relative_to(root).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        homes = {
            alias.asname or alias.name: f"{(node.module or '').removeprefix('portal_crawler.')}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        called = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = node.value.id
                found.setdefault(homes.get(name, f"{own}.{name}"), set()).add(node.attr)
                called.add(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in called:
                found.setdefault(homes.get(node.id, f"{own}.{node.id}"), set()).add("any")
    return found


class TooLong(Exception):
    """One call took longer than anybody would wait."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def cost_of(pattern: re.Pattern[Any], text: str, way: str) -> float:
    """Seconds of CPU for one text. Raises TooLong."""
    read: Any = text.encode("gb18030") if isinstance(pattern.pattern, bytes) else text
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PATIENCE_S)
    try:
        began = time.thread_time()
        if way == "all":
            for _ in pattern.finditer(read):
                pass
        else:
            getattr(pattern, way)(read)
        return time.thread_time() - began
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def slow_text(pattern: re.Pattern[Any], way: str) -> str | None:
    """The beginning of a text on which the expression takes more than linear time; None where there is none."""
    shorter = dict(enumerate(attacks(pattern, _SIZE // 4)))
    for number, text in enumerate(attacks(pattern, _SIZE)):
        try:
            if cost_of(pattern, text, way) >= _CHEAP_S and all(
                _outgrows(pattern, text, shorter[number], way) for _ in range(3)
            ):
                return text[:60]
        except TooLong:
            return text[:60]
    return None


def _outgrows(pattern: re.Pattern[Any], text: str, shorter: str, way: str) -> bool:
    """Whether a text costs more than its length says. A busy machine only adds to a cost: the least of several counts."""
    costs = [(cost_of(pattern, text, way), cost_of(pattern, shorter, way)) for _ in range(4)]
    long_s, short_s = map(min, zip(*costs, strict=True))
    return long_s >= _CHEAP_S and long_s > _GROWTH * short_s


@pytest.mark.parametrize(
    "pattern",
    [
        r"\s*x",
        r"(a+)+$",
        r"'.*'x",
        r"<!--.*?-->",
        r"(?:a|aa)+$",
        r"\w*\d\w*_$",
        r"go\w*\(",
        r"(?:[-_]?\d+)*$",
        r"[^”]*“",
    ],
)
def test_an_expression_that_is_not_linear_is_seen(pattern: str) -> None:
    assert slow_text(re.compile(pattern, re.S), "all") is not None


@pytest.mark.parametrize("pattern", [r"\s{0,9}x", r"(?<!\s)\s*+x", r"[a-z]+", "一|二|三", r"(?:\d{1,3}\s?)+$"[:-1]])
def test_an_expression_that_is_linear_is_not_taken_for_another(pattern: str) -> None:
    assert slow_text(re.compile(pattern), "all") is None


def test_no_expression_takes_more_than_linear_time() -> None:
    patterns, used = every_pattern(), uses()
    assert len(patterns) > 250
    slow = {}
    for name, pattern in patterns.items():
        ways = used.get(name, {"any"})
        way = "all" if ways - {"match", "fullmatch"} else min(ways, key=len)
        if name not in BOUNDED and (text := slow_text(pattern, way)) is not None:
            slow[name] = text
    assert slow == {}


@pytest.mark.parametrize("name", BOUNDED)
def test_what_is_bounded_is_quick_within_its_bound_and_not_asked_beyond(name: str) -> None:
    size, ask = BOUNDED[name]
    pattern = every_pattern()[name]
    for text in attacks(pattern, size):
        assert min(cost_of(pattern, text[: size + 1], "all") for _ in range(3)) < 0.02, text
    for text in attacks(pattern, 20_000):
        began = time.thread_time()
        ask(text)
        assert time.thread_time() - began < 0.1, text[:60]
