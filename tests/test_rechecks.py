"""Crawls of a portal that edits, deletes and restores its articles in between; each crawl in a process of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.archive import read_exchange
from tests.command_line import run_text

BODY = "靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评。"
FRAME = """<html><head><title>{title}</title></head><body><div class="nav"><a href="/">首页</a> <a href="/list/">要闻</a></div>
{main}<div class="ad">{advert}</div><div class="foot">版权所有：陇原在线 陇ICP备12345678号-1</div></body></html>"""


@dataclass
class Portal:
    """A portal whose pages can be changed between crawls. asked: each request's path and headers."""

    articles: dict[int, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, Callable[[], tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    absent: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (404, {}, b"<h1>404 Not Found</h1>")
    versions: bool = True
    advert: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def edit(self, *numbers: int, **values: str) -> None:
        for number in numbers:
            before = {"title": f"靖远县引进企业第{number}批落地", "editor": "赵小春", "body": BODY, "time": "20:09:41"}
            self.articles[number] = before | self.articles.get(number, {}) | values

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]()
        if path == "/":
            return 200, {}, FRAME.format(title="陇原在线", main="<p>欢迎光临</p>", advert="").encode()
        if path == "/list/":
            links = "".join(
                f'<li><a href="/2021/1119/{n}.html">靖远县引进企业第{n}批落地</a> <span>2021-11-19</span></li>'
                for n in range(1, 13)
            )
            return 200, {}, f"<html><body><ul class='list'>{links}</ul></body></html>".encode()
        number = path.rpartition("/")[2].removesuffix(".html")
        if not number.isdecimal() or int(number) not in self.articles:
            return type(self).absent() if "absent" not in self.__dict__ else self.absent()
        item = self.articles[int(number)]
        main = (
            f"<h1>{item['title']}</h1><div>时间：2021-11-19 {item['time']} 来源：中国甘肃在线 编辑：{item['editor']}</div>"
            f"<div class='text'><p>{item['body']}</p><p>第{number}批企业已经开工。</p></div>"
        )
        return 200, {}, FRAME.format(title=item["title"], main=main, advert=self.advert).encode()

    def articles_asked(self) -> list[str]:
        return [path for path, _ in self.asked if path.startswith("/2021")]

    @contextmanager
    def served(self) -> Iterator[str]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                portal.asked.append((self.path, dict(self.headers)))
                status, headers, body = portal.answer(self.path)
                etag = f'"{sha1(body).hexdigest()[:12]}"'
                if portal.versions and status == 200:
                    headers = {"ETag": etag} | headers
                    if self.headers["If-None-Match"] == etag:
                        status, body = 304, b""
                self.send_response(status)
                length = {} if status == 304 else {"Content-Length": str(len(body))}
                for name, value in ({"Content-Type": "text/html; charset=utf-8"} | length | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


@dataclass
class Desk:
    """The database and the archive of a test, and the crawls into them."""

    folder: Path
    base: str

    def crawl(self, *arguments: str) -> dict[str, Any]:
        places = ("--db", self.db, "--archive", self.folder / "archive")
        manners = ("--allow-private", "--delay", "0", "--json")
        result = run_text("crawl", f"{self.base}/list/", *arguments, *places, *manners, timeout=120)
        assert result.stdout and "Traceback" not in result.stderr, result.stderr
        found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        assert found["exit_code"] == result.returncode
        return found

    @property
    def db(self) -> Path:
        return self.folder / "p.db"

    def rows(self, sql: str) -> list[sqlite3.Row]:
        connection = sqlite3.connect(self.db)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def wait(self, days: float) -> None:
        """Let time pass: what was stored is so much older."""
        with sqlite3.connect(self.db) as connection:
            for table, names in (
                ("articles", ("first_seen_at", "last_seen_at")),
                ("rechecks", ("next_check_at", "first_missing_at", "checked_at")),
            ):
                for name in names:
                    connection.execute(
                        f"""UPDATE {table} SET {name} = strftime('%Y-%m-%dT%H:%M:%S', substr({name}, 1, 19),
                            '-{round(days * 86400)} seconds') || '+08:00'"""
                    )
        connection.close()

    def states(self) -> dict[int, str]:
        found = self.rows("SELECT url, state FROM articles")
        return {int(row["url"].rpartition("/")[2][:-5]): row["state"] for row in found}


@pytest.fixture
def portal() -> Portal:
    made = Portal()
    made.edit(*range(1, 13))
    return made


@pytest.fixture
def desk(portal: Portal, tmp_path: Path) -> Iterator[Desk]:
    with portal.served() as base:
        made = Desk(tmp_path, base)
        assert made.crawl()["articles"] == len(portal.articles)
        portal.asked.clear()
        yield made


def figures(summary: dict[str, Any]) -> tuple[int, ...]:
    return tuple(summary[name] for name in ("rechecked", "unchanged", "revised", "missing", "doubtful", "unanswered"))


def test_nothing_is_asked_again_before_its_time_and_nothing_with_no_recheck(portal: Portal, desk: Desk) -> None:
    assert figures(desk.crawl()) == (0, 0, 0, 0, 0, 0)
    desk.wait(0.05)
    assert figures(desk.crawl("--no-recheck")) == (0, 0, 0, 0, 0, 0)
    assert portal.articles_asked() == []
    assert desk.crawl("--limit", "5")["rechecked"] == 5
    assert len(portal.articles_asked()) == 5


def test_unchanged_articles_cost_an_answer_without_a_body_each(portal: Portal, desk: Desk) -> None:
    before = {row["url"]: row for row in desk.rows("SELECT * FROM articles")}
    desk.wait(0.05)
    found = desk.crawl()
    assert figures(found) == (12, 12, 0, 0, 0, 0) and found["exit_code"] == 0
    assert all("If-None-Match" in headers for path, headers in portal.asked if path.startswith("/2021"))
    for row in desk.rows("SELECT * FROM articles"):
        old = before[row["url"]]
        assert row["last_seen_at"] >= old["last_seen_at"]
        assert all(row[name] == old[name] for name in ("body", "revision", "capture_id", "state"))
    captures = desk.rows("SELECT * FROM captures WHERE status = 304")
    assert len(captures) == 12
    place = captures[0]
    exchange = read_exchange(desk.folder / "archive", place["file"], place["offset"], place["length"])
    assert (exchange.status, exchange.body) == (304, b"")
    assert desk.rows("SELECT count(*) FROM revisions")[0][0] == 12
    for segment in (desk.folder / "archive").rglob("*.warc.gz"):
        assert subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(segment)], check=False).returncode == 0
    # The next age is a day.
    portal.asked.clear()
    assert desk.crawl()["rechecked"] == 0
    desk.wait(1)
    assert desk.crawl()["rechecked"] == 12


