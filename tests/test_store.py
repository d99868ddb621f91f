"""What the store promises: one transaction an article, revisions, a ledger that adds up."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal_crawler.article import BEIJING, Article, Capture, Channel, Image
from portal_crawler.store import (
    Found,
    PageCapture,
    StorageError,
    Store,
    Writer,
    channel_row,
    count_by_state,
    count_pending,
    due_articles,
    finish_run,
    known_urls,
    last_capture_ends,
    open_reader,
    open_store,
    recent_bodies,
    search,
    seen_before,
    start_run,
    waiting_articles,
)

URL = "http://news.example/a/1.html"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data" / "portal.db")
    yield opened
    opened.close()


@pytest.fixture
def writer(store: Store) -> Writer:
    run = start_run(store, "gscn", ["gscn"])
    return Writer(store, run, "gscn", before_commit=lambda: None)


def capture(url: str = URL, offset: int = 0) -> Capture:
    return Capture(url, "2021-11-19T20:10:00+08:00", 200, "text/html", "sha1:AAAA", "gscn/gscn-1.warc.gz", offset, 100)


def article(url: str = URL, **values: object) -> Article:
    fields: dict[str, object] = {
        "title": "河海相连谱华章",
        "published_at": "2021-11-19T20:09:41+08:00",
        "published_precision": "second",
        "published_raw": "2021-11-19 20:09:41",
        "source": "中国甘肃在线",
        "editor": "赵小春",
        "body": "靖远县引进企业9家，注册资金1.55亿元。\n安全生产月活动开展。",
        "channel_path": ("资讯频道", "市州快报"),
        "images": (Image("http://news.example/1.jpg", None),),
        "extractor": "portal-crawler/1",
        "provenance": {"title": "h1"},
    }
    return Article(url=url, **(fields | values))  # type: ignore[arg-type]


def put(writer: Writer, item: Article, offset: int = 0) -> None:
    place = capture(item.url, offset)
    writer.add_capture(place)
    writer.add_article(item, [PageCapture(item.url, place)])
    writer.flush()


def test_article_and_everything_about_it_become_true_together(store: Store, writer: Writer) -> None:
    channel = writer.add_channel(Channel("平凉市", ("资讯频道", "平凉市"), "http://news.example/pl/"))
    writer.discover([Found(URL, "河海相连", "11-19")], "article", channel_id=channel, walk=1)
    first, second = capture(URL, 0), capture("http://news.example/a/1_2.html", 100)
    for place in (first, second):
        writer.add_capture(place)
    writer.add_article(article(), [PageCapture(URL, first), PageCapture(second.url, second)])
    reader = open_reader(store.path)
    assert reader.connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 0
    writer.flush()
    row = reader.connection.execute("SELECT * FROM articles").fetchone()
    assert row["title"] == "河海相连谱华章"
    assert json.loads(row["channel_path"]) == ["资讯频道", "市州快报"]
    assert json.loads(row["images"]) == [{"url": "http://news.example/1.jpg", "caption": None}]
    assert row["state"] == "live" and row["revision"] == 1
    assert [tuple(r) for r in reader.connection.execute("SELECT number, url FROM article_pages ORDER BY number")] == [
        (1, URL),
        (2, second.url),
    ]
    assert reader.connection.execute("SELECT channel_id FROM article_channels").fetchone()[0] == channel
    assert count_by_state(reader, "gscn") == {
        "pending": 0,
        "done": 2,
        "failed": 0,
        "blocked": 0,
        "skipped": 0,
    }
    assert last_capture_ends(reader, "gscn") == {"gscn/gscn-1.warc.gz": 200}
    reader.close()


def test_archive_is_synced_before_rows_name_its_records(store: Store) -> None:
    rows_at_sync: list[int] = []

    def sync() -> None:
        rows_at_sync.append(store.connection.execute("SELECT count(*) FROM captures").fetchone()[0])

    writer = Writer(store, start_run(store, "gscn", []), "gscn", before_commit=sync)
    put(writer, article())
    assert rows_at_sync == [0]


def test_batch_that_fails_leaves_nothing_and_can_be_tried_again(store: Store, writer: Writer) -> None:
    place = capture()
    writer.add_article(article(), [PageCapture(URL, place)])
    with pytest.raises(LookupError):
        writer.flush()
    assert store.connection.execute("SELECT count(*) FROM ledger").fetchone()[0] == 0
    assert len(writer) == 1


def test_unchanged_article_seen_again_is_no_revision(store: Store, writer: Writer) -> None:
    put(writer, article())
    put(writer, article(images=(), provenance={"title": "line"}), offset=100)
    row = store.connection.execute("SELECT revision, provenance FROM articles").fetchone()
    assert row["revision"] == 1
    assert json.loads(row["provenance"]) == {"title": "line"}
    assert store.connection.execute("SELECT count(*) FROM revisions").fetchone()[0] == 1


@pytest.mark.parametrize("field", ["title", "published_at", "source", "editor", "body"])
def test_changed_field_is_a_revision_and_the_old_text_is_kept(store: Store, writer: Writer, field: str) -> None:
    put(writer, article())
    put(writer, article(**{field: "改后"}), offset=100)
    rows = store.connection.execute(f"SELECT revision, {field} FROM revisions ORDER BY revision").fetchall()
    assert [row["revision"] for row in rows] == [1, 2]
    assert rows[1][field] == "改后"
    assert rows[0][field] == getattr(article(), field)
    assert store.connection.execute("SELECT revision FROM articles").fetchone()[0] == 2
    assert (writer.new_articles, writer.new_revisions) == (1, 1)


def test_url_found_again_is_not_new_even_before_the_batch_is_written(writer: Writer) -> None:
    assert writer.discover([Found(URL), Found(URL)], "article") == [URL]
    assert writer.discover([Found(URL)], "article") == []
    writer.flush()
    assert writer.discover([Found(URL), Found("http://news.example/2.html")], "article") == [
        "http://news.example/2.html"
    ]


def test_article_found_in_a_second_channel_is_linked_to_both(store: Store, writer: Writer) -> None:
    first = writer.add_channel(Channel("a", ("a",), "http://news.example/a/"))
    second = writer.add_channel(Channel("b", ("b",), "http://news.example/b/"))
    writer.discover([Found(URL)], "article", channel_id=first, walk=1)
    put(writer, article())
    writer.discover([Found(URL)], "article", channel_id=second, walk=1)
    writer.flush()
    linked = {row[0] for row in store.connection.execute("SELECT channel_id FROM article_channels")}
    assert linked == {first, second}
    assert store.connection.execute("SELECT count(*) FROM articles").fetchone()[0] == 1


def test_walks_tell_what_a_channel_listed_before(store: Store, writer: Writer) -> None:
    channel = writer.add_channel(Channel("a", ("a",), "http://news.example/a/"))
    writer.start_walk(channel, 1)
    writer.discover([Found(URL)], "article", channel_id=channel, walk=1)
    writer.complete_walk(channel, 1, None)
    writer.start_walk(channel, 2)
    writer.discover([Found("http://news.example/2.html")], "article", channel_id=channel, walk=2)
    writer.flush()
    row = channel_row(store, "gscn", "http://news.example/a/")
    assert row is not None and (row.walk, row.complete_walk, row.complete_since) == (2, 1, None)
    assert seen_before(store, channel, [URL, "http://news.example/2.html"], row.complete_walk) == {URL}


def test_failed_article_is_tried_in_the_next_runs_then_seldom_then_no_more(store: Store, writer: Writer) -> None:
    writer.discover([Found(URL)], "article")
    waits = []
    for _ in range(8):
        writer.settle(URL, "article", "failed", "http 500")
        writer.flush()
        retry_at = store.connection.execute("SELECT retry_at FROM ledger").fetchone()[0]
        waits.append(
            retry_at and round((datetime.fromisoformat(retry_at) - datetime.now(BEIJING)) / timedelta(hours=1))
        )
    assert waits == [0, 0, 1, 2, 4, 8, 16, None]
    assert waiting_articles(store, "gscn", datetime.now(BEIJING) + timedelta(days=30)) == []


def test_waiting_articles_are_the_pending_the_blocked_and_the_due(store: Store, writer: Writer) -> None:
    urls = [f"http://news.example/{n}.html" for n in range(5)]
    writer.discover([Found(url) for url in urls], "article")
    for url, state in zip(urls[1:], ("failed", "blocked", "skipped", "done"), strict=True):
        writer.settle(url, "article", state, "reason")
    writer.flush()
    later = datetime.now(BEIJING) + timedelta(seconds=2)
    assert waiting_articles(store, "gscn", later) == urls[:3]
    assert waiting_articles(store, "other", later) == []
    assert sum(count_by_state(store).values()) == len(known_urls(store, urls)) == 5


def test_what_a_crawl_asks_for_costs_the_same_however_much_is_stored(store: Store, writer: Writer) -> None:
    """Counted in steps of SQLite's machine, which no other work disturbs."""

    def steps() -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        store.connection.set_progress_handler(step, 1)
        assert waiting_articles(store, "gscn") == [waiting]
        assert count_pending(store, "gscn") == 1
        assert len(recent_bodies(store.connection, "gscn", 10)) == 10
        assert len(due_articles(store, "gscn", 10)) == 10
        store.connection.set_progress_handler(None, 0)
        return count

    waiting = "http://news.example/waiting.html"
    writer.discover([Found(waiting)], "article")
    costs = []
    for numbers in (range(20), range(20, 400)):
        for number in numbers:
            url = f"http://news.example/b/{number}.html"
            writer.add_capture(capture(url, 1000 + number * 100))
            writer.add_article(article(url), [PageCapture(url, capture(url, 1000 + number * 100))])
        writer.flush()
        costs.append(steps())
    assert costs[1] < 1.2 * costs[0]


