"""Which stored articles are to be asked for again, when, and what came of it.

An article is asked for at set ages, since young ones are edited most. Each has one narrow row here, and the due
ones are read from an index on their time, so that the question costs the same however large the archive is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_crawler.article import BEIJING, Capture
from portal_crawler.store.database import Store
from portal_crawler.store.gone import Standing, after_missing, wait_when_missing

# Ages at which an article is asked for again: most corrections come within the hour, and most deletions in a month.
SCHEDULE = (timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30))
# No article waits longer for its next check: who must is dated by a clock that was ahead, and is due.
_LONGEST_WAIT = timedelta(days=366)
# What a re-check doubts stands among the article's warnings under this prefix.
_DOUBT = "recheck_"


@dataclass(frozen=True, slots=True)
class Due:
    """An article to be asked for again. etag, last_modified: of the answer that holds its text, None without one.

    captures: places in the archive of its pages, in page order. values: its row in `articles`.
    """

    article_id: int
    url: str
    etag: str | None
    last_modified: str | None
    captures: tuple[Capture, ...]
    values: dict[str, object]


def due_articles(
    store: Store, portal: str, limit: int, now: datetime | None = None, schedule: Sequence[timedelta] = SCHEDULE
) -> list[Due]:
    """Articles of a portal that are to be asked for by `now` (default: this moment), at most `limit` of them.

    What has come due last stands first: where there are more than a run may ask for, young articles are worth more
    than old ones. schedule: the ages at which articles are asked for.
    """
    moment = now or datetime.now(BEIJING)
    absurd = moment + max(_LONGEST_WAIT, *schedule)
    # Each side by itself, so that the index gives the last ones without a look at all the others.
    found = [
        row
        for side, bound in ((">", absurd), ("<=", moment))
        for row in store.rows(
            f"""SELECT article_id, etag, last_modified FROM rechecks
                WHERE portal = ? AND next_check_at {side} ? ORDER BY next_check_at DESC LIMIT ?""",
            (portal, stamp(bound), limit),
        )
    ][:limit]
    due = []
    for row in found:
        values = dict(store.rows("SELECT * FROM articles WHERE id = ?", (row["article_id"],))[0])
        captures = store.rows(
            """SELECT c.url, c.fetched_at, c.status, c.content_type, c.digest, c.file, c.offset, c.length
               FROM article_pages p JOIN captures c ON c.id = p.capture_id WHERE p.article_id = ? ORDER BY p.number""",
            (row["article_id"],),
        )
        due.append(
            Due(
                row["article_id"],
                str(values["url"]),
                row["etag"],
                row["last_modified"],
                tuple(Capture(**dict(capture)) for capture in captures),
                values,
            )
        )
    return due


def next_check(first_seen: datetime, checked: datetime, schedule: Sequence[timedelta]) -> datetime | None:
    """When an article is due after a check: at the next age of the schedule, None when it has passed them all.

    One that was first seen after the check, by a clock that was ahead, is due as if it were as old as it gets.
    """
    if first_seen > checked:
        return checked + max(schedule) if schedule else None
    return next((first_seen + age for age in sorted(schedule) if first_seen + age > checked), None)


def put_seen(
    connection: sqlite3.Connection,
    article_id: int,
    portal: str,
    seen_at: str,
    schedule: Sequence[timedelta],
    etag: str | None,
    last_modified: str | None,
) -> None:
    """Record that an article was read, for the first time or again: it is live, and due at its next age.

    etag, last_modified: what the answer named its version by.
    """
    first = connection.execute("SELECT first_seen_at FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    connection.execute(
        """INSERT INTO rechecks (article_id, portal, etag, last_modified, next_check_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (article_id) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
           next_check_at = excluded.next_check_at, checks = checks + 1, checked_at = ?, missing = 0,
           first_missing_at = NULL, missing_reason = NULL, doubt = NULL, doubt_capture_id = NULL""",
        (article_id, portal, etag, last_modified, _next_stamp(first, seen_at, schedule), seen_at),
    )
    connection.execute("UPDATE articles SET state = 'live' WHERE id = ? AND state <> 'live'", (article_id,))


def put_unchanged(
    connection: sqlite3.Connection,
    article_id: int,
    seen_at: str,
    schedule: Sequence[timedelta],
    etag: str | None = None,
    last_modified: str | None = None,
) -> None:
    """Record that a portal has the article as it is stored. etag, last_modified: new names of the same version."""
    row = connection.execute("SELECT portal, first_seen_at, warnings FROM articles WHERE id = ?", (article_id,))
    portal, _, warnings = row.fetchone()
    kept = connection.execute(
        "SELECT etag, last_modified, doubt FROM rechecks WHERE article_id = ?", (article_id,)
    ).fetchone()
    put_seen(
        connection, article_id, portal, seen_at, schedule, etag or kept["etag"], last_modified or kept["last_modified"]
    )
    connection.execute("UPDATE articles SET last_seen_at = ? WHERE id = ?", (seen_at, article_id))
    if kept["doubt"]:
        _put_warnings(connection, article_id, warnings, None)


def put_missing(
    connection: sqlite3.Connection, article_id: int, at: str, reason: str, schedule: Sequence[timedelta]
) -> None:
    """Record that a portal no longer has the article. Its text stays; its state becomes suspect and at last gone."""
    row = connection.execute(
        """SELECT a.state, a.first_seen_at, r.missing, r.first_missing_at FROM rechecks r
           JOIN articles a ON a.id = r.article_id WHERE r.article_id = ?""",
        (article_id,),
    ).fetchone()
    since = datetime.fromisoformat(row["first_missing_at"]) if row["first_missing_at"] else None
    moment = datetime.fromisoformat(at)
    after = after_missing(Standing(row["state"], row["missing"], since), moment)
    again = moment + wait_when_missing(after, moment)
    if after.state == "suspect":
        planned = next_check(datetime.fromisoformat(row["first_seen_at"]), moment, schedule)
        again = min(again, planned) if planned else again
    connection.execute(
        """UPDATE rechecks SET checks = checks + 1, checked_at = ?, next_check_at = ?, missing = ?,
           first_missing_at = coalesce(first_missing_at, ?), missing_reason = ? WHERE article_id = ?""",
        (at, stamp(again), after.missing, at, reason, article_id),
    )
    connection.execute("UPDATE articles SET state = ? WHERE id = ?", (after.state, article_id))


def put_unanswered(connection: sqlite3.Connection, article_id: int, again_at: str) -> None:
    """Record that a check came to nothing, which says nothing of the article, and when it is to be made again."""
    connection.execute("UPDATE rechecks SET next_check_at = ? WHERE article_id = ?", (again_at, article_id))


def put_doubt(
    connection: sqlite3.Connection,
    article_id: int,
    at: str,
    reason: str,
    capture_id: int,
    schedule: Sequence[timedelta],
) -> None:
    """Record that a portal answered with a page that cannot be the article: the stored text stays as it is.

    reason: name of the doubt; it stands among the article's warnings with `recheck_` before it until a later check
    brings the article again.
    """
    first, warnings = connection.execute(
        "SELECT first_seen_at, warnings FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    connection.execute(
        """UPDATE rechecks SET checks = checks + 1, checked_at = ?, next_check_at = ?, doubt = ?, doubt_capture_id = ?
           WHERE article_id = ?""",
        (at, _next_stamp(first, at, schedule), reason, capture_id, article_id),
    )
    _put_warnings(connection, article_id, warnings, reason)


def stamp(moment: datetime) -> str:
    """A moment as the database holds it: to the second, in one zone, so that texts compare as times do."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def _next_stamp(first_seen_at: str, at: str, schedule: Sequence[timedelta]) -> str | None:
    moment = next_check(datetime.fromisoformat(first_seen_at), datetime.fromisoformat(at), schedule)
    return stamp(moment) if moment else None


def _put_warnings(connection: sqlite3.Connection, article_id: int, warnings: str, doubt: str | None) -> None:
    kept = [name for name in json.loads(warnings) if not name.startswith(_DOUBT)]
    kept += [f"{_DOUBT}{doubt}"] if doubt else []
    connection.execute(
        "UPDATE articles SET warnings = ? WHERE id = ?", (json.dumps(kept, ensure_ascii=False), article_id)
    )
