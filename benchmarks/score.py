"""Scores extraction on a corpus: `portal-crawler extract --manifest`, then the corpus's own scorer."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Print the scorer's figures; exit code 0 when every page gave a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score", description=main.__doc__)
    parser.add_argument("corpus", type=Path, help="folder of manifest.jsonl, gold.jsonl and score.py")
    parser.add_argument("--misses", action="store_true", help="print what differs, page by page")
    options = parser.parse_args()
    corpus: Path = options.corpus
    if not (corpus / "manifest.jsonl").is_file():
        parser.error(f"no corpus in {corpus}: name the folder that holds it, make score SHARED=…")
    extract = [
        sys.executable,
        "-m",
        "portal_crawler",
        "extract",
        "--manifest",
        str(corpus / "manifest.jsonl"),
    ]
    printed = subprocess.run(extract, stdout=subprocess.PIPE, check=True).stdout.decode("utf-8")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as predictions:
        for line in printed.splitlines():
            article = json.loads(line)
            # The manifest's paths begin with the folder, the gold names the files alone.
            article["file"] = Path(article["file"]).name
            predictions.write(json.dumps(article, ensure_ascii=False) + "\n")
        predictions.flush()
        score = [sys.executable, str(corpus / "score.py"), str(corpus / "gold.jsonl"), predictions.name]
        return subprocess.run(score + ["--misses"] * options.misses).returncode


if __name__ == "__main__":
    sys.exit(main())