def test_run_is_begun_before_and_completed_after(store: Store) -> None:
    run = start_run(store, "gscn", ["gscn", "要闻"])
    row = store.connection.execute("SELECT * FROM runs").fetchone()
    assert row["ended_at"] is None and json.loads(row["targets"]) == ["gscn", "要闻"]
    finish_run(store, run, exit_code=3, outcome="done, 1 URL failed", figures={"failed": 1}, summary="{}")
    row = store.connection.execute("SELECT * FROM runs").fetchone()
    assert (row["exit_code"], row["failed"], row["ended_at"] is not None) == (3, 1, True)


def test_database_keeps_its_promises(store: Store, writer: Writer) -> None:
    put(writer, article())
    pragma = {
        name: store.connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "foreign_keys", "synchronous")
    }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with pytest.raises(sqlite3.IntegrityError):
        store.connection.execute("UPDATE articles SET capture_id = 999")


def test_opening_again_migrates_nothing_and_loses_nothing(store: Store, writer: Writer) -> None:
    put(writer, article())
    again = open_store(store.path)
    assert again.connection.execute("SELECT title FROM articles").fetchone()[0] == "河海相连谱华章"
    again.close()


def test_newer_database_is_refused(store: Store) -> None:
    store.connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('portal_crawler', '9999_future', '')"
    )
    for opener in (open_store, open_reader):
        with pytest.raises(StorageError, match="newer version"):
            opener(store.path)


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portal.db"
    path.write_text("not a database at all, but long enough to look at" * 50)
    with pytest.raises(StorageError, match=r"portal\.db"):
        open_store(path)


