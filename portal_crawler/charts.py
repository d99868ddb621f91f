"""Charts as inline SVG, drawn here: a reader's browser needs no script for them, and nothing is loaded.

Each mark carries its figure as a title, which browsers show beneath the pointer. Colours come from the page's style
sheet by class (`bar`, `cell`, `grid`, `scale`, `tick`), so that they follow light, dark and print. A chart is an image
with one name for those who do not see it: the page puts a table of the same figures beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log1p, log10
from typing import Literal

from markupsafe import Markup

# In units of the drawing, which is as wide as the page lets it be.
_WIDTH, _HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 10, 26
_MOST_LABELS = 8
# Of a map: how high a row is, how wide the names before it are, and how faint the smallest value is.
_ROW, _NAMES, _FAINTEST = 26, 150, 0.12
_LONGEST_NAME = 18


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. label: what it stands for, as 2021-11-19; value: its height, 0 or more."""

    label: str
    value: int


def bar_chart(bars: Sequence[Bar], *, title: str) -> Markup:
    """Upright bars from left to right, with a scale. title: what is shown, for those who do not see it.

    An empty sequence gives an empty text.
    """
    if not bars:
        return Markup("")
    top, step = _scale(max(bar.value for bar in bars))
    width = (_WIDTH - _LEFT - _RIGHT) / len(bars)
    height = _HEIGHT - _TOP - _BOTTOM
    parts = [_opening(_HEIGHT, title)]
    for value in range(0, top + 1, step):
        y = _TOP + height * (1 - value / top)
        parts.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text class="scale" text-anchor="end" x="{}" y="{:.1f}">{:,}</text>'
            ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 8, y + 4, value)
        )
    gap = 0.5 if width < 6 else min(width * 0.2, 8)
    for place, bar in enumerate(bars):
        tall = height * bar.value / top
        parts.append(
            Markup(
                '<rect class="bar" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"><title>{}: {:,}</title></rect>'
            ).format(_LEFT + place * width + gap / 2, _TOP + height - tall, width - gap, tall, bar.label, bar.value)
        )
    parts += _ticks([bar.label for bar in bars], _LEFT, width, _HEIGHT - 6)
    return Markup("").join([*parts, Markup("</svg>")])


def heat_map(
    rows: Mapping[str, Sequence[int | None]],
    labels: Sequence[str],
    *,
    title: str,
    unit: str,
    shade: Literal["linear", "log"] = "linear",
) -> Markup:
    """Values as fields of a map, the stronger the more: a named row for each key, a column for each label.

    None leaves a field empty. unit: what stands behind a value in its title. shade: `log` for values that differ a
    hundredfold. No rows or no labels give an empty text.
    """
    if not rows or not labels:
        return Markup("")
    most = max((value or 0 for values in rows.values() for value in values), default=0)
    width = (_WIDTH - _NAMES - _RIGHT) / len(labels)
    gap = min(width * 0.1, 2)
    parts = [_opening(len(rows) * _ROW + _BOTTOM, title)]
    for number, (name, values) in enumerate(rows.items()):
        top = number * _ROW
        shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        parts.append(
            Markup('<text class="scale" text-anchor="end" x="{}" y="{}">{}</text>').format(_NAMES - 8, top + 17, shown)
        )
        for place, value in enumerate(values):
            if value is None:
                continue
            share = (log1p(value) / log1p(most) if shade == "log" else value / most) if value else 0.0
            strong = _FAINTEST + (1 - _FAINTEST) * share if value else 0.0
            parts.append(
                Markup(
                    '<rect class="cell" fill-opacity="{:.2f}" x="{:.2f}" y="{}" width="{:.2f}" height="{}">'
                    "<title>{}, {}: {:,} {}</title></rect>"
                ).format(
                    strong, _NAMES + place * width, top + 1, width - gap, _ROW - 2, name, labels[place], value, unit
                )
            )
    parts += _ticks(labels, _NAMES, width, len(rows) * _ROW + _BOTTOM - 8)
    return Markup("").join([*parts, Markup("</svg>")])


def share_bar(value: float, most: float) -> Markup:
    """One lying bar for a table's cell, as long as the value is of the most. It repeats a figure that stands beside."""
    share = 100 * value / most if most else 0
    return Markup(
        '<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar" width="{:.2f}" height="10"/></svg>'
    ).format(max(share, 0.5) if value else 0)


def _opening(height: int, title: str) -> Markup:
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDTH, height, title)


def _ticks(labels: Sequence[str], left: float, width: float, y: float) -> list[Markup]:
    """Some of the labels, beneath the middle of their columns."""
    parts = []
    for place in range(0, len(labels), ceil(len(labels) / _MOST_LABELS)):
        x = left + (place + 0.5) * width
        anchor = "end" if x > _WIDTH - 50 else "middle"
        parts.append(
            Markup('<text class="tick" text-anchor="{}" x="{:.1f}" y="{}">{}</text>').format(
                anchor, min(x, _WIDTH - _RIGHT), y, labels[place]
            )
        )
    return parts


def _scale(most: int) -> tuple[int, int]:
    """Where a scale ends, and its steps: 1, 2 or 5 times a power of ten, three to five of them."""
    rough = max(most, 1) / 4
    power = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = next(int(times * power) for times in (1, 2, 5, 10) if times * power >= rough)
    return ceil(max(most, 1) / step) * step, step
