"""How a page's scripts and templates make an article's address of a record's fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from portal_crawler.extract.literals import GAP, PAGE_START, UNKNOWN, read_value
from portal_crawler.extract.page import Page
from portal_crawler.extract.script_names import MOST_SCRIPT, ScriptNames, inline_scripts

_HREF = re.compile(
    r"""(?:href|data-url|data-href)\s{0,9}=\s{0,9}\\?["']?(?P<url>[^"'<>\s\\]{0,300}\{[\w.]{1,60}\}[^"'<>\s\\]{0,300})""",
    re.I,
)
_LINK_START = re.compile(r"""["'`](?=(?:https?:)?/|\.{0,2}/|\s*<|[^"'`\n]{0,2000}?(?:href|data-url)\s*=|\w+[/_.?-])""")
_MUSTACHE = re.compile(
    r"\{\{=?\s*(?:[\w$]+\.)?(?P<field>\w+)\s*\}\}|<%=?-?\s*(?:[\w$]+\.)?(?P<field2>\w+)\s*%>|\$\{(?:[\w$]+\.)?(?P<field3>\w+)\}"
)
_ID_FIELD = re.compile(r"\{\w*(?:id|ID|Id|code|uuid|guid|key|no|sn)\w*\}")
_IMAGES = re.compile(r"\{\w*(?:img|pic|image|thumb|cover|logo)\w*\}", re.I)
_MOST_EXPRESSIONS = 1500
_MOST_VALUES = 300


def link_forms(page: Page, scripts: Iterable[str] = ()) -> tuple[str, ...]:
    """How the page's scripts and templates make an article's address of a record, as `/article/{id}.html`."""
    names = _RecordNames(page)
    texts = [*inline_scripts(page), *scripts]
    found: dict[str, None] = {}
    for text in texts:
        names.read(text[:MOST_SCRIPT])
    for text in texts:
        at = tried = 0
        while tried < _MOST_EXPRESSIONS and (match := _LINK_START.search(text, at, MOST_SCRIPT)):
            tried += 1
            try:
                value, at = read_value(text, match.start(), names, names.lookup, most=_MOST_VALUES)
            except ValueError:
                at = match.end() + 1
                continue
            if isinstance(value, str) and "{" in value:
                for form in [match["url"] for match in _HREF.finditer(value)] or [value]:
                    found.setdefault(form)
    for form in _templates(page):
        found.setdefault(form)
    return tuple(form for form in found if _is_link_form(form))[:8]


class _RecordNames(ScriptNames):
    """Names of a script in which a member of what is not known is a record's field: `item.id` is `{id}`."""

    def get(self, name: str, default: Any = None) -> Any:
        found = dict.get(self, name, UNKNOWN)
        if found is not UNKNOWN:
            return found
        owner, dot, member = name.rpartition(".")
        if dot and owner and owner.split(".")[0] not in ("this", "window", "document", "location", "Math", "console"):
            return f"{{{member}}}"
        return default


def _is_link_form(form: str) -> bool:
    if len(form) > 300 or any(mark in form for mark in (GAP, PAGE_START, " ", "<", "\n")) or not _ID_FIELD.search(form):
        return False
    path = form.partition("?")[0].lower()
    return not path.endswith((".json", ".js", ".jpg", ".png")) and "/api/" not in path and not _IMAGES.search(form)


def _templates(page: Page) -> Iterator[str]:
    """Links in the page's own templates: `href="/a/{{item.id}}.html"`, `:href="'/a/' + item.id"`."""
    names = _RecordNames(page)
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        for key, value in element.attrib.items():
            if "href" not in key and key.lstrip(":") != "to":
                continue
            if key.startswith((":", "v-bind:")):
                try:
                    form = read_value(value, 0, names, most=_MOST_VALUES)[0]
                except ValueError:
                    continue
                if isinstance(form, str):
                    yield form
            elif _MUSTACHE.search(value):
                yield _with_fields(value)
        if element.tag == "script" and "html" in (element.get("type") or "") and element.text:
            yield from (match["url"] for match in _HREF.finditer(_with_fields(element.text)))


def _with_fields(text: str) -> str:
    """A template's text with `{field}` in the place of its own notation."""
    return _MUSTACHE.sub(lambda match: f"{{{match['field'] or match['field2'] or match['field3']}}}", text)
