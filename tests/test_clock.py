"""Crawls on machines whose clock or time zone is wrong, or changes: nothing waits for years, nothing is dated anew."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.article import BEIJING
from portal_crawler.store.gone import Standing, after_missing
from portal_crawler.store.rechecks import SCHEDULE, next_check
from tests.command_line import run_text
from tests.faults.server import Answer, Asked, article, listing, portal

# Shifts what a process reads as the time of day, and not the clock that only runs forward: `apt install libfaketime`.
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
needs_faketime = pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
PAGES: dict[str, Answer] = {
    "/gn/": lambda a: a.answer(listing(*(f"/2021/{n}.html" for n in range(1, 4)))),
    "/2021/*": lambda a: a.answer(article(a.path)),
}


def crawl(folder: Path, base: str, *flags: str, clock: str | Path | None = None, **environment: str) -> dict[str, Any]:
    """Crawl; clock: by how much the process' clock is off, or the file that says so."""
    shift = {"FAKETIME": clock} if isinstance(clock, str) else {"FAKETIME_TIMESTAMP_FILE": str(clock)}
    if clock is not None:
        shift |= {"LD_PRELOAD": str(FAKETIME), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}
        environment |= shift
    words = ["crawl", f"{base}/gn/", "--db", str(folder / "p.db"), "--archive", str(folder / "a"), *flags]
    words += ["--allow-private", "--delay", "0", "--json"]
    if environment:
        command = [sys.executable, "-m", "portal_crawler", *words]
        result = subprocess.run(command, capture_output=True, text=True, timeout=90, env=os.environ | environment)
    else:
        result = run_text(*words, timeout=90)
    assert result.stdout, result.stderr
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def rows(folder: Path, sql: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(folder / "p.db")) as database:
        database.row_factory = sqlite3.Row
        return database.execute(sql).fetchall()


@needs_faketime
def test_what_a_clock_ten_years_ahead_left_behind_starves_nothing(tmp_path: Path) -> None:
    broken = {"on": True}

    def second(asked: Asked) -> None:
        if broken["on"]:
            asked.answer("no", "500 Internal Server Error")
        else:
            asked.answer(article(2))

    with portal(PAGES | {"/2021/2.html": second}) as running:
        ahead = crawl(tmp_path, running.url, clock="+3650d")
        assert (ahead["articles"], ahead["failed"]) == (2, 1)
        (run,) = rows(tmp_path, "SELECT started_at FROM runs")
        assert datetime.fromisoformat(run["started_at"]) > datetime.now(BEIJING) + timedelta(days=3600)
        broken["on"] = False
        right = crawl(tmp_path, running.url)
        assert (right["articles"], right["rechecked"], right["exit_code"]) == (1, 2, 0)
        # Not in every run from then on.
        assert crawl(tmp_path, running.url)["rechecked"] == 0
    assert rows(tmp_path, "SELECT exit_code FROM runs ORDER BY id DESC LIMIT 1")[0]["exit_code"] == 0


