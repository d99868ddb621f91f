"""Runs docs/notebook.py cell by cell in an empty directory and writes it with what it showed: `make notebook`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

SCRIPT = Path(__file__).with_name("notebook.py")
NOTEBOOK = SCRIPT.with_suffix(".ipynb")
_LONGEST_CELL_S = 120


def main() -> None:
    """Write the notebook; a cell that fails ends it with an error, and the old one stays."""
    notebook = jupytext.read(SCRIPT)
    # Numbered, so that the same cells have the same ids whenever they are run.
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    with tempfile.TemporaryDirectory() as empty:
        NotebookClient(
            notebook, timeout=_LONGEST_CELL_S, resources={"metadata": {"path": empty}}, record_timing=False
        ).execute()
    notebook.metadata.pop("jupytext", None)
    nbformat.validate(notebook)
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    main()
