"""Full-text search that finds every substring, in Chinese and anything mixed into it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal_crawler.store.database import Store
from portal_crawler.store.fold import fold, letter_runs

_AROUND = 30
_TERM = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article. snippet: the text around the first place, the term between ⟦ and ⟧.

    state: live, suspect or gone: whether the portal still has it.
    """

    url: str
    title: str | None
    published_at: str | None
    portal: str
    source: str | None
    snippet: str
    state: str = "live"


def search(
    store: Store,
    query: str,
    *,
    portal: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Articles whose title or body contain every term of the query, those with it in the title first.

    query: terms separated by blanks; a term in double quotes may hold blanks. since, until: days as
    YYYY-MM-DD, both included. Width and case of letters do not matter. Raises StorageError when the database
    cannot be read.
    """
    terms = [fold(quoted or plain) for quoted, plain in _TERM.findall(query)]
    if not terms:
        return []
    conditions: list[str] = []
    values: list[object] = []
    if expression := " AND ".join(_phrase(run) for term in terms for run in letter_runs(term)):
        conditions.append("article_search MATCH ?")
        values.append(expression)
    for term in terms:
        # The index knows nothing of what stands between the letters.
        if letter_runs(term) != [term]:
            conditions.append("(contains_folded(a.title, ?) OR contains_folded(a.body, ?))")
            values += [term, term]
    for comparison, value in (
        ("a.portal =", portal),
        ("a.published_at >=", since),
        ("a.published_at <", f"{until}U" if until else None),
    ):
        if value:
            conditions.append(f"{comparison} ?")
            values.append(value)
    table = "article_search s JOIN articles a ON a.id = s.rowid" if expression else "articles a"
    order = "bm25(article_search, 10.0, 1.0), a.published_at DESC" if expression else "a.published_at DESC"
    rows = store.rows(
        f"""SELECT a.url, a.title, a.published_at, a.portal, a.source, a.body, a.state FROM {table}
            WHERE {" AND ".join(conditions)} ORDER BY {order} LIMIT ?""",
        [*values, limit],
    )
    return [
        Hit(
            row["url"],
            row["title"],
            row["published_at"],
            row["portal"],
            row["source"],
            _snippet(row["body"] or "", terms),
            row["state"],
        )
        for row in rows
    ]


def _phrase(run: str) -> str:
    """The FTS5 phrase that a run of letters is: of one letter, every pair that begins with it and itself."""
    if len(run) == 1:
        return f'"{run}"*'
    return '"' + " ".join(run[place : place + 2] for place in range(len(run) - 1)) + '"'


def _snippet(body: str, terms: list[str]) -> str:
    """The text around the first term that is in it, else its beginning."""
    # Letter by letter, since folding may change a text's length.
    pieces = [fold(letter) for letter in body]
    origins = [place for place, piece in enumerate(pieces) for _ in piece]
    folded = "".join(pieces)
    for term in terms:
        start = folded.find(term)
        if start >= 0:
            begin, end = origins[start], origins[start + len(term) - 1] + 1
            before, after = body[max(begin - _AROUND, 0) : begin], body[end : end + _AROUND]
            return f"{before}⟦{body[begin:end]}⟧{after}".replace("\n", " ")
    return body[: 2 * _AROUND].replace("\n", " ")
