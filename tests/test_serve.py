"""`serve`: what a reader sees of an archive, and that nobody gets more out of it, or anything into it."""

from __future__ import annotations

import html
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml.html import fromstring

from portal_crawler.article import BEIJING, Article, Capture
from portal_crawler.store import PageCapture, Writer, open_reader, open_store, start_run
from portal_crawler.web.find import Asked, find
from portal_crawler.web.guard import is_own_name
from portal_crawler.web.harmless import harmless
from portal_crawler.web.health import health_of
from portal_crawler.web.overview import overview
from tests.web_site import FIRST_URL, HOSTILE_PAGE, Made, Served, make_site, page, serving

CANARY = "http://canary.example/"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_site(tmp_path_factory.mktemp("site"), CANARY)


@pytest.fixture(scope="module")
def served(made: Made, cli_environment: dict[str, str]) -> Iterator[Served]:
    with serving(made, cli_environment) as server:
        yield server


@pytest.fixture(scope="module")
def altered(made: Made, tmp_path_factory: pytest.TempPathFactory, cli_environment: dict[str, str]) -> Iterator[Altered]:
    """Another one over a copy under an odd name, with a cluster, whose archive is damaged and in part lost."""
    folder = tmp_path_factory.mktemp("altered")
    copied = Made(folder / "search?a=%41#档案 2.sqlite", folder / "archive", made.articles, made.captures)
    shutil.copytree(made.archive, copied.archive)
    shutil.copy(made.db, copied.db)
    shutil.copy(next((made.archive / "gscn").iterdir()), folder / "secret.warc.gz")
    for segment in (copied.archive / "gscn").iterdir():
        octets = segment.read_bytes()
        half = len(octets) // 2
        segment.write_bytes(octets[:half] + bytes(len(octets) - half))
    shutil.rmtree(copied.archive / "qhnews")
    store = open_store(copied.db)
    with store.transaction() as connection:
        connection.execute("INSERT INTO segments VALUES ('../secret.warc.gz', 'gscn', 1)")
        connection.execute("UPDATE captures SET file = '../secret.warc.gz' WHERE id = 1")
        connection.execute("INSERT INTO clusters (id, head_id) VALUES (1, ?)", (made.articles["zipped"],))
        for name in ("first", "zipped"):
            connection.execute("INSERT INTO cluster_members VALUES (?, 1, 0.93)", (made.articles[name],))
    store.close()
    with serving(copied, cli_environment) as server:
        yield Altered(copied, server)


@dataclass(frozen=True)
class Altered:
    made: Made
    served: Served


