"""Values written in JavaScript: objects, arrays and strings as scripts write them, and the sums that make addresses.

JSON is read by the standard library. This is for what is no JSON: single quotes, keys without quotes, commas before
the bracket, names that an earlier line gave a value, `'/list/' + id + '_' + page + '.json'`. Nothing is executed:
what is no value (a function, a call of an unknown one) is UNKNOWN, and what cannot be read raises Unreadable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

# Bounds for scripts made to exhaust whoever reads them; a list page holds some hundred records of ten fields.
_DEEPEST = 60
_MOST_VALUES = 200_000
# Addresses and list items are put together, not articles.
_LONGEST_SUM = 20_000
# Where a number that counts pages stands in a text, so that the address of the next page can be written.
PAGE_START, PAGE_END = "\ue000", "\ue001"

_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.S)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+")
_NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$]*")
_KEY = re.compile(r"[\w$-]+")
_STRING = {quote: re.compile(rf"[^{quote}\\]*") for quote in "'\"`"}
_PAGE_KEY = re.compile(r"^(?:page|pn|p|pg|(?:page|cur|current)_?(?:no|num|index|page|number))$", re.I)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}
# Calls that leave their argument as it is, as far as an address is concerned.
_TRANSPARENT = frozenset(("encodeURIComponent", "encodeURI", "escape", "String", "Number", "parseInt"))
_TRANSPARENT_METHODS = frozenset(("toString", "trim", "valueOf"))


class Unknown:
    """What a script computes in a way that is not read here."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Unreadable(ValueError):
    """A text that is no expression, or one beyond the bounds. at: where the reading ended."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


class PageNumber(int):
    """A number that counts pages."""


Names = Mapping[str, Any]
# What a script reads from its page: `$("#channel").val()` by the text of the call.
Lookup = Callable[[str], Any]


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, also for what nests deeper than any record."""
    try:
        return json.loads(text, strict=False)
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_value(
    text: str, start: int, names: Names | None = None, lookup: Lookup | None = None, *, most: int = _MOST_VALUES
) -> tuple[Any, int]:
    """The value of the expression that begins at a place in a script, and where it ends.

    names: what identifiers stand for. lookup: what calls give. most: how many values it may hold. Raises Unreadable.
    """
    reader = _Reader(text, start, {} if names is None else names, lookup, most)
    try:
        return reader.sum(0), reader.at
    except ValueError as error:
        raise Unreadable(str(error), reader.at) from None


