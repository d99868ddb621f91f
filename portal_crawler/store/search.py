"""Full-text search that finds every substring, in Chinese and anything mixed into it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from portal_crawler.store.conditions import (
    Condition,
    expression_of,
    filters_of,
    in_channel,
    indexed_condition,
    text_condition,
)
from portal_crawler.store.database import StorageError, Store
from portal_crawler.store.query import And, Node, Not, Or, Term, parse_query
from portal_crawler.store.snippets import beginning, marked, on_one_line, snippet, terms_to_mark

# How many articles the index may find for them to be looked up one by one, and how many of the newest are read first
# to see whether what is sought is in so many that these will do; how many of them at once; and in how many titles what
# the index does not know is looked for before the texts are read. Tried out with 600,000 articles.
_FEW = 1_500
_NEWEST_TITLES, _NEWEST_TEXTS = 500, 200
_AT_ONCE = 50
_MOST_CHECKED = 400


class SearchTimeout(StorageError):
    """A search took longer than it was given."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article. snippet: the text around the first place, each place of a term between ⟦ and ⟧.

    state: live, suspect or gone: whether the portal still has it. marked_title: the title with its places marked.
    """

    url: str
    title: str | None
    published_at: str | None
    portal: str
    source: str | None
    snippet: str
    state: str = "live"
    marked_title: str | None = None


def search(
    store: Store,
    query: str,
    *,
    portal: str | None = None,
    channel: str | None = None,
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
    offset: int = 0,
    timeout_s: float | None = None,
) -> list[Hit]:
    """Articles that satisfy a query, those whose title does by itself first, and of both the newest first.

    query: see `portal_crawler.store.query`; a blank one finds nothing. source: as printed, all of it. since, until:
    days as YYYY-MM-DD, both included. offset: how many of the best to leave out. Width and case of letters do not
    matter. Raises QueryError, SearchTimeout, and StorageError when the database cannot be read.
    """
    node = parse_query(query)
    if node is None:
        return []
    of_query, wanted = filters_of(node)
    conditions = filters(portal=portal, channel=channel, source=source, since=since, until=until) + of_query
    with _time_limit(store, timeout_s):
        most = offset + limit
        ids = (_best(store, wanted, conditions, most) if wanted else _in_order(store, conditions, most))[offset:]
        rows = {
            row["id"]: row
            for row in store.rows(
                f"""SELECT id, url, title, published_at, portal, source, body, state FROM articles
                    WHERE id IN ({", ".join(map(str, ids))})"""
            )
        }
    titled, bodied = terms_to_mark(node, "title"), terms_to_mark(node, "body")
    return [_hit(rows[number], titled, bodied) for number in ids]


def filters(
    *,
    portal: str | None = None,
    channel: str | None = None,
    source: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> list[Condition]:
    """What `search` narrows a query down by, as conditions on `articles a`; None, and a blank one, leave all in."""
    conditions = [in_channel(channel)] if channel else []
    for comparison, value in (
        ("a.portal =", portal),
        ("a.source =", source),
        ("a.published_at >=", since),
        # Any time of that day, since T sorts before U.
        ("a.published_at <", f"{until}U" if until else None),
    ):
        if value:
            conditions.append(Condition(f"{comparison} ?", (value,)))
    return conditions


def _best(store: Store, node: Node, filters: list[Condition], limit: int) -> list[int]:
    """The ids of the articles to show, best first."""
    in_title = _in_title(node)
    if in_title is None or in_title == node:
        return _newest(store, node, filters, limit, _NEWEST_TEXTS)
    wanted = And((in_title, node)) if _has_not(node) else in_title
    ids = _newest(store, wanted, filters, limit, _NEWEST_TITLES, most_checked=_MOST_CHECKED)
    if len(ids) < limit:
        known = set(ids)
        ids += [number for number in _newest(store, node, filters, limit, _NEWEST_TEXTS) if number not in known]
    return ids[:limit]


def _newest(
    store: Store,
    node: Node,
    filters: list[Condition],
    limit: int,
    most_read: int,
    *,
    most_checked: int | None = None,
) -> list[int]:
    """The ids of the newest articles of a query.

    most_checked: how many are read at most where the index alone does not decide; None is all. Without it, a comma
    that no title has would be looked for in every title before the first text is.

    Ranked by the index (bm25), a word that is in a tenth of a million articles takes a second, since all of them
    are weighed. So of what is frequent the newest articles are read until enough have it; only of what is rare
    does the index say where it is.
    """
    expression = expression_of(node)
    if expression is None:
        if most_checked is not None:
            return _read_newest(store, node, filters, limit, most_checked)
        return _in_order(store, [*filters, indexed_condition(node)], limit)
    # A single letter is every pair that begins with it: the index reads all of them before it gives the first.
    is_letter = "*" in expression.text
    few = None if is_letter else _found_if_few(store, expression.text)
    if few is None:
        newest = _read_newest(store, node, filters, limit, most_read)
        if len(newest) == limit:
            return newest
        if is_letter:
            few = _found_if_few(store, expression.text)
    if few is None:
        # The plus keeps SQLite from looking up every article of the index to sort them: it goes through the articles
        # from the newest on until it has enough.
        indexed = Condition(
            "+a.id IN (SELECT rowid FROM article_search WHERE article_search MATCH ?)", (expression.text,)
        )
    elif few:
        indexed = Condition(f"a.id IN ({', '.join(map(str, few))})")
    else:
        return []
    if expression.exact:
        return _in_order(store, [*filters, indexed], limit)
    if most_checked is not None:
        return _first_of(store, _in_order(store, [*filters, indexed], most_checked), text_condition(node), limit)
    return _in_order(store, [*filters, indexed, text_condition(node)], limit)


def _found_if_few(store: Store, expression: str) -> list[int] | None:
    """What the index finds, None if that is much."""
    sql = "SELECT rowid FROM article_search WHERE article_search MATCH ? LIMIT ?"
    rows = store.rows(sql, [expression, _FEW + 1])
    return [row[0] for row in rows] if len(rows) <= _FEW else None


def _read_newest(store: Store, node: Node, filters: list[Condition], limit: int, most_read: int) -> list[int]:
    """What of a query is among the newest articles, without the index."""
    return _first_of(store, _in_order(store, filters, most_read), text_condition(node), limit)


def _first_of(store: Store, ids: Sequence[int], wanted: Condition, limit: int) -> list[int]:
    """The first articles that satisfy a condition; those behind them are not read."""
    first: list[int] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = store.rows(
            f"SELECT a.id FROM articles a WHERE a.id IN ({', '.join(map(str, some))}) AND {wanted.sql}", wanted.values
        )
        having = {row[0] for row in rows}
        first += [number for number in some if number in having]
        if len(first) >= limit:
            break
    return first[:limit]


def _in_order(store: Store, conditions: list[Condition], limit: int) -> list[int]:
    where = _all_of(conditions)
    rows = store.rows(
        f"SELECT a.id FROM articles a WHERE {where.sql} ORDER BY a.published_at DESC, a.id DESC LIMIT ?",
        [*where.values, limit],
    )
    return [row[0] for row in rows]


def _all_of(conditions: Sequence[Condition]) -> Condition:
    if not conditions:
        return Condition("1")
    return Condition(
        " AND ".join(part.sql for part in conditions), tuple(value for part in conditions for value in part.values)
    )


def _in_title(node: Node) -> Node | None:
    """The query for titles that satisfy it by themselves; what is not to be there is left out."""
    match node:
        case Term(text, column):
            return Term(text, column or "title")
        case Not():
            return None
        case And(parts) | Or(parts):
            kept = tuple(part for part in map(_in_title, parts) if part)
            if len(kept) < 2:
                return kept[0] if kept else None
            return type(node)(kept)


def _has_not(node: Node) -> bool:
    match node:
        case Term():
            return False
        case Not():
            return True
        case And(parts) | Or(parts):
            return any(map(_has_not, parts))


def _hit(row: sqlite3.Row, titled: Sequence[str], bodied: Sequence[str]) -> Hit:
    title, body = row["title"], row["body"] or ""
    return Hit(
        row["url"],
        title,
        row["published_at"],
        row["portal"],
        row["source"],
        snippet(body, bodied) or beginning(body),
        row["state"],
        None if title is None else on_one_line(marked(title, titled)),
    )


@contextmanager
def _time_limit(store: Store, seconds: float | None) -> Iterator[None]:
    """Interrupt what runs on the connection after some time, and until it has noticed."""
    if seconds is None:
        yield
        return
    done, is_late = threading.Event(), threading.Event()

    def interrupt() -> None:
        if not done.wait(seconds):
            is_late.set()
            while not done.wait(0.05):
                store.connection.interrupt()

    watch = threading.Thread(target=interrupt, daemon=True)
    watch.start()
    try:
        yield
    except StorageError as error:
        if not is_late.is_set():
            raise
        raise SearchTimeout(
            f"the search took longer than {seconds:g} s and was stopped; give it more words, a portal, "
            "a shorter period, or more time"
        ) from error
    finally:
        done.set()
        watch.join()
