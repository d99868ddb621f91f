"""Crawls of channels whose lists scripts build, or whose pagers a profile describes, against real servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import run_text
from tests.test_crawl import Answer, article, crawl, listing, rows, site, summary_of

SHELL = "<html><head><title>国内</title></head><body><div class=nav><a href='/gn/'>国内</a></div><ul id=list></ul>{}</body></html>"
AJAX = """<script>var cid = 'gn', page = 1;
function load() { $.getJSON('/api/list/' + cid + '_' + page + '.json', function (res) { show(res.data.list); page++; }); }
load();</script>"""


def records(*numbers: int) -> list[dict[str, Any]]:
    return [
        {"id": n, "title": f"靖远县引进企业第{n}批落地", "url": f"/2021/1119/{n}.html", "pubtime": 1637287800 - n}
        for n in numbers
    ]


def data(*numbers: int, **said: Any) -> bytes:
    return json.dumps({"code": 0, "data": {"list": records(*numbers), **said}}, ensure_ascii=False).encode()


def portal(pages: dict[str, Answer | str | bytes]) -> Callable[[str], Answer | str | None]:
    """A server of these pages; bytes are JSON. Everything under /2021 is an article."""

    def answer(path: str) -> Answer | str | None:
        found = pages.get(path)
        if isinstance(found, bytes):
            return 200, {"Content-Type": "application/json; charset=utf-8"}, found
        return found or (article(int(path.split("/")[-1][:-5])) if path.startswith("/2021") else None)

    return answer


def listings(tmp_path: Path, base: str) -> dict[str, str]:
    found = rows(tmp_path, "SELECT url, state FROM ledger WHERE kind = 'listing'")
    return {row["url"].removeprefix(base): row["state"] for row in found}


def test_list_that_a_script_asks_for_is_walked_to_its_end(tmp_path: Path) -> None:
    pages: dict[str, Answer | str | bytes] = {"/gn/": SHELL.format(AJAX)}
    pages |= {f"/api/list/gn_{n}.json": data(*range(30 - n * 10 + 10, 30 - n * 10, -1)) for n in (1, 2, 3)}
    with site(portal(pages)) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
        assert (found["exit_code"], found["articles"], found["listings"]) == (0, 30, 4)
        asked.clear()
        again = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
        assert (again["exit_code"], again["articles"]) == (0, 0)
        assert [path for path in asked if path != "/robots.txt"] == ["/gn/", "/api/list/gn_1.json"]
    states = listings(tmp_path, base)
    assert states["/api/list/gn_3.json"] == "done" and states["/api/list/gn_4.json"] == "skipped"


def test_list_by_script_in_a_file_of_its_own(tmp_path: Path) -> None:
    pages: dict[str, Answer | str | bytes] = {
        "/gn/": SHELL.format(
            "<input type=hidden id=cid value=gn><script src='/js/jquery.js'></script><script src='/js/list.js'></script>"
        ),
        "/js/list.js": (
            200,
            {"Content-Type": "application/javascript"},
            b"$(function(){ var p = 1; $.get('/l/' + $('#cid').val() + '/' + p + '.json', show) });",
        ),
        "/l/gn/1.json": data(4, 3),
        "/l/gn/2.json": data(2, 1),
        "/l/gn/3.json": data(),
    }
    with site(portal(pages)) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))["articles"] == 4
    assert "/js/jquery.js" not in asked


def test_jsonp_in_gbk_under_a_wrong_content_type(tmp_path: Path) -> None:
    script = "<script>$.ajax({url: '/api.php', data: {pn: 1, size: 2}, dataType: 'jsonp', jsonp: 'cb', success: show})</script>"

    def answer(path: str) -> Answer | str | None:
        if path.startswith("/api.php?pn="):
            number = int(path.partition("pn=")[2].partition("&")[0])
            text = json.dumps(records(7 - number * 2, 6 - number * 2) if number < 4 else [], ensure_ascii=False)
            return 200, {"Content-Type": "text/html; charset=utf-8"}, f"callback({text})".encode("gbk")
        return SHELL.format(script) if path == "/gn/" else portal({})(path)

    with site(answer) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
    assert found["exit_code"] == 0
    assert {row["title"] for row in rows(tmp_path, "SELECT title FROM channel_entries")} == {
        f"靖远县引进企业第{n}批落地" for n in range(6)
    }
    assert "/api.php?pn=1&size=2&cb=callback" in asked


def test_channel_may_be_the_address_of_its_data(tmp_path: Path) -> None:
    pages: dict[str, Answer | str | bytes] = {
        "/api/list?cid=3&page=1": data(6, 5, 4, pageCount=2),
        "/api/list?cid=3&page=2": data(3, 2, 1, pageCount=2),
    }
    with site(portal(pages)) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/api/list?cid=3&page=1", "--allow-private"))["articles"] == 6
    assert not any("page=3" in path for path in asked)


def test_list_that_the_page_holds_costs_no_request(tmp_path: Path) -> None:
    held = f"<script>var list = {json.dumps(records(3, 2, 1))};</script>"
    with site(portal({"/gn/": SHELL.format(held + AJAX)})) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))["articles"] == 3
    assert not any(path.startswith("/api/") for path in asked)


@pytest.mark.parametrize("empty", [False, True], ids=["the same again", "no list in it"])
def test_endless_pager_of_data_ends_by_evidence(tmp_path: Path, empty: bool) -> None:
    def answer(path: str) -> Answer | str | None:
        if path.startswith("/api/list/gn_"):
            first = path.endswith("_1.json")
            return (
                200,
                {"Content-Type": "application/json"},
                data(3, 2, 1) if first or not empty else b'{"code":0,"data":null}',
            )
        return portal({"/gn/": SHELL.format(AJAX)})(path)

    with site(answer) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))["articles"] == 3
    assert len([path for path in asked if path.startswith("/api/")]) == (2 if empty else 3)


def test_what_scripts_load_beside_the_list_is_not_asked_for_or_not_taken(tmp_path: Path) -> None:
    script = """<script>$.getJSON('/api/hot.json', hot); $.getJSON('/api/site.json', site);
      $.getJSON('http://elsewhere.example/list/1.json', x); $.getJSON('/api/list/gn_1.json', show)</script>"""
    pages: dict[str, Answer | str | bytes] = {
        "/gn/": SHELL.format(script),
        "/api/hot.json": data(9, 8),
        "/api/site.json": b'{"name": "a", "nav": [{"name": "x", "url": "/x/"}]}',
        "/api/list/gn_1.json": data(2, 1),
    }
    with site(portal(pages)) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
    assert (found["exit_code"], found["articles"]) == (0, 2)
    assert "/api/hot.json" not in asked


def test_channel_whose_requests_give_nothing_is_empty(tmp_path: Path) -> None:
    with site(portal({"/gn/": SHELL.format(AJAX), "/api/list/gn_1.json": b'{"data":{"list":[]}}'})) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
    assert found["exit_code"] == 5 and len(found["empty_channels"]) == 1
    assert len(asked) < 6


def test_robots_txt_is_obeyed_for_data_too(tmp_path: Path) -> None:
    pages: dict[str, Answer | str | bytes] = {"/gn/": SHELL.format(AJAX), "/api/list/gn_1.json": data(1)}
    pages["/robots.txt"] = "User-agent: *\nDisallow: /api/\n"
    with site(portal(pages)) as (base, asked):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
    assert found["articles"] == 0 and not any(path.startswith("/api/") for path in asked)


def test_rest_of_a_list_that_the_page_begins_is_loaded(tmp_path: Path) -> None:
    more = (
        AJAX.replace("load();", "")
        + "<a href='javascript:load()'>加载更多</a><script>$.getJSON('/api/list/tj_1.json', side)</script>"
    )
    pages: dict[str, Answer | str | bytes] = {"/gn/": listing(6, 5, following=more), "/api/list/tj_1.json": data(99)}
    pages |= {f"/api/list/gn_{n}.json": data(8 - n * 2, 7 - n * 2) for n in (1, 2, 3)}
    with site(portal(pages)) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))
    assert (found["exit_code"], found["articles"]) == (0, 6)


def test_ordinary_page_with_scripts_asks_for_nothing_more(tmp_path: Path) -> None:
    with site(portal({"/gn/": listing(2, 1, following=AJAX), "/api/list/gn_1.json": data(9)})) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/gn/", "--allow-private"))["articles"] == 2
    assert not any(path.startswith("/api/") for path in asked)


PROFILE = """id = "maker"
name = "模拟门户"
hosts = ["127.0.0.1"]
{}
[[channels]]
name = "国内"
path = ["国内"]
url = "{}"
"""


def profiled(tmp_path: Path, base: str, channel: str, lines: str) -> dict[str, Any]:
    profile = tmp_path / "maker.toml"
    profile.write_text(PROFILE.format(lines, base + channel), "utf-8")
    script = f"""
