"""Where it was found: channels, what their listings showed, and the ledger of every address."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

CHANNELS = Table(
    "channels",
    "The columns of the portals that were crawled.",
    (
        Column("id", "INTEGER", "number of the channel"),
        Column("portal", "TEXT", "id of the portal"),
        Column("name", "TEXT", "name in the profile; the address for one without a profile"),
        Column("path", "TEXT", "JSON list: its path from the outermost column"),
        Column("url", "TEXT", "address of its listing"),
        Column("walk", "INTEGER", "number of the last walk through its listing pages, 0 before the first"),
        Column("complete_walk", "INTEGER", "number of the last walk that was completed, 0 before the first"),
        Column(
            "complete_since",
            "TEXT",
            "the day back to which that walk went, `YYYY-MM-DD`",
            null="it went to the channel's end, or there was none",
        ),
        Column("last_listed_at", "TEXT", "when the last walk began", null="it was never walked"),
    ),
)

ARTICLE_CHANNELS = Table(
    "article_channels",
    "Which channels listed an article; several may.",
    (
        Column("article_id", "INTEGER", "the article"),
        Column("channel_id", "INTEGER", "the channel"),
    ),
)

CHANNEL_ENTRIES = Table(
    "channel_entries",
    "What the listings showed.",
    (
        Column("channel_id", "INTEGER", "the channel"),
        Column("ledger_id", "INTEGER", "the address that was listed, in `ledger`"),
        Column("walk", "INTEGER", "number of the walk that first saw it there"),
        Column("title", "TEXT", "title as the listing prints it", null="the listing shows none"),
        Column("date", "TEXT", "date as the listing prints it", null="the listing shows none"),
    ),
)

LEDGER = Table(
    "ledger",
    "Every address ever discovered. Discovered is the sum of the states at any moment.",
    (
        Column("id", "INTEGER", "number of the address, in the order of discovery"),
        Column("url", "TEXT", "canonical address, unique"),
        Column("portal", "TEXT", "id of the portal"),
        Column("kind", "TEXT", "`article`, `listing`, or `page` for an article's second and further pages"),
        Column(
            "state", "TEXT", "`pending`, `done`, `failed`, `blocked` (the portal refuses us) or `skipped` (not for us)"
        ),
        Column("reason", "TEXT", "why it is failed, blocked, skipped or pending again", null="nothing to explain"),
        Column("attempts", "INTEGER", "failed attempts in a row"),
        Column(
            "retry_at",
            "TEXT",
            "from when on a failed one is tried again",
            null="not failed, or given up after eight attempts",
        ),
        Column("discovered_at", "TEXT", "when it was first found"),
        Column("updated_at", "TEXT", "when its state was last set"),
        Column("run_id", "INTEGER", "the run that last set it"),
        Column("article_id", "INTEGER", "the article that it leads to", null="no article is stored"),
        Column("capture_id", "INTEGER", "the last answer for it", null="no answer was kept"),
        Column(
            "identity",
            "TEXT",
            "what the variants of an address have in common: no scheme, `www.` or `m.`, no index file",
        ),
    ),
)
