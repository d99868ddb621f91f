"""Pages written for this project, each a different design with the record that a reader takes from it.

A folder of tests/golden holds page.html (bytes), headers.json where the way the page came matters
(content_type, fetched_at), and expected.toml. A key that is left out is expected to be absent: a value
there fails. `free` are lines of the page that a good record may keep or drop (captions, sign-offs).
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.article import Article
from portal_crawler.extract import extract_article, further_pages, read_page

GOLDEN = Path(__file__).parent / "golden"
PAGES = sorted(folder.name for folder in GOLDEN.iterdir() if (folder / "expected.toml").is_file())
TEXT_FIELDS = ("url", "title", "published_at", "published_precision", "source", "editor", "author")
KEYS = {*TEXT_FIELDS, "body", "channel_path", "images", "free", "further_pages"}


def squeeze(line: str) -> str:
    """One blank for each run of blanks, cell by cell: how wide a gap is drawn is not the article's."""
    return "\t".join(re.sub(r"\s+", " ", cell).strip() for cell in line.split("\t"))


def paragraphs(body: str | None, free: list[str]) -> list[str]:
    lines = [squeeze(line) for line in (body or "").strip("\n").split("\n")]
    allowed = {squeeze(line) for line in free}
    return [line for line in lines if line and line not in allowed]


@cache
def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / name / "expected.toml").read_text(encoding="utf-8"))


@cache
def arrival(name: str) -> dict[str, Any]:
    """The keyword arguments that say how the page came: its header and the time it was fetched."""
    file = GOLDEN / name / "headers.json"
    headers = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    fetched_at = headers.get("fetched_at")
    return {
        "content_type": headers.get("content_type"),
        "fetched_at": datetime.fromisoformat(fetched_at) if fetched_at else None,
    }


@cache
def extracted(name: str) -> Article:
    body = (GOLDEN / name / "page.html").read_bytes()
    return extract_article(body, expected(name)["url"], **arrival(name))


def test_there_are_enough_golden_pages() -> None:
    assert len(PAGES) >= 44


@pytest.mark.parametrize("name", PAGES)
def test_expected_record_uses_known_keys_only(name: str) -> None:
    assert expected(name).keys() <= KEYS


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("name", PAGES)
def test_field_is_exactly_what_the_page_prints(name: str, field: str) -> None:
    value = getattr(extracted(name), field)
    assert (squeeze(value) if value is not None else None) == expected(name).get(field)


@pytest.mark.parametrize("name", PAGES)
def test_body_is_the_article_and_nothing_else(name: str) -> None:
    free = expected(name).get("free", [])
    assert paragraphs(extracted(name).body, free) == paragraphs(expected(name).get("body"), free)


@pytest.mark.parametrize("name", PAGES)
def test_channel_path_is_the_breadcrumb_without_the_front_page(name: str) -> None:
    assert list(extracted(name).channel_path) == expected(name).get("channel_path", [])


@pytest.mark.parametrize("name", PAGES)
def test_images_are_the_pictures_of_the_article(name: str) -> None:
    found = [(image.url, image.caption) for image in extracted(name).images]
    assert found == [(image["url"], image.get("caption")) for image in expected(name).get("images", [])]


@pytest.mark.parametrize("name", [name for name in PAGES if "further_pages" in expected(name)])
def test_further_pages_are_the_article_s_own(name: str) -> None:
    body = (GOLDEN / name / "page.html").read_bytes()
    page = read_page(body, expected(name)["url"], **arrival(name))
    assert list(further_pages(page)) == expected(name)["further_pages"]