def test_reader_cannot_write_and_needs_a_database(store: Store, tmp_path: Path) -> None:
    reader = open_reader(store.path)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.connection.execute("DELETE FROM ledger")
    reader.close()
    with pytest.raises(StorageError, match="no such database"):
        open_reader(tmp_path / "absent.db")


TEXTS = [
    "安全生产月",
    "安全,生产",
    "生产安全",
    "Ａ股ETF基金12",
    "a股etf",
    "雪",
    "下雪了",
    "中国甘肃在线讯 2021年",
    "𠮷野家开业",
]


@pytest.mark.parametrize(
    "query",
    [
        "安全生产",
        "安全",
        "全",
        "雪",
        "A股",
        "a股ETF",
        "ＥＴＦ",
        "12",
        "了",
        "𠮷野",
        "在线讯",
        "甘肃 2021",
        '"安全,生产"',
        ",",
        "没有",
    ],
)
def test_search_finds_what_a_plain_scan_finds(store: Store, writer: Writer, query: str) -> None:
    from portal_crawler.store.fold import fold

    for number, text in enumerate(TEXTS):
        put(
            writer,
            article(f"http://news.example/{number}.html", title="标题", body=text),
            offset=number * 100,
        )
    terms = [fold(term) for term in (query.strip('"'),)] if query.startswith('"') else [fold(t) for t in query.split()]
    expected = {f"http://news.example/{n}.html" for n, text in enumerate(TEXTS) if all(t in fold(text) for t in terms)}
    assert {hit.url for hit in search(store, query)} == expected


