"""What other extractors cost, run by the interpreter that has them: `make bench-venv` makes it.

Prints one JSON object a line, for each extractor that is installed. They get correctly decoded text, as they
cannot be expected to decode these pages.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import lxml.html

from benchmarks.timing import SamplePage, compare, sample_pages


def main() -> None:
    """Measure every installed extractor on the sample pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=main.__doc__)
    parser.add_argument("corpus", type=Path)
    pages = sample_pages(parser.parse_args().corpus)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for name, extract in _installed():
        failures: list[bytes] = []
        _, timing = compare(name, _forgiving(extract, failures), lxml.html.document_fromstring, pages)
        if len(set(failures)) * 2 > len(pages):
            sys.exit(f"{name} fails on {len(set(failures))} of {len(pages)} pages: its time says nothing")
        print(json.dumps(asdict(timing)), flush=True)


def _forgiving(extract: Callable[[str, str], object], failures: list[bytes]) -> Callable[[SamplePage], object]:
    """The extractor on a page's text. A page that it fails on joins `failures` and counts with its time."""

    def extract_page(page: SamplePage) -> object:
        try:
            return extract(_text(page.body), page.url)
        except Exception:
            failures.append(page.body)
            return None

    return extract_page


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _installed() -> Iterator[tuple[str, Callable[[str, str], object]]]:
    with contextlib.suppress(ImportError):
        import trafilatura

        yield (
            "trafilatura",
            lambda text, url: trafilatura.bare_extraction(text, url=url, with_metadata=True),
        )
    with contextlib.suppress(ImportError):
        import readability

        yield "readability-lxml", lambda text, url: readability.Document(text, url=url).summary()
    with contextlib.suppress(ImportError):
        import newspaper

        # Without fetch_images=False it asks the site for pictures while it is measured.
        yield (
            "newspaper4k",
            lambda text, url: newspaper.article(url, input_html=text, language="zh", fetch_images=False),
        )
    with contextlib.suppress(ImportError):
        import gne

        yield "gne", lambda text, _: gne.GeneralNewsExtractor().extract(text)


if __name__ == "__main__":
    main()
