"""docs/schema.md describes the database that this version makes, and its queries run on it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_crawler.article import Article, Capture, Channel, Image
from portal_crawler.store import Found, PageCapture, Store, Writer, open_reader, open_store, start_run

DOCUMENT = (Path(__file__).parents[1] / "docs" / "schema.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
_ROW = re.compile(r"^\| `(\w+)` \| (\w*) ?\| (.+?) \| (.+?) \|$", re.MULTILINE)

Described = dict[str, tuple[str, bool]]


def described() -> dict[str, Described]:
    """By table and column what the document says: the type, and whether it may be NULL."""
    sections = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)[1:]
    return {
        heading[1]: {name: (kind, null != "–") for name, kind, _, null in _ROW.findall(section)}
        for section in sections
        if (heading := re.match(r"`(\w+)`\n", section))
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
            editor="赵小春、李四",
            body="安全生产月活动。",
            images=(Image("http://news.example/1.jpg", None),),
            provenance={"editor": "label 编辑"},
        )
        writer.add_article(article, [PageCapture(url, capture)])
        writer.flush()
    writer.settle(urls[2], "article", "failed", "http 500")
    writer.flush()
    writable.close()
    reader = open_reader(path)
    yield reader
    reader.close()


def test_every_table_is_described_and_every_described_one_exists(store: Store) -> None:
    said, there = described(), existing(store)
    assert sorted(there.keys() - said.keys()) == [], "tables without a section in docs/schema.md"
    assert sorted(said.keys() - there.keys()) == [], "sections in docs/schema.md about no table"


def test_every_column_is_described_and_every_described_one_exists(store: Store) -> None:
    said, there = described(), existing(store)
    columns = {f"{table}.{name}" for table, names in there.items() for name in names}
    lines = {f"{table}.{name}" for table, names in said.items() for name in names}
    assert sorted(columns - lines) == [], "columns without a line in docs/schema.md"
    assert sorted(lines - columns) == [], "lines in docs/schema.md about no column"


def test_types_and_nulls_are_as_described(store: Store) -> None:
    said, there = described(), existing(store)
    wrong = {
        f"{table}.{name}": {"docs/schema.md says (type, may be NULL)": line, "the database": there[table][name]}
        for table, names in said.items()
        for name, line in names.items()
        if there.get(table, {}).get(name, line) != line
    }
    assert wrong == {}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:60])
def test_every_query_of_the_document_runs_and_finds_something(store: Store, query: str) -> None:
    # A plain connection: nothing of this program's is needed.
    with sqlite3.connect(f"file:{store.path}?mode=ro", uri=True) as connection:
        assert connection.execute(query).fetchall() != []
    connection.close()