def test_search_ranks_titles_first_and_filters(store: Store, writer: Writer) -> None:
    put(writer, article("http://news.example/1.html", title="无关", body="谈到了安全生产。" * 3))
    put(
        writer,
        article(
            "http://news.example/2.html",
            title="安全生产月",
            body="别的。" * 30,
            published_at="2022-01-01T00:00+08:00",
        ),
        offset=100,
    )
    hits = search(store, "安全生产")
    assert [hit.url for hit in hits] == ["http://news.example/2.html", "http://news.example/1.html"]
    assert "⟦安全生产⟧" in hits[1].snippet
    assert [hit.url for hit in search(store, "安全生产", until="2021-12-31")] == ["http://news.example/1.html"]
    assert [hit.url for hit in search(store, "安全生产", since="2022-01-01")] == ["http://news.example/2.html"]
    assert search(store, "安全生产", portal="other") == []
    assert len(search(store, "安全生产", limit=1)) == 1


def test_search_forgets_the_old_text_of_a_changed_article(store: Store, writer: Writer) -> None:
    put(writer, article(body="旧文本"))
    put(writer, article(body="新文本"), offset=100)
    assert search(store, "旧文本") == []
    assert len(search(store, "新文本")) == 1


def test_texts_of_one_batch_become_one_piece_of_the_search_index(store: Store, writer: Writer) -> None:
    for number in range(12):
        writer.add_capture(capture(f"{URL}?{number}", number))
        writer.add_article(
            article(f"{URL}?{number}", body=f"第{number}篇讲马铃薯"),
            [PageCapture(f"{URL}?{number}", capture(f"{URL}?{number}", number))],
        )
    writer.flush()
    for table in ("article_search", "title_search"):
        assert store.rows(f"SELECT count(DISTINCT segid) FROM {table}_idx")[0][0] == 1
    assert len(search(store, "马铃薯", limit=20)) == 12


def test_search_forgets_a_text_that_changed_within_the_batch_that_brought_it(store: Store, writer: Writer) -> None:
    for offset, body in enumerate(("春耕开始了", "秋收开始了", "冬灌开始了")):
        writer.add_capture(capture(offset=offset))
        writer.add_article(article(body=body), [PageCapture(URL, capture(offset=offset))])
    writer.flush()
    assert [len(search(store, word)) for word in ("春耕", "秋收", "冬灌")] == [0, 0, 1]


def test_variant_of_a_known_address_is_the_same_article_in_one_more_channel(store: Store, writer: Writer) -> None:
    first = writer.add_channel(Channel("要闻", ("要闻",), "http://news.example/yw/"))
    second = writer.add_channel(Channel("社会", ("社会",), "http://news.example/sh/"))
    variants = ["https://news.example/1.html", "http://www.news.example/1.html#top", URL]
    assert writer.discover([Found("http://news.example/1.html")], "article", channel_id=first, walk=1)
    assert writer.discover([Found(url) for url in variants[:1]], "article", channel_id=first, walk=1) == []
    writer.flush()
    assert writer.discover([Found(url) for url in variants[:2]], "article", channel_id=second, walk=1) == []
    writer.settle("https://news.example/1.html", "article", "failed", "timeout")
    writer.flush()
    rows = store.rows("SELECT url, state FROM ledger WHERE kind = 'article'")
    assert [tuple(row) for row in rows] == [("http://news.example/1.html", "failed")]
    assert store.rows("SELECT count(*) FROM channel_entries")[0][0] == 2
    assert seen_before(store, second, variants[:1], 1) == set(variants[:1])


def test_database_of_an_earlier_version_learns_the_identity_of_its_addresses(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0003_identity'")
        connection.execute("DROP INDEX ledger_identity")
        connection.execute("ALTER TABLE ledger DROP COLUMN identity")
        connection.execute("INSERT INTO runs (portal, targets, pid, started_at) VALUES ('p', '[]', 1, 'x')")
        connection.execute(
            """INSERT INTO ledger (url, portal, kind, state, discovered_at, updated_at, run_id)
               VALUES ('http://www.news.example/7.html', 'p', 'article', 'done', 'x', 'x', 1)"""
        )
    connection.close()
    store = open_store(path)
    assert known_urls(store, ["https://news.example/7.html"], "article") == {"https://news.example/7.html"}
    store.close()
