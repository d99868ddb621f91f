"""A crawl from the listing to SQLite, against real servers on loopback, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.archive import read_exchange
from portal_crawler.article import BEIJING
from portal_crawler.demo import build, differences
from portal_crawler.demo.server import Request, serve
from tests.command_line import run_text

BODY = "靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评。"


def crawl(tmp_path: Path, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    places = ("--db", tmp_path / "p.db", "--archive", tmp_path / "archive")
    return run_text("crawl", *arguments, *places, "--delay", "0", "--json", timeout=timeout)


def summary_of(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert result.stdout, result.stderr
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert found["exit_code"] == result.returncode, result.stderr
    return found


def rows(tmp_path: Path, sql: str) -> list[sqlite3.Row]:
    connection = sqlite3.connect(tmp_path / "p.db")
    connection.row_factory = sqlite3.Row
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def listing(*numbers: int, following: str = "") -> str:
    items = "".join(
        f'<li><a href="/2021/1119/{n}.html">靖远县引进企业第{n}批落地</a> <span>2021-11-19</span></li>' for n in numbers
    )
    return f'<html><body><div class="main"><ul class="list">{items}</ul><div class="page">{following}</div></div></body></html>'


def article(number: int, body: str = BODY, extra: str = "") -> str:
    return f"""<html><head><title>靖远县引进企业第{number}批落地_市州</title></head><body>
      <h1>靖远县引进企业第{number}批落地</h1><div>时间：2021-11-19 20:09:41 来源：中国甘肃在线 编辑：赵小春</div>
      <div class="text"><p>{body}</p><p>第{number}批企业已经开工。</p>{extra}</div></body></html>"""


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def site(answer: Callable[[str], Answer | str | None]) -> Iterator[tuple[str, list[str]]]:
    """A server that answers each path by a function: a page's text, status with headers and bytes, None for 404."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            found = answer(self.path)
            if found is None:
                found = (404, {}, b"")
            status, headers, body = (200, {}, found.encode("gb18030")) if isinstance(found, str) else found
            self.send_response(status)
            for name, value in ({"Content-Type": "text/html", "Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def test_whole_portal_is_stored_exactly_and_a_second_crawl_asks_for_one_listing_page(tmp_path: Path) -> None:
    replica, log = build(60, 5), list[Request]()
    with serve(replica, log=log) as base:
        for channel in replica.channels:
            assert summary_of(crawl(tmp_path, f"{base}{channel.listing_path}", "--allow-private"))["exit_code"] == 0
        stored = {row["url"]: row for row in rows(tmp_path, "SELECT * FROM articles")}
        truth = {base + item.path: item for item in replica.truth}
        assert stored.keys() == truth.keys()
        assert [text for url, item in truth.items() for text in differences(item, stored[url], base)] == []
        log.clear()
        for channel in replica.channels:
            again = summary_of(crawl(tmp_path, f"{base}{channel.listing_path}", "--allow-private"))
            assert (again["exit_code"], again["articles"], again["listings"]) == (0, 0, 1)
        assert len([request for request in log if not request.path.endswith("robots.txt")]) == len(replica.channels)
    twice = rows(tmp_path, "SELECT article_id FROM article_channels GROUP BY article_id HAVING count(*) > 1")
    assert len(twice) == sum(len(item.channel_paths) > 1 for item in replica.truth) > 0


def test_every_response_is_archived_as_received_and_the_row_says_where(tmp_path: Path) -> None:
    replica, log = build(25, 5), list[Request]()
    with serve(replica, log=log) as base:
        crawl(tmp_path, f"{base}{replica.channels[0].listing_path}", "--allow-private")
    captures = rows(tmp_path, "SELECT * FROM captures")
    assert len(captures) == len(log)
    for row in captures:
        found = read_exchange(tmp_path / "archive", row["file"], row["offset"], row["length"])
        assert (found.url, found.status) == (row["url"], row["status"])
        key = replica.find(row["url"].removeprefix(base))
        assert key is None or len(found.body) == len(
            replica.files[key][0].replace(b"www.longyuan.example", base[7:].encode())
        )
    for segment in (tmp_path / "archive").rglob("*.warc.gz"):
        check = [sys.executable, "-m", "warcio.cli", "check", str(segment)]
        assert subprocess.run(check, check=False).returncode == 0


def test_new_articles_above_known_ones_are_found_after_a_walk_that_was_cut_short(tmp_path: Path) -> None:
    pages = {"/list/": listing(*range(30, 20, -1), following='<a href="/list/index_2.html">下一页</a>')}
    pages["/list/index_2.html"] = listing(*range(20, 10, -1), following='<a href="/list/index_3.html">下一页</a>')
    pages["/list/index_3.html"] = listing(*range(10, 0, -1))

    def answer(path: str) -> Answer | str | None:
        if path in pages:
            return pages[path]
        return article(int(path.split("/")[-1].split(".")[0])) if path.startswith("/2021") else None

    with site(answer) as (base, asked):
        first = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--limit", "5"))
        assert (first["exit_code"], first["articles"]) == (0, 5)
        second = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert (second["articles"], second["pending"]) == (25, 0)
        assert len([path for path in asked if path.startswith("/2021")]) == 30
        third = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert (third["articles"], third["listings"]) == (0, 1)
        full = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--full"))
        assert (full["articles"], full["listings"]) == (0, 3)


def test_since_stops_the_walk_and_a_later_crawl_without_it_goes_on(tmp_path: Path) -> None:
    def dated(days: list[int], following: str = "") -> str:
        items = "".join(
            f'<li><a href="/2021/11{d:02}/{d}.html">靖远县引进企业第{d}批落地</a><span>2021-11-{d:02}</span></li>'
            for d in days
        )
        return f"<html><body><ul class=l>{items}</ul>{following}</body></html>"

    pages = {
        "/list/": dated([28, 27, 26], '<a href="index_2.html">下一页</a>'),
        "/list/index_2.html": dated([25, 24, 23], '<a href="index_3.html">下一页</a>'),
        "/list/index_3.html": dated([22, 21, 20], '<a href="index_4.html">下一页</a>'),
        "/list/index_4.html": dated([19, 18, 17]),
    }

    def answer(path: str) -> Answer | str | None:
        return pages.get(path) or (article(int(path.split("/")[-1][:-5])) if path.startswith("/2021") else None)

    with site(answer) as (base, asked):
        recent = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--since", "2021-11-24"))
        assert (recent["articles"], recent["listings"]) == (5, 3)
        asked.clear()
        again = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--since", "2021-11-24"))
        assert (again["articles"], again["listings"]) == (0, 1)
        everything = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert (everything["articles"], everything["listings"]) == (7, 4)


@pytest.mark.parametrize("shows_dates", [True, False], ids=["dates", "days in addresses only"])
def test_pinned_entries_neither_stop_a_walk_nor_keep_it_going(tmp_path: Path, shows_dates: bool) -> None:
    def listed(days: list[int], following: str = "") -> str:
        items = "".join(
            f'<li><a href="/2021/11{d:02}/{d}.html">靖远县引进企业第{d}批落地的消息</a>'
            + (f"<span>2021-11-{d:02}</span></li>" if shows_dates else "</li>")
            for d in days
        )
        return f'<html><body><div class="main"><ul class=l>{items}</ul>{following}</div></body></html>'

    # Day 2 is pinned to the first page; day 30 stands on top of every page.
    pages = {
        "/list/": listed([30, 2, 28, 27], '<a href="index_2.html">下一页</a>'),
        "/list/index_2.html": listed([30, 26, 25, 24], '<a href="index_3.html">下一页</a>'),
        "/list/index_3.html": listed([30, 23, 22, 21], '<a href="index_4.html">下一页</a>'),
        "/list/index_4.html": listed([30, 20, 19, 18]),
    }

    def answer(path: str) -> Answer | str | None:
        return pages.get(path) or (article(int(path.split("/")[-1][:-5])) if path.startswith("/2021") else None)

    with site(answer) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--since", "2021-11-25"))
        assert (found["articles"], found["listings"]) == (5, 3)


@pytest.mark.parametrize("form", ["%m-%d", "%b %d, %Y"])
def test_since_stops_a_walk_by_days_without_a_year_and_by_english_ones(tmp_path: Path, form: str) -> None:
    today = datetime.now(BEIJING).date()

    def answer(path: str) -> Answer | str | None:
        if not path.startswith("/list/"):
            return article(int(path.split("/")[-1][:-5])) if path.startswith("/a/") else None
        number = int(path.removeprefix("/list/index_").removesuffix(".html") or 1) if "_" in path else 1
        days = range(4 * number - 4, 4 * number)
        items = "".join(
            f'<li><a href="/a/{day + 100}.html">靖远县引进企业第{day}批落地的消息</a>'
            f"<span>{today - timedelta(day):{form}}</span></li>"
            for day in days
        )
        return f'<html><body><ul class=l>{items}</ul><a href="/list/index_{number + 1}.html">下一页</a></body></html>'

    with site(answer) as (base, _):
        since = (today - timedelta(5)).isoformat()
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--since", since))
        assert (found["articles"], found["listings"]) == (6, 3)


def test_failures_are_recorded_retried_and_the_exit_code_says_so(tmp_path: Path) -> None:
    broken = {"on": True}

    def answer(path: str) -> Answer | str | None:
        if path == "/list/":
            return listing(1, 2, 3)
        if path.endswith("/2.html") and broken["on"]:
            return 500, {}, "维护".encode()
        return article(int(path[-6])) if path.startswith("/2021") else None

    with site(answer) as (base, _):
        first = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert (first["exit_code"], first["articles"], first["failed"]) == (3, 2, 1)
        (row,) = rows(tmp_path, "SELECT * FROM ledger WHERE state = 'failed'")
        assert row["reason"] == "http 500" and row["url"].endswith("/2.html") and row["capture_id"]
        broken["on"] = False
        second = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert (second["exit_code"], second["articles"]) == (0, 1)


def test_body_that_its_encoding_does_not_fit_fails_its_article_and_is_kept(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | str | None:
        if path.endswith("/2.html"):
            return 200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x00 no gzip"
        return listing(1, 2) if path == "/list/" else article(1) if path.startswith("/2021") else None

    with site(answer) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
    assert (found["exit_code"], found["articles"], found["failed"]) == (3, 1, 1)
    (row,) = rows(tmp_path, "SELECT c.* FROM ledger l JOIN captures c ON c.id = l.capture_id WHERE l.state = 'failed'")
    kept = read_exchange(tmp_path / "archive", row["file"], row["offset"], row["length"])
    assert kept.body == b"\x1f\x8b\x08\x00 no gzip"


@pytest.mark.parametrize("status", [403, 405, 412, 521])
def test_refusal_is_blocked_and_the_crawl_gives_up_early(tmp_path: Path, status: int) -> None:
    def answer(path: str) -> Answer | str | None:
        return (
            listing(*range(1, 201)) if path == "/list/" else (status, {}, b"no") if path.startswith("/2021") else None
        )

    with site(answer) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
    assert found["exit_code"] == 4 and found["articles"] == 0
    # Those under way when the fifth refusal comes in are refused, too.
    assert 5 <= found["blocked"] <= 40
    assert len(asked) < 60
    assert found["pending"] == 200 - found["blocked"]


def test_listing_without_entries_is_drift_and_named(tmp_path: Path) -> None:
    with site(lambda path: "<html><body><p>改版中</p></body></html>" if path == "/list/" else None) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
    assert found["exit_code"] == 5 and found["empty_channels"]


def test_robots_txt_is_obeyed_and_its_refusal_recorded(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | str | None:
        if path == "/robots.txt":
            return "User-agent: *\nDisallow: /2021/1119/2.html\n"
        return listing(1, 2) if path == "/list/" else article(1)

    with site(answer) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["articles"] == 1
    assert "/2021/1119/2.html" not in asked
    assert rows(tmp_path, "SELECT reason FROM ledger WHERE state = 'skipped'")[0]["reason"] == "robots.txt"


@pytest.mark.parametrize("status", [500, 503])
def test_unreadable_robots_txt_means_not_now_and_costs_no_attempt(tmp_path: Path, status: int) -> None:
    ready = {"on": False}

    def answer(path: str) -> Answer | str | None:
        if path == "/robots.txt":
            return "User-agent: *\nAllow: /\n" if ready["on"] else (status, {}, b"")
        return listing(1) if path == "/list/" else article(1)

    with site(answer) as (base, asked):
        first = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert first["exit_code"] == 3 and "robots.txt" in first["outcome"]
        assert set(asked) == {"/robots.txt"}
        assert [row["attempts"] for row in rows(tmp_path, "SELECT attempts FROM ledger")] == [0]
        ready["on"] = True
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["articles"] == 1


def test_pages_of_an_article_are_joined_and_a_missing_one_is_a_warning(tmp_path: Path) -> None:
    pager = '<p><a href="/2021/1119/1.html">1</a> <a href="/2021/1119/1_2.html">2</a> <a href="/2021/1119/1_3.html">3</a></p>'

    def answer(path: str) -> Answer | str | None:
        if path == "/list/":
            return listing(1)
        if path == "/2021/1119/1.html":
            return article(1, extra=pager)
        return (
            article(1, body="这是第二页的正文，写得很长，足够成为一个段落。", extra=pager)
            if path.endswith("_2.html")
            else None
        )

    with site(answer) as (base, _):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["exit_code"] == 0
    (row,) = rows(tmp_path, "SELECT * FROM articles")
    assert row["page_count"] == 2
    assert row["body"].startswith(BODY) and "第二页的正文" in row["body"]
    assert json.loads(row["warnings"]) == ["missing_page"]


def test_page_that_fails_for_now_fails_its_article_and_nothing_half_is_stored(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | str | None:
        if path == "/list/":
            return listing(1)
        if path == "/2021/1119/1.html":
            return article(1, extra='<a href="1_2.html">2</a>')
        return (502, {}, b"") if path.endswith("_2.html") else None

    with site(answer) as (base, _):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["exit_code"] == 3
    assert rows(tmp_path, "SELECT * FROM articles") == []
    assert "1_2.html: http 502" in rows(tmp_path, "SELECT reason FROM ledger WHERE kind = 'article'")[0]["reason"]


def test_entry_on_a_foreign_host_is_recorded_and_not_followed(tmp_path: Path) -> None:
    page = listing(1).replace(
        "</ul>",
        '<li><a href="http://foreign.example/2021/1119/9.html">别人的新闻一条</a><span>2021-11-19</span></li></ul>',
    )
    with site(lambda path: page if path == "/list/" else article(1) if path.startswith("/2021") else None) as (base, _):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["articles"] == 1
    (row,) = rows(tmp_path, "SELECT * FROM ledger WHERE state = 'skipped'")
    assert (row["url"], row["reason"]) == ("http://foreign.example/2021/1119/9.html", "foreign host")


def test_endless_pager_ends_by_evidence(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | str | None:
        if path.startswith("/list/"):
            number = int(path.partition("index_")[2].partition(".")[0] or 1)
            return listing(1, 2, following=f'<a href="/list/index_{number + 1}.html">下一页</a>')
        return article(1) if path.startswith("/2021") else None

    with site(answer) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["exit_code"] == 0
    assert len([path for path in asked if path.startswith("/list/")]) == 3


def test_channel_of_the_system_family_is_walked_down_its_count_pages(tmp_path: Path) -> None:
    place = "/system/count//0018005/000000000000"
    script = f"<script src='{place}/count_page_list_0018005000000000000.js'></script>"
    pages = {"/gsyw/": listing(30, 29, 28).replace("<body>", f"<body>{script}")}
    pages |= {
        f"{place}/000/000/c0018005000000000000_{n:09d}.shtml": listing(*range(n * 3, n * 3 - 3, -1))
        for n in range(1, 11)
    }

    def answer(path: str) -> Answer | str | None:
        if path.endswith(".js"):
            return 200, {"Content-Type": "application/javascript"}, b"var maxpage = 10;"
        return pages.get(path) or (article(int(path.split("/")[-1][:-5])) if path.startswith("/2021") else None)

    with site(answer) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gsyw/", "--allow-private"))
        assert (found["exit_code"], found["articles"], found["listings"]) == (0, 30, 11)
        asked.clear()
        assert summary_of(crawl(tmp_path, f"{base}/gsyw/", "--allow-private"))["articles"] == 0
        assert [path for path in asked if path != "/robots.txt"] == ["/gsyw/"]


def test_stub_is_followed_within_the_portal_and_recorded_when_it_leads_out(tmp_path: Path) -> None:
    stub = '<html><head><meta http-equiv="refresh" content="0; url={}"></head><body></body></html>'
    pages = {
        "/list/": listing(1, 2, 3),
        "/2021/1119/1.html": stub.format("/2021/1119/9.html"),
        "/2021/1119/2.html": stub.format("https://live.foreign.example/x"),
        "/2021/1119/3.html": stub.format("/2021/1119/3.html?a=1"),
        "/2021/1119/9.html": article(9),
    }

    def answer(path: str) -> Answer | str | None:
        if path.startswith("/2021/1119/3.html?"):
            return stub.format(f"{path}1")
        return pages.get(path)

    with site(answer) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
    assert (found["articles"], found["skipped"], found["failed"]) == (1, 1, 1)
    reasons = {row["url"][-6:]: row["reason"] for row in rows(tmp_path, "SELECT * FROM ledger WHERE kind = 'article'")}
    assert reasons == {
        "1.html": None,
        "2.html": "redirected to https://live.foreign.example/x",
        "3.html": "stubs that lead to stubs",
    }


def test_private_addresses_are_refused_and_redirects_to_them_too(tmp_path: Path) -> None:
    with site(lambda path: listing(1)) as (base, asked):
        refused = crawl(tmp_path, f"{base}/list/")
    assert refused.returncode == 2 and "private" in refused.stderr and asked == []


def test_name_that_leads_to_a_private_address_is_refused_without_a_connection(tmp_path: Path) -> None:
    name = socket.gethostname()
    try:
        private = socket.gethostbyname(name).startswith(("127.", "10.", "172.", "192.168."))
    except OSError:
        private = False
    if not private:
        pytest.skip("this machine's own name leads to no private address")
    with site(lambda path: listing(1)) as (base, asked):
        result = crawl(tmp_path, f"http://{name}:{base.rpartition(':')[2]}/list/")
    assert result.returncode == 3 and asked == []
    assert "private address" in rows(tmp_path, "SELECT reason FROM ledger")[0]["reason"]
    assert "Traceback" not in result.stderr


def test_second_crawl_of_the_same_portal_ends_at_once_and_names_the_holder(tmp_path: Path) -> None:
    held = threading.Event()

    def answer(path: str) -> Answer | str | None:
        if path == "/list/":
            held.wait(30)
        return listing(1) if path == "/list/" else None

    command = [sys.executable, "-m", "portal_crawler", "crawl", "--delay", "0", "--allow-private"]
    command += ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "archive")]
    with site(answer) as (base, asked):
        first = subprocess.Popen([*command, f"{base}/list/"], stderr=subprocess.DEVNULL)
        while "/list/" not in asked:
            time.sleep(0.05)
        second = crawl(tmp_path, f"{base}/list/", "--allow-private")
        assert second.returncode == 6 and str(first.pid) in second.stderr
        first.kill()
        first.wait()
        held.set()
        # The kernel frees the lock of a killed holder.
        assert crawl(tmp_path, f"{base}/list/", "--allow-private").returncode in (0, 3)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_signal_ends_a_crawl_that_hangs_within_ten_seconds_with_its_state_saved(
    tmp_path: Path, number: int, code: int
) -> None:
    def answer(path: str) -> Answer | str | None:
        if path.startswith("/2021") and not path.endswith("/1.html"):
            time.sleep(60)
        return listing(1, 2, 3) if path == "/list/" else article(1) if path.startswith("/2021") else None

    command = [sys.executable, "-m", "portal_crawler", "crawl", "--delay", "0", "--allow-private"]
    command += ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "archive")]
    with site(answer) as (base, asked):
        process = subprocess.Popen([*command, f"{base}/list/"], stderr=subprocess.PIPE, text=True)
        while len(asked) < 4:
            time.sleep(0.05)
        time.sleep(1)
        begun = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=15)
        assert time.monotonic() - begun < 10
    assert process.returncode == code
    (run,) = rows(tmp_path, "SELECT * FROM runs")
    assert run["exit_code"] == code and run["ended_at"]
    assert len(rows(tmp_path, "SELECT * FROM articles")) == 1
    assert len(rows(tmp_path, "SELECT * FROM ledger WHERE state = 'pending'")) == 2


def test_deadline_ends_a_crawl(tmp_path: Path) -> None:
    def answer(path: str) -> Answer | str | None:
        time.sleep(0.3)
        return listing(*range(1, 99)) if path == "/list/" else article(1) if path.startswith("/2021") else None

    with site(answer) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private", "--deadline", "2"))
    assert found["exit_code"] == 0 and "deadline" in found["outcome"] and found["pending"] > 0


def test_unwritable_place_is_storage_trouble(tmp_path: Path) -> None:
    with site(lambda path: listing(1)) as (base, _):
        place = tmp_path / "archive" / base.removeprefix("http://").replace(":", "_")
        place.parent.mkdir()
        place.write_text("a file where the portal's folder belongs")
        result = crawl(tmp_path, f"{base}/list/", "--allow-private")
    assert result.returncode == 7 and "storage" in result.stdout


def test_manners_towards_a_host(tmp_path: Path) -> None:
    times: list[float] = []
    agents: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            times.append(time.monotonic())
            agents.append(self.headers["User-Agent"])
            body = (
                (listing(1, 2) if self.path == "/list/" else article(1)).encode("gb18030")
                if "robots" not in self.path
                else b""
            )
            self.send_response(200 if body else 404)
            self.send_header("Set-Cookie", "id=1; path=/")
            self.end_headers()
            self.wfile.write(body)
            assert "Cookie" not in self.headers

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    command = [sys.executable, "-m", "portal_crawler", "crawl", f"http://127.0.0.1:{server.server_port}/list/"]
    command += ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "a"), "--allow-private"]
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    server.shutdown()
    assert len(times) == 4
    assert all(later - earlier > 0.95 for earlier, later in pairwise(times))
    assert set(agents) == {agents[0]} and agents[0].startswith("portal-crawler/")


