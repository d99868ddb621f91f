"""Lists that are data: the answer to a script's request, or what a script on the page holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from lxml import etree

from portal_crawler.extract.literals import GAP, Unreadable, parse_json, read_value
from portal_crawler.extract.page import MOST_BYTES, Page
from portal_crawler.extract.record_fields import Frame
from portal_crawler.extract.records import Found, records_in

# A guard against being read as a script (Google's, Facebook's), and what comes before a call.
_GUARD = re.compile(r"^\s*(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);|/\*.*?\*/)*\s*", re.S)
_CALL = re.compile(
    r"(?:;|try\s*\{|(?:typeof\s+)?[\w.$]+\s*(?:===?\s*['\"]function['\"]\s*)?&&)*\s*[\w.$\[\]'\"]+\s*\(\s*(?=[\[{\"'])"
)
_HELD = re.compile(
    r"(?:(?<![\w.$])(?P<name>[A-Za-z_$][\w.$]{0,80}(?:\[['\"]?\w{0,40}['\"]?\])?)\s{0,9}=|"
    r"(?<![\w.$])(?P<pushed>[A-Za-z_$][\w.$]{0,80})\.push\s{0,9}\(|JSON\.parse\s*\(|"
    r"(?<!\w)(?P<key>\w{0,40}(?:list|data|items|records|rows))['\"]?\s{0,9}:)\s{0,9}"
    r"(?:JSON\.parse\s{0,9}\(\s{0,9})?(?=\[\s{0,9}[\[{]|\{|[\"'`]\s{0,9}[\[{])"
)
_INVOKED = re.compile(r"=\s*\(?function\s*\((?P<names>[\w$,\s]*)\)\s*\{\s*return\s*(?=\{)")
_WRITES = re.compile(
    r"(?:document\.write(?:ln)?|\.html|\.append)\s{0,9}\(\s{0,9}(?=['\"`])|\.innerHTML\s{0,9}\+?=\s{0,9}(?=['\"`])"
)
_INDEXED = re.compile(
    r"(?<![\w.$])(?P<name>[A-Za-z_$][\w$]{0,60})\[\d{1,4}\]\s{0,9}=\s{0,9}(?=new\s{1,9}Array\s{0,9}\(|[\[{])"
)
_MOST_WRITES = 2000
_MOST_IN_TEXT = 100
_LAST_NAME = re.compile(r"\w+")
_SCRIPT = re.compile(
    r"\s*(?:/[/*]|(?:var|let|const|function|import|export)\b|window\.|\$\(|!function|\(function|[\"']use strict)"
)
_MOST_VALUES = 200
_MOST_CHARACTERS = 2_000_000


def is_data(page: Page) -> bool:
    """Whether an answer is JSON or a script and no page for readers."""
    start = _GUARD.sub("", page.text[:2000], count=1)[:1]
    return start not in ("", "<") and (start in "{[" or _whole(page.text) is not None or _is_script(page.text))


def _is_script(text: str) -> bool:
    return _SCRIPT.match(text) is not None


def data_list(page: Page, frame: Frame | None = None) -> tuple[Found | None, Any]:
    """The list in an answer that is data, and the whole value for what it says of pages."""
    frame = frame or Frame(page.url)
    data = _whole(page.text)
    if data is not None:
        return records_in(data, frame), data
    best: Found | None = None
    for value in values_in(page.text):
        best = _better(best, records_in(value, frame, named=True))
    return best, None


def held_list(page: Page, frame: Frame | None = None) -> Found | None:
    """The list that scripts or attributes of a page hold, None where they hold none."""
    frame = frame or Frame(page.url)
    best: Found | None = None
    for value in held_values(page):
        best = _better(best, records_in(value, frame, named=True))
    return best


def fragments(page: Page, data: Any) -> str:
    """The HTML that an answer or an island of XML carries in its strings, "" where there is none."""
    if data is not None:
        return "\n".join(text for text in _strings(data, 0) if "<a" in text and "href" in text)
    scripts = [page.text] if is_data(page) else [script.text or "" for script in page.root.iter("script")]
    if written := "\n".join(text for script in scripts for text in _written(script)):
        return written
    islands = [
        script.text or "" for script in page.root.iter("script", "xml") if "xml" in (script.get("type") or "xml")
    ]
    return "\n".join(text for island in islands for text in _cdata(island) if "href" in text)


def _cdata(island: str) -> list[str]:
    """The texts of its CDATA sections. Cut, not matched: one that is never closed would be looked for from each."""
    return [part.partition("]]>")[0] for part in island.split("<![CDATA[")[1:] if "]]>" in part]


def _written(script: str) -> Iterator[str]:
    """The HTML with links that a script writes into its page."""
    for match in islice(_WRITES.finditer(script), _MOST_WRITES):
        try:
            text, _ = read_value(script, match.end(), most=_MOST_IN_TEXT)
        except ValueError:
            continue
        if isinstance(text, str) and "<a" in text and GAP not in text:
            yield text


def _better(one: Found | None, other: Found | None) -> Found | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda found: (found.dated, len(found.entries)))


def _whole(text: str) -> Any:
    """The value of an answer that is nothing else: JSON, JSON in a call, or what only scripts read."""
    start = _GUARD.match(text)
    text = text[start.end() if start else 0 :].strip()
    if not text or text[0] == "<" or len(text) > MOST_BYTES:
        return None
    call = _CALL.match(text)
    begin = call.end() if call else 0
    if not call and text[0] not in "{[":
        return None
    end = text.rfind(")") if call else len(text)
    try:
        value = parse_json(text[begin:end])
    except ValueError:
        try:
            value, _ = read_value(text, begin)
        except ValueError:
            return None
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = parse_json(value)
        except ValueError:
            return None
    return value if isinstance(value, dict | list) else None


def held_values(page: Page) -> Iterator[Any]:
    """The objects and arrays that scripts and attributes of a page hold."""
    for script in page.root.iter("script"):
        text = script.text or ""
        if len(text) < 40:
            continue
        if "json" in (script.get("type") or "").lower():
            with suppress(ValueError):
                value = parse_json(text)
                yield {script.get("id") or "": _revived(value) if script.get("id") == "__NUXT_DATA__" else value}
        elif script.get("src") is None:
            yield from values_in(text)
    for value in _LISTS_IN_ATTRIBUTES(page.root):
        try:
            yield {value.attrname: read_value(str(value).strip(), 0)[0]}
        except ValueError:
            continue


_LISTS_IN_ATTRIBUTES = etree.XPath("//@*[starts-with(normalize-space(.), '[{') and string-length(.) > 40]")


def values_in(script: str) -> Iterator[dict[str, Any]]:
    """The objects and arrays that a script holds, in its order, each under its name."""
    pushed: dict[str, list[Any]] = {}
    at = tried = read = 0
    for value, end in _invoked(script):
        at = max(at, end)
        yield {"": value}
    while tried < _MOST_VALUES and read < _MOST_CHARACTERS and (match := _HELD.search(script, at)):
        tried += 1
        try:
            value, at = read_value(script, match.end())
        except Unreadable as error:
            read += error.at - match.end()
            at = match.end() + 1
            continue
        read += at - match.end()
        if isinstance(value, str):
            try:
                value = parse_json(value)
            except ValueError:
                continue
        name = _LAST_NAME.findall(match["name"] or match["key"] or match["pushed"] or "") or [""]
        if match["pushed"]:
            pushed.setdefault(name[-1], []).append(value)
        elif isinstance(value, dict | list) and value:
            yield {name[-1]: value}
    for match in islice(_INDEXED.finditer(script), _MOST_WRITES):
        with suppress(ValueError):
            pushed.setdefault(match["name"], []).append(read_value(script, match.end(), most=_MOST_IN_TEXT)[0])
    yield from ({name: values} for name, values in pushed.items())


def _revived(flat: Any) -> Any:
    """A value that Nuxt writes as one flat array, in which each member names others by their index."""
    if not isinstance(flat, list) or not flat:
        return flat
    shaped: list[Any] = [type(value)() if isinstance(value, dict | list) else value for value in flat]

    def at(index: Any) -> Any:
        return shaped[index] if type(index) is int and 0 <= index < len(shaped) else index

    for value, shape in zip(flat, shaped, strict=True):
        if isinstance(value, dict):
            shape.update({key: at(index) for key, index in value.items()})
        elif isinstance(value, list):
            shape.extend(at(index) for index in value)
    return shaped[0]


def _invoked(script: str) -> Iterator[tuple[Any, int]]:
    """What functions called on the spot return: `__NUXT__=(function(a,b){return {…a…}}("x","y"))`."""
    for match in _INVOKED.finditer(script):
        end = script.rfind("}(", match.end())
        if end < 0 or len(script) > _MOST_CHARACTERS:
            continue
        names = [name.strip() for name in match["names"].split(",")]
        try:
            values, _ = read_value(f"[{script[end + 2 : script.rfind(')') + 1].rstrip(')')}]", 0)
            value, _ = read_value(script, match.end(), dict(zip(names, values, strict=False)))
        except ValueError:
            continue
        yield value, end


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 8 and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner, depth + 1)
