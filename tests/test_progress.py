"""How long work shows how far it is: on a terminal, in a pipe, and never on standard output."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_crawler.cli import gauge
from portal_crawler.cli.gauge import Gauge, duration, speed
from portal_crawler.cli.progress import line_of

ROOT = Path(__file__).parents[1]
Cli = Callable[..., subprocess.CompletedProcess[bytes]]

# Prints a finding to standard output while its bar stands.
PROGRAM = """
import time
from portal_crawler.cli.gauge import Gauge
with Gauge("articles") as gauge:
    for number in range(40):
        gauge.show(number, 40, "2 changed")
        if number == 20:
            with gauge.aside():
                print("a finding", flush=True)
        time.sleep(0.02)
"""


def on_terminal(command: list[str], stdout: Path | None, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code of a command whose standard error is a terminal, and what that showed.

    stdout: a file; None: the same terminal.
    """
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        # Linux reports the other side's end as an error.
        with contextlib.suppress(OSError):
            while octets := os.read(ours, 65536):
                shown.append(octets)

    reader = threading.Thread(target=read, daemon=True)
    with stdout.open("wb") if stdout else contextlib.nullcontext(theirs) as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=theirs, cwd=ROOT,
            env=environment | {"TERM": "xterm", "COLUMNS": "120"},
        )  # fmt: skip
        os.close(theirs)
        reader.start()
        code = process.wait(60)
    reader.join(10)
    os.close(ours)
    return code, re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", b"".join(shown).decode())


def test_on_a_terminal_it_shows_count_rate_and_time_left_and_leaves_output_alone(
    tmp_path: Path, cli_environment: dict[str, str]
) -> None:
    out = tmp_path / "out"
    code, shown = on_terminal([sys.executable, "-c", PROGRAM], out, cli_environment)
    assert code == 0
    assert re.search(r"\d+ of 40 articles, \d+ a second, [01] s left; 2 changed", shown)
    assert out.read_text() == "a finding\n"
    assert "a finding" not in shown


def test_what_is_printed_on_the_same_terminal_has_a_line_of_its_own(cli_environment: dict[str, str]) -> None:
    code, shown = on_terminal([sys.executable, "-c", PROGRAM], None, cli_environment)
    assert code == 0
    assert "articles" in shown
    # What stands in a line is what came after the last return to its beginning.
    assert "a finding" in [line.rpartition("\r")[2] for line in shown.replace("\r\n", "\n").split("\n")]


def test_in_a_pipe_it_is_a_plain_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gauge, "_LINE_S", 0.2)
    with Gauge("MB", per=10**6) as shown:
        for done in range(0, 500, 10):
            shown.show(done * 10**6, 1000 * 10**6)
            time.sleep(0.01)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert 1 <= len(lines) <= 10
    assert all(re.fullmatch(r"\d+ of 1,000 MB, [\d,]+ a second, \d+ s left", line) for line in lines)


def test_work_of_less_than_ten_seconds_says_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Gauge("articles") as shown:
        shown.show(1, 2)
        shown.show(2, 2)
    assert capsys.readouterr().err == ""


def test_the_rate_is_that_of_the_last_while(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gauge, "_LINE_S", 0.03)
    monkeypatch.setattr(gauge, "_WINDOW_S", 0.5)
    with Gauge("articles") as shown:
        shown.show(0)
        time.sleep(0.05)
        for more in range(40):
            shown.show(100_000 + more)
            time.sleep(0.05)
    # Since the beginning it would be 50,000 a second.
    last = re.fullmatch(r"100,0\d\d articles, ([\d.,]+) a second", capsys.readouterr().err.splitlines()[-1])
    assert last is not None
    assert float(last[1].replace(",", "")) < 100


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (99.4, "99 s"), (99.6, "2 min"), (5900, "98 min"), (12000, "3 h 20 min")]
)
def test_a_span_of_time_is_said_as_exactly_as_one_waits(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(("rate", "said"), [(1234.5, "1,234 a second"), (2.54, "2.5 a second"), (0.05, "3.0 a minute")])
def test_a_rate_is_said_in_the_unit_in_which_it_is_not_nothing(rate: float, said: str) -> None:
    assert speed(rate) == said


def test_a_crawl_says_what_went_wrong_and_what_was_asked_for_again_once_there_is_any() -> None:
    figures = {"articles": 1200, "listings": 3, "requests": 1300}
    assert line_of(figures) == "1,200 articles, 3 listing pages, 1,300 requests"
    more = {"rechecked": 40, "revised": 2, "missing": 1, "doubtful": 0, "failed": 5, "blocked": 0}
    assert line_of(figures | more) == (
        "1,200 articles, 3 listing pages, 1,300 requests, 40 asked for again (2 revised, 1 missing), 5 failed"
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, cli: Cli) -> Path:
    """A folder with the database and the archive of a demo."""
    folder = tmp_path_factory.mktemp("demo")
    assert cli("demo", "--directory", folder, cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize(
    ("arguments", "unit"),
    [
        (["verify", "--json"], "MB …"),
        (["reextract", "--dry-run", "--json", "--jobs", "1"], "articles …"),
        (["reextract", "--into", "NEW", "--json"], "MB …"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_command_shows_it_and_keeps_its_json_clean(
    crawled: Path, tmp_path: Path, cli: Cli, cli_environment: dict[str, str], arguments: list[str], unit: str
) -> None:
    places = ["--db", str(crawled / "portal.db"), "--archive", str(crawled / "archive")]
    out = tmp_path / "out"
    named = [str(tmp_path / "new.db") if argument == "NEW" else argument for argument in arguments]
    code, shown = on_terminal([sys.executable, "-m", "portal_crawler", *named, *places], out, cli_environment)
    assert code == 0
    assert unit in shown
    assert [json.loads(line) for line in out.read_text().splitlines()]
