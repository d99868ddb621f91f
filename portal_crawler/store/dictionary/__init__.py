"""The data dictionary: every table, view and column that a reader of the database meets, described once.

docs/schema.md, `portal-crawler schema` and Datasette's pages all say what stands here. A module holds the tables of one
subject; a test compares them with a new database.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from portal_crawler.store.dictionary import articles, evidence, listings, reprints, upkeep, views
from portal_crawler.store.dictionary.entry import Column, Table

# In the order in which a reader needs them.
DICTIONARY: tuple[Table, ...] = (
    articles.ARTICLES,
    articles.REVISIONS,
    articles.ARTICLE_PAGES,
    *views.VIEWS,
    reprints.REPRINTS,
    reprints.REPRINT_ORIGINS,
    reprints.CLUSTERS,
    reprints.CLUSTER_MEMBERS,
    reprints.OUTLETS,
    reprints.OUTLET_COUNTS,
    reprints.ARTICLE_OUTLETS,
    reprints.SOURCE_NAMES,
    reprints.PORTAL_OUTLETS,
    listings.CHANNELS,
    listings.ARTICLE_CHANNELS,
    listings.CHANNEL_ENTRIES,
    listings.LEDGER,
    evidence.CAPTURES,
    evidence.SEGMENTS,
    evidence.LOST_RECORDS,
    upkeep.RUNS,
    upkeep.RECHECKS,
    upkeep.TEMPLATES,
    upkeep.LOOSE_ENDS,
    upkeep.RUN_ORIGINS,
    upkeep.SIGHTINGS,
    upkeep.MERGED_SHARDS,
    upkeep.ROW_CHANGES,
    reprints.REPRINT_QUEUE,
    reprints.REPRINT_RULES,
    reprints.SIGNATURES,
    reprints.SIGNATURE_BANDS,
    articles.ARTICLE_SEARCH,
    articles.TITLE_SEARCH,
)

__all__ = ["DICTIONARY", "Column", "Table", "UnknownTable", "metadata_of", "table_named"]


class UnknownTable(Exception):
    """No table or view has that name; the message says which one may be meant."""


def table_named(name: str) -> Table:
    """The entry of a table or view. Raises UnknownTable."""
    known = {table.name: table for table in DICTIONARY}
    if name in known:
        return known[name]
    near = get_close_matches(name, known, 1)
    advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise UnknownTable(f"no table or view {name!r}; {advice}")


def metadata_of(database: str) -> dict[str, Any]:
    """The dictionary as Datasette's metadata. database: the name that Datasette gives it, its file's without suffix.

    Under `databases`, then the name, then `tables`: for each its `description`, and its `columns` with theirs.
    """
    tables = {
        table.name: {
            "description": plain_text(table.about),
            "columns": {column.name: meaning_of(column) for column in table.columns},
        }
        for table in DICTIONARY
    }
    return {"databases": {database: {"tables": tables}}}


def meaning_of(column: Column) -> str:
    """What a column means and when it is NULL, as plain text in one line."""
    when = f"; NULL: {column.null}" if column.null else ""
    return plain_text(column.meaning + when)


def plain_text(text: str) -> str:
    """Text of the dictionary without its backquotes, for readers that show no Markdown."""
    return text.replace("`", "")
