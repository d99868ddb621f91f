"""An article that a page shows by a script only, from the data that the page's scripts hold.

Pages for mobile programs and pages built in the browser come with an empty body, and title, time and text in an
object of a script. Such an object is written as the page that a browser would make of it, which is then read as
every other page is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from portal_crawler.extract.page import Page, read_page
from portal_crawler.extract.record_fields import clean_text, fields_of, moment_of, title_of
from portal_crawler.extract.scripted import held_values

_CONTENT = re.compile(r"(?:content|body|html|text|detail)s?$")
_SOURCE = re.compile(r"^(?:\w*source(?:name)?|copyfrom|origin(?:name)?|medianame)$")
_EDITOR = re.compile(r"^(?:\w*editor(?:name)?)$")
_AUTHOR = re.compile(r"^(?:\w*author(?:name)?|reporter)$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENDS = re.compile(r"[。！？]")
# Shorter texts are summaries and captions.
_SHORTEST = 30
_DEEPEST = 8
_LONGEST_NAME = 40


def held_article(page: Page) -> Page | None:
    """The page that a browser shows of the longest article in a page's scripts; None where they hold none."""
    best: dict[str, Any] = {}
    longest = ""
    for value in held_values(page):
        for record in _objects(value, 0):
            fields = fields_of(record)
            content = max((_markup(fields[key]) for key in fields if _CONTENT.search(key)), key=len, default="")
            if len(content) > len(longest) and _is_text(content) and title_of(fields):
                best, longest = fields, content
    if not longest:
        return None
    return read_page(_written(best, longest).encode(), page.url, fetched_at=page.fetched_at)


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _objects(inner, depth + 1)


def _markup(value: Any) -> str:
    """The HTML in a field: as it is, escaped once more, or plain lines."""
    if not isinstance(value, str):
        return ""
    text = html.unescape(value) if "<" not in value and "&lt;" in value else value
    return text if "<" in text else text.replace("\n", "<br>")


def _is_text(content: str) -> bool:
    return len(_HAN.findall(content)) >= _SHORTEST and _ENDS.search(content) is not None


def _written(fields: dict[str, Any], content: str) -> str:
    """The page of a record: headline, a line with its time and names, the text."""
    title = html.escape(title_of(fields) or "")
    named = (
        ("时间", moment_of(fields)),
        ("来源", _named(fields, _SOURCE)),
        ("作者", _named(fields, _AUTHOR)),
        ("编辑", _named(fields, _EDITOR)),
    )
    line = "".join(f"<li>{label}：{html.escape(value)}</li>" for label, value in named if value)
    return f"<title>{title}</title><h1>{title}</h1><ul>{line}</ul><div>{content}</div>"


def _named(fields: dict[str, Any], pattern: re.Pattern[str]) -> str | None:
    for key, value in fields.items():
        if isinstance(value, str) and pattern.match(key) and 2 <= len(text := clean_text(value)) <= _LONGEST_NAME:
            return text
    return None
