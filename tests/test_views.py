"""What the views answer, and that they and the documented queries answer fast. docs/schema.md says what each gives."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from docs.generate import SCHEMA
from portal_crawler.store import Store, open_reader, open_store
from portal_crawler.store.dictionary import DICTIONARY

QUERIES = re.findall(r"```sql\n(.*?)```", SCHEMA.read_text(encoding="utf-8"), re.DOTALL)
VIEWS = [table.name for table in DICTIONARY if table.is_view]


def add_channel(connection: sqlite3.Connection, portal: str, name: str, listed_at: str | None) -> int:
    cursor = connection.execute(
        "INSERT INTO channels (portal, name, url, last_listed_at) VALUES (?, ?, ?, ?)",
        (portal, name, f"http://{portal}.example/{name}/", listed_at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def add_article(
    connection: sqlite3.Connection, number: int, portal: str, published_at: str | None, *channels: int, **values: object
) -> None:
    """An article with one revision; number: its id, and that of its capture."""
    run = connection.execute(
        "INSERT INTO runs (portal, targets, pid, started_at) VALUES (?, '[]', 1, '')", (portal,)
    ).lastrowid
    connection.execute("INSERT OR IGNORE INTO segments VALUES (?, ?, ?)", (f"{portal}/1.warc.gz", portal, run))
    url = f"http://{portal}.example/{number}.html"
    connection.execute(
        "INSERT INTO captures VALUES (?, ?, ?, '', 200, NULL, '', ?, ?, 1, ?)",
        (number, portal, url, f"{portal}/1.warc.gz", number, run),
    )
    row = {
        "id": number, "url": url, "portal": portal, "published_at": published_at, "capture_id": number,
        "published_precision": published_at and "minute", "first_seen_at": "", "last_seen_at": "", "extractor": "1",
    } | values  # fmt: skip
    insert(connection, "articles", row)
    state = {name: row[name] for name in ("title", "published_at", "editor", "source", "body") if name in row}
    add_revision(connection, number, 1, "2024-05-01T12:00:00+08:00", **state)
    connection.executemany("INSERT INTO article_channels VALUES (?, ?)", [(number, channel) for channel in channels])


def add_revision(
    connection: sqlite3.Connection, number: int, revision: int, captured_at: str, **values: object
) -> None:
    row = {"article_id": number, "revision": revision, "captured_at": captured_at, "capture_id": number}
    insert(connection, "revisions", row | {"extractor": "1"} | values)


def insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two portals: one with silences and a misprinted date, one that is only just known."""
    path = tmp_path_factory.mktemp("views") / "portal.db"
    writable = open_store(path)
    with writable.transaction() as connection:
        city = add_channel(connection, "one", "平凉市", "2024-05-10T06:00:00+08:00")
        county = add_channel(connection, "one", "静宁县", "2024-05-03T06:00:00+08:00")
        never = add_channel(connection, "one", "泾川县", None)
        other = add_channel(connection, "two", "要闻", "2024-05-02T23:59:00+08:00")
        names = {"title": "标题", "body": "正文", "images": '[{"url": "http://one.example/1.jpg", "caption": null}]'}
        add_article(connection, 1, "one", "2024-05-01T00:30+08:00", city, county, editor='赵"小"春、李四', **names)
        add_article(connection, 2, "one", "2024-05-01T23:59+08:00", city, never, editor="李四")
        add_article(connection, 3, "one", "2024-05-05T08:00+08:00", city)
        add_article(connection, 4, "one", "2099-01-01T08:00+08:00", city)
        add_article(connection, 5, "one", None, county)
        add_article(
            connection,
            6,
            "two",
            "2024-05-02T00:00+08:00",
            other,
            title="新题",
            body="新的正文",
            published_precision="day",
        )
        add_article(connection, 7, "two", "2024-05-02T10:00+08:00", other, title="题", body="正文")
        add_revision(connection, 6, 2, "2024-05-02T12:00:00+08:00", title="再改", published_at="2024-05-02T00:00+08:00")
        body = {"published_at": "2024-05-02T10:00+08:00", "body": "正文加"}
        add_revision(connection, 7, 2, "2024-05-02T12:30:00+08:00", title="题", **body)
        add_revision(connection, 7, 3, "2024-05-03T12:30:00+08:00", title="题", **body)
    writable.close()
    reader = open_reader(path)
    yield reader
    reader.close()


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in store.rows(sql)]


