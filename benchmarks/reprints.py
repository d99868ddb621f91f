"""Precision and recall of reprints on made collections with known truth, and what an article costs.

    python -m benchmarks.reprints [TEXTS [SEED...]]

prints a line a collection, then the kinds of articles that were missed or taken for one text wrongly.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from portal_crawler.reprints import group_reprints
from portal_crawler.store import open_store
from tests.reprint_maker import make_collection
from tests.reprint_maker.score import Score, score, store_made


def measure(seed: int, texts: int) -> tuple[int, Score, float]:
    """Of one collection: how many articles, the score, and the milliseconds of processor time an article took."""
    made = make_collection(seed, texts)
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "reprints.db")
        ids = store_made(store, made)
        began_s = time.process_time()
        group_reprints(store, {})
        cost_ms = (time.process_time() - began_s) * 1000 / len(made)
        result = score(store, made, ids)
        store.close()
    return len(made), result, cost_ms


def main(texts: int = 1200, *seeds: int) -> None:
    """Measure collections of so many texts, one a seed, and print what came out."""
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    print("seed  articles  pairs  precision  recall  ms/article")
    for seed in seeds or (1, 2, 3, 4, 5):
        articles, result, cost_ms = measure(seed, texts)
        missed += result.missed_kinds
        wrong += result.wrong_kinds
        print(
            f"{seed:>4}  {articles:>8}  {result.true:>5}  {result.precision:>9.4f}  {result.recall:>6.4f}"
            f"  {cost_ms:>10.2f}"
        )
    for name, kinds in (("missed", missed), ("wrong", wrong)):
        for kind, count in kinds.most_common(12):
            print(f"{name:>6}  {count:>5}  {kind}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
