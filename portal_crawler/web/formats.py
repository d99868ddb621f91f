"""How values are written on the pages."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_MARKED = re.compile(r"⟦([^⟦⟧]*)⟧")
_LABELS = {
    "title": "Title",
    "published_at": "Published",
    "source": "Source 来源",
    "editor": "Editor 编辑",
    "author": "Author 作者",
    "body": "Text",
    "channel_path": "Channel path",
    "images": "Images",
    "page_count": "Pages",
    "text": "Encoding",
}


def moment(value: str | None, precision: str | None = None) -> str:
    """A time for people: 2021-11-19 20:09. precision: `day` leaves out the hour, which is not known."""
    if not value:
        return ""
    if precision == "day" or len(value) == 10:
        return value[:10]
    return f"{value[:10]} {value[11:16]}"


def marks(text: str | None) -> Markup:
    """A text with what search put between ⟦ and ⟧ as marks."""
    parts = _MARKED.split(text or "")
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def field(name: str) -> str:
    """A column's name for people."""
    return _LABELS.get(name, name)


def number(value: int) -> str:
    """A count with its thousands apart."""
    return f"{value:,}"


FILTERS = {"moment": moment, "marks": marks, "field": field, "number": number}
