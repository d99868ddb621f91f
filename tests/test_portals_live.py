"""`portals check --live`: what it asks of a portal, what it prints, and what it makes of the answers."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.article import Channel, Portal
from portal_crawler.cli.live import LiveCheck, check_live
from portal_crawler.cli.visitor import Visitor

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
TEXT = "靖远县枸杞迎来丰收季，种植户正抢抓晴好天气采摘、晾晒。今年全县枸杞种植面积达到三十万亩，预计产值超过五亿元。"


def article(number: int, text: str = TEXT) -> str:
    return (
        f"<html><head><title>靖远县枸杞迎来第{number}个丰收季_甲网</title></head><body>"
        f"<div class='pos'>您的位置：<a href='/'>首页</a> > <a href='/yw/'>要闻</a></div>"
        f"<h1>靖远县枸杞迎来第{number}个丰收季</h1>"
        f"<div class='info'>时间：2021-11-19 20:09:41 来源：甲网 编辑：赵小春</div>"
        f"<div class='content'><p>{text}</p><p>{text[::-1]}</p></div></body></html>"
    )


def listing(links: list[str], more: str = "") -> str:
    items = "".join(
        f"<li><a href='{link}'>靖远县枸杞迎来第{number}个丰收季</a><span>2021-11-19</span></li>"
        for number, link in enumerate(links, 1)
    )
    return f"<html><body><ul class='list'>{items}</ul>{more}</body></html>"


ARTICLES = [f"/yw/2021/1119/{number}.html" for number in range(1001, 1006)]
SITE: dict[str, str | tuple[int, str]] = {
    "/robots.txt": "User-agent: *\nDisallow: /admin/",
    "/yw/": listing(ARTICLES, "<div><a href='index_2.html'>下一页</a></div>"),
    **{path: article(number) for number, path in enumerate(ARTICLES, 1)},
}


@dataclass
class Site:
    """A site on loopback. asked: the paths asked for, in order; times: when."""

    base: str
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.base.removeprefix("http://")


@contextmanager
def serving(pages: dict[str, str | tuple[int, str]]) -> Iterator[Site]:
    """Serve pages by path. A page is its text, or a status with a text or, for 3xx, a location."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.times.append(time.monotonic())
            page = pages.get(self.path, (404, "none"))
            status, text = page if isinstance(page, tuple) else (200, page)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
            body = text.encode()
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def visit(site: Site, *, delay_s: float | None = 0, allow_private: bool = True, **profile: Any) -> LiveCheck:
    channel = Channel("要闻", ("要闻",), f"{site.base}/yw/")
    portal = Portal("jia", "甲网", hosts=("127.0.0.1",), channels=(channel,), delay_s=0.2, **profile)
    visitor = Visitor(portal, delay_s=delay_s, allow_private=allow_private, tell=lambda _: None)
    return check_live(portal, channel, visitor)


def check_of(pages: dict[str, str | tuple[int, str]]) -> tuple[LiveCheck, list[str]]:
    """The check of the site with some pages of its own, and what it asked for."""
    with serving(SITE | pages) as site:
        return visit(site), site.asked


def test_one_listing_and_three_articles_are_asked_for_and_robots_first() -> None:
    found, asked = check_of({})
    assert asked == ["/robots.txt", "/yw/", *ARTICLES[:3]]
    assert (found.exit_code, found.verdict) == (0, "good: 5 entries, 3 of 3 articles have title, time and text")
    assert found.listing.next is not None and found.listing.next.endswith("/yw/index_2.html")
    assert list(found.robots.values()) == ["read"]


def test_every_field_comes_with_its_value_and_rule() -> None:
    found, _ = check_of({})
    fields = {seen.name: seen for seen in found.articles[0].fields}
    assert fields["title"].value == "靖远县枸杞迎来第1个丰收季"
    assert fields["published_at"].value == "2021-11-19T20:09:41+08:00"
    assert (fields["source"].value, fields["editor"].value) == ("甲网", "赵小春")
    assert fields["channel_path"].value == "要闻"
    assert (fields["body"].value or "").startswith("靖远县枸杞迎来丰收季")
    assert (fields["author"].value, fields["author"].rule) == (None, None)
    assert all(seen.rule for seen in found.articles[0].fields if seen.value)


