"""`make bench`: measurements as Markdown tables, on standard output, and in RESULTS.md when asked."""

from __future__ import annotations

import argparse
import os
import platform
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import compression, crawling, extraction, growth, memory
from benchmarks.cost import Cost
from benchmarks.site import write_corpus

_RESULTS = Path(__file__).with_name("RESULTS.md")
_GENERATED_PAGES = 60
_SECTION = re.compile(r"(?m)^## ")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--corpus", type=Path, required=True, help="pages to extract; generated where absent")
    parser.add_argument("--peers", type=Path, required=True, help="an environment with other extractors")
    parser.add_argument("--write", action="store_true", help=f"write {_RESULTS.name}, too")
    parser.add_argument(
        "--only", choices=_SECTIONS, action="append", help="measure this alone; memory and growth take hours"
    )
    options = parser.parse_args()
    # Loopback is asked of no proxy, whatever the environment names.
    os.environ["no_proxy"] = "127.0.0.1"
    measured = []
    for name in options.only or ("crawling", "extraction", "compression"):
        measured.append(_SECTIONS[name](options))
        print(f"## {measured[-1]}\n", flush=True)
    if options.write:
        _RESULTS.write_text("\n## ".join([_head(), *_merged(measured)]), encoding="utf-8")


def _head() -> str:
    return (
        "# Results of `make bench`\n\n"
        f"Python {platform.python_version()}, Scrapy {version('scrapy')}, lxml {version('lxml')}, "
        f"{platform.machine()}. Trust the ratios: they are of one run, the rest is of one machine. "
        "Sections are measured one by one with `--only`, and the last figures of each are kept.\n"
    )


def _merged(measured: Sequence[str]) -> Iterator[str]:
    """The sections of RESULTS.md with those measured now in their places."""
    known = _SECTION.split(_RESULTS.read_text(encoding="utf-8"))[1:] if _RESULTS.is_file() else []
    sections = {_name(section): section.rstrip() + "\n" for section in known}
    yield from (sections | {_name(section): section.rstrip() + "\n" for section in measured}).values()


def _name(section: str) -> str:
    return section.split(maxsplit=1)[0]


def _crawling(_: argparse.Namespace) -> str:
    bare, pipeline, both = crawling.measure()
    rows = [
        ("Scrapy, downloading only", *_figures(bare)),
        ("portal_crawler, whole pipeline", *_figures(pipeline)),
        ("ratio", *_ratios(pipeline, bare)),
        ("two portals at once, both together", *_figures(both)),
        ("ratio", *_ratios(both, bare)),
    ]
    return f"Crawling {pipeline.pages} pages of 40 KB from a server on loopback\n\n" + _table(
        ("", "pages/s", "CPU ms/page", "memory MB"), rows
    )


def _figures(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.pages_per_s:.0f}", f"{cost.cpu_ms:.2f}", f"{cost.memory_mb:.0f}"


def _ratios(cost: Cost, bare: Cost) -> tuple[str, str, str]:
    return (
        f"{cost.pages_per_s / bare.pages_per_s:.2f}",
        f"{cost.cpu_ms / bare.cpu_ms:.2f}",
        f"{cost.memory_mb / bare.memory_mb:.2f}",
    )


def _extraction(options: argparse.Namespace) -> str:
    corpus, pages = options.corpus, "the labelled pages"
    with tempfile.TemporaryDirectory() as folder:
        if not (corpus / "manifest.jsonl").is_file():
            corpus, pages = write_corpus(Path(folder), _GENERATED_PAGES), "generated pages"
        timings = extraction.measure(corpus, options.peers)
    rows = [(timing.name, f"{timing.ms:.2f}", f"{timing.ratio:.2f}") for timing in timings]
    return f"Extraction from {pages}, CPU of the median page\n\n" + _table(("", "ms/page", "times parsing alone"), rows)


def _compression(options: argparse.Namespace) -> str:
    crawls, readings = compression.measure_crawls()
    rows = [
        (room.pages_of, str(room.pages), room.form, f"{room.room:.0f}", f"{room.dictionary}", f"{room.saved:.0%}",
         f"{room.ms:.2f}")
        for room in (*crawls, *compression.measure(options.corpus))
    ]  # fmt: skip
    header = ("pages of", "pages", "form", "bytes/page", "dictionary", "less than gzip", "CPU ms/page")
    read = [(one.form, f"{one.write_ms:.2f}", f"{one.scan_ms:.2f}", f"{one.read_ms:.2f}") for one in readings]
    return "\n\n".join(
        (
            "Room of an archived page, by form",
            _table(header, rows),
            "Of crawls: whole segments with their dictionaries, and the CPU of all that writing does.",
            _table(("CPU ms/page", "written", "scanned", "read by its place"), read),
        )
    )


def _memory(_: argparse.Namespace) -> str:
    held = memory.measure(memory.ARTICLES)
    rows = [(f"{point.articles:,}", f"{point.memory_mb:.0f}") for point in held[:: max(len(held) // 10, 1)]]
    return (
        f"Memory along one crawl of {memory.ARTICLES:,} articles: {memory.growth_mb(held):.2f} MB more for 10,000\n\n"
        + _table(("articles stored", "resident MB"), rows)
    )


def _growth(_: argparse.Namespace) -> str:
    return "Growth of costs with what is stored\n\n" + _table(growth.HEADER, growth.table(list(growth.measure())))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


_SECTIONS = {
    "crawling": _crawling,
    "extraction": _extraction,
    "compression": _compression,
    "memory": _memory,
    "growth": _growth,
}

if __name__ == "__main__":
    main()