class _Reader:
    def __init__(self, text: str, at: int, names: Names, lookup: Lookup | None, most: int) -> None:
        self._text = text
        self.at = at
        self._names = names
        self._lookup = lookup
        self._left = most

    def sum(self, depth: int) -> Any:
        value = self._operand(depth)
        while (sign := self._peek()) in ("+", "-", "*", "|", "?"):
            mark = self.at
            if sign == "|" and not self._text.startswith("||", mark):
                break
            if sign == "?" and self._text[mark : mark + 2] in ("?.", "??"):
                break
            self.at += 2 if sign == "|" else 1
            if sign in "+-" and self._text[self.at : self.at + 1] == sign:
                raise ValueError("no value")
            right = self.sum(depth + 1) if sign == "|" else self._operand(depth + 1)
            if sign == "?":
                if self._peek() != ":":
                    raise ValueError("no choice")
                self.at += 1
                right = self.sum(depth + 1)
                value = UNKNOWN
            else:
                value = _joined(value, sign, right)
        return value

    def _peek(self) -> str:
        match = _BLANK.match(self._text, self.at)
        self.at = match.end() if match else self.at
        return self._text[self.at : self.at + 1]

    def _operand(self, depth: int) -> Any:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise ValueError("too large")
        head = self._peek()
        if head == "{":
            return self._object(depth)
        if head == "[":
            return self._array(depth)
        if head in ("'", '"', "`") and head:
            return self._after(self._string(head, depth), depth)
        if head == "(":
            self.at += 1
            value = self.sum(depth + 1)
            self._expect(")")
            return self._after(value, depth)
        if head in ("-", "+", "!"):
            self.at += 1
            value = self._operand(depth + 1)
            if head == "!":
                return UNKNOWN if isinstance(value, Unknown) else not value
            return -value if head == "-" and isinstance(value, int | float) else value
        if match := _NUMBER.match(self._text, self.at):
            self.at = match.end()
            number = match[0]
            if number[:2] in ("0x", "0X"):
                return int(number, 16)
            return int(number) if number.isdecimal() and len(number) < 20 else float(number)
        return self._named(depth)

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise ValueError(f"{mark} expected at {self.at}")
        self.at += 1

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        while (head := self._peek()) != "}":
            if head in ("'", '"') and head:
                key = self._string(head, depth)
            elif match := _KEY.match(self._text, self.at):
                key, self.at = match[0], match.end()
            else:
                raise ValueError(f"key expected at {self.at}")
            if self._peek() in (",", "}"):
                found[str(key)] = self._names.get(str(key), UNKNOWN)
            else:
                self._expect(":")
                found[str(key)] = self.sum(depth + 1)
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "}":
                raise ValueError(f"}} expected at {self.at}")
        self.at += 1
        return found

    def _array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        while (head := self._peek()) != "]":
            if head == ",":
                self.at += 1
                continue
            found.append(self.sum(depth + 1))
            if self._peek() not in (",", "]"):
                raise ValueError(f"] expected at {self.at}")
        self.at += 1
        return found

    def _string(self, quote: str, depth: int) -> str:
        pieces: list[str] = []
        at = self.at + 1
        plain = _STRING[quote]
        while True:
            match = plain.match(self._text, at)
            assert match is not None
            piece, at = match[0], match.end()
            if quote == "`" and "${" in piece:
                at -= len(piece) - piece.index("${")
                pieces.append(piece[: piece.index("${")])
                self.at = at + 2
                pieces.append(_text(self.sum(depth + 1)))
                self._expect("}")
                at = self.at
                continue
            pieces.append(piece)
            mark = self._text[at : at + 1]
            if mark == quote:
                self.at = at + 1
                return "".join(pieces)
            if not mark:
                raise ValueError("string without end")
            letter = self._text[at + 1 : at + 2]
            size = {"u": 4, "x": 2}.get(letter, 0)
            code = self._text[at + 2 : at + 2 + size]
            if size and re.fullmatch(r"[0-9a-fA-F]+", code):
                pieces.append(chr(int(code, 16)))
            else:
                pieces.append(_ESCAPES.get(letter, letter))
                size = 0
            at += 2 + size

    def _named(self, depth: int) -> Any:
        match = _NAME.match(self._text, self.at)
        if not match:
            raise ValueError(f"value expected at {self.at}")
        name, start, self.at = match[0], self.at, match.end()
        if name == "function" or name in ("async", "class", "typeof", "delete", "return", "var"):
            raise ValueError(f"{name} is no value")
        if name == "new":
            return self._made(depth)
        value = _CONSTANTS[name] if name in _CONSTANTS else self._names.get(name, UNKNOWN)
        return self._after(value, depth, start, name)

    def _made(self, depth: int) -> Any:
        """What `new` makes: an array of its arguments, the parameters of an address; else nothing known."""
        self._peek()
        made = _NAME.match(self._text, self.at)
        if made and made[0] in ("Array", "URLSearchParams"):
            self.at = made.end()
            arguments = self._arguments(depth) if self._peek() == "(" else []
            return self._after(arguments if made[0] == "Array" else arguments[0] if arguments else UNKNOWN, depth)
        self._operand(depth + 1)
        return UNKNOWN

    def _after(self, value: Any, depth: int, start: int | None = None, name: str = "") -> Any:
        """The value once what follows it is applied: members, indices, calls."""
        while True:
            mark = self._peek()
            if mark == "." and (match := _NAME.match(self._text, self.at + 1)):
                member = match[0]
                self.at = match.end()
                name = f"{name}.{member}"
                if isinstance(value, dict) and member in value:
                    value = value[member]
                elif member not in _TRANSPARENT_METHODS or self._peek() != "(":
                    value = self._names.get(name, self._names.get(f".{member}", UNKNOWN))
            elif mark == "[" and start is not None:
                self.at += 1
                index = self.sum(depth + 1)
                self._expect("]")
                value = _item(value, index)
            elif mark == "(":
                arguments = self._arguments(depth)
                last = name.rpartition(".")[2]
                if last in _TRANSPARENT and arguments:
                    value = arguments[0]
                elif last in _TRANSPARENT_METHODS:
                    continue
                elif self._lookup is not None and start is not None:
                    value = self._lookup(self._text[start : self.at])
                    name = ""
                else:
                    value = UNKNOWN
            else:
                return value

    def _arguments(self, depth: int) -> list[Any]:
        found = []
        self.at += 1
        while self._peek() != ")":
            found.append(self.sum(depth + 1))
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != ")":
                raise ValueError(f") expected at {self.at}")
        self.at += 1
        return found


def _item(value: Any, index: Any) -> Any:
    if isinstance(value, list) and isinstance(index, int) and 0 <= index < len(value):
        return value[index]
    return value.get(str(index), UNKNOWN) if isinstance(value, dict) else UNKNOWN


def _joined(left: Any, sign: str, right: Any) -> Any:
    if sign == "|":
        return right if isinstance(left, Unknown) or not left else left
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
    if sign == "+" and not numbers:
        if isinstance(left, Unknown) and isinstance(right, Unknown):
            return left
        text = _text(left) + _text(right)
        if len(text) > _LONGEST_SUM:
            raise ValueError("too large")
        return text
    if not numbers:
        return UNKNOWN
    if sign == "*":
        return left * right
    value = left + right if sign == "+" else left - right
    counts = isinstance(left, PageNumber) or isinstance(right, PageNumber)
    return PageNumber(value) if counts and isinstance(value, int) else value


# Stands for the unknown part of a text; no address holds it.
GAP = "\ue002"


def _text(value: Any) -> str:
    if isinstance(value, PageNumber):
        return f"{PAGE_START}{int(value)}{PAGE_END}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, dict) and value:
        # Parameters of an address.
        return "&".join(f"{key}={_text(_counted(key, inner))}" for key, inner in value.items())
    return GAP


def _counted(key: str, value: Any) -> Any:
    return PageNumber(value) if type(value) is int and _PAGE_KEY.match(key) else value
