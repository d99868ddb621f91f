"""What was read: articles, their revisions and pages, and the index of their text."""

from __future__ import annotations

from portal_crawler.store.dictionary.entry import Column, Table

# What revisions have, too.
_CONTENT = (
    Column("title", "TEXT", "headline as printed", null="the page shows none"),
    Column(
        "published_at",
        "TEXT",
        "time of publication, cut to what the page prints: `2021-11-19T20:09:41+08:00`, `2021-11-19T20:09+08:00`; "
        "a day stands as its midnight",
        null="the page shows none",
    ),
    Column(
        "published_precision",
        "TEXT",
        "how much of it the page prints: `second`, `minute` or `day`",
        null="`published_at` is",
    ),
    Column("published_raw", "TEXT", "the time as printed", null="`published_at` is"),
    Column("source", "TEXT", "来源 as printed, without label; several joined by `、`", null="the page shows none"),
    Column("editor", "TEXT", "编辑 or 责任编辑, in the same way", null="the page shows none"),
    Column("author", "TEXT", "作者 or 记者, in the same way", null="the page shows none"),
    Column(
        "body",
        "TEXT",
        "text, one paragraph a line; rows of a table with tabs between the cells",
        null="no text was found",
    ),
)
_IMAGES = Column(
    "images", "TEXT", 'JSON list of `{"url", "caption"}`, absolute addresses, caption null where none is printed'
)
_CAPTURE = Column("capture_id", "INTEGER", "the answer that holds its first page, in `captures`")
_EXTRACTOR = Column("extractor", "TEXT", "which version of the rules read it")
_PROVENANCE = Column(
    "provenance",
    "TEXT",
    "JSON object: for each field that was found, the rule that gave it; under `text`, the encoding",
)

ARTICLES = Table(
    "articles",
    "One row an article as a reader understands it, all its pages joined, in its latest state.",
    (
        Column("id", "INTEGER", "number of the article"),
        Column("url", "TEXT", "canonical address, unique"),
        Column("portal", "TEXT", "id of the portal"),
        *_CONTENT,
        Column(
            "channel_path",
            "TEXT",
            "JSON list: the columns that the page names above the article, outermost first, without 首页",
        ),
        _IMAGES,
        Column("page_count", "INTEGER", "how many pages it was joined from"),
        Column("state", "TEXT", "`live`; `suspect`: missing when last asked for; `gone`: missing for days"),
        Column("revision", "INTEGER", "number of the revision that the row shows, from 1"),
        Column("first_seen_at", "TEXT", "when it was first fetched"),
        Column("last_seen_at", "TEXT", "when the portal last had it"),
        _CAPTURE,
        _EXTRACTOR,
        _PROVENANCE,
        Column(
            "warnings",
            "TEXT",
            "JSON list of doubts: `empty_body`, `short_body`, `no_title`, `future_date`, `damaged_text`, "
            "`missing_page`, `only_template`, `too_large`, `too_deep`, `drift_…` (a field that the channel's articles "
            "nearly always have), `recheck_…`",
        ),
    ),
)

REVISIONS = Table(
    "revisions",
    "Each state of an article's content that was seen. A changed title, time, source, editor or text makes a new one; "
    "what better rules read on the same page does not. The newest one says what `articles` says.",
    (
        Column("id", "INTEGER", "number of the row"),
        Column("article_id", "INTEGER", "the article"),
        Column("revision", "INTEGER", "from 1, in the order in which they were seen"),
        Column("captured_at", "TEXT", "when this state was first fetched"),
        _CAPTURE,
        *_CONTENT,
        _IMAGES,
        _PROVENANCE,
        _EXTRACTOR,
    ),
)

ARTICLE_PAGES = Table(
    "article_pages",
    "Which captures an article was joined from.",
    (
        Column("article_id", "INTEGER", "the article"),
        Column("number", "INTEGER", "number of the page, from 1"),
        Column("url", "TEXT", "address of the page"),
        Column("capture_id", "INTEGER", "the answer that holds it"),
    ),
)

ARTICLE_SEARCH = Table(
    "article_search",
    "The index of `search` (FTS5, without a copy of the text): overlapping pairs of characters. `rowid` is the "
    "article's id. Its columns can be searched and not read.",
    (
        Column("title", "", "pairs of characters of the title", null="not readable"),
        Column("body", "", "pairs of characters of the text", null="not readable"),
    ),
)

TITLE_SEARCH = Table(
    "title_search",
    "The index of titles alone, otherwise as `article_search`: it finds at once what few titles and most texts have.",
    (Column("title", "", "pairs of characters of the title", null="not readable"),),
)