def text_of(markup: str) -> str:
    """What a reader reads of a page, in one line."""
    without = re.sub(r"<(style|script|title)\b.*?</\1>", "", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", without)).split())


def assert_inert(markup: str) -> None:
    """Nothing in a page can run, load, or lead anywhere but to http(s) or this server."""
    for element in fromstring(markup.encode()).iter():
        assert element.tag not in ("script", "img", "object", "embed", "base", "video", "audio"), element.tag
        assert not [
            name for name in element.attrib if name.startswith("on") or name in ("srcdoc", "ping", "background")
        ]
        assert element.get("style") is None or "url" not in element.get("style")
        href = element.get("href")
        if element.tag in ("link", "iframe"):
            assert (href or element.get("src") or "").startswith("/")
        elif href is not None:
            assert href.startswith(("/", "#", "?", "http://", "https://")), href
        elif element.get("src"):
            raise AssertionError(f"{element.tag} loads {element.get('src')}")


def capture_of(made: Made, url: str) -> str:
    return f"/capture/{made.captures[url]}"


def test_front_page_counts_articles_by_day_portal_and_channel(served: Served) -> None:
    answer = served.get("/")
    assert answer.status == 200
    assert "33 articles of 2 portals" in text_of(answer.text)
    # 6 of the 30 short ones, the hostile one and that of the other portal; the revised one is of the day after.
    assert "<title>2021-11-19: 8</title>" in answer.text
    assert "<title>2021-11-20: 1</title>" in answer.text
    assert re.search(r"资讯 &gt; 平凉市</a>.*?<td class=\"number\">1</td>", answer.text, re.DOTALL)
    assert answer.text.index("河海相连谱新篇") < answer.text.index("简讯0")


@pytest.mark.parametrize(
    "value", ["0000-00-00", "-1", "2021-02-30T09:00:00+08:00", "0001-01-01", "", "2021-11-19T20:09"]
)
def test_what_is_no_time_stretches_no_chart_and_stops_no_page(made: Made, tmp_path: Path, value: str) -> None:
    copy = tmp_path / "p.db"
    copy.write_bytes(made.db.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE articles SET published_at = ? WHERE id % 5 = 1", (value,))
    connection.close()
    store = open_reader(copy)
    now = datetime(2021, 11, 20, 12, tzinfo=BEIJING)
    seen = overview(store, ["gscn"], 0, now)
    assert [bar.label for bar in seen.bars] == ["2021-11"] and seen.total == 32
    assert health_of(store, "gscn", [], now).days_silent in (0, 1)
    store.close()


def test_front_page_shows_the_portal_in_trouble_first(served: Served) -> None:
    rows = re.findall(
        r'<th scope="row"><a href="/portal/(\w+)">\w+</a></th>\s*<td>(.*?)</tr>', served.get("/").text, re.DOTALL
    )
    health = [(portal, text_of(row)) for portal, row in rows if "tag" in row]
    assert [portal for portal, _ in health] == ["qhnews", "gscn"]
    assert health[0][1].startswith("blocked (4)") and "the portal blocks us: 1 URLs" in health[0][1]
    # Articles, pending, failed, blocked.
    assert " 1 0 1 1" in health[0][1] and " 32 0 0 0" in health[1][1]


def test_all_of_the_time_is_shown_by_month(served: Served) -> None:
    assert "<title>2021-11: 33</title>" in served.get("/?days=0").text
    assert served.get("/?days=7%27").text.count('aria-current="true">90 days') == 1


def test_portal_page_shows_its_own(served: Served) -> None:
    text = text_of(served.get("/portal/qhnews").text)
    assert "qhnews: 1 article " in text and "青海湖的冬天" in text and "简讯" not in text
    assert served.get("/portal/nowhere").status == 404


def test_article_reads_as_on_the_portal(served: Served, made: Made) -> None:
    markup = served.get(f"/article/{made.articles['first']}").text
    text = text_of(markup)
    assert "河海相连谱新篇 2021-11-20 20:09 来源： 中国甘肃在线" in text
    assert "<p>靖远县今年引进企业12家。</p>" in markup
    assert "<tr><td>名称</td><td>数值</td></tr><tr><td>苹果</td><td>12</td></tr>" in markup
    assert "Listed in 资讯 > 平凉市 , as “河海相连” , 11-19" in text


def test_article_shows_what_its_revisions_changed(served: Served, made: Made) -> None:
    markup = served.get(f"/article/{made.articles['first']}").text
    assert "河海相连谱<del>华章</del><ins>新篇</ins>" in markup
    assert "引进企业<del>9</del><ins>12</ins>家" in markup
    assert text_of(markup).index("Revision 2 , first seen 2021-11-20 20:10") < text_of(markup).index("Revision 1 ,")


def test_article_says_which_rule_gave_each_field(served: Served, made: Made) -> None:
    text = text_of(served.get(f"/article/{made.articles['first']}").text)
    assert "Title 河海相连谱新篇 h1" in text
    assert "printed as 2021-11-19 20:09 –" in text
    assert "Encoding – gb18030" in text


def test_images_are_named_and_not_loaded(served: Served, made: Made) -> None:
    markup = served.get(f"/article/{made.articles['first']}").text
    assert '<a class="out" href="http://news.gscn.example/1.jpg" rel="noreferrer noopener nofollow">' in markup
    assert "靖远县的&lt;b&gt;果园&lt;/b&gt;" in markup
    assert "<img" not in markup


def test_article_is_found_by_any_variant_of_its_address(served: Served, made: Made) -> None:
    answer = served.get(f"/article?url={quote(FIRST_URL.replace('http://', 'https://www.'), safe='')}")
    assert (answer.status, answer.headers["location"]) == (302, f"/article/{made.articles['first']}")
    assert served.get("/article?url=http%3A%2F%2Felse.example%2F").status == 404


def test_cluster_members_are_shown_where_they_are_known(altered: Altered) -> None:
    articles = altered.made.articles
    text = text_of(altered.served.get(f"/article/{articles['first']}").text)
    assert "The same text, 2 times" in text
    assert text.index("2021-11-19 20:09 qhnews – 青海湖的冬天 0.93") < text.index("河海相连谱新篇 (this one)")
    assert "The same text" not in altered.served.get(f"/article/{articles['plain']}").text


def test_search_finds_what_the_command_finds(
    served: Served, made: Made, cli: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    query = "合作社 NOT title:简讯1"
    found = re.findall(r'<h2><a href="/article/\d+" lang="zh">(.*?)</a>', served.get(f"/search?q={quote(query)}").text)
    lines = cli("search", query, "--db", made.db, "--limit", "20").stdout.decode().splitlines()
    assert found == [line.split("\t")[1] for line in lines] and len(found) == 19
    assert "第0个<mark>合作社</mark>今天成立" in served.get(f"/search?q={quote('合作社 title:简讯0')}").text


def test_facets_count_all_hits_and_narrow_them_down(served: Served) -> None:
    markup = served.get(f"/search?q={quote('合作社')}").text
    assert "30 articles" in text_of(markup)
    assert "Source 新华社 20 甘肃日报 10 Year 2021 30" in text_of(markup)
    narrowed = served.get(f"/search?q={quote('合作社')}&source={quote('甘肃日报')}&year=2021&portal=gscn").text
    assert "10 articles" in text_of(narrowed) and "source: 甘肃日报" in text_of(narrowed)
    assert "0 articles" in text_of(served.get(f"/search?q={quote('合作社')}&year=2020").text)


def test_hits_are_paged_without_loss_or_repetition(served: Served) -> None:
    titles = []
    for number in (1, 2):
        markup = served.get(f"/search?q={quote('合作社')}&page={number}").text
        titles += re.findall(r'<h2><a href="/article/\d+" lang="zh">(.*?)</a>', markup)
    assert len(titles) == len(set(titles)) == 30
    assert 'rel="next"' not in markup and 'rel="prev"' in markup


def test_without_a_query_the_newest_articles_are_listed(served: Served) -> None:
    markup = served.get("/search?portal=gscn").text
    assert "32 articles" in text_of(markup)
    assert markup.index("河海相连谱新篇") < markup.index("简讯")
    listed = served.get(f"/search?channel={quote('平凉市')}").text
    assert "1 article " in text_of(listed)


@pytest.mark.parametrize("query", ["合作社", "合作社 NOT editor:无人", ""])
def test_of_many_hits_the_newest_are_divided(made: Made, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setattr("portal_crawler.web.find._SAMPLE", 12)
    store = open_reader(made.db)
    found = find(store, Asked(query=query, portal="gscn", source="新华社"))
    assert (len(found.hits), found.has_next, found.total, found.sampled) == (20, False, 20, 12)
    assert [(facet.name, facet.values) for facet in found.facets] == [("year", [("2021", 12)])]
    # As it is where counting takes longer than a reader is to wait.
    monkeypatch.setattr("portal_crawler.web.find._COUNT_SECONDS", 0.0)
    monkeypatch.setattr("portal_crawler.web.find._SMALL_SAMPLE", 7)
    late = find(store, Asked(query=query, portal="gscn", source="新华社"))
    assert (len(late.hits), late.total, late.sampled) == (20, None, 7)
    assert [(facet.name, facet.values) for facet in late.facets] == [("year", [("2021", 7)])]
    store.close()


def test_query_that_cannot_be_read_is_explained(served: Served) -> None:
    answer = served.get(f"/search?q={quote('(甘肃')}")
    assert answer.status == 400
    assert "a bracket is opened and not closed" in answer.text


@pytest.mark.parametrize("name", ["first", "hostile"])
def test_nothing_that_a_portal_printed_becomes_markup(served: Served, made: Made, name: str) -> None:
    number = made.articles[name]
    for path in ("/", "/search", "/search?q=fetch", "/portal/gscn", "/data/articles", f"/data/articles/{number}"):
        assert_inert(served.get(path).text)
    markup = served.get(f"/article/{number}").text
    assert_inert(markup)
    assert ("&lt;script&gt;" in markup) == (name == "hostile")


def test_hostile_search_terms_stay_text(served: Served) -> None:
    hostile = quote('"><script>alert(1)</script>')
    for name in ("q", "portal", "channel", "source"):
        assert_inert(served.get(f"/search?{name}={hostile}").text)


@pytest.mark.parametrize(
    "path", ["/", "/search", "/article/1", "/capture/1", "/data", "/data/articles", "/data?sql=select+1", "/nowhere"]
)
def test_no_page_may_run_a_script_or_load_anything_from_elsewhere(served: Served, path: str) -> None:
    answer = served.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ") and "script-src" not in policy
    assert set(re.findall(r"\b(?:https?:|\*|data:)", policy)) == set()
    assert_inert(answer.text)
    assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"] == "no-referrer"


def test_archived_page_is_shown_as_it_was_received(served: Served, made: Made) -> None:
    path = capture_of(made, FIRST_URL)
    text = text_of(served.get(path).text)
    assert "Status 200 OK" in text and "read as gb18030" in text and "matches" in text
    assert "Server <b>nginx</b>" in text
    assert served.get(f"{path}/download").body == page(
        "河海相连谱新篇", "靖远县今年引进企业12家。\n名称\t数值\n苹果\t12\n安全生产月活动开展。"
    )
    assert "<h1>河海相连谱新篇</h1>" in served.get(f"{path}/source").text
    shown = served.get(f"{path}/page")
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>河海相连谱新篇</h1>" in shown.text


def test_archived_page_is_decompressed(served: Served, made: Made) -> None:
    path = capture_of(made, "http://www.qhnews.example/1.html")
    assert "青海湖的冬天" in served.get(f"{path}/page").text
    assert served.get(f"{path}/download").body.startswith(b"\x1f\x8b")


def test_hostile_capture_can_do_nothing(served: Served, made: Made) -> None:
    path = capture_of(made, "http://news.gscn.example/hostile.html")
    frame = served.get(path).text
    assert re.search(r'<iframe sandbox=""', frame)
    shown = served.get(f"{path}/page")
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'; ")
    assert "恶意页面的标题" in shown.text and "单元格" in shown.text and "color: green" in shown.text
    assert_inert(shown.text)
    assert not re.search(r"<(?:link|meta|form|svg)|\shref=", shown.text)
    # What is left of the canary is the text that stands for pictures and frames.
    assert all(f"{CANARY}{name}]" in shown.text for name in ("image.png", "frame"))
    assert "url(" not in shown.text and "@import" not in shown.text
    source = served.get(f"{path}/source")
    assert "<script>" in source.text and source.headers["content-type"].startswith("text/plain")
    assert source.headers["content-security-policy"].startswith("sandbox")


@pytest.mark.parametrize(
    "markup",
    ["", "<", "<frameset><frame src=x></frameset>", "<svg><style><img onerror=x></style></svg>", "\x00<p>甲", "<!--<p>乙-->",
     "<noscript><p title='</noscript><img src=x onerror=x>'>", "<p style='b\\61ckground:u\\72l(x)'>", "<plaintext><script>"],
)  # fmt: skip
def test_odd_markup_is_made_harmless_too(markup: str) -> None:
    shown = harmless(markup, "http://a.example/").decode()
    assert_inert(shown)
    assert "<svg" not in shown and "u\\72l" not in shown


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 1000 + "甲", "<font><b>" * 900 + "甲", "<p " + " ".join(f"a{n}=1" for n in range(5000)) + ">甲",
     "<html><body><p>乙</body></html><p>甲", "<embed src=x><p>甲", "<svg><path></svg>甲", "<object><param>甲"],
)  # fmt: skip
def test_no_text_of_an_odd_page_is_lost_and_it_takes_no_time(markup: str) -> None:
    began = time.process_time()
    assert "甲" in harmless(markup, "http://a.example/").decode()
    assert time.process_time() - began < 2


@pytest.mark.parametrize("before", ["<p>甲</p>", ""], ids=["behind text", "alone"])
def test_page_is_shown_up_to_a_tag_of_too_many_attributes_and_says_so(before: str) -> None:
    markup = before + "<p " + " ".join(f"a{number}" for number in range(400_000)) + ">乙</p>"
    began = time.process_time()
    shown = harmless(markup, "http://a.example/").decode()
    assert time.process_time() - began < 5
    assert ("甲" in shown) == bool(before)
    assert "乙" not in shown and "a tag of thousands of attributes" in shown


def test_captures_that_are_no_pages_are_described(served: Served, made: Made) -> None:
    shown = served.get(capture_of(made, "http://www.qhnews.example/list.json")).text
    assert "&lt;/pre&gt;&lt;script&gt;" in shown
    assert_inert(shown)
    assert "The answer had no body" in served.get(capture_of(made, "http://www.qhnews.example/old")).text
    png = capture_of(made, "http://www.qhnews.example/a.png")
    assert "neither a page nor a text" in served.get(png).text
    assert served.get(f"{png}/page").status == 404
    assert served.get(f"{png}/download").headers["content-disposition"].startswith("attachment")


def test_damaged_or_missing_archive_is_said(altered: Altered) -> None:
    hostile = altered.served.get(capture_of(altered.made, "http://news.gscn.example/hostile.html"))
    assert hostile.status == 200 and 'class="note bad"' in hostile.text and "<iframe" not in hostile.text
    path = capture_of(altered.made, "http://www.qhnews.example/1.html")
    assert "No such file" in altered.served.get(path).text
    assert altered.served.get(f"{path}/page").status == 404


def test_nothing_outside_of_the_archive_is_read(altered: Altered) -> None:
    assert "not in the archive" in altered.served.get("/capture/1").text
    assert altered.served.get("/capture/1/download").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_reading_is_let_in(served: Served, method: str) -> None:
    for path in ("/", "/data", "/data/articles", "/-/messages"):
        answer = served.get(path, method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "sql", ["delete from articles", "attach '/etc/passwd' as x", "pragma query_only = 0", "select 1; drop table articles",
            "with x as (select 1) delete from articles", "select load_extension('x')", "select readfile('/etc/passwd')"],
)  # fmt: skip
def test_sql_can_only_read_this_database(served: Served, sql: str) -> None:
    answer = served.get(f"/data.json?sql={quote(sql)}")
    assert answer.status == 400 and b'"ok": false' in answer.body
    assert "33 articles" in text_of(served.get("/").text)


def test_sql_that_takes_too_long_is_stopped(served: Served) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    began = time.monotonic()
    answer = served.get(f"/data?sql={quote(endless)}")
    assert (answer.status, "took longer than the 5 s" in answer.text) == (400, True)
    assert time.monotonic() - began < 9
    huge = served.get(f"/data.json?sql={quote('select zeroblob(900000000)')}")
    assert huge.status == 400 and "too big" in huge.text


def test_tables_can_be_read_with_the_meaning_of_their_columns(served: Served) -> None:
    assert "headline as printed" in text_of(served.get("/data/articles").text)
    listed = text_of(served.get("/data").text)
    assert (
        "articles One row an article as a reader understands it, all its pages joined, in its latest state. 33"
        in listed
    )
    assert listed.index("articles One row") < listed.index("captures One row") and "_sqlite_migrations" not in listed
    assert json.loads(served.get("/data/articles/1.json?_shape=array").body)[0]["title"] == "河海相连谱新篇"
    counted = "select search_marked('合作', title) from articles where id in (select rowid from article_search where article_search match search_index('合作'))"
    assert served.get(f"/data.json?sql={quote(counted)}").status == 200


@pytest.mark.parametrize(
    "path", ["/nowhere", "/article/999", "/article/x", f"/article/{'9' * 30}", "/capture/999", "/capture/1/secret", "/data/none",
             "/-/settings", "/-/databases.json", "/-/auth-token", "/-/site/../../../etc/passwd", "/-/site/%2e%2e/%2e%2e/plugin.py",
             "/_internal", "/_memory"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(served: Served, path: str) -> None:
    assert served.get(path).status in (403, 404)


def test_database_file_cannot_be_taken_away(served: Served) -> None:
    assert served.get("/data.db").status == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_names_that_others_can_point_here_are_refused(served: Served, host: str) -> None:
    assert served.get("/", host=host).status == 421
    assert served.get("/data.json?sql=select+1", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost:8001", "127.0.0.1", "[::1]:80", "archive.lan:80", "192.168.1.5"])
def test_own_names_are_let_in(host: str) -> None:
    assert is_own_name(host, "archive.lan")


def test_head_is_answered_without_a_body(served: Served) -> None:
    for path in ("/", "/data/articles", "/capture/1/page"):
        answer = served.get(path, method="HEAD")
        assert (answer.status, answer.body) == (200, b""), path


def test_what_a_crawl_writes_meanwhile_is_shown(altered: Altered) -> None:
    assert "33 articles" in text_of(altered.served.get("/").text)
    store = open_store(altered.made.db)
    writer = Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None)
    url = "http://news.gscn.example/new.html"
    capture = Capture(url, "2021-11-21T08:00:00+08:00", 200, "text/html", "sha1:A", "gscn/gscn-9.warc.gz", 0, 9)
    writer.add_capture(capture)
    writer.add_article(Article(url, title="刚刚写入", extractor="e"), [PageCapture(url, capture)])
    writer.flush()
    store.close()
    assert "34 articles" in text_of(altered.served.get("/").text)
    assert "<mark>刚刚</mark>写入" in altered.served.get(f"/search?q={quote('刚刚')}").text


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_ends_at_once_when_told_to_even_in_the_middle_of_a_query(
    made: Made, cli_environment: dict[str, str], number: int, code: int
) -> None:
    with serving(made, cli_environment) as server:
        slow = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        asking = threading.Thread(target=lambda: _ask(server, f"/data.json?sql={quote(slow)}"))
        asking.start()
        time.sleep(0.4)
        began = time.monotonic()
        server.process.send_signal(number)
        assert server.process.wait(10) == code
        assert time.monotonic() - began < 3
        asking.join(5)


def _ask(server: Served, path: str) -> None:
    try:
        server.get(path)
    except OSError:
        return


def test_port_that_is_taken_and_database_that_is_not_there_are_said(
    made: Made, cli: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = cli("serve", "--db", made.db, "--port", str(taken.getsockname()[1]))
    assert (result.returncode, b"cannot listen on 127.0.0.1" in result.stderr) == (2, True)
    result = cli("serve", "--db", made.db.parent / "none.db", "--port", "0")
    assert (result.returncode, b"no such database" in result.stderr) == (7, True)
    assert not (made.db.parent / "none.db").exists()


def test_database_of_any_name_can_be_served(altered: Altered) -> None:
    assert altered.served.get("/data/articles/1.json").status == 200


def test_host_beyond_this_machine_is_warned_of(made: Made, cli_environment: dict[str, str]) -> None:
    command = [
        sys.executable,
        "-m",
        "portal_crawler",
        "serve",
        "--db",
        str(made.db),
        "--port",
        "0",
        "--host",
        "0.0.0.0",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=cli_environment
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline().startswith("http://0.0.0.0:")
        process.send_signal(signal.SIGTERM)
        assert "there is no password" in process.stderr.read()


def test_hostile_page_of_these_tests_is_hostile() -> None:
    assert HOSTILE_PAGE.count("{canary}") > 25