def test_a_day_is_a_day_in_beijing(store: Store) -> None:
    assert rows(store, "SELECT day, articles FROM articles_per_day WHERE portal = 'one'") == [
        ("2024-05-01", 2), ("2024-05-05", 1), ("2099-01-01", 1),
    ]  # fmt: skip


def test_a_channels_gap_ends_with_its_next_article_or_with_its_last_listing(store: Store) -> None:
    assert rows(
        store, "SELECT channel, first_day, last_day, days FROM channel_gaps ORDER BY channel_id, first_day"
    ) == [
        ("平凉市", "2024-05-02", "2024-05-04", 3),
        ("平凉市", "2024-05-06", "2024-05-09", 4),
        ("静宁县", "2024-05-02", "2024-05-02", 1),
    ]


def test_a_portals_gap_is_one_of_all_its_channels(store: Store) -> None:
    assert rows(store, "SELECT * FROM portal_gaps") == [
        ("one", "2024-05-02", "2024-05-04", 3),
        ("one", "2024-05-06", "2024-05-09", 4),
    ]


def test_editors_that_one_value_joins_count_each_in_every_channel_of_the_article(store: Store) -> None:
    sql = "SELECT channel, editor, articles FROM channel_editors ORDER BY channel_id, articles DESC"
    assert rows(store, sql) == [
        ("平凉市", "李四", 2), ("平凉市", '赵"小"春', 1), ("静宁县", "李四", 1), ("静宁县", '赵"小"春', 1), ("泾川县", "李四", 1),
    ]  # fmt: skip


def test_an_edit_says_what_differs_and_how_long_after_publication(store: Store) -> None:
    sql = "SELECT article_id, revision, changed, hours_after, characters_added FROM article_edits ORDER BY 1, 2"
    found = [
        (*key, json.loads(str(changed)), *more)
        for *key, changed, hours, grown in rows(store, sql)
        for more in [(hours, grown)]
    ]
    assert found == [
        (6, 2, ["title", "body"], None, -4),
        (7, 2, ["body"], 2.5, 1),
        (7, 3, [], 26.5, 0),
    ]


def test_fields_are_counted_by_month_and_as_a_share_of_all(store: Store) -> None:
    counts = "SELECT month, articles, title, editor, images FROM field_counts WHERE portal = 'one'"
    assert rows(store, counts) == [(None, 1, 0, 0, 0), ("2024-05", 3, 1, 2, 1), ("2099-01", 1, 0, 0, 0)]
    rates = "SELECT articles, title, published_at, editor, images FROM fill_rates WHERE portal = 'one'"
    assert rows(store, rates) == [(5, 20.0, 80.0, 40.0, 20.0)]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """10,000 articles of 840 characters in ten channels over three years, a tenth of them changed."""
    path = tmp_path_factory.mktemp("large") / "portal.db"
    writable = open_store(path)
    chance = random.Random(7)
    with writable.transaction() as connection:
        channels = [add_channel(connection, "one", f"频道{n}", "2024-05-10T06:00:00+08:00") for n in range(10)]
        for number in range(1, 10_001):
            at = datetime(2021, 5, 1) + timedelta(minutes=chance.randrange(3 * 365 * 1440))
            text = {"title": "标题" * 8, "editor": f"编{number % 50}、辑{number % 7}", "body": "正文七个字一段" * 120}
            add_article(connection, number, "one", f"{at:%Y-%m-%dT%H:%M}+08:00", chance.choice(channels), **text)
            if number % 10 == 0:
                add_revision(connection, number, 2, "2024-05-02T12:00:00+08:00", title="改")
    writable.close()
    reader = open_reader(path)
    yield reader
    reader.close()


@pytest.mark.parametrize(
    "sql", [f"SELECT * FROM {view}" for view in VIEWS] + QUERIES, ids=lambda sql: " ".join(sql.split())[:50]
)
def test_a_query_answers_at_once_over_ten_thousand_articles(large: Store, sql: str) -> None:
    # 10 to 100 ms on a quiet core, and twenty times that at 200,000: what grows faster takes minutes there.
    began_s = time.process_time()
    large.rows(sql)
    assert time.process_time() - began_s < 1.5
