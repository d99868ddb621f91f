"""Extraction on hand-labelled real pages, which lie beside the checkout: figures that may only rise."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from portal_crawler.extract import extract_article

FLOORS = {
    "title": 0.97,
    "time": 0.97,
    "source": 0.95,
    "editor": 0.96,
    "author": 0.93,
    "body_f1": 0.985,
    "body_exact": 0.80,
    "whole": 0.85,
}
CEILINGS = {"lost": 0.004, "extra": 0.010}


@pytest.fixture(scope="module")
def figures(shared: Path) -> dict[str, float]:
    """Each figure of the corpus's own scorer as its mean over all pages."""
    corpus = shared / "corpus"
    spec = importlib.util.spec_from_file_location("corpus_score", corpus / "score.py")
    assert spec is not None and spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    found = {}
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        article = extract_article(
            (corpus / page["file"]).read_bytes(), page["url"], content_type=page.get("content_type")
        )
        found[Path(page["file"]).name] = asdict(article)
    gold = [json.loads(line) for line in (corpus / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [scorer.score(page, found.get(page["file"], {})) for page in gold]
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}


@pytest.mark.parametrize("figure", FLOORS)
def test_share_of_right_answers_is_above_its_floor(figures: dict[str, float], figure: str) -> None:
    assert figures[figure] >= FLOORS[figure]


@pytest.mark.parametrize("figure", CEILINGS)
def test_share_of_wrong_text_is_below_its_ceiling(figures: dict[str, float], figure: str) -> None:
    assert figures[figure] <= CEILINGS[figure]