def test_each_change_of_the_article_is_a_revision_and_nothing_else_is(portal: Portal, desk: Desk) -> None:
    desk.wait(0.05)
    portal.advert = "<p>春季大促销</p><a href='/ad'>点击购买</a><p>阅读：12345 次</p><ul><li><a href='/x.html'>相关链接一则</a></li></ul>"
    portal.edit(1, title="靖远县引进企业第1批已落地")
    portal.edit(2, time="21:15:00")
    portal.edit(3, editor="李大夏")
    portal.edit(4, body=BODY.replace("9家", "12家"))
    found = desk.crawl()
    assert figures(found) == (12, 8, 4, 0, 0, 0) and found["updated"] == 4
    revised = desk.rows("SELECT url FROM articles WHERE revision = 2 ORDER BY id")
    assert sorted(row["url"].rpartition("/")[2] for row in revised) == ["1.html", "2.html", "3.html", "4.html"]
    shown = run_text("history", f"{desk.base}/2021/1119/4.html", "--json", "--db", desk.db).stdout
    first, second = map(json.loads, shown.splitlines())
    assert second["changes"]["body"]["pieces"][1:3] == [["removed", "9"], ["added", "12"]]
    places = {(row["file"], row["offset"]) for row in desk.rows("SELECT file, offset FROM captures")}
    for revision, text in ((first, "企业9家"), (second, "企业12家")):
        place = revision["capture"]
        assert (place["file"], place["offset"]) in places
        exchange = read_exchange(desk.folder / "archive", place["file"], place["offset"], place["length"])
        assert text in exchange.content().decode()
    # Edited back: one more revision.
    desk.wait(1)
    portal.edit(4, body=BODY)
    assert desk.crawl()["revised"] == 1
    assert desk.rows("SELECT revision FROM articles WHERE url LIKE '%/4.html'")[0][0] == 3