FORBIDDING = "User-agent: *\nDisallow: /yw/"
OUTCOMES: list[tuple[str, dict[str, str | tuple[int, str]], int, str, list[str]]] = [
    ("robots.txt that forbids", {"/robots.txt": FORBIDDING}, 3, "robots.txt forbids it", ["/robots.txt"]),
    (
        "robots.txt that cannot be had",
        {"/robots.txt": (503, "")},
        3,
        "robots.txt unavailable: HTTP status 503",
        ["/robots.txt"],
    ),
    ("no robots.txt", {"/robots.txt": (404, "")}, 0, "good", ["/robots.txt", "/yw/", *ARTICLES[:3]]),
    ("a listing that is gone", {"/yw/": (404, "")}, 3, "HTTP status 404", ["/robots.txt", "/yw/"]),
    ("a listing with nothing", {"/yw/": listing([])}, 5, "nothing was listed", ["/robots.txt", "/yw/"]),
    (
        "entries of another site",
        {"/yw/": listing([f"http://other.example{path}" for path in ARTICLES])},
        5,
        "none of 5 entries is on the portal's hosts",
        ["/robots.txt", "/yw/"],
    ),
    (
        "articles without text",
        dict.fromkeys(ARTICLES, "<html><body><p>甲网</p></body></html>"),
        5,
        "0 of 3 articles have title, time and text",
        ["/robots.txt", "/yw/", *ARTICLES[:3]],
    ),
    (
        "an article that is gone",
        {ARTICLES[1]: (410, "")},
        3,
        "2 of 2 articles have title, time and text; 1 could not be read",
        ["/robots.txt", "/yw/", *ARTICLES[:3]],
    ),
    (
        "articles that are all gone",
        dict.fromkeys(ARTICLES, (404, "")),
        3,
        "3 could not be read",
        ["/robots.txt", "/yw/", *ARTICLES[:3]],
    ),
    (
        "one article without text",
        {ARTICLES[0]: "<html><body><p>甲网</p></body></html>"},
        0,
        "2 of 3 articles",
        ["/robots.txt", "/yw/", *ARTICLES[:3]],
    ),
    (
        "a redirect to another site",
        {"/yw/": (302, "http://localhost:1/yw/")},
        3,
        "the listing could not be read",
        ["/robots.txt", "/yw/"],
    ),
]


@pytest.mark.parametrize(
    ("pages", "code", "verdict", "asked"), [case[1:] for case in OUTCOMES], ids=[case[0] for case in OUTCOMES]
)
def test_the_outcome_says_what_was_wrong(
    pages: dict[str, str | tuple[int, str]], code: int, verdict: str, asked: list[str]
) -> None:
    found, really_asked = check_of(pages)
    assert (found.exit_code, really_asked) == (code, asked)
    assert verdict in found.verdict


def test_a_stub_is_followed_within_the_portal() -> None:
    stub = f"<html><head><meta http-equiv='refresh' content='0;url={ARTICLES[4]}'></head><body></body></html>"
    found, asked = check_of({ARTICLES[0]: stub})
    assert (found.exit_code, asked[2:4]) == (0, [ARTICLES[0], ARTICLES[4]])


def test_stubs_that_lead_to_themselves_end() -> None:
    def stub(number: int) -> str:
        to = f"/yw/?{number + 1}"
        return f"<html><head><meta http-equiv='refresh' content='0;url={to}'></head><body></body></html>"

    found, asked = check_of({"/yw/": stub(0), **{f"/yw/?{number}": stub(number) for number in range(1, 50)}})
    assert (found.exit_code, len(asked)) == (3, 5)
    assert "stubs that lead to stubs" in found.verdict


def test_the_script_that_counts_list_pages_gives_the_next_one() -> None:
    script = "/system/count//0018005/000000000000/count_page_list_0018005000000000000.js"
    found, _ = check_of(
        {"/yw/": listing(ARTICLES, f"<script src='{script}'></script>"), script: "var maxpage = 37;"},
    )
    assert (found.listing.next or "").endswith("/000/000/c0018005000000000000_000000037.shtml")


def test_the_pager_of_the_profile_gives_the_next_one() -> None:
    with serving(SITE) as site:
        assert visit(site, pager="index_{page-1}.shtml").listing.next == f"{site.base}/yw/index_1.shtml"
        assert visit(site, pager="/list/{page}.json").listing.next == f"{site.base}/list/2.json"


RECORDS = json.dumps(
    {
        "list": [
            {"id": number, "title": f"靖远县枸杞迎来第{number}个丰收季", "time": "2021-11-19 20:09:41"}
            for number in range(1001, 1006)
        ]
    }
)
ASKING = "fetch('/api/list/yw_1.json').then(r => r.json()).then(show)"


