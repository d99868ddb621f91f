"""The simulation behind docs/scale.md keeps the laws of what it simulates, and the document says what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from benchmarks.scale import Unit, Workers, back_fill, draw_portals, largest_first, losses, simulate
from benchmarks.scale_inputs import Assumed, Measured
from benchmarks.serials import highest_serials
from docs.generate import SCALE, scale_document
from portal_crawler.article import Article, Capture
from portal_crawler.export import export_articles
from portal_crawler.store import Found, PageCapture, Writer, open_store, start_run

LIGHT = Unit(pages=1000, page_s=1.0, page_cpu_s=0.01, articles=900)


def test_the_tables_in_the_document_are_what_the_simulation_prints() -> None:
    assert SCALE.read_text(encoding="utf-8") == scale_document(), "out of date: run make docs"


@pytest.mark.parametrize("workers", [1, 2, 50])
def test_one_portal_is_bound_by_its_delay_however_many_workers_there_are(workers: int) -> None:
    course = simulate([LIGHT], Workers(workers, cores=4, threads=8))
    assert course.seconds == pytest.approx(1000)
    assert course.cpu_s == pytest.approx(10)


def test_doubling_workers_halves_the_time_until_every_portal_has_a_thread() -> None:
    took = [simulate([LIGHT] * 32, Workers(count, cores=1, threads=4)).seconds for count in (1, 2, 4, 8, 16, 32)]
    assert took == pytest.approx([8000, 4000, 2000, 1000, 1000, 1000])


def test_portals_on_one_core_share_it_when_they_ask_for_more() -> None:
    heavy = Unit(pages=1000, page_s=0.1, page_cpu_s=0.05, articles=0)
    assert simulate([heavy] * 2, Workers(1, cores=1, threads=8)).seconds == pytest.approx(100)
    crowded = simulate([heavy] * 8, Workers(1, cores=1, threads=8))
    assert crowded.seconds == pytest.approx(400)
    assert crowded.cpu_s == pytest.approx(400)


def test_no_course_is_shorter_than_its_work_shared_out_nor_longer_than_lists_can_be() -> None:
    world = Assumed(portals=40, pages=1e6)
    units = [back_fill(portal, Measured(), world) for portal in draw_portals(world)]
    alone = [unit.alone_s for unit in units]
    for count in (1, 2, 4, 8):
        shared_out_s = sum(alone) / count / 4
        for order in (units, largest_first(units)):
            course = simulate(order, Workers(count, cores=4, threads=4))
            assert max(max(alone), shared_out_s) <= course.seconds * (1 + 1e-9)
            # Graham's bound for any order, when whoever is free takes the next.
            assert course.seconds <= shared_out_s + max(alone)


def test_the_longest_portal_begun_last_delays_the_end_and_begun_first_does_not() -> None:
    short, long = (Unit(pages=pages, page_s=1.0, page_cpu_s=0.0, articles=0) for pages in (100, 400))
    units = [*[short] * 8, long]
    workers = Workers(3, cores=1, threads=1)
    assert simulate(units, workers).seconds == pytest.approx(600)
    assert simulate(largest_first(units), workers).seconds == pytest.approx(400)


def test_a_lost_worker_costs_its_own_portals_a_page_and_a_pause_and_no_other_portal_anything() -> None:
    calm = simulate([LIGHT] * 3, Workers(4, cores=1, threads=1))
    lost = simulate([LIGHT] * 3, Workers(4, cores=1, threads=1, lost_at_s=[(500, 0)], lost_s=2))
    assert [late - usual for late, usual in zip(lost.ends_s, calm.ends_s, strict=True)] == pytest.approx([3, 0, 0])
    assert lost.again == 1


def test_work_waits_for_a_lost_worker_to_be_replaced_when_it_was_the_only_one() -> None:
    course = simulate([LIGHT], Workers(1, cores=1, threads=1, lost_at_s=[(400, 0)], repair_s=600, lost_s=2))
    assert course.seconds == pytest.approx(1000 + 600 + 3)


def test_a_worker_that_is_lost_before_it_is_replaced_is_lost_once() -> None:
    course = simulate([LIGHT] * 2, Workers(1, 1, 1, lost_at_s=[(400, 0), (500, 0)], repair_s=600, lost_s=2))
    assert course.again == 1
    # It has no second thread when it would have been back from the second loss.
    assert course.ends_s == pytest.approx((1603, 2603))


def test_units_are_merged_one_after_the_other_and_never_before_they_end() -> None:
    quick = Unit(pages=10, page_s=1.0, page_cpu_s=0.0, articles=100)
    course = simulate([quick] * 5, Workers(5, cores=1, threads=1), merge_s=0.5)
    assert course.seconds == pytest.approx(10)
    assert course.merged_s == pytest.approx(10 + 5 * 50)


def test_portals_have_the_pages_of_the_question_and_the_same_seed_gives_the_same() -> None:
    world = Assumed()
    portals = draw_portals(world, seed=3)
    assert sum(portal.pages for portal in portals) == pytest.approx(world.pages, rel=1e-5)
    assert portals == draw_portals(world, seed=3) != draw_portals(world, seed=4)
    assert losses(4, 1e8, world, 5) == losses(4, 1e8, world, 5)


def test_the_queries_of_the_document_run_on_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for portal, published in (("gscn", "2021-11-19T20:10:00+08:00"), ("other", None)):
        store = open_store(tmp_path / f"{portal}.db")
        writer = Writer(store, start_run(store, portal, []), portal, before_commit=lambda: None)
        url = f"http://{portal}.example.cn/1.html"
        capture = Capture(url, "2021-11-19T21:00:00+08:00", 200, "text/html", "sha1:A", f"{portal}/1.warc.gz", 0, 1)
        writer.discover([Found(url, "同一标题")], "article", channel_id=None, walk=1)
        writer.add_capture(capture)
        writer.add_article(
            Article(
                url=url, title="同一标题", published_at=published, source="甘肃日报", body="全省安全生产会议", extractor="t"
            ),
            [PageCapture(url, capture)],
        )  # fmt: skip
        writer.flush()
        export_articles(store, exports / f"{portal}.parquet")
        store.close()
    monkeypatch.chdir(tmp_path)
    statements = [
        statement
        for block in re.findall(r"```sql\n(.*?)```", SCALE.read_text(encoding="utf-8"), re.DOTALL)
        for statement in block.split(";")
        if statement.strip()
    ]
    with duckdb.connect() as base:
        base.execute(statements[0])
        months, found, sources, headlines = (base.execute(query).fetchall() for query in statements[1:])
    assert sorted(
        path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.glob("analytics/*/*/*.parquet")
    ) == [
        "analytics/portal=gscn/month=2021-11",
        "analytics/portal=other/month=unknown",
    ]
    assert months == [("gscn", "2021-11", 1, 0), ("other", "unknown", 1, 0)]
    assert [url for *_, url in found] == ["http://gscn.example.cn/1.html"]
    assert sources == [("gscn", "甘肃日报", 1), ("other", "甘肃日报", 1)]
    assert [row[:2] for row in headlines] == [("同一标题", 2)]


def test_serial_numbers_are_read_from_addresses_and_dates_are_none() -> None:
    text = """{"url": "https://news.one.com.cn/2019/0718/3366479.shtml"} http://www.one.com.cn/a/120.html
        http://two.cn/t20211119_654321.html http://two.cn/20211119.html http://three.cn/20211119.html"""
    assert highest_serials([text, "http://two.cn/654320.html"]) == {"one.com.cn": 3366479, "two.cn": 654321}
