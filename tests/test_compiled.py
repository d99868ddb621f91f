"""Compiled extraction gives what its sources give, and is never taken for other sources than it was compiled from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portal_crawler.extract.compiled import UNCOMPILED, compiled_modules

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("PORTAL_CRAWLER_SHARED", ROOT.parent / "shared")) / "corpus" / "pages"
needs_compiled = pytest.mark.skipif(not compiled_modules(), reason="extraction is not compiled here: make venv")

# Pages that are no pages, and such that bounds cut: what ends a loop in Python must end it compiled.
_ODD = """
    b"", b"\\0", b"\\xff\\xfe\\0", b"<", b"<html>" * 5000, b"<div>" * 5000 + b"x", b"<p>" + b"x" * 300_000,
    b"<table>" + b"<tr><td>1<td>2" * 3000, "<p>相关阅读<p>来源：<p>\\U00020000".encode(), "<p>新<br>".encode("gb18030") * 9000,
    b"<a href='http://[::1/'>x</a>" * 99, b"<img srcset=',,' width=99999999999999999999>" * 9,
    "<h1>标题</h1>2021-13-45 29:99 ٣٤".encode(), "<p>\\ud800来源".encode("utf-8", "surrogatepass"),
"""
_RECORDS = f"""
import dataclasses, json, sys
from datetime import datetime
from pathlib import Path
from portal_crawler.article import BEIJING
from portal_crawler.extract import extract_article, extract_listing, lines

def record(name, body):
    article = extract_article(body, "http://news.example.com/a.html", fetched_at=datetime(2021, 11, 20, tzinfo=BEIJING))
    listing = extract_listing(body, "http://news.example.com/list/")
    return [name, dataclasses.asdict(article), dataclasses.asdict(listing)]

pages = [(str(path), path.read_bytes()) for directory in sys.argv[1:] for path in sorted(Path(directory).rglob("*.htm*"))]
pages += [(repr(body[:20]), body) for body in ({_ODD})]
print(json.dumps([lines.__file__, [record(*page) for page in pages]]))
"""


def child(code: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name != UNCOMPILED} | environment,
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
        text=True,
    ).stdout


def copied(to: Path) -> Path:
    """A checkout with all that installing it takes."""
    shutil.copytree(ROOT / "portal_crawler", to / "portal_crawler", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, to)
    return to


def runs_compiled(checkout: Path) -> bool:
    file = child("from portal_crawler.extract import body, lines; print(lines.__file__)", cwd=checkout).strip()
    assert file.startswith(str(checkout))
    return not file.endswith(".py")


@needs_compiled
def test_compiled_extraction_gives_the_records_that_its_sources_give() -> None:
    pages = [str(ROOT / "tests" / "golden"), *([str(CORPUS)] if CORPUS.is_dir() else [])]
    compiled, records = json.loads(child(_RECORDS, *pages))
    sources, expected = json.loads(child(_RECORDS, *pages, **{UNCOMPILED: "1"}))
    assert not compiled.endswith(".py") and sources.endswith(".py")
    assert len(records) > 50
    for found, wanted in zip(records, expected, strict=True):
        assert found == wanted


@needs_compiled
@pytest.mark.parametrize("source", ["extract/lines.py", "extract/pager.py", "article.py"])
def test_an_edited_source_runs_itself_and_not_what_was_compiled_before(source: str, tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    assert runs_compiled(checkout)
    path = checkout / "portal_crawler" / source
    times = path.stat()
    path.write_text(path.read_text(encoding="utf-8") + "\n# An edit.\n", encoding="utf-8")
    # A checkout may give a file any time.
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not runs_compiled(checkout)


@needs_compiled
def test_a_part_of_the_compiled_modules_is_not_used(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    next((checkout / "portal_crawler" / "extract" / "_compiled").glob("*/weighing.*")).unlink()
    assert not runs_compiled(checkout)


def test_without_a_compiler_an_installation_says_so_and_runs_from_its_sources(tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    shutil.rmtree(checkout / "portal_crawler" / "extract" / "_compiled", ignore_errors=True)
    built = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"],
        cwd=checkout,
        env=os.environ | {"CC": "/bin/false"},
        stdout=subprocess.PIPE,
        timeout=120,
        text=True,
    )
    assert built.returncode == 0
    assert "Not compiled" in built.stdout
    assert not runs_compiled(checkout)
    assert child(
        "from portal_crawler.extract import extract_article as e; print(e(b'<p>a.', 'http://a.cn/').url)", cwd=checkout
    )
