"""When stored articles are asked for again, what makes a revision of one, and when one counts as gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal_crawler.article import BEIJING, Article, Capture
from portal_crawler.store import SCHEDULE, Due, PageCapture, Store, Writer, due_articles, open_store, search, start_run
from portal_crawler.store.gone import Standing, after_missing, is_outage, wait_when_missing
from portal_crawler.store.rechecks import put_doubt, put_missing, put_unanswered, put_unchanged

URL = "http://news.example/a/1.html"
SEEN = datetime(2021, 11, 19, 20, 10, tzinfo=BEIJING)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "portal.db")
    yield opened
    opened.close()


@pytest.fixture
def writer(store: Store) -> Writer:
    return Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None)


def capture(url: str = URL, offset: int = 0, at: datetime = SEEN) -> Capture:
    return Capture(url, at.isoformat(timespec="seconds"), 200, "text/html", "sha1:A", "gscn/gscn-1.warc.gz", offset, 99)


def article(url: str = URL, **values: object) -> Article:
    fields: dict[str, object] = {"title": "河海相连谱华章", "body": "靖远县引进企业9家。", "editor": "赵小春"}
    return Article(url=url, extractor="portal-crawler/1", **(fields | values))  # type: ignore[arg-type]


def put(
    writer: Writer, item: Article, offset: int = 0, at: datetime = SEEN, previous: Article | None = None
) -> Capture:
    place = capture(item.url, offset, at)
    writer.add_capture(place)
    writer.add_article(item, [PageCapture(item.url, place, '"v1"', "Fri, 19 Nov 2021 12:00:00 GMT")], previous)
    writer.flush()
    return place


def row(store: Store, sql: str = "SELECT * FROM articles JOIN rechecks ON article_id = id") -> sqlite3.Row:
    return store.rows(sql)[0]


def due(store: Store, at: datetime, limit: int = 100) -> list[Due]:
    return due_articles(store, "gscn", limit, at)


def test_article_is_due_after_an_hour_a_day_a_week_and_a_month_and_then_no_more(store: Store, writer: Writer) -> None:
    put(writer, article())
    for age in SCHEDULE:
        assert due(store, SEEN + age - timedelta(seconds=1)) == []
        (item,) = due(store, SEEN + age)
        assert (item.etag, item.last_modified) == ('"v1"', "Fri, 19 Nov 2021 12:00:00 GMT")
        assert [page.offset for page in item.captures] == [0]
        at = (SEEN + age).isoformat()
        writer.add_recheck(lambda connection, schedule, at=at: put_unchanged(connection, 1, at, schedule))
        writer.flush()
        assert row(store)["last_seen_at"] == at
    assert due(store, SEEN + timedelta(days=3650)) == []
    found = row(store)
    assert (found["checks"], found["revision"], found["etag"]) == (4, 1, '"v1"')
    assert due_articles(store, "other", 100, SEEN + timedelta(days=1)) == []


def test_article_that_was_not_asked_for_in_time_is_asked_for_once_and_not_once_for_each_age(
    store: Store, writer: Writer
) -> None:
    put(writer, article())
    late = SEEN + timedelta(days=8)
    writer.add_recheck(lambda connection, schedule: put_unchanged(connection, 1, late.isoformat(), schedule))
    writer.flush()
    assert row(store)["next_check_at"] == (SEEN + timedelta(days=30)).isoformat()


def test_where_more_are_due_than_a_run_may_ask_for_the_latest_come_first(store: Store, writer: Writer) -> None:
    for number in range(5):
        put(writer, article(f"http://news.example/{number}.html"), number * 100, SEEN + timedelta(minutes=number))
    found = due(store, SEEN + timedelta(hours=2), limit=2)
    assert [item.url[-6] for item in found] == ["4", "3"]


def test_question_for_what_is_due_reads_the_index_and_not_the_archive(store: Store) -> None:
    plan = store.rows(
        """EXPLAIN QUERY PLAN SELECT article_id FROM rechecks WHERE portal = 'p' AND next_check_at <= 'x'
           ORDER BY next_check_at DESC LIMIT 10"""
    )
    assert [line["detail"] for line in plan] == [
        "SEARCH rechecks USING COVERING INDEX rechecks_due (portal=? AND next_check_at<?)"
    ]


def test_schedule_of_a_crawl_is_used_for_what_it_stores(store: Store) -> None:
    ages = (timedelta(minutes=5), timedelta(hours=2))
    put(Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None, schedule=ages), article())
    assert row(store)["next_check_at"] == (SEEN + ages[0]).isoformat()


def test_article_edited_back_to_an_earlier_text_is_a_new_revision(store: Store, writer: Writer) -> None:
    for offset, body in enumerate(("甲文。", "乙文。", "甲文。")):
        put(writer, article(body=body), offset * 100)
    assert [found["body"] for found in store.rows("SELECT body FROM revisions ORDER BY revision")] == [
        "甲文。",
        "乙文。",
        "甲文。",
    ]


def test_what_better_rules_read_on_the_old_page_is_no_revision(store: Store, writer: Writer) -> None:
    put(writer, article(body="正文。\n本网热线"))
    put(writer, article(body="正文。"), 100, previous=article(body="正文。"))
    assert (row(store)["revision"], row(store)["body"]) == (1, "正文。")
    (revision,) = store.rows("SELECT * FROM revisions")
    assert (revision["body"], revision["capture_id"]) == ("正文。", 1)
    put(writer, article(body="改过。"), 200, previous=article(body="正文。"))
    assert [found["body"] for found in store.rows("SELECT body FROM revisions ORDER BY revision")] == [
        "正文。",
        "改过。",
    ]
    assert writer.new_revisions == 1


def test_missing_article_is_suspect_then_gone_and_live_again_when_it_answers(store: Store, writer: Writer) -> None:
    put(writer, article())
    states, waits, at = [], [], SEEN + timedelta(hours=1)
    for _ in range(6):
        writer.add_recheck(
            lambda connection, schedule, at=at: put_missing(connection, 1, at.isoformat(), "http 404", schedule)
        )
        writer.flush()
        found = row(store)
        states.append(found["state"])
        again = datetime.fromisoformat(found["next_check_at"])
        waits.append((again - at) / timedelta(days=1))
        at = again
    assert states == ["suspect", "suspect", "suspect", "suspect", "gone", "gone"]
    assert waits[0] == pytest.approx(23 / 24) and waits[1:4] == [1, 1, 1]
    assert waits[4:] == pytest.approx([30, 34], abs=0.1)
    assert (row(store)["missing_reason"], row(store)["body"]) == ("http 404", "靖远县引进企业9家。")
    assert [(hit.url, hit.state) for hit in search(store, "引进企业")] == [(URL, "gone")]
    writer.add_recheck(lambda connection, schedule: put_unchanged(connection, 1, at.isoformat(), schedule))
    writer.flush()
    found = row(store)
    assert (found["state"], found["missing"], found["first_missing_at"]) == ("live", 0, None)


def test_missing_article_that_comes_back_changed_is_live_with_a_revision(store: Store, writer: Writer) -> None:
    put(writer, article())
    writer.add_recheck(lambda connection, schedule: put_missing(connection, 1, SEEN.isoformat(), "http 410", schedule))
    put(writer, article(body="回来了。"), 100)
    assert (row(store)["state"], row(store)["revision"]) == ("live", 2)


def test_check_without_an_answer_says_nothing_and_is_made_again(store: Store, writer: Writer) -> None:
    put(writer, article())
    at = SEEN + timedelta(hours=2)
    writer.add_recheck(lambda connection, _: put_unanswered(connection, 1, at.isoformat()))
    writer.flush()
    found = row(store)
    assert (found["state"], found["checks"], found["next_check_at"]) == (
        "live",
        0,
        at.isoformat(),
    )


def test_doubtful_answer_is_flagged_and_the_flag_ends_with_the_doubt(store: Store, writer: Writer) -> None:
    put(writer, article(warnings=("short_body",)))
    at = (SEEN + timedelta(hours=1)).isoformat()
    writer.add_recheck(lambda connection, schedule: put_doubt(connection, 1, at, "empty_body", 1, schedule))
    writer.flush()
    assert json.loads(row(store)["warnings"]) == ["short_body", "recheck_empty_body"]
    assert (row(store)["doubt"], row(store)["doubt_capture_id"], row(store)["body"]) == (
        "empty_body",
        1,
        "靖远县引进企业9家。",
    )
    writer.add_recheck(lambda connection, schedule: put_unchanged(connection, 1, at, schedule))
    writer.flush()
    assert json.loads(row(store)["warnings"]) == ["short_body"] and row(store)["doubt"] is None


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ([0], "suspect"),
        ([0, 0.1, 0.2, 0.3], "suspect"),
        ([0, 3], "suspect"),
        ([0, 1, 2], "suspect"),
        ([0, 1, 3], "gone"),
        ([0, 1, 2, 3], "gone"),
    ],
)
def test_gone_takes_three_checks_and_three_days(days: list[float], state: str) -> None:
    standing = Standing()
    for day in days:
        standing = after_missing(standing, SEEN + timedelta(days=day))
    assert standing.state == state


def test_gone_article_is_asked_for_ever_more_seldom() -> None:
    at, waits = SEEN + timedelta(days=4), []
    for _ in range(4):
        waits.append(wait_when_missing(Standing("gone", 4, SEEN), at).days)
        at += timedelta(days=waits[-1])
    assert waits == [30, 34, 68, 136]


@pytest.mark.parametrize(
    ("answered", "missing", "outage"), [(9, 9, False), (10, 5, False), (10, 6, True), (99, 50, True)]
)
def test_outage_is_when_most_of_at_least_ten_are_missing(answered: int, missing: int, outage: bool) -> None:
    assert is_outage(answered, missing) is outage


def test_articles_of_an_earlier_database_are_due_at_the_age_that_they_had_not_reached(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    store = open_store(path)
    writer = Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None)
    for number, age in enumerate((timedelta(), timedelta(days=2), timedelta(days=60))):
        put(writer, article(f"http://news.example/{number}.html"), number * 100)
        store.connection.execute(
            "UPDATE articles SET last_seen_at = ? WHERE id = ?", ((SEEN + age).isoformat(), number + 1)
        )
    store.connection.execute("DROP TABLE rechecks")
    store.connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0004_rechecks'")
    store.close()
    store = open_store(path)
    found = store.rows("SELECT portal, next_check_at FROM rechecks ORDER BY article_id")
    assert [tuple(item) for item in found] == [
        ("gscn", (SEEN + timedelta(hours=1)).isoformat()),
        ("gscn", (SEEN + timedelta(days=7)).isoformat()),
        ("gscn", None),
    ]
    store.close()