def test_page_that_came_without_its_article_is_kept_and_flagged_and_the_text_stays(portal: Portal, desk: Desk) -> None:
    desk.wait(0.05)
    empty = FRAME.format(title="靖远县引进企业第1批落地", main="<h1>靖远县引进企业第1批落地</h1>", advert="")
    portal.answers["/2021/1119/1.html"] = lambda: (200, {}, empty.encode())
    damaged = portal.answer("/2021/1119/2.html")[2]
    damaged = damaged.replace("带动".encode(), b"\xff\xfe\xff\xfd\xff" * 20)
    portal.answers["/2021/1119/2.html"] = lambda: (200, {}, damaged)
    found = desk.crawl()
    assert figures(found) == (12, 10, 0, 0, 2, 0)
    for number, doubt in ((1, "empty_body"), (2, "damaged_text")):
        (row,) = desk.rows(
            f"""SELECT a.*, r.doubt, c.url AS doubtful FROM articles a JOIN rechecks r ON r.article_id = a.id
                JOIN captures c ON c.id = r.doubt_capture_id WHERE a.url LIKE '%/{number}.html'"""
        )
        assert (row["doubt"], row["revision"], row["state"]) == (doubt, 1, "live")
        assert BODY in row["body"] and f"recheck_{doubt}" in row["warnings"] and row["doubtful"] == row["url"]
    portal.answers.clear()
    desk.wait(1)
    assert figures(desk.crawl()) == (12, 12, 0, 0, 0, 0)
    assert desk.rows("SELECT count(*) FROM articles WHERE warnings LIKE '%recheck_%'")[0][0] == 0


def test_deleted_article_is_suspect_then_gone_then_live_when_it_is_restored(portal: Portal, desk: Desk) -> None:
    del portal.articles[1]
    portal.answers["/2021/1119/2.html"] = lambda: (410, {}, b"gone")
    desk.wait(0.05)
    assert figures(desk.crawl()) == (12, 10, 0, 2, 0, 0)
    seen = []
    for _ in range(3):
        desk.wait(1.05)
        desk.crawl()
        seen.append(desk.states())
    assert [found[1] for found in seen] == [found[2] for found in seen] == ["suspect", "suspect", "gone"]
    assert all(found[number] == "live" for found in seen for number in range(3, 13))
    assert desk.rows("SELECT body FROM articles WHERE state = 'gone'")[0]["body"].startswith(BODY)
    assert len(run_text("search", "引进企业", "--db", desk.db, "--json").stdout.splitlines()) == 12
    assert desk.rows("SELECT count(*) FROM ledger WHERE kind = 'article' AND state = 'done'")[0][0] == 12
    portal.edit(1)
    portal.answers.clear()
    desk.wait(31)
    assert desk.crawl()["missing"] == 0
    assert set(desk.states().values()) == {"live"}
    assert desk.rows("SELECT count(*) FROM revisions")[0][0] == 12


