"""The whole pipeline against a spider that only downloads: same pages, same server, one run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.cost import Cost

ARTICLES = 800
_ROUNDS = 3
_ROOT = Path(__file__).parents[1]


def measure() -> tuple[Cost, Cost, Cost]:
    """The cost of the bare spider, of the pipeline, and of two pipelines at once as `--jobs 2` runs them: two portals
    on one database. Medians over rounds of one after the other; of two at once, pages and pace are those of both.
    """
    bare, pipeline, both = [], [], []
    with site(ARTICLES) as base_url, site(ARTICLES) as other_url:
        for _ in range(_ROUNDS):
            bare.append(_run("benchmarks.bare", base_url))
            pipeline.append(_run("benchmarks.pipeline", base_url))
            both.append(_run_both(base_url, other_url))
    return _middle(bare), _middle(pipeline), _middle(both)


@contextmanager
def site(articles: int) -> Iterator[str]:
    """A site of so many articles in a process of its own; gives its base URL."""
    command = [sys.executable, "-m", "benchmarks.site", str(articles)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _run_both(*base_urls: str) -> Cost:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        one, other = pool.map(lambda url: _run("benchmarks.pipeline", url, folder), base_urls)
    return Cost(
        one.pages + other.pages,
        one.pages_per_s + other.pages_per_s,
        (one.cpu_ms + other.cpu_ms) / 2,
        one.memory_mb + other.memory_mb,
    )


def _run(module: str, base_url: str, *more: str) -> Cost:
    printed = subprocess.run(
        [sys.executable, "-m", module, base_url, str(ARTICLES), *more],
        cwd=_ROOT,
        # Loopback is asked of no proxy, whatever the environment names.
        env=os.environ | {"no_proxy": "127.0.0.1"},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return Cost(**json.loads(printed.splitlines()[-1]))


def _middle(costs: list[Cost]) -> Cost:
    return Cost(
        costs[0].pages,
        median(cost.pages_per_s for cost in costs),
        median(cost.cpu_ms for cost in costs),
        median(cost.memory_mb for cost in costs),
    )
