"""The columns of an export, and what kind of value each holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from portal_crawler.store import Store

Kind = Literal["integer", "number", "text", "list of texts", "list of images", "object of texts"]
Value = str | int | float | None

# Those that hold JSON; what is in it is part of the contract and not written in the database.
_JSON: dict[str, Kind] = {
    "channel_path": "list of texts",
    "images": "list of images",
    "provenance": "object of texts",
    "warnings": "list of texts",
}
_DECLARED: dict[str, Kind] = {"INTEGER": "integer", "REAL": "number", "FLOAT": "number"}


class ExportError(Exception):
    """An export that cannot be made as it was asked for: what was wrong and what would be right."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `articles`: its name, and the kind of its values where they are not NULL."""

    name: str
    kind: Kind

    @property
    def is_json(self) -> bool:
        """Whether the database holds it as JSON text."""
        return self.kind not in ("integer", "number", "text")

    def decoded(self, value: Value) -> Any:
        """A value of this column as JSON has it: lists and objects instead of their text.

        Raises ExportError for text that is no JSON.
        """
        if not self.is_json or value is None:
            return value
        try:
            return json.loads(str(value))
        except ValueError as error:
            raise ExportError(f"an article's {self.name} is no JSON, {error}: {str(value)[:80]}") from error


def columns_of(store: Store, names: Sequence[str] | None = None) -> tuple[Column, ...]:
    """The columns of `articles` with these names, in this order; without names all of them.

    Raises ExportError for a name that is none of theirs or is given twice.
    """
    known = {
        row["name"]: Column(row["name"], _JSON.get(row["name"], _DECLARED.get(row["type"], "text")))
        for row in store.rows("PRAGMA table_info(articles)")
    }
    if names is None:
        return tuple(known.values())
    for place, name in enumerate(names):
        if name not in known:
            near = get_close_matches(name, known, 1)
            advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ExportError(f"no column {name!r}; {advice}")
        if name in names[:place]:
            raise ExportError(f"column {name!r} is named twice")
    if not names:
        raise ExportError(f"no column is named; there are {', '.join(known)}")
    return tuple(known[name] for name in names)
