"""The demo, as `portal-crawler demo` runs it: served, crawled, printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

# A process of its own, since Twisted's reactor starts once.
SCRIPT = """
import sys
from pathlib import Path
from rich.console import Console
from portal_crawler.demo.run import run_demo
print(run_demo(Path(sys.argv[1]), Console(width=200), articles=int(sys.argv[2])).to_json())
"""


def demo(directory: Path, articles: int, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(directory), str(articles)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    # A proxy that answers nobody: the demo must not need one for its own loopback server.
    dead = "http://127.0.0.1:9"
    result = demo(tmp_path_factory.mktemp("demo"), 60, HTTP_PROXY=dead, http_proxy=dead, no_proxy="", NO_PROXY="")
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_demo_stores_every_article_exactly_as_its_pages_print_it(shown: str) -> None:
    assert "60 of 60 articles stored exactly as printed, 60 stored in all" in shown


def test_demo_prints_progress_a_summary_rows_and_a_search_result(shown: str) -> None:
    summary = json.loads(shown.splitlines()[-1])
    assert (summary["exit_code"], summary["articles"], summary["failed"], summary["listings"]) == (
        0,
        60,
        0,
        7,
    )
    assert "陇原在线: 60 articles in 6 channels at http://127.0.0.1:" in shown
    assert "Newest articles" in shown
    assert re.search(r"Search for 合作社:\n.+\n.*⟦合作社⟧", shown)


def test_a_second_demo_in_the_same_directory_speaks_of_its_own_articles(tmp_path: Path) -> None:
    demo(tmp_path, 20)
    assert "12 of 12 articles stored exactly as printed, 12 stored in all" in demo(tmp_path, 12).stdout
