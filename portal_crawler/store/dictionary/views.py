"""What the tables answer: the views, which hold nothing of their own."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

_PORTAL = Column("portal", "TEXT", "id of the portal")
_CHANNEL = (
    _PORTAL,
    Column("channel_id", "INTEGER", "the channel, in `channels`"),
    Column("channel", "TEXT", "its name"),
)
_GAP = (
    Column("first_day", "TEXT", "first day without an article, `YYYY-MM-DD`"),
    Column("last_day", "TEXT", "last one; the day before the last listing where the silence goes on"),
    Column("days", "INTEGER", "how many days that is"),
)
_RATES = (
    ("title", "a headline"),
    ("published_at", "a time of publication"),
    ("source", "a source"),
    ("editor", "an editor"),
    ("author", "an author"),
    ("body", "a text"),
    ("images", "an image"),
)

VIEWS = (
    Table(
        "articles_per_day",
        "How many articles each portal published on each day. Articles without a time are left out.",
        (
            _PORTAL,
            Column("day", "TEXT", "day of publication, `YYYY-MM-DD`"),
            Column("articles", "INTEGER", "how many are stored"),
        ),
        is_view=True,
    ),
    Table(
        "portal_gaps",
        "Days in a row on which a portal published nothing that is stored, between its first article and its last "
        "listing.",
        (_PORTAL, *_GAP),
        is_view=True,
    ),
    Table(
        "channel_gaps",
        "The same for each channel: days in a row without an article that it listed.",
        (*_CHANNEL, *_GAP),
        is_view=True,
    ),
    Table(
        "channel_editors",
        "The editors of each channel, each on their own where one value joins several. An article of two channels "
        "counts in both.",
        (
            *_CHANNEL,
            Column("editor", "TEXT", "one name as printed"),
            Column("articles", "INTEGER", "how many articles name it"),
            Column("first_published_at", "TEXT", "time of the first of them", null="none of them has a time"),
            Column("last_published_at", "TEXT", "time of the last of them", null="none of them has a time"),
        ),
        is_view=True,
    ),
    Table(
        "article_edits",
        "What was changed after publication: one row for each revision but an article's first, against the one before.",
        (
            _PORTAL,
            Column("article_id", "INTEGER", "the article"),
            Column("url", "TEXT", "its address"),
            Column("revision", "INTEGER", "number of the revision that the change made, from 2"),
            Column(
                "published_at",
                "TEXT",
                "time of publication, of the article's latest state",
                null="as in `articles`",
            ),
            Column("seen_before_at", "TEXT", "when the state before was first fetched: it was changed after that"),
            Column("captured_at", "TEXT", "when the changed state was first fetched: it was changed before that"),
            Column(
                "hours_after",
                "REAL",
                "hours from publication until the change was seen",
                null="of the time of publication no more than the day is known",
            ),
            Column("changed", "TEXT", "JSON list: the fields that differ; empty where better rules read both alike"),
            Column("title_before", "TEXT", "headline before", null="there was none"),
            Column("title", "TEXT", "headline after", null="there is none"),
            Column("characters_added", "INTEGER", "by how many characters the text grew, negative where it shrank"),
        ),
        is_view=True,
    ),
    Table(
        "field_counts",
        "How many articles have each field, by portal and month of publication; the counts of months add up.",
        (
            _PORTAL,
            Column("month", "TEXT", "month of publication, `YYYY-MM`", null="of the articles without a time"),
            Column("articles", "INTEGER", "how many are stored"),
            *(Column(name, "INTEGER", f"how many of them have {what}") for name, what in _RATES),
        ),
        is_view=True,
    ),
    Table(
        "fill_rates",
        "How full each field is, by portal and in percent of its articles.",
        (
            _PORTAL,
            Column("articles", "INTEGER", "how many are stored"),
            *(Column(name, "REAL", f"percent of them that have {what}") for name, what in _RATES),
        ),
        is_view=True,
    ),
)