def test_soft_404s_of_every_kind_are_missing_and_nothing_they_say_is_stored(portal: Portal, desk: Desk) -> None:
    message = FRAME.format(title="提示", main="<p>您访问的页面不存在！3秒后返回首页</p>", advert="").encode()
    joke = FRAME.format(
        title="迷路",
        main="<h1>小熊迷路了</h1><p>小熊在森林里睡着了，梦见了很多很多蜂蜜，明天再来找它吧。</p>",
        advert="",
    )
    portal.answers["/2021/1119/1.html"] = lambda: (200, {}, message)
    portal.answers["/2021/1119/2.html"] = lambda: (302, {"Location": "/"}, b"")
    portal.answers["/2021/1119/3.html"] = lambda: (301, {"Location": "/list/"}, b"")
    portal.answers["/2021/1119/4.html"] = lambda: (301, {"Location": "/2021/1119/40.html"}, b"")
    portal.edit(40, title="靖远县引进企业第4批落地", body=BODY)
    portal.edit(5, title="网上删帖调查", body="“文章已删除。”三月以来，多家网站的同一篇报道先后变成这样一行字。" + BODY)
    portal.absent = lambda: (200, {}, joke.encode())
    del portal.articles[6], portal.articles[7]
    desk.wait(0.05)
    found = desk.crawl()
    assert (found["rechecked"], found["missing"], found["doubtful"]) == (12, 5, 0)
    states = desk.states()
    assert [number for number, state in sorted(states.items()) if state == "suspect"] == [1, 2, 3, 6, 7]
    assert not desk.rows(
        "SELECT 1 FROM revisions WHERE body LIKE '%小熊%' OR title LIKE '%小熊%' OR body LIKE '%不存在%'"
    )
    # One request in the run to see what the portal answers to anything.
    asked = {path for path in portal.articles_asked() if path.removesuffix(".html").rpartition("/")[2].isalnum()}
    assert len([path for path in asked if not path.rpartition("/")[2].removesuffix(".html").isdecimal()]) == 1
    reasons = [row[0] for row in desk.rows("SELECT missing_reason FROM rechecks WHERE missing ORDER BY article_id")]
    assert reasons.count("answers like any address that does not exist") == 2
    assert f"redirected to {desk.base}/" in reasons and "the page says that there is none" in reasons


def test_portal_in_disorder_marks_nothing_and_says_so(portal: Portal, desk: Desk) -> None:
    stored = dict(portal.articles)
    for number in range(1, 8):
        del portal.articles[number]
    desk.wait(0.05)
    found = desk.crawl()
    assert (found["rechecked"], found["missing"], found["exit_code"]) == (12, 7, 3)
    assert "7 of 12 articles asked for again were missing at once" in found["outcome"]
    assert desk.rows("SELECT outcome FROM runs ORDER BY id DESC")[0]["outcome"] == found["outcome"]
    assert set(desk.states().values()) == {"live"}
    assert desk.rows("SELECT count(*) FROM rechecks WHERE missing")[0][0] == 0
    portal.articles = stored
    desk.wait(0.05)
    assert figures(desk.crawl()) == (7, 7, 0, 0, 0, 0)


def test_check_without_an_answer_leaves_the_article_as_it_is_and_is_made_again(portal: Portal, desk: Desk) -> None:
    portal.answers["/2021/1119/1.html"] = lambda: (403, {}, b"no")
    desk.wait(0.05)
    found = desk.crawl()
    assert (figures(found), found["exit_code"]) == ((11, 11, 0, 0, 0, 1), 4)
    assert desk.states()[1] == "live"
    assert desk.rows("SELECT count(*) FROM ledger WHERE kind = 'article' AND state = 'done'")[0][0] == 12
    portal.answers.clear()
    desk.wait(0.05)
    assert figures(desk.crawl()) == (1, 1, 0, 0, 0, 0)


def test_new_addresses_that_answer_with_a_soft_404_are_no_articles(tmp_path: Path) -> None:
    portal = Portal(versions=False)
    portal.edit(3)
    message = FRAME.format(title="提示", main="<p>该文章已被删除！</p>", advert="").encode()
    portal.answers["/2021/1119/1.html"] = lambda: (200, {}, message)
    portal.answers["/2021/1119/2.html"] = lambda: (302, {"Location": "/"}, b"")
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        assert desk.crawl()["articles"] == 1
        reasons = [row[0] for row in desk.rows("SELECT reason FROM ledger WHERE state = 'failed' ORDER BY id LIMIT 2")]
        assert reasons == ["the page says that there is none", f"redirected to {base}/"]


