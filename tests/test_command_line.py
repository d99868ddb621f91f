"""What tests run as the command line is the command line: forked, it says what it says when it is started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import command_line

ROOT = Path(__file__).parents[1]
PAGE = "<html><head><title>靖远县引进企业落地</title></head><body><h1>靖远县引进企业落地</h1></body></html>"


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("portals", "list"),
        ("extract", "-", "--url", "http://news.example/1.html"),
        ("crawl", "省网", "-x"),
    ],
    ids=lambda words: words[0],
)
def test_a_forked_command_says_and_ends_as_a_started_one(cli_environment: dict[str, str], words: tuple[str]) -> None:
    command = [sys.executable, "-m", "portal_crawler", *words]
    started = subprocess.run(command, input=PAGE.encode(), capture_output=True, cwd=ROOT, env=cli_environment)
    forked = command_line.run(*words, stdin=PAGE.encode(), cwd=ROOT, env=cli_environment)
    assert (forked.returncode, forked.stderr) == (started.returncode, started.stderr)
    assert forked.stdout == started.stdout and (forked.stdout or forked.stderr)


def test_a_forked_command_has_been_loaded_before() -> None:
    wanted = ("portal_crawler.runs", "portal_crawler.middlewares.capture", "scrapy.core.downloader.handlers.http11")
    program = f"import sys; print([name for name in {wanted} if name not in sys.modules])"
    assert command_line.run(program=program).stdout == b"[]\n"


def test_a_forked_command_that_hangs_is_killed() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        command_line.run(program="import time; time.sleep(60)", timeout=1)
