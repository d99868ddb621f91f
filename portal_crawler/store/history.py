"""An article's revisions, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from portal_crawler.store.database import Store
from portal_crawler.store.wording import Piece, compare, count_changes
from portal_crawler.urls import canonical_url, identity

# What a reader of an article's history looks at; a changed author makes no revision by itself.
_FIELDS = ("title", "published_at", "source", "editor", "author", "body")


class UnknownArticle(Exception):
    """No article is stored under an address; the message says what is known of it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that two revisions differ in. pieces: its text; added, removed: characters."""

    field: str
    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an article. captured_at: when it was first seen; file, offset, length: its first page's capture.

    values: its fields by name. changes: against the revision before, none for the first.
    """

    number: int
    captured_at: str
    file: str
    offset: int
    length: int
    values: dict[str, str | None]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class History:
    """An article through time. Times are as stored; None where there was none yet, or none is to come.

    missing: on how many checks in a row it was missing, since first_missing_at, for missing_reason. doubt: why the
    last answer was not taken for the article; doubt_capture: that answer's place, `file:offset`.
    """

    url: str
    portal: str
    state: str
    first_seen_at: str
    last_seen_at: str
    checks: int
    checked_at: str | None
    next_check_at: str | None
    missing: int
    first_missing_at: str | None
    missing_reason: str | None
    doubt: str | None
    doubt_capture: str | None
    revisions: tuple[Revision, ...]


def history_of(store: Store, url: str) -> History:
    """The history of the article that an address, or any variant of it, belongs to.

    Raises UnknownArticle when none is stored, ValueError for what is no http(s) address.
    """
    return history_of_article(store, find_article(store, url))


def history_of_article(store: Store, article_id: int) -> History:
    """The history of the article of an id, which there must be."""
    row = store.rows(
        """SELECT a.url, a.portal, a.state, a.first_seen_at, a.last_seen_at, coalesce(r.checks, 0) AS checks,
                  r.checked_at, r.next_check_at, coalesce(r.missing, 0) AS missing, r.first_missing_at,
                  r.missing_reason, r.doubt, c.file || ':' || c.offset AS doubt_capture
           FROM articles a LEFT JOIN rechecks r ON r.article_id = a.id
           LEFT JOIN captures c ON c.id = r.doubt_capture_id WHERE a.id = ?""",
        (article_id,),
    )[0]
    found = store.rows(
        f"""SELECT r.revision, r.captured_at, c.file, c.offset, c.length, {", ".join(f"r.{name}" for name in _FIELDS)}
            FROM revisions r JOIN captures c ON c.id = r.capture_id WHERE r.article_id = ? ORDER BY r.revision""",
        (article_id,),
    )
    revisions: list[Revision] = []
    for item in found:
        values = {name: item[name] for name in _FIELDS}
        changes = _changes(revisions[-1].values, values) if revisions else ()
        place = (item["file"], item["offset"], item["length"])
        revisions.append(Revision(item["revision"], item["captured_at"], *place, values, changes))
    return History(**dict(row), revisions=tuple(revisions))


def find_article(store: Store, url: str) -> int:
    """The id of the article at an address: its own, a variant of it, or one of its further pages.

    Raises UnknownArticle when none is stored, ValueError for what is no http(s) address.
    """
    canonical = canonical_url(url)
    rows = store.rows(
        """SELECT article_id, url, state, reason FROM ledger WHERE identity = ? AND kind <> 'listing'
           ORDER BY article_id IS NULL, url = ? DESC, id""",
        (identity(url), canonical),
    )
    if rows and rows[0]["article_id"] is not None:
        return int(rows[0]["article_id"])
    stored = store.rows("SELECT id FROM articles WHERE url = ?", (canonical,))
    if stored:
        return int(stored[0]["id"])
    if rows:
        why = f" ({rows[0]['reason']})" if rows[0]["reason"] else ""
        raise UnknownArticle(f"{rows[0]['url']}: known, but {rows[0]['state']}{why}: no article is stored")
    raise UnknownArticle(f"{canonical}: no article of this address is stored")


def _changes(before: dict[str, str | None], after: dict[str, str | None]) -> tuple[Change, ...]:
    changes = []
    for name in _FIELDS:
        if before[name] != after[name]:
            pieces = compare(before[name] or "", after[name] or "")
            changes.append(Change(name, before[name], after[name], tuple(pieces), *count_changes(pieces)))
    return tuple(changes)