def test_portal_without_versions_sends_the_same_bytes_and_nothing_changes(tmp_path: Path) -> None:
    portal = Portal(versions=False)
    portal.edit(1, 2)
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        desk.crawl()
        desk.wait(0.05)
        assert figures(desk.crawl()) == (2, 2, 0, 0, 0, 0)
        assert desk.rows("SELECT max(checks), max(revision) FROM rechecks JOIN articles ON id = article_id")[0][:] == (
            1,
            1,
        )


def page(number: int, line: str, text: str) -> bytes:
    title = f"靖远县引进企业第{number}批落地"
    main = f"<h1>{title}</h1><div>{line}</div><div class='text'>{text}</div>"
    return FRAME.format(title=title, main=main, advert="").encode()


def test_template_that_was_learnt_since_is_no_revision_and_a_change_is_shown_without_it(tmp_path: Path) -> None:
    portal, line = Portal(), "时间：2021-11-19 20:09:41 来源：中国甘肃在线 编辑：赵小春"
    facts = "春耕备耕 黄河步道 文旅市场 苹果分级 道路养护 医保便民 冬季供暖 水库蓄水 校园足球 老街修缮 蔬菜大棚 公交线路".split()
    end = "<p>陇原风物尽在掌中，一起读懂这片土地。</p>"

    def write(number: int, count: int, more: str = "") -> None:
        fact = facts[number - 1]
        text = f"<p>{fact}进展顺利，第{number}批{count}个项目已经完成，各方{fact}力量正在加紧推进。</p><p>{fact}仍将继续。{more}</p>{end}"
        portal.answers[f"/2021/1119/{number}.html"] = lambda: (200, {}, page(number, line, text))

    for number in range(1, 13):
        write(number, 9)
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        assert desk.crawl()["articles"] == 12
        stored = desk.rows("SELECT count(*) FROM articles WHERE body LIKE '%陇原风物%'")[0][0]
        assert stored > 0, "the template is learnt from what is stored first"
        desk.wait(0.05)
        line += " <span>浏览：345 次</span>"
        write(2, 12)
        found = desk.crawl()
    assert figures(found) == (12, 11, 1, 0, 0, 0)
    bodies = [row["body"] for row in desk.rows("SELECT body FROM revisions ORDER BY article_id, revision")]
    assert len(bodies) == 13 and not [body for body in bodies if "陇原风物" in body]


def test_time_that_says_how_long_ago_stays_what_it_was_at_first(tmp_path: Path) -> None:
    portal, text = Portal(), f"<p>{BODY}</p><p>第1批企业已经开工。</p>"
    portal.answers["/2021/1119/1.html"] = lambda: (200, {}, page(1, "2小时前 来源：中国甘肃在线", text))
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        desk.crawl()
        before = desk.rows("SELECT published_at, published_raw FROM articles")[0]
        assert before["published_raw"] == "2小时前"
        desk.wait(0.05)
        portal.answers["/2021/1119/1.html"] = lambda: (200, {}, page(1, "1天前 来源：中国甘肃在线", text))
        assert figures(desk.crawl()) == (1, 1, 0, 0, 0, 0)
    assert tuple(desk.rows("SELECT published_at, published_raw FROM articles")[0]) == tuple(before)


def test_change_on_a_later_page_is_a_revision_and_a_lost_one_is_flagged(tmp_path: Path) -> None:
    portal, line = Portal(), "时间：2021-11-19 20:09:41 来源：中国甘肃在线 编辑：赵小春"
    pager = "<div class='page'><a href='/2021/1119/1.html'>1</a> <a href='/2021/1119/1_2.html'>2</a></div>"
    first = page(1, line, f"<p>{BODY}</p>{pager}")
    portal.answers["/2021/1119/1.html"] = lambda: (200, {}, first)
    portal.answers["/2021/1119/1_2.html"] = lambda: (
        200,
        {},
        page(1, line, f"<p>第二页的文字，说的是九家企业。</p>{pager}"),
    )
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        desk.crawl()
        desk.wait(0.05)
        portal.answers["/2021/1119/1_2.html"] = lambda: (
            200,
            {},
            page(1, line, f"<p>第二页的文字，说的是十家企业。</p>{pager}"),
        )
        portal.asked.clear()
        assert figures(desk.crawl()) == (1, 0, 1, 0, 0, 0)
        assert not any("If-None-Match" in headers for _, headers in portal.asked)
        del portal.answers["/2021/1119/1_2.html"]
        desk.wait(1)
        assert figures(desk.crawl()) == (1, 0, 0, 0, 1, 0)
    (row,) = desk.rows("SELECT body, page_count, revision, warnings FROM articles")
    assert "十家企业" in row["body"] and (row["page_count"], row["revision"]) == (2, 2)
    assert "recheck_missing_page" in row["warnings"]


