"""The data dictionary describes the database that this version makes, and the documented queries run on it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import pytest

from docs.generate import SCHEMA, schema_reference
from portal_crawler.article import Article, Capture, Channel, Image
from portal_crawler.portals import load_profiles
from portal_crawler.reprints import group_reprints
from portal_crawler.store import Found, PageCapture, Store, Writer, open_reader, open_store, start_run
from portal_crawler.store.dictionary import DICTIONARY, Table, UnknownTable, metadata_of, table_named

QUERIES = re.findall(r"```sql\n(.*?)```", SCHEMA.read_text(encoding="utf-8"), re.DOTALL)
_SQLITE_TYPES = {"integer": "INTEGER", "real": "REAL", "text": "TEXT", "blob": "BLOB"}

Described = dict[str, tuple[str, bool]]


def described() -> dict[str, Described]:
    """By table and column what the dictionary says: the type, and whether it may be NULL."""
    return {
        table.name: {column.name: (column.type, column.null is not None) for column in table.columns}
        for table in DICTIONARY
    }


def existing(store: Store) -> dict[str, Described]:
    """By table or view and column what a database has; without what FTS5 and the migrations keep for themselves."""
    tables = store.rows(
        """SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
           AND name <> '_sqlite_migrations' ORDER BY name"""
    )
    virtual = [row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")]
    found: dict[str, Described] = {}
    for (table,) in tables:
        if not any(table.startswith(f"{name}_") for name in virtual):
            columns = store.rows("SELECT * FROM pragma_table_info(?)", (table,))
            found[table] = {row["name"]: (row["type"], not (row["notnull"] or row["pk"])) for row in columns}
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with two articles in a channel, one of them changed, and an address that failed."""
    path = tmp_path_factory.mktemp("store") / "portal.db"
    writable = open_store(path)
    writer = Writer(writable, start_run(writable, "gscn", ["gscn"]), "gscn", before_commit=lambda: None)
    channel = writer.add_channel(Channel("平凉市", ("资讯频道", "平凉市"), "http://news.example/pl/"))
    urls = [f"http://news.example/{number}.html" for number in range(3)]
    writer.start_walk(channel, 1)
    writer.discover([Found(url, "标题", "11-19") for url in urls], "article", channel_id=channel, walk=1)
    for place, (url, title) in enumerate([(urls[0], "甘肃安全生产月"), (urls[1], "旧题"), (urls[1], "新题")]):
        capture = Capture(url, f"2021-11-19T20:1{place}:00+08:00", 200, None, "sha1:A", "gscn/1.warc.gz", place, 1)
        writer.add_capture(capture)
        article = Article(
            url,
            title=title,
            published_at="2021-11-19T20:09+08:00",
            published_precision="minute",
            published_raw="2021-11-19 20:09",
            source="新华社客户端",
            editor="赵小春、李四",
            body="安全生产月活动。",
            images=(Image("http://news.example/1.jpg", None),),
            provenance={"editor": "label 编辑"},
        )
        writer.add_article(article, [PageCapture(url, capture)])
        writer.flush()
    writer.settle(urls[2], "article", "failed", "http 500")
    writer.flush()
    _print_on_two_portals(writable)
    group_reprints(writable, load_profiles())
    writable.close()
    reader = open_reader(path)
    yield reader
    reader.close()


def _print_on_two_portals(writable: Store) -> None:
    """One text of two portals, the second of which names the first as its source."""
    body = "记者从省气象局获悉，受冷空气影响，我省大部分地方今天夜间将出现大风降温天气，请注意防范。"
    for place, (portal, hour, source) in enumerate([("gscn", 10, "甘肃日报"), ("gansudaily", 12, "中国甘肃网")]):
        writer = Writer(writable, start_run(writable, portal, [portal]), portal, before_commit=lambda: None)
        url = f"http://{portal}.example/wind.html"
        capture = Capture(url, "2021-11-20T20:10:00+08:00", 200, None, "sha1:B", f"{portal}/2.warc.gz", place, 1)
        writer.add_capture(capture)
        article = Article(
            url,
            title="大风降温",
            published_at=f"2021-11-20T{hour}:09+08:00",
            published_precision="minute",
            published_raw=f"2021-11-20 {hour}:09",
            source=source,
            body=body,
        )
        writer.add_article(article, [PageCapture(url, capture)])
        writer.flush()


def test_every_table_is_described_and_every_described_one_exists(store: Store) -> None:
    said, there = described(), existing(store)
    assert sorted(there.keys() - said.keys()) == [], "not in the dictionary"
    assert sorted(said.keys() - there.keys()) == [], "in the dictionary, but not in the database"


def test_every_column_is_described_in_the_order_in_which_it_stands(store: Store) -> None:
    there = existing(store)
    for table, columns in described().items():
        assert list(columns) == list(there[table]), table


def test_types_and_nulls_of_tables_are_as_described(store: Store) -> None:
    there = existing(store)
    views = {table.name for table in DICTIONARY if table.is_view}
    wrong = {
        f"{table}.{name}": {"the dictionary says (type, may be NULL)": line, "the database": there[table][name]}
        for table, names in described().items()
        for name, line in names.items()
        if table not in views and there[table][name] != line
    }
    assert wrong == {}


@pytest.mark.parametrize("view", [table for table in DICTIONARY if table.is_view], ids=lambda view: view.name)
def test_what_a_view_gives_is_of_the_types_described(store: Store, view: Table) -> None:
    rows = store.rows(f"SELECT * FROM {view.name}")
    assert rows, "the example shows nothing of this view"
    for column in view.columns:
        values = store.rows(f"SELECT DISTINCT typeof({column.name}) FROM {view.name}")
        types = {_SQLITE_TYPES.get(row[0], row[0]) for row in values}
        assert types <= {column.type, "null"} if column.null else types == {column.type}, column.name


def test_the_document_says_what_the_dictionary_says() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_reference(), "out of date: run make docs"


def test_datasette_gets_a_line_for_every_column() -> None:
    tables = metadata_of("portal")["databases"]["portal"]["tables"]
    assert {name: list(entry["columns"]) for name, entry in tables.items()} == {
        table.name: [column.name for column in table.columns] for table in DICTIONARY
    }
    assert all(entry["description"] and all(entry["columns"].values()) for entry in tables.values())


def test_a_table_is_found_by_its_name_and_a_misspelt_one_named() -> None:
    assert table_named("ledger").name == "ledger"
    with pytest.raises(UnknownTable, match="did you mean 'articles'"):
        table_named("article")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:60])
def test_every_query_of_the_document_runs_and_finds_something(store: Store, query: str) -> None:
    # A plain connection: nothing of this program's is needed.
    with sqlite3.connect(f"file:{store.path}?mode=ro", uri=True) as connection:
        assert connection.execute(query).fetchall() != []
    connection.close()
