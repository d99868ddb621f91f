"""Full-text search that finds every substring, in Chinese and anything mixed into it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from portal_crawler.store.conditions import Condition, filters_of, in_channel
from portal_crawler.store.database import StorageError, Store
from portal_crawler.store.newest import Asked, best, in_order
from portal_crawler.store.query import parse_query
from portal_crawler.store.snippets import beginning, marked, on_one_line, snippet, terms_to_mark
from portal_crawler.store.source_terms import by_source

# Another program may have written bytes that are no text; then SQLite says so.
_SHOWN = ", ".join(
    f"CAST({name} AS TEXT) AS {name}" for name in ("url", "title", "published_at", "portal", "source", "body", "state")
)


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
    asked = Asked(store, conditions, offset + limit)
    with _time_limit(asked, timeout_s):
        named, wanted = by_source(store, wanted)
        asked.filters += named
        ids = (best(asked, wanted) if wanted else in_order(asked))[offset:]
        rows = {
            row["id"]: row
            for row in store.rows(f"""SELECT id, {_SHOWN} FROM articles WHERE id IN ({", ".join(map(str, ids))})""")
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
def _time_limit(asked: Asked, seconds: float | None) -> Iterator[None]:
    """Interrupt what runs on the connection after some time, and until it has noticed."""
    if seconds is None:
        yield
        return
    done, is_late = threading.Event(), threading.Event()

    def interrupt() -> None:
        if not done.wait(seconds):
            is_late.set()
            while not done.wait(0.05):
                asked.store.connection.interrupt()

    watch = threading.Thread(target=interrupt, daemon=True)
    watch.start()
    try:
        yield
    except StorageError as error:
        if not is_late.is_set():
            raise
        raise SearchTimeout(
            f"the search took longer than {seconds:g} s and was stopped{_how_far(asked)}; give it more words, "
            "a portal, a shorter period, or more time"
        ) from error
    finally:
        done.set()
        watch.join()


def _how_far(asked: Asked) -> str:
    """What was looked at, and what was not."""
    if not asked.read:
        return ""
    day = "those without a time" if asked.back_to is None else asked.back_to[:10]
    return (
        f": of the articles that may have it, the newest {asked.read:,}, back to {day}, were read, {asked.found:,} of "
        "them have it, and the others were not looked at"
    )
