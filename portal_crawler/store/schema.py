"""The tables, made by numbered migrations. A migration that has been released is never changed again."""

from __future__ import annotations

from portal_crawler.store.merge_tables import STATEMENTS as MERGE_STATEMENTS
from portal_crawler.store.merge_tables import name_runs
from portal_crawler.store.reprint_tables import STATEMENTS as REPRINT_STATEMENTS
from portal_crawler.store.search_tables import STATEMENTS as SEARCH_STATEMENTS
from portal_crawler.store.search_tables import pairs_of
from portal_crawler.store.views import STATEMENTS
from portal_crawler.store.without_pandas import Database, Migrations
from portal_crawler.urls import identity

migrations = Migrations("portal_crawler")


@migrations(name="0001_tables")
def tables(db: Database) -> None:
    """Everything that a crawl stores."""
    for statement in filter(str.strip, _TABLES.split(";\n")):
        db.execute(statement)


def unknown_migration(db: Database) -> str | None:
    """The last migration of a database that this version does not know, None when it knows them all."""
    known = {step.name for step in migrations.pending(Database(memory=True))}
    return next((step.name for step in reversed(migrations.applied(db)) if step.name not in known), None)


def is_of_others(db: Database) -> bool:
    """Whether a database belongs to another program: it holds something, and nothing of it says that it is ours."""
    holds = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    marked = any(db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    return bool(holds or marked) and not migrations.applied(db)


@migrations(name="0002_templates")
def templates(db: Database) -> None:
    """What each portal prints around its articles."""
    db.execute(
        """CREATE TABLE templates (
               portal TEXT PRIMARY KEY,
               learnt_at TEXT NOT NULL,
               pages INTEGER NOT NULL,
               template TEXT NOT NULL
           ) WITHOUT ROWID"""
    )


@migrations(name="0003_identity")
def identities(db: Database) -> None:
    """What the addresses of one article have in common, so that a variant of a known one is not new."""
    db.execute("ALTER TABLE ledger ADD COLUMN identity TEXT NOT NULL DEFAULT ''")
    db.conn.create_function("identity_of", 1, identity, deterministic=True)
    db.execute("UPDATE ledger SET identity = identity_of(url)")
    db.execute("CREATE INDEX ledger_identity ON ledger(identity)")


@migrations(name="0004_rechecks")
def rechecks(db: Database) -> None:
    """When each article is asked for again, and what the last checks found. One narrow row an article."""
    db.execute(
        """CREATE TABLE rechecks (
               article_id INTEGER PRIMARY KEY REFERENCES articles(id),
               portal TEXT NOT NULL,
               etag TEXT,
               last_modified TEXT,
               checks INTEGER NOT NULL DEFAULT 0,
               checked_at TEXT,
               next_check_at TEXT,
               missing INTEGER NOT NULL DEFAULT 0,
               first_missing_at TEXT,
               missing_reason TEXT,
               doubt TEXT,
               doubt_capture_id INTEGER REFERENCES captures(id)
           )"""
    )
    db.execute("CREATE INDEX rechecks_due ON rechecks(portal, next_check_at) WHERE next_check_at IS NOT NULL")
    # Stored articles are due at the first age that they had not reached when they were last seen.
    ages = ("+1 hour", "+1 day", "+7 days", "+30 days")
    rungs = [f"strftime('%Y-%m-%dT%H:%M:%S', substr(first_seen_at, 1, 19), '{age}') || '+08:00'" for age in ages]
    cases = " ".join(f"WHEN {rung} > last_seen_at THEN {rung}" for rung in rungs)
    db.execute(
        f"INSERT INTO rechecks (article_id, portal, next_check_at) SELECT id, portal, CASE {cases} END FROM articles"
    )


@migrations(name="0006_reprints")
def reprints(db: Database) -> None:
    """Which articles are one text, and which outlets their sources name."""
    for statement in REPRINT_STATEMENTS:
        db.execute(statement)


@migrations(name="0007_views")
def views(db: Database) -> None:
    """Answers to what people ask of the collection."""
    for statement in STATEMENTS:
        db.execute(statement)


@migrations(name="0008_merge")
def merge(db: Database) -> None:
    """Where runs come from, what has changed, and what was merged already."""
    for statement in MERGE_STATEMENTS:
        db.execute(statement)
    name_runs(db.conn)


@migrations(name="0009_views_again")
def views_again(db: Database) -> None:
    """The views as they are written now. A view holds nothing: when one has changed, all are made again."""
    for statement in (*REPRINT_STATEMENTS, *STATEMENTS):
        if statement.split()[:2] == ["CREATE", "VIEW"]:
            db.execute(f"DROP VIEW {statement.split()[2]}")
            db.execute(statement)


@migrations(name="0011_search_again")
def search_again(db: Database) -> None:
    """The search index made again, with the marks between letters in it; of titles alone; of sources."""
    db.conn.create_function("pairs_of", 1, pairs_of, deterministic=True)
    for statement in SEARCH_STATEMENTS:
        db.execute(statement)


_TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL,
    targets TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    outcome TEXT,
    listings INTEGER NOT NULL DEFAULT 0,
    discovered INTEGER NOT NULL DEFAULT 0,
    articles INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    blocked INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    summary TEXT
);
CREATE TABLE segments (
    file TEXT PRIMARY KEY,
    portal TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id)
) WITHOUT ROWID;
CREATE INDEX segments_run ON segments(run_id);
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT,
    digest TEXT NOT NULL,
    file TEXT NOT NULL REFERENCES segments(file),
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    UNIQUE (file, offset)
);
CREATE INDEX captures_url ON captures(url);
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    portal TEXT NOT NULL,
    title TEXT,
    published_at TEXT,
    published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day')),
    published_raw TEXT,
    source TEXT,
    editor TEXT,
    author TEXT,
    body TEXT,
    channel_path TEXT NOT NULL DEFAULT '[]',
    images TEXT NOT NULL DEFAULT '[]',
    page_count INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'suspect', 'gone')),
    revision INTEGER NOT NULL DEFAULT 1,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    extractor TEXT NOT NULL,
    provenance TEXT NOT NULL DEFAULT '{}',
    warnings TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX articles_portal_published ON articles(portal, published_at);