from pathlib import Path
from portal_crawler.portals import load_profile
from portal_crawler.runs import CrawlOptions, crawl_portal
portal = load_profile(Path({str(profile)!r}))
place = Path({str(tmp_path)!r})
options = CrawlOptions(db=place / "p.db", archive=place / "archive", channels=portal.channels, delay_s=0, allow_private=True)
print(crawl_portal(portal, options).to_json())
"""
    result = run_text(program=script)
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("pager", "addresses"),
    [
        ("index_{page-1}.html", ["/gn/", "/gn/index_1.html", "/gn/index_2.html"]),
        ("?page={page}", ["/gn/", "/gn/?page=2", "/gn/?page=3"]),
        ("/api/gn_{page}.html", ["/gn/", "/api/gn_2.html", "/api/gn_3.html"]),
        ("page/{page}/", ["/gn/", "/gn/page/2/", "/gn/page/3/"]),
    ],
)
def test_pager_of_a_profile_is_followed_to_its_end(tmp_path: Path, pager: str, addresses: list[str]) -> None:
    pages: dict[str, Answer | str | bytes] = {
        address: listing(9 - n * 3, 8 - n * 3, 7 - n * 3) for n, address in enumerate(addresses)
    }
    with site(portal(pages)) as (base, _):
        found = profiled(tmp_path, base, "/gn/", f'pager = "{pager}"')
    assert (found["exit_code"], found["articles"], found["listings"]) == (0, 9, 3)


def test_profile_says_how_articles_of_a_list_of_ids_are_addressed(tmp_path: Path) -> None:
    def ids(*numbers: int) -> bytes:
        return json.dumps(
            [{"id": n, "title": f"靖远县引进企业第{n}批落地", "time": "2021-11-19"} for n in numbers]
        ).encode()

    with site(portal({"/l/1.json": ids(4, 3), "/l/2.json": ids(2, 1)})) as (base, _):
        lines = f'article_url = "{base}/2021/1119/{{id}}.html"\npager = "{{page}}.json"'
        assert profiled(tmp_path, base, "/l/1.json", lines)["articles"] == 4


def test_profile_says_which_links_lead_to_an_articles_other_pages(tmp_path: Path) -> None:
    pages: dict[str, Answer | str | bytes] = {
        "/gn/": listing(1),
        "/2021/1119/1.html": article(1, extra="<p class=parts><a href='/more/1b.html'>下页</a></p>"),
        "/more/1b.html": article(1, body="这是第二页的正文，写得很长，足够成为一个段落。"),
    }
    with site(portal(pages)) as (base, _):
        profiled(tmp_path, base, "/gn/", 'parts = ".parts a"')
    (row,) = rows(tmp_path, "SELECT page_count, body FROM articles")
    assert row["page_count"] == 2 and "第二页的正文" in row["body"]