def test_kill_among_the_re_checks_loses_no_verdict_and_believes_none_too_early(portal: Portal, desk: Desk) -> None:
    del portal.articles[1], portal.articles[2]
    desk.wait(0.05)
    slow = portal.answer

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.3 if path.startswith("/2021") else 0)
        return slow(path)

    portal.answer = answer  # type: ignore[method-assign]
    command = [sys.executable, "-m", "portal_crawler", "crawl", f"{desk.base}/list/", "--allow-private"]
    command += ["--db", str(desk.db), "--archive", str(desk.folder / "archive"), "--delay", "0.2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(portal.articles_asked()) < 8:
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert set(desk.states().values()) == {"live"}
    found = desk.crawl()
    assert found["missing"] == 2 and found["exit_code"] == 0
    assert [number for number, state in sorted(desk.states().items()) if state == "suspect"] == [1, 2]
    checks = [row[0] for row in desk.rows("SELECT checks FROM rechecks")]
    assert checks == [1] * 12 and max(portal.articles_asked().count(path) for path in portal.articles_asked()) == 2
    assert desk.rows("PRAGMA integrity_check")[0][0] == "ok" and desk.rows("PRAGMA foreign_key_check") == []


def test_ages_are_given_by_flag_or_environment_and_a_wrong_one_is_a_usage_error(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        desk.crawl("--recheck-after", "2s,1d")
        time.sleep(2)
        monkeypatch.setenv("PORTAL_CRAWLER_RECHECK_AFTER", "5d, 1s")
        assert desk.crawl()["rechecked"] == 12
        days = "SELECT DISTINCT round(julianday(next_check_at) - julianday(first_seen_at)) FROM rechecks JOIN articles ON id = article_id"
        assert [row[0] for row in desk.rows(days)] == [5.0]
        command = [sys.executable, "-m", "portal_crawler", "crawl", f"{base}/list/", "--allow-private"]
        wrong = subprocess.run([*command, "--recheck-after", "1w"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "'1w' is no age, write ages as 1h,1d,7d,30d" in wrong.stderr


def test_last_modified_will_do_and_the_same_article_at_a_moved_address_is_the_article(tmp_path: Path) -> None:
    portal, stamp = Portal(versions=False), {"Last-Modified": "Fri, 19 Nov 2021 12:10:00 GMT"}
    text = page(1, "时间：2021-11-19 20:09:41 来源：中国甘肃在线", f"<p>{BODY}</p><p>第1批企业已经开工。</p>")
    portal.answers["/2021/1119/1.html"] = lambda: (200, stamp, text)
    portal.edit(2)
    with portal.served() as base:
        desk = Desk(tmp_path, base)
        desk.crawl()
        portal.asked.clear()
        portal.answers["/2021/1119/1.html"] = lambda: (304, stamp, b"")
        portal.answers["/2021/1119/2.html"] = lambda: (301, {"Location": "/2021/1119/2.html?https=1"}, b"")
        portal.answers["/2021/1119/2.html?https=1"] = lambda: portal.answer("/x/2.html")
        desk.wait(0.05)
        assert figures(desk.crawl()) == (2, 2, 0, 0, 0, 0)
        asked = {path: headers.get("If-Modified-Since") for path, headers in portal.asked}
        assert asked["/2021/1119/1.html"] == stamp["Last-Modified"] and asked["/2021/1119/2.html"] is None
    assert {row["state"] for row in desk.rows("SELECT state FROM articles")} == {"live"}
    assert desk.rows("SELECT count(*) FROM captures WHERE status = 304")[0][0] == 1
