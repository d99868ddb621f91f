"""`make bench`: both measurements as Markdown tables, on standard output, and in RESULTS.md when asked."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from benchmarks import crawling, extraction
from benchmarks.cost import Cost
from benchmarks.site import write_corpus
from benchmarks.timing import Timing

_RESULTS = Path(__file__).with_name("RESULTS.md")
_GENERATED_PAGES = 60


def main() -> None:
    """Measure crawling and extraction and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="pages to extract; generated where absent")
    parser.add_argument("--peers", type=Path, required=True, help="an environment with other extractors")
    parser.add_argument("--write", action="store_true", help=f"write {_RESULTS.name}, too")
    options = parser.parse_args()
    with ExitStack() as stack:
        corpus, pages = options.corpus, "the labelled pages"
        if not (corpus / "manifest.jsonl").is_file():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            corpus, pages = write_corpus(folder, _GENERATED_PAGES), "generated pages"
        timings = extraction.measure(corpus, options.peers)
    bare, pipeline = crawling.measure()
    report = "\n\n".join(
        (
            "# Results of `make bench`",
            f"Python {platform.python_version()}, Scrapy {version('scrapy')}, lxml {version('lxml')}, "
            f"{platform.machine()}. Trust the ratios: they are of one run, the rest is of one machine.",
            f"## Crawling {pipeline.pages} pages of 40 KB from a server on loopback",
            _crawling_table(bare, pipeline),
            f"## Extraction from {pages}, CPU of the median page",
            _extraction_table(timings),
        )
    )
    print(report)
    if options.write:
        _RESULTS.write_text(report + "\n", encoding="utf-8")


def _crawling_table(bare: Cost, pipeline: Cost) -> str:
    rows = [
        (name, f"{cost.pages_per_s:.0f}", f"{cost.cpu_ms:.2f}", f"{cost.memory_mb:.0f}")
        for name, cost in (("Scrapy, downloading only", bare), ("portal_crawler, whole pipeline", pipeline))
    ]
    pace, cpu = pipeline.pages_per_s / bare.pages_per_s, pipeline.cpu_ms / bare.cpu_ms
    rows.append(("ratio", f"{pace:.2f}", f"{cpu:.2f}", f"{pipeline.memory_mb / bare.memory_mb:.2f}"))
    return _table(("", "pages/s", "CPU ms/page", "memory MB"), rows)


def _extraction_table(timings: Iterable[Timing]) -> str:
    rows = [(timing.name, f"{timing.ms:.2f}", f"{timing.ratio:.1f}") for timing in timings]
    return _table(("", "ms/page", "times parsing alone"), rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
