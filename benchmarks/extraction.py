"""What extraction costs against parsing the page alone, and what other extractors cost."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import lxml.html

from benchmarks.timing import SamplePage, Timing, compare, sample_pages
from portal_crawler.extract import extract_article
from portal_crawler.extract.compiled import compiled_modules

_ROOT = Path(__file__).parents[1]


def measure(corpus: Path, peers: Path) -> list[Timing]:
    """Parsing alone, extract_article, and the extractors in the environment `peers`, if there is one."""
    pages = sample_pages(corpus)
    name = f"portal_crawler.extract_article, {'compiled' if compiled_modules() else 'not compiled'}"
    timings = list(compare(name, _extract, lxml.html.document_fromstring, pages))
    python = peers / "bin" / "python"
    if python.is_file():
        lines = subprocess.run(
            [python, "-m", "benchmarks.peers", corpus.resolve()],
            cwd=_ROOT,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.splitlines()
        timings += [Timing(**json.loads(line)) for line in lines]
    return timings


def _extract(page: SamplePage) -> object:
    return extract_article(page.body, page.url)