def test_scrapy_crawls_by_its_own_conventions(tmp_path: Path) -> None:
    replica = build(20, 5)
    with serve(replica) as base:
        command = [
            sys.executable,
            "-m",
            "scrapy",
            "crawl",
            "portal",
            "-a",
            f"target={base}{replica.channels[0].listing_path}",
        ]
        command += ["-a", f"db={tmp_path / 'p.db'}", "-a", f"archive={tmp_path / 'archive'}"]
        command += ["-s", "DOWNLOAD_DELAY=0", "-s", "PORTAL_CRAWLER_ALLOW_PRIVATE=1"]
        root = Path(__file__).parent.parent
        result = subprocess.run(
            command, cwd=root, env=os.environ, capture_output=True, text=True, timeout=60, check=False
        )
    assert result.returncode == 0, result.stderr
    assert len(rows(tmp_path, "SELECT * FROM articles")) == len(
        [t for t in replica.truth if replica.channels[0].path in t.channel_paths]
    )
    assert rows(tmp_path, "SELECT exit_code FROM runs")[0]["exit_code"] == 0


def test_scrapy_exits_with_the_code_of_the_run(tmp_path: Path) -> None:
    def codes(*arguments: str) -> int:
        command = [sys.executable, "-m", "scrapy", "crawl", "portal", "-a", f"db={tmp_path / 'p.db'}", *arguments]
        command += ["-a", f"archive={tmp_path / 'a'}", "-s", "DOWNLOAD_DELAY=0", "-s", "PORTAL_CRAWLER_ALLOW_PRIVATE=1"]
        return subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, timeout=60).returncode

    with site(lambda path: listing(1) if path == "/list/" else (403, {}, b"") if "2021" in path else None) as (base, _):
        assert codes("-a", f"target={base}/list/") == 4
    assert codes("-a", "target=nosuchportal") == 2
