"""Strings on which a regular expression may take more than linear time, made from the expression itself.

What makes one slow is a repeated piece that can be given up at many places: so for each repetition without a small
bound there are strings of what it repeats, behind what has to stand before it, once or again and again, and ended by
what does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

# Beyond this, a repetition is as good as one without a bound.
_SMALL = 60
# Letters that are tried of a class.
_MOST_PUMPS = 8
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)
_COMMON = " \n\ta0甘_-.,/=\"'<>(){}[]:：@"
_CATEGORIES = {
    codes.CATEGORY_DIGIT: "0",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_DIGIT: "甘",
    codes.CATEGORY_NOT_SPACE: "甘",
    codes.CATEGORY_NOT_WORD: " ",
}


def attacks(pattern: re.Pattern[Any], size: int) -> Iterator[str]:
    """Strings of about so many characters."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    alphabet = "".join(dict.fromkeys([*_letters(tree), *_COMMON]))
    done = set()
    for before, body in _repetitions(tree, ""):
        pumps = [_example(body)]
        if len(body) == 1 and body[0][0] in (codes.IN, codes.ANY, codes.NOT_LITERAL, codes.LITERAL):
            one = parser.SubPattern(parser.State(), list(body))
            pumps += [letter for letter in alphabet if _takes(one, letter, pattern)][:_MOST_PUMPS]
        for pump in filter(None, dict.fromkeys(pumps)):
            for unit, begin in ((pump, before), (before + pump, ""), (pump, "")):
                for end in ("\x00", "甘"):
                    key = (unit, begin, end)
                    if key not in done:
                        done.add(key)
                        yield begin + unit * (size // len(unit)) + end
            if before:
                yield before * (size // 2 // len(before)) + pump * (size // 2 // len(pump)) + "\x00"


def _takes(one: Any, letter: str, pattern: re.Pattern[Any]) -> bool:
    (code, value), *_ = one
    if code is codes.ANY:
        return letter != "\n" or bool(pattern.flags & re.DOTALL)
    if code is codes.LITERAL:
        return chr(value) == letter
    if code is codes.NOT_LITERAL:
        return chr(value) != letter
    return _is_in(value, ord(letter))


def _is_in(members: list[Any], point: int) -> bool:
    found, negated = False, False
    for code, value in members:
        match code:
            case codes.NEGATE:
                negated = True
            case codes.LITERAL:
                found |= value == point
            case codes.RANGE:
                found |= value[0] <= point <= value[1]
            case codes.CATEGORY:
                letter = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[str(value).rpartition("_")[2]]
                found |= (re.match(letter, chr(point)) is not None) != ("NOT" in str(value))
    return found != negated


def _letters(tree: Any) -> Iterator[str]:
    """The letters that an expression names."""
    for code, value in tree:
        if code in (codes.LITERAL, codes.NOT_LITERAL):
            yield chr(value)
        elif code is codes.IN:
            yield from (chr(one[1]) for one in value if one[0] is codes.LITERAL)
            yield from (chr(one[1][0]) for one in value if one[0] is codes.RANGE)
        else:
            for inner in _inside(code, value):
                yield from _letters(inner)


def _inside(code: Any, value: Any) -> list[Any]:
    if code in _REPEATS:
        return [value[2]]
    if code is codes.BRANCH:
        return list(value[1])
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    if code is codes.ATOMIC_GROUP:
        return [value]
    if code is codes.GROUPREF_EXISTS:
        return [part for part in value[1:] if part]
    return []


def _repetitions(tree: Any, before: str) -> Iterator[tuple[str, Any]]:
    """Each repetition without a small bound, with an example of what stands before it."""
    for code, value in tree:
        if code in _REPEATS and value[1] > _SMALL:
            yield before, value[2]
        for inner in _inside(code, value):
            yield from _repetitions(inner, before)
        before += _example([(code, value)])


def _example(tree: Any) -> str:
    """A short string that the expression takes, or nearly."""
    found = ""
    for code, value in tree:
        if code is codes.LITERAL:
            found += chr(value)
        elif code is codes.NOT_LITERAL:
            found += "甘" if value != ord("甘") else "a"
        elif code is codes.ANY:
            found += "甘"
        elif code is codes.IN:
            found += _member(value)
        elif code in _REPEATS:
            found += _example(value[2]) * value[0]
        elif code is codes.BRANCH:
            found += min(map(_example, value[1]), key=len)
        elif code is codes.SUBPATTERN:
            found += _example(value[3])
        elif code is codes.ATOMIC_GROUP:
            found += _example(value)
        elif code is codes.ASSERT and value[0] < 0:
            found += _example(value[1])
    return found


def _member(members: list[Any]) -> str:
    if members[0][0] is codes.NEGATE:
        return next(letter for letter in "甘a0 -\n" if _is_in(members, ord(letter)))
    code, value = members[0]
    if code is codes.LITERAL:
        return chr(value)
    return chr(value[0]) if code is codes.RANGE else _CATEGORIES[value]