CREATE INDEX articles_published ON articles(published_at);
CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    title TEXT,
    published_at TEXT,
    published_precision TEXT,
    published_raw TEXT,
    source TEXT,
    editor TEXT,
    author TEXT,
    body TEXT,
    images TEXT NOT NULL DEFAULT '[]',
    provenance TEXT NOT NULL DEFAULT '{}',
    extractor TEXT NOT NULL,
    UNIQUE (article_id, revision)
);
CREATE TABLE article_pages (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,
    url TEXT NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    PRIMARY KEY (article_id, number)
) WITHOUT ROWID;
CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    portal TEXT NOT NULL,
    name TEXT NOT NULL,
    path TEXT NOT NULL DEFAULT '[]',
    url TEXT NOT NULL,
    walk INTEGER NOT NULL DEFAULT 0,
    complete_walk INTEGER NOT NULL DEFAULT 0,
    complete_since TEXT,
    last_listed_at TEXT,
    UNIQUE (portal, url)
);
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    portal TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'page')),
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed', 'blocked', 'skipped')),
    reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    discovered_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    article_id INTEGER REFERENCES articles(id),
    capture_id INTEGER REFERENCES captures(id)
);
CREATE INDEX ledger_portal_state ON ledger(portal, state);
CREATE TABLE channel_entries (
    channel_id INTEGER NOT NULL REFERENCES channels(id),
    ledger_id INTEGER NOT NULL REFERENCES ledger(id),
    walk INTEGER NOT NULL,
    title TEXT,
    date TEXT,
    PRIMARY KEY (channel_id, ledger_id)
) WITHOUT ROWID;
CREATE INDEX channel_entries_ledger ON channel_entries(ledger_id);
CREATE TABLE article_channels (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    channel_id INTEGER NOT NULL REFERENCES channels(id),
    PRIMARY KEY (article_id, channel_id)
) WITHOUT ROWID;
CREATE INDEX article_channels_channel ON article_channels(channel_id);
CREATE VIRTUAL TABLE article_search USING fts5(
    title, body, content='', tokenize="unicode61 remove_diacritics 0"
);
"""
