"""Queries are values and never SQL, and commands that only ask cannot change what they ask."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal_crawler.cli import main
from portal_crawler.export import ExportError, Selection, export_articles
from portal_crawler.store import QueryError, Store, limited, open_reader, open_store, search

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


_ENDLESS = "WITH RECURSIVE endless(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless) SELECT n FROM endless"


@pytest.mark.parametrize(
    ("command", "table"),
    [
        (["status"], "runs"),
        (["check"], "channels"),
        (["history", "http://a.cn/1.html"], "articles"),
        (["reprints", "http://a.cn/1.html"], "articles"),
        (["report", "x.html"], "articles"),
    ],
)
def test_a_database_with_a_view_without_end_ends_a_command_with_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], table: str
) -> None:
    path = tmp_path / "p.db"
    open_store(path).close()
    connection = sqlite3.connect(path)
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    for (view,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        connection.execute(f"DROP VIEW {view}")
    connection.execute(f"DROP TABLE {table}")
    columns = ", ".join(f"n || '' AS {name}" for name in names)
    connection.execute(f"CREATE VIEW {table} AS SELECT {columns} FROM ({_ENDLESS}) WHERE n < 0")
    connection.commit()
    connection.close()
    monkeypatch.setattr(limited, "SHORT_S", 0.3)
    monkeypatch.setattr(limited, "LONG_S", 0.3)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [*command, "--db", str(path)])
    assert (done.exit_code, "stopped after 0.3 s" in done.output) == (7, True), done.output
