"""The form of the data dictionary's entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Column:
    """One column. type: of its values, as SQLite names it; empty for one that can be searched and not read.

    meaning: in a line, names of values and columns in backquotes. null: when it is NULL; None: it never is.
    """

    name: str
    type: Literal["INTEGER", "REAL", "TEXT", "BLOB", ""]
    meaning: str
    null: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table or view. about: what one row of it is, in a sentence or some, as `meaning`."""

    name: str
    about: str
    columns: tuple[Column, ...]
    is_view: bool = False
