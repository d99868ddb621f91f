"""What the names in a page's scripts stand for, as far as the scripts themselves say it."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from portal_crawler.extract.literals import GAP, UNKNOWN, PageNumber, read_value
from portal_crawler.extract.page import Page

_ASSIGNED = re.compile(
    r"(?<![\w$.'\"?&/-])(?P<name>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\s*(?P<sign>\+?=)(?![=>])\s*"
)
_PROPERTY = re.compile(r"(?<![\w$.?])['\"]?(?P<name>[A-Za-z_$][\w$]*)['\"]?\s*:\s*(?=['\"\d\[{])")
_FUNCTION = re.compile(
    r"function\s++(?P<name>[\w$]++)\s*+\((?P<names>[\w$,\s=]*+)\)|(?<![\w$])(?P<name2>[\w$]++)\s*+[:=]\s*+(?:async\s*+)?(?:function\s*+\w*+\s*+)?"
    r"\((?P<names2>[\w$,\s=]*+)\)\s*+(?:=>\s*+)?\{"
)
_COUNTS_PAGES = re.compile(
    r"^(?:.*[._$])?(?:i|cur|curr|current|now|this|the|start|begin|first)?_?page_?(?:no|num|number|index|idx|id|current|cur|i|n)?$|"
    r"^(?:.*[._$])?(?:pn|pg|pageno|_?p|pno|curpage|pindex)$",
    re.I,
)
_NO_COUNTER = re.compile(
    r"size|count|total|type|channel|cate|node|col|id$|year|month|length|width|height|limit|rows", re.I
)
_SELECTED = re.compile(
    r"""(?:\$|jQuery|querySelector|getElementById)\s*\(\s*['"](?P<mark>[#.]?)(?P<name>[\w-]+)['"]\s*\)"""
)
_READ = re.compile(
    r"""\.(?P<how>val|attr|data|text|html|getAttribute)\s*+\(\s*+(?:['"](?P<name>[\w-]++)['"]\s*+)?\)$"""
)
_QUERY = re.compile(
    r"""(?:param|query|request|search|url)\w{0,40}\s{0,9}\(\s{0,9}['"](?P<name>\w+)['"]\s{0,9}\)$|\.get\(\s{0,9}['"](?P<name2>\w+)['"]\s{0,9}\)$""",
    re.I,
)
_COUNTED = re.compile(
    r"(?<![\w$.])([A-Za-z_$][\w$]*)\s*(?:\+\+|\+=\s*1\b)|\+\+\s*([A-Za-z_$][\w$]*)|(?<![\w$.])([A-Za-z_$][\w$]*)\s*=\s*\3\s*\+\s*1\b"
)
_LOOPED = re.compile(r"for\s*+\(\s*+(?:var|let)?\s*+([\w$]++)\s*+=")
_MOST_ASSIGNMENTS = 3000
# What a script says of its requests stands before this; what is longer is a library.
MOST_SCRIPT = 600_000
_MOST_FUNCTIONS = 200
_MOST_CALLS = 20
# Names of addresses and options; a list that a name stands for is no part of an address.
_MOST_VALUES = 200


def inline_scripts(page: Page) -> list[str]:
    """The texts of the scripts in a page."""
    return [
        element.text
        for element in page.root.iter("script")
        if element.text and "json" not in (element.get("type") or "") and "html" not in (element.get("type") or "")
    ]


class ScriptNames(dict[str, Any]):
    """Names with their values. A name that counts pages is a PageNumber, the first page where nothing says which."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        split = urlsplit(page.url)
        origin = f"{split.scheme}://{split.netloc}"
        for prefix in ("", "window.", "document.", "self.", "top."):
            self[f"{prefix}location.href"] = page.url
            self[f"{prefix}location.origin"] = origin
            self[f"{prefix}location.host"] = split.netloc
            self[f"{prefix}location.hostname"] = split.hostname or ""
            self[f"{prefix}location.protocol"] = f"{split.scheme}:"
            self[f"{prefix}location.pathname"] = split.path
        self["document.URL"] = page.url

    def get(self, name: str, default: Any = None) -> Any:
        """What a name stands for; a name that counts pages is never without a number."""
        found = super().get(name, default)
        if isinstance(found, int) and not isinstance(found, bool | PageNumber) and counts_pages(name):
            return PageNumber(found)
        if found is None or found is UNKNOWN:
            return PageNumber(1) if counts_pages(name) else found
        return found

    def read(self, script: str) -> None:
        """Take up what a script assigns."""
        self._assignments(script)
        for number, match in enumerate(_PROPERTY.finditer(script)):
            name = f".{match['name']}"
            if number > _MOST_ASSIGNMENTS:
                break
            if not dict.__contains__(self, name):
                self._assign(name, "=", script, match.end())
        parameters = False
        for match in islice(_FUNCTION.finditer(script), _MOST_FUNCTIONS):
            name, names = match["name"] or match["name2"], match["names"] or match["names2"] or ""
            parameters |= self._parameters(name, names, script)
        if parameters:
            # What was put together of parameters before they were known.
            self._assignments(script)
        looped = {match[1] for match in _LOOPED.finditer(script)}
        for match in _COUNTED.finditer(script):
            name = match[1] or match[2] or match[3]
            value = dict.get(self, name)
            if name not in looped and isinstance(value, int) and not isinstance(value, bool) and value < 3:
                self[name] = PageNumber(value)

    def _assignments(self, script: str) -> None:
        for number, match in enumerate(_ASSIGNED.finditer(script)):
            if number > _MOST_ASSIGNMENTS:
                break
            self._assign(match["name"], match["sign"], script, match.end())

    def _assign(self, name: str, sign: str, script: str, start: int) -> None:
        try:
            value, _ = read_value(script, start, self, self.lookup, most=_MOST_VALUES)
        except ValueError:
            return
        if isinstance(value, list | bool) or value is None or (value is UNKNOWN and dict.__contains__(self, name)):
            return
        name = name.removeprefix("window.").removeprefix("this.")
        if sign == "+=":
            before = dict.get(self, name)
            if isinstance(before, str) and isinstance(value, str) and len(before) + len(value) < 2000:
                self[name] = before + value
        elif value is not UNKNOWN:
            # Later assignments are those of a page turned; a list begins with the first.
            known = dict.get(self, name)
            if known is None or known == "" or known is UNKNOWN or (isinstance(known, str) and GAP in known):
                self[name] = value
                if "." in name:
                    self.setdefault(f".{name.rpartition('.')[2]}", value)

    def _parameters(self, function: str, names: str, script: str) -> bool:
        """Take up the values with which a function is first called; gives whether there are any."""
        parameters = [name.partition("=")[0].strip() for name in names.split(",") if name.strip()]
        if not parameters or not function:
            return False
        calls = re.finditer(rf"(?<![\w$]){re.escape(function)}\s*\((?=[^)])", script)
        for call in islice(calls, _MOST_CALLS):
            if re.search(r"function\s*$", script[max(0, call.start() - 12) : call.start()]):
                continue
            try:
                values, _ = read_value(f"[{_arguments(script, call.end())}]", 0, self, self.lookup)
            except ValueError:
                continue
            if any(isinstance(value, int | str) and not isinstance(value, PageNumber) for value in values):
                for name, value in zip(parameters, values, strict=False):
                    if value is not UNKNOWN and not dict.__contains__(self, name):
                        turns = value in (0, 1) and isinstance(value, int) and not _NO_COUNTER.search(name)
                        self[name] = PageNumber(value) if turns else value
                return True
        return False

    def lookup(self, call: str) -> Any:
        """What a call reads from the page or its address: `$("#channel").val()`, `getParam("id")`."""
        if selected := _SELECTED.search(call):
            elements = self._elements(selected["mark"], selected["name"])
            if not elements:
                return UNKNOWN
            if how := _READ.search(call):
                return _value_of(elements[0], how["how"], how["name"])
            return {key: str(value) for key, value in elements[0].attrib.items()}
        if asked := _QUERY.search(call):
            name = asked["name"] or asked["name2"]
            return dict(parse_qsl(urlsplit(self._page.url).query)).get(name, UNKNOWN)
        return UNKNOWN

    def _elements(self, mark: str, name: str) -> list[etree._Element]:
        attribute = "class" if mark == "." else "id"
        return [
            element
            for element in self._page.root.iter()
            if isinstance(element.tag, str) and name in (element.get(attribute) or "").split()
        ][:1]


def counts_pages(name: str) -> bool:
    """Whether a name is that of a variable which counts pages."""
    return _COUNTS_PAGES.match(name) is not None


def _value_of(element: etree._Element, how: str, name: str | None) -> Any:
    if how == "val":
        return element.get("value", UNKNOWN)
    if how in ("text", "html"):
        return "".join(element.itertext()).strip()
    return element.get(f"data-{name}" if how == "data" else name or "", UNKNOWN)


def _arguments(script: str, start: int) -> str:
    """The text between a call's parentheses."""
    depth = 1
    for at in range(start, min(len(script), start + 500)):
        if script[at] == "(":
            depth += 1
        elif script[at] == ")":
            depth -= 1
            if depth == 0:
                return script[start:at]
    return ""
