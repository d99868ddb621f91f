"""The language of searches: words, phrases in quotes, AND, OR, NOT, brackets, and columns as `title:甘肃`.

    甘肃 "安全 生产"            both, anywhere in title or body
    (甘肃 OR 青海) NOT 天气     brackets group, AND is what stands between words by itself
    title:(雪 OR 雨) source:新华社 date:2021-11..2022

What is special is special only where a word begins: 12:30, GDP(亿元) and 5" are searched as they stand. Full-width
brackets and quotes are never special, since headlines are full of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from portal_crawler.store.fold import fold

COLUMNS = ("title", "body", "source", "editor", "author", "url", "portal", "channel", "date")

_COLUMN = re.compile(rf"({'|'.join(COLUMNS)}):")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_PERIOD = re.compile(r"(?:(\d{4}(?:-\d\d(?:-\d\d)?)?))?(?:(\.\.)(\d{4}(?:-\d\d(?:-\d\d)?)?)?)?")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
# Beyond what anybody types, and within what SQLite nests: it stops at 256 in the index and 1,000 in a condition.
_MOST_TERMS, _DEEPEST = 100, 30


class QueryError(ValueError):
    """A query that cannot be read: what is wrong, and what would be right."""


@dataclass(frozen=True, slots=True)
class Term:
    """A text to find. column: where, None is title or body. text: folded, but as written for portal, channel, date."""

    text: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts, of which there are two or more."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its parts, of which there are two or more."""

    parts: tuple[Node, ...]


Node = Term | Not | And | Or


def parse_query(query: str) -> Node | None:
    """What a query asks for, None if it is blank. Raises QueryError."""
    try:
        query.encode()
    except UnicodeEncodeError as error:
        raise QueryError("the query is no text in UTF-8") from error
    return _Parser(query).parse()


def period_of(text: str) -> tuple[str | None, str | None]:
    """The first and the last day, month or year of `2021`, `2021-11..2022-02`, `2021..` or `..2021-11-19`."""
    match = _PERIOD.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        raise QueryError(f"date:{text} is no period, write it as date:2021, date:2021-11-19 or date:2021-11..2022-02")
    first, last = match[1], match[3] if match[2] else match[1]
    for day in filter(None, (first, last)):
        try:
            date.fromisoformat(day + "-01-01"[len(day) - 4 :])
        except ValueError:
            raise QueryError(f"date:{text}: there is no {day}") from None
    # As long as the shorter of both is: 2021-11 lies in 2021.
    if first and last and last < first[: len(last)]:
        raise QueryError(f"date:{text} ends before it begins")
    return first, last


class _Parser:
    """Reads a query from left to right. _open: how many brackets are open."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._place = 0
        self._open = 0
        self._terms = 0

    def parse(self) -> Node | None:
        if self._next() is None:
            return None
        return self._either(None)

    def _either(self, column: str | None) -> Node:
        parts = [self._all(column)]
        while self._next() == "OR":
            self._place += 2
            parts.append(self._all(column))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, column: str | None) -> Node:
        parts = [self._one(column)]
        while (ahead := self._next()) not in (None, "OR", ")"):
            if ahead == "AND":
                self._place += 3
            parts.append(self._one(column))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, column: str | None) -> Node:
        """A term, a bracket with what is in it, or NOT and one of these."""
        ahead = self._next()
        if ahead in (None, ")", "AND", "OR"):
            found = "the query ends" if ahead is None else f"there is {ahead!r}"
            last = self._query[: self._place].split()[-1:]
            after = f" after {last[0]!r}" if last else ""
            quote = f'; to search for the word itself, write "{ahead}"' if ahead in _OPERATORS else ""
            raise QueryError(f"where a word is due{after}, {found}{quote}")
        if ahead == "NOT":
            self._place += 3
            self._deepen()
            inner = self._one(column)
            self._open -= 1
            return inner.part if isinstance(inner, Not) else Not(inner)
        if ahead == "(":
            self._place += 1
            self._deepen()
            inner = self._either(column)
            if self._next() != ")":
                raise QueryError('a bracket is opened and not closed; to search for it, put it in quotes: "("')
            self._place += 1
            self._open -= 1
            return inner
        if match := _COLUMN.match(self._query, self._place):
            self._place = match.end()
            if column is not None:
                raise QueryError(f"{match[0]} stands inside of {column}:")
            if self._query[self._place : self._place + 1].strip(")").strip() == "":
                raise QueryError(
                    f'after {match[0]} a word is due, without a blank; to search for it, write "{match[0]}"'
                )
            if self._query[self._place] == "(":
                return self._one(match[1])
            return self._term(match[1])
        return self._term(column)

    def _term(self, column: str | None) -> Term:
        self._terms += 1
        if self._terms > _MOST_TERMS:
            raise QueryError(f"more than {_MOST_TERMS} words")
        if self._query[self._place] == '"':
            match = _QUOTED.match(self._query, self._place)
            if match is None:
                raise QueryError('a quote is opened and not closed; to search for it, double it inside of quotes: """"')
            if not match[1]:
                raise QueryError('there is nothing between the quotes in ""')
            self._place = match.end()
            text = match[1].replace('""', '"')
        else:
            text = self._word()
            self._place += len(text)
        if column == "date":
            period_of(text)
        return Term(text if column in ("portal", "channel", "date") else fold(text), column)

    def _next(self) -> str | None:
        """What comes next, after blanks: an operator, a bracket, another word; None at the end."""
        while self._query[self._place : self._place + 1].isspace():
            self._place += 1
        if self._place == len(self._query):
            return None
        if self._query[self._place] == ")" and not self._open:
            raise QueryError('a bracket is closed that was not opened; to search for it, put it in quotes: ")"')
        if self._query[self._place] in '()"':
            return self._query[self._place]
        return self._word()

    def _word(self) -> str:
        """The word that begins here. Brackets inside of it belong to it; one that closes a group ends it."""
        inside = 0
        for place in range(self._place, len(self._query)):
            letter = self._query[place]
            inside += letter == "("
            if letter.isspace() or (letter == ")" and not inside):
                return self._query[self._place : place]
            inside -= letter == ")"
        return self._query[self._place :]

    def _deepen(self) -> None:
        self._open += 1
        if self._open > _DEEPEST:
            raise QueryError(f"brackets and NOT nest deeper than {_DEEPEST}")
