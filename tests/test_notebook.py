"""docs/notebook.py runs from an empty directory to a plot, and docs/notebook.ipynb is what it showed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "docs" / "notebook.py"
CELLS = json.loads(SCRIPT.with_suffix(".ipynb").read_text(encoding="utf-8"))["cells"]


def cells_of_script() -> list[tuple[str, str]]:
    """Kind and text of each cell."""
    _, *parts = re.split(r"^# %%(.*)\n", SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cells = []
    for marker, text in zip(parts[::2], parts[1::2], strict=True):
        is_prose = "[markdown]" in marker
        source = re.sub(r"^# ?", "", text, flags=re.MULTILINE) if is_prose else text
        cells.append(("markdown" if is_prose else "code", source.strip()))
    return cells


@pytest.mark.slow
def test_it_runs_as_a_script_from_an_empty_directory_to_a_plot(tmp_path: Path, cli_environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT],
        cwd=tmp_path,
        capture_output=True,
        timeout=240,
        env=cli_environment | {"MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert (tmp_path / "articles-per-day.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in (tmp_path / "collection").iterdir()} >= {
        "portal.db", "archive", "articles.parquet", "articles.parquet.manifest.json", "report.html",
    }  # fmt: skip


def test_the_notebook_has_the_cells_of_the_script() -> None:
    shown = [(cell["cell_type"], "".join(cell["source"]).strip()) for cell in CELLS]
    assert shown == cells_of_script(), "out of date: run make notebook"


def test_every_cell_was_run_in_order_and_none_failed() -> None:
    code = [cell for cell in CELLS if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"] == []
    assert any("image/png" in output.get("data", {}) for output in outputs)