@needs_faketime
def test_a_clock_that_is_set_while_a_crawl_lasts_neither_ends_nor_stops_it(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0d")

    def page(asked: Asked) -> None:
        clock.write_text({"/2021/1.html": "+400d", "/2021/2.html": "-400d"}.get(asked.path, "+0d"))
        time.sleep(0.3)
        asked.answer(article(asked.path))

    with portal(PAGES | {"/2021/*": page}) as running:
        found = crawl(tmp_path, running.url, "--deadline", "60", clock=clock)
    assert (found["exit_code"], found["articles"], found["outcome"]) == (0, 3, "done")
    assert 0 < found["seconds"] < 60


@needs_faketime
def test_a_pause_until_a_date_is_measured_by_the_clock_of_the_server_that_asks_for_it(tmp_path: Path) -> None:
    def busy(asked: Asked) -> None:
        if asked.count == 1:
            headers = {"date": "Tue, 24 Nov 2026 12:00:00 GMT", "retry_after": "Tue, 24 Nov 2026 12:00:02 GMT"}
            asked.answer("later", "503 Service Unavailable", **headers)
        else:
            asked.answer(article(1))

    with portal(PAGES | {"/2021/1.html": busy}) as running:
        found = crawl(tmp_path, running.url, clock="-3650d")
    assert (found["exit_code"], found["articles"]) == (0, 3)
    assert 2 <= found["seconds"] < 30


def test_rows_that_wait_for_years_are_due(tmp_path: Path) -> None:
    with portal(PAGES | {"/2021/2.html": lambda a: a.answer("no", "500 Internal Server Error")}) as running:
        assert crawl(tmp_path, running.url)["failed"] == 1
        # As a run leaves them whose clock was a century ahead.
        with closing(sqlite3.connect(tmp_path / "p.db")) as database, database:
            database.execute("UPDATE ledger SET retry_at = '2126-11-24T20:00:00+08:00' WHERE state = 'failed'")
            database.execute("UPDATE rechecks SET next_check_at = '2126-11-24T20:00:00+08:00'")
        again = crawl(tmp_path, running.url)
    assert (again["failed"], again["rechecked"]) == (1, 2)
    assert rows(tmp_path, "SELECT attempts FROM ledger WHERE state = 'failed'")[0]["attempts"] == 2


def test_an_article_of_the_future_is_not_due_again_and_again() -> None:
    now = datetime(2026, 11, 24, tzinfo=BEIJING)
    assert next_check(now + timedelta(days=3650), now, SCHEDULE) == now + SCHEDULE[-1]


def test_an_article_that_was_missing_in_the_future_is_missing_since_now() -> None:
    now = datetime(2026, 11, 24, tzinfo=BEIJING)
    standing = after_missing(Standing("suspect", 1, now + timedelta(days=3650)), now)
    assert standing.first_missing_at == now
    assert after_missing(after_missing(standing, now), now + timedelta(days=3)).state == "gone"


def test_time_zones_of_the_machine_change_nothing(tmp_path: Path) -> None:
    today = article(7).replace("2021-11-19 20:09:41", "今天 00:01")
    shown = {"links": ["/2021/1.html"]}
    pages: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(listing(*shown["links"])),
        "/2021/1.html": lambda a: a.answer(article(1)),
        "/2021/*": lambda a: a.answer(today.replace("7", a.path[6])),
    }
    days: Callable[[], str] = lambda: f"{datetime.now(BEIJING):%Y-%m-%d}"  # noqa: E731
    with portal(pages) as running:
        for number, zone in enumerate(("America/New_York", "Pacific/Kiritimati", "Asia/Shanghai"), 2):
            shown["links"].insert(0, f"/2021/{number}.html")
            before = days()
            found = crawl(tmp_path, running.url, TZ=zone)
            assert (found["exit_code"], found["articles"], found["updated"]) == (0, 2 if number == 2 else 1, 0)
            (row,) = rows(tmp_path, f"SELECT published_at FROM articles WHERE url LIKE '%/{number}.html'")
            assert row["published_at"] in (f"{before}T00:01+08:00", f"{days()}T00:01+08:00")
    assert (
        rows(tmp_path, "SELECT published_at FROM articles WHERE url LIKE '%/1.html'")[0][0]
        == "2021-11-19T20:09:41+08:00"
    )
    stamps = [row[0] for row in rows(tmp_path, "SELECT started_at FROM runs ORDER BY id")]
    assert stamps == sorted(stamps) and all(stamp.endswith("+08:00") for stamp in stamps)


def test_a_deadline_is_kept_also_while_a_host_wants_its_pause(tmp_path: Path) -> None:
    pages = PAGES | {"/2021/2.html": lambda a: a.answer("later", "503 Service Unavailable", retry_after="110")}
    with portal(pages) as running:
        begun = time.monotonic()
        found = crawl(tmp_path, running.url, "--deadline", "4")
        assert time.monotonic() - begun < 25
    assert "deadline" in found["outcome"] and found["exit_code"] == 0
    assert rows(tmp_path, "SELECT state FROM ledger WHERE url LIKE '%/2.html'")[0]["state"] == "pending"
