"""The SQLite store, through sqlite-utils: schema, ledger, the one writer of a crawl, runs and search.

It knows nothing of Scrapy. `open_store` gives a connection that may write, `open_reader` one that cannot;
`Writer` queues what a crawl finds and commits it in short transactions.
"""

from portal_crawler.store.articles import PageCapture
from portal_crawler.store.conditions import condition
from portal_crawler.store.database import StorageError, Store, open_existing, open_reader, open_store
from portal_crawler.store.ledger import (
    ChannelRow,
    channel_row,
    count_by_state,
    count_pending,
    known_urls,
    seen_before,
    waiting_articles,
)
from portal_crawler.store.loose_ends import LooseEnds, OpenAnswers, loose_ends_of
from portal_crawler.store.payloads import find_payload
from portal_crawler.store.query import QueryError, parse_query
from portal_crawler.store.rechecks import SCHEDULE, Due, due_articles
from portal_crawler.store.rewrite import columns_of, fetch_again, put_lost, rewrite_article, rewrite_revision
from portal_crawler.store.runs import finish_run, hosts_at_rest, last_capture_ends, start_run
from portal_crawler.store.search import Hit, SearchTimeout, search
from portal_crawler.store.sql_functions import register_search
from portal_crawler.store.states import Found
from portal_crawler.store.templates import load_template, recent_bodies, save_template
from portal_crawler.store.twins import find_twin
from portal_crawler.store.writer import Writer

__all__ = [
    "SCHEDULE",
    "ChannelRow",
    "Due",
    "Found",
    "Hit",
    "LooseEnds",
    "OpenAnswers",
    "PageCapture",
    "QueryError",
    "SearchTimeout",
    "StorageError",
    "Store",
    "Writer",
    "channel_row",
    "columns_of",
    "condition",
    "count_by_state",
    "count_pending",
    "due_articles",
    "fetch_again",
    "find_payload",
    "find_twin",
    "finish_run",
    "hosts_at_rest",
    "known_urls",
    "last_capture_ends",
    "load_template",
    "loose_ends_of",
    "open_existing",
    "open_reader",
    "open_store",
    "parse_query",
    "put_lost",
    "recent_bodies",
    "register_search",
    "rewrite_article",
    "rewrite_revision",
    "save_template",
    "search",
    "seen_before",
    "start_run",
    "waiting_articles",
]
