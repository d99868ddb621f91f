"""What keeps the collection going: runs, re-checks, and the templates of portals."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

RUNS = Table(
    "runs",
    "Every crawl of one portal, begun before its first request and completed with its figures.",
    (
        Column("id", "INTEGER", "number of the run"),
        Column("portal", "TEXT", "id of the portal"),
        Column("targets", "TEXT", "JSON list: what was to be crawled"),
        Column("pid", "INTEGER", "its process"),
        Column("started_at", "TEXT", "when it began"),
        Column("ended_at", "TEXT", "when it ended", null="it still runs, or was killed"),
        Column(
            "exit_code",
            "INTEGER",
            "0 done, 3 some addresses failed; the README lists all",
            null="as `ended_at`, or it was under way when `backup` made this copy",
        ),
        Column("outcome", "TEXT", "what it came to, in a sentence", null="as `ended_at`"),
        Column("listings", "INTEGER", "listing pages read"),
        Column("discovered", "INTEGER", "addresses that were new"),
        Column("articles", "INTEGER", "articles that were new"),
        Column("updated", "INTEGER", "articles with a new revision"),
        Column("failed", "INTEGER", "addresses that failed"),
        Column("blocked", "INTEGER", "addresses that the portal refused"),
        Column("skipped", "INTEGER", "addresses left out"),
        Column("requests", "INTEGER", "requests sent"),
        Column("bytes", "INTEGER", "bytes received"),
        Column("summary", "TEXT", "JSON object: all figures, as `crawl --json` prints them", null="as `ended_at`"),
    ),
)

RECHECKS = Table(
    "rechecks",
    "When each article is asked for again, and what the last checks found.",
    (
        Column("article_id", "INTEGER", "the article"),
        Column("portal", "TEXT", "id of the portal"),
        Column(
            "etag",
            "TEXT",
            "header ETag of the answer that holds its text",
            null="it had none, or the article has several pages",
        ),
        Column("last_modified", "TEXT", "header Last-Modified of that answer, as sent", null="as `etag`"),
        Column("checks", "INTEGER", "how often it was asked for again and answered"),
        Column("checked_at", "TEXT", "when that was last", null="never so far"),
        Column("next_check_at", "TEXT", "when it is due again", null="no more checks are planned"),
        Column("missing", "INTEGER", "on how many checks in a row it was missing"),
        Column("first_missing_at", "TEXT", "when that was for the first time", null="it was there on the last check"),
        Column("missing_reason", "TEXT", "what the portal answered on the last of these", null="as `first_missing_at`"),
        Column(
            "doubt", "TEXT", "why the last answer cannot be the article: its text was left as it was", null="no doubt"
        ),
        Column("doubt_capture_id", "INTEGER", "that answer, in `captures`", null="no doubt"),
    ),
)

TEMPLATES = Table(
    "templates",
    "What each portal prints around its articles, learnt from the pages.",
    (
        Column("portal", "TEXT", "id of the portal"),
        Column("learnt_at", "TEXT", "when that was learnt"),
        Column("pages", "INTEGER", "from how many pages"),
        Column("template", "TEXT", "JSON object: the lines above and below the articles; this program's own"),
    ),
)

LOOSE_ENDS = Table(
    "loose_ends",
    "What runs have left undone: of the run that goes on, and of those before it that were killed until the archive "
    "says it (see docs/archive.md).",
    (
        Column("run_id", "INTEGER", "the run"),
        Column("has_ended", "INTEGER", "1: it did all that a run does at its end"),
        Column("unread", "TEXT", "JSON list of pairs, `file` and `offset` of captures that have led to nothing"),
    ),
)

RUN_ORIGINS = Table(
    "run_origins",
    "What each run is known by in every database that it was merged into, and where it ran.",
    (
        Column("run_id", "INTEGER", "the run"),
        Column("token", "TEXT", "drawn by lot when the run began"),
        Column("shard", "TEXT", "path of the database that it wrote to", null="this one"),
    ),
)

MERGED_SHARDS = Table(
    "merged_shards",
    "How far each other database has been merged into this one; `merge` begins there again.",
    (
        Column("path", "TEXT", "path of the other database"),
        Column("run_id", "INTEGER", "its last run by then, as numbered there; 0: it had none"),
        Column("run_token", "TEXT", "what that run is known by", null="it had no run"),
        Column("captures", "INTEGER", "highest id of a merged capture there"),
        Column("articles", "INTEGER", "highest id of a merged article there"),
        Column("ledger", "INTEGER", "highest id of a merged row of its ledger"),
        Column("changes", "INTEGER", "up to which number of its `row_changes` changed rows were merged"),
        Column("merged_at", "TEXT", "when it was merged whole for the last time", null="never so far"),
    ),
)

SIGHTINGS = Table(
    "sightings",
    "Moments at which an article was seen as a revision says. Only what `merge` met, since it may find another state "
    "in between.",
    (
        Column("article_id", "INTEGER", "the article"),
        Column("seen_at", "TEXT", "when it was seen"),
        Column("capture_id", "INTEGER", "what was read, in `captures`"),
        Column("reading", "TEXT", "JSON object: columns of `revisions` that were read otherwise than in the revision"),
    ),
)

ROW_CHANGES = Table(
    "row_changes",
    "Rows that were changed after they were made, in order. For `merge` alone.",
    (
        Column("number", "INTEGER", "number of the change"),
        Column("kind", "TEXT", "`run`, `article` or `ledger`; an entry of a channel counts for its ledger row"),
        Column("row_id", "INTEGER", "id of the row"),
    ),
)
