"""Queries are values and never SQL, and commands that only ask cannot change what they ask."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_crawler.export import ExportError, Selection, export_articles
from portal_crawler.store import QueryError, Store, open_reader, open_store, search

_HOSTILE = [
    "'; DROP TABLE articles; --",
    '") OR 1=1 --',
    "a' UNION SELECT sql FROM sqlite_master --",
    "title:*",
    "\x00",
    "%",
]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Store]:
    open_store(tmp_path / "p.db").close()
    store = open_reader(tmp_path / "p.db")
    yield store
    store.close()


@pytest.mark.parametrize("text", _HOSTILE)
def test_hostile_texts_find_nothing_and_break_nothing(reader: Store, text: str) -> None:
    for options in ({}, {"portal": text}, {"channel": text}, {"since": text}, {"until": text}):
        try:
            assert search(reader, text, **options) == []
        except QueryError:
            continue
    assert search(reader, "甘肃", portal=text, channel=text) == []


@pytest.mark.parametrize("name", ["id; DROP TABLE articles", "(SELECT sql FROM sqlite_master)", '"', "rowid--"])
def test_a_column_that_is_none_is_refused(reader: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError):
        export_articles(reader, tmp_path / "x.csv", Selection(), columns=[name])


@pytest.mark.parametrize("sql", ["DELETE FROM articles", "DROP TABLE articles", "CREATE TABLE x (a)", "VACUUM"])
def test_a_reader_cannot_write(reader: Store, sql: str) -> None:
    with pytest.raises(sqlite3.Error):
        reader.connection.execute(sql)