@pytest.mark.parametrize(
    "pages",
    [
        {"/yw/": f"<html><body><div id='list'></div><script>{ASKING}</script></body></html>"},
        {
            "/yw/": "<html><body><div id='list'></div><script src='/js/yw.js'></script></body></html>",
            "/js/yw.js": ASKING,
        },
    ],
    ids=["on the page", "loaded"],
)
def test_a_list_that_a_script_asks_for_is_looked_at(pages: dict[str, str | tuple[int, str]]) -> None:
    with serving(SITE | pages | {"/api/list/yw_1.json": RECORDS}) as site:
        found = visit(site, article_url="/yw/2021/1119/{id}.html")
    assert found.listing.url == f"{site.base}/api/list/yw_1.json"
    assert (found.exit_code, [seen.url for seen in found.articles]) == (0, [site.base + path for path in ARTICLES[:3]])


def test_the_pause_of_the_profile_is_kept() -> None:
    with serving(SITE) as site:
        visit(site, delay_s=None)
    assert min(later - earlier for earlier, later in pairwise(site.times)) > 0.19


def test_the_pause_that_robots_asks_for_is_kept() -> None:
    with serving(SITE | {"/robots.txt": "User-agent: *\nCrawl-delay: 0.3"}) as site:
        visit(site)
    assert min(later - earlier for earlier, later in pairwise(site.times)) > 0.29


def test_private_addresses_are_not_asked_unless_allowed() -> None:
    with serving(SITE) as site:
        found = visit(site, allow_private=False)
        assert (found.exit_code, site.asked) == (3, [])
        assert "--allow-private" in found.verdict


PROFILE = """\
id = "jia"
name = "甲网"
delay_s = 0

[[channels]]
name = "空"
url = "/none/"

[[channels]]
path = ["资讯", "要闻"]
url = "/yw/"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "jia.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.mark.parametrize("channel", ["要闻", "资讯/要闻"])
def test_the_command_prints_what_each_field_got_and_a_verdict(cli: Cli, profile: Path, channel: str) -> None:
    with serving(SITE) as site:
        result = cli(
            "portals", "check", "--live", profile, "--host", site.host, "--channel", channel, "--allow-private"
        )
    lines = result.stdout.decode().splitlines()
    assert result.returncode == 0
    assert lines[0] == "jia 甲网, unverified, channel 资讯 > 要闻"
    assert f"robots   {site.base}/robots.txt: read" in lines
    assert "  entries  5, 5 of them on the portal's hosts" in lines
    assert f"  next  {site.base}/yw/index_2.html" in lines
    assert f"article  {site.base}{ARTICLES[0]}" in lines
    assert any(line.startswith("  title\t靖远县枸杞迎来第1个丰收季\t") for line in lines)
    assert any(line.startswith("  body\t靖远县枸杞") and "… (" in line for line in lines)
    assert "verdict  good: 5 entries, 3 of 3 articles have title, time and text" in lines
    assert "verified = true" in lines[-1]
    assert [line.split()[0] for line in result.stderr.decode().splitlines()] == ["GET"] * 5


def test_the_first_channel_is_looked_at_by_default(cli: Cli, profile: Path) -> None:
    with serving(SITE) as site:
        result = cli("portals", "check", "--live", profile, "--host", site.host, "--allow-private")
    assert result.returncode == 3
    assert result.stdout.decode().splitlines()[-1] == "verdict  the listing could not be read: HTTP status 404"


def test_the_command_gives_programs_one_line_a_portal(cli: Cli, profile: Path) -> None:
    with serving(SITE | {"/yw/": listing([])}) as site:
        flags = ("--host", site.host, "--channel", "要闻", "--allow-private", "--json")
        result = cli("portals", "check", "--live", profile, *flags)
    (found,) = map(json.loads, result.stdout.splitlines())
    assert (result.returncode, found["exit_code"], found["portal"]) == (5, 5, "jia")
    assert found["listing"]["entries"] == []
    assert found["robots"] == {f"{site.base}/robots.txt": "read"}


WRONG = [
    (["check", "--live"], "--live needs the ID or FILE of a portal"),
    (["check", "gscn", "--allow-private"], "only --live asks a portal"),
    (["check", "--live", "gscn", "tibet", "--channel", "yc"], "--channel and --host belong to one portal"),
    (["check", "--live", "gscn", "--channel", "没有"], "no channel '没有'; there are 本网原创, 省内经济"),
    (["check", "--live", "gansuonline"], "give one with --host"),
    (["check", "--live", "gscnn"], "no portal 'gscnn', did you mean gscn?"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_call_is_refused_before_anything_is_asked(cli: Cli, arguments: list[str], message: str) -> None:
    result = cli("portals", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert message in result.stderr.decode()
