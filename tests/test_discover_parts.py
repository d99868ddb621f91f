"""The decisions of a discovery, each on its own: words, addresses, menus, budgets, pagers, selectors, the profile."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from portal_maker.dede import Dede
from portal_maker.empire import Unturned
from portal_maker.manner import Manner
from portal_maker.newsroom import Column
from portal_maker.trs import Trs

from portal_crawler.article import Channel, Layout, Portal
from portal_crawler.demo.channels import HOST
from portal_crawler.discover import (
    Answer,
    Checked,
    Discovery,
    Fetch,
    NoAnswer,
    NoFrontPage,
    Rejected,
    discover,
    profile_toml,
)
from portal_crawler.discover.addresses import may_be_listing
from portal_crawler.discover.menu import channel_links
from portal_crawler.discover.selectors import Sample, derive_layout
from portal_crawler.discover.site import misleading_encoding, province, site_name
from portal_crawler.discover.trail import trail
from portal_crawler.discover.words import is_channel_name
from portal_crawler.extract import article_of, read_page
from portal_crawler.portals import load_profile

Pages = dict[str, str]
FRONT = "http://www.portal.com.cn/"


def site(pages: Mapping[str, str], asked: list[str] | None = None) -> Fetch:
    """Answers for pages given by address; every other address answers 404."""

    def fetch(url: str) -> Answer:
        if asked is not None:
            asked.append(url)
        if url not in pages:
            raise NoAnswer("HTTP status 404", 404)
        return Answer(url, pages[url].encode(), "text/html; charset=utf-8")

    return fetch


def made(manner: Manner) -> Fetch:
    """Answers for a made portal under its own name."""
    served = manner.served()

    def fetch(url: str) -> Answer:
        key = served.find(urlsplit(url).path)
        if key is None:
            raise NoAnswer("HTTP status 404", 404)
        body, content_type = served.files[key]
        return Answer(url, body, content_type)

    return fetch


def menu(*links: tuple[str, str]) -> str:
    return f"<ul class=nav>{''.join(f'<li><a href={href!r}>{name}</a></li>' for name, href in links)}</ul>"


def document(content: str, title: str = "某某网") -> str:
    return f"<html><head><title>{title}</title></head><body>{content}</body></html>"


def listing(name: str, first: int, count: int = 5, folder: str = "/a") -> str:
    items = "".join(
        f"<li><a href='{folder}/20211119/{number}.html'>{name}第{number}条消息今天发布了</a><span>2021-11-19</span></li>"
        for number in range(first, first + count)
    )
    return document(f"<ul class=list>{items}</ul>")


def article(number: int) -> str:
    text = "".join(f"<p>第{number}条消息的第{n}段，记者从县里了解到，今年的收成比去年好得多。</p>" for n in range(4))
    return document(
        f"<h1>第{number}条消息今天发布了出来</h1><div>2021-11-19 20:09 来源：某某网</div><div class=text>{text}</div>"
    )


def small_portal(names: Sequence[str] = ("要闻", "社会", "财经", "教育")) -> Pages:
    links = [(name, f"/c{place}/") for place, name in enumerate(names)]
    pages = {FRONT: document(menu(*links))}
    for place, name in enumerate(names):
        pages[f"{FRONT}c{place}/"] = listing(name, 1000 * (place + 1))
        for number in range(5):
            pages[f"{FRONT}a/20211119/{1000 * (place + 1) + number}.html"] = article(1000 * (place + 1) + number)
    return pages


@pytest.mark.parametrize(
    "name", ["要闻", "市州新闻", "5G频道", "文旅", "东西部协作", "美食地图", "公告", "社区新闻", "收藏"]
)
def test_names_of_channels(name: str) -> None:
    assert is_channel_name(name)


@pytest.mark.parametrize(
    "name",
    "上一期 下一版 登录 手机版 客户端 关于我们 RSS订阅 网站地图 加入收藏 设为首页 更多>> 下一页 版权声明 数字报 进入论坛 我来说两句 2021-11-19 "
    "11月19日 甘肃省召开经济工作会议 新".split(),
)
def test_names_of_services_and_headlines_are_no_channels(name: str) -> None:
    assert not is_channel_name(name)


@pytest.mark.parametrize(
    "path",
    "/yaowen/ /news /index.php?m=content&c=index&a=lists&catid=17 /list-17-1.html /node_12.htm /col/col1234/index.html "
    "/html/zixun/ /channel/index.shtml /GB/123456/index.html /yw_705/ /2021lianghui/ /yaowen.html /list.php?id=3 /article/list_12_2.html /index.php?c=category&id=7 /news.asp?classid=7".split(),
)
def test_addresses_of_lists(path: str) -> None:
    assert may_be_listing(FRONT.rstrip("/") + path)


@pytest.mark.parametrize(
    "path",
    "/system/2021/11/19/012345678.shtml /yw/202111/t20211119_123.html /2021-11/19/content_345.htm /a/2021/1119/12.html "
    "/n2/2018/1220/c360300-32429943.html /html/12345.html /show.php?id=12 /index.php?m=content&c=index&a=show&catid=9&id=12 /channel/2021/1119/123.html /app.apk /pic/1.jpg /plus/search.php /member/reg.php".split(),
)
def test_addresses_of_articles_files_and_services_are_no_lists(path: str) -> None:
    assert not may_be_listing(FRONT.rstrip("/") + path)


def candidates(html: str) -> list[tuple[str, str, str | None]]:
    page = read_page(document(html).encode(), FRONT, content_type="text/html; charset=utf-8")
    return [(link.name, urlsplit(link.url).path, link.above) for link in channel_links(page, ("portal.com.cn",))]


def test_menu_items_inside_an_item_belong_to_it() -> None:
    html = "<ul><li><a href=/xw/>新闻</a><ul><li><a href=/xw/bd/>本地</a></li><li><a href=/xw/gn/>国内</a></li></ul></li><li><a href=/ms/>民生</a></li></ul>"
    above = f"{FRONT}xw/"
    assert candidates(html) == [
        ("新闻", "/xw/", None),
        ("本地", "/xw/bd/", above),
        ("国内", "/xw/gn/", above),
        ("民生", "/ms/", None),
    ]


def test_a_link_to_more_takes_the_name_of_its_box() -> None:
    assert candidates("<div><h3>市州新闻</h3> <a href=/sz/>更多&gt;&gt;</a></div>") == [("市州新闻", "/sz/", None)]


def test_a_picture_in_a_menu_is_known_by_what_it_stands_for() -> None:
    assert candidates("<a href=/yw/><img src=1.gif alt=要闻></a>") == [("要闻", "/yw/", None)]


def test_areas_of_a_picture_that_is_the_menu_are_candidates() -> None:
    assert candidates("<map><area shape=rect href=/yw/ alt=要闻><area href=/sh/ alt=社会></map>") == [
        ("要闻", "/yw/", None),
        ("社会", "/sh/", None),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "<a href=/>首页</a> / <a href=/xw/>新闻</a> / <a href=/xw/bd/>本地</a>",
        "<span><a href=/>某某网</a></span> | <a href=/xw/>新闻</a> | <a href=/xw/bd/index.html>本地</a> 列表",
        "您的位置：首页 &gt; <a href=/xw/>新闻</a> &gt; 本地",
    ],
)
def test_the_way_to_a_list_is_read_from_its_page(line: str) -> None:
    html = document(f"{menu(('首页', '/'), ('新闻', '/xw/'), ('社会', '/sh/'))}<div>{line}</div>")
    assert trail(read_page(html.encode(), f"{FRONT}xw/bd/")) == ("新闻", "本地")


def test_a_menu_is_no_way_to_a_list() -> None:
    html = document(menu(("首页", "/"), ("新闻", "/xw/"), ("社会", "/sh/"), ("财经", "/cj/")))
    assert trail(read_page(html.encode(), f"{FRONT}sh/")) == ()


def test_channels_may_be_numbered_as_articles_are_where_no_headline_has_such_an_address() -> None:
    html = menu(*((name, f"/c/1002{place}.html") for place, name in enumerate(("要闻", "社会", "财经", "教育"))))
    assert len(candidates(html)) == 4
    assert candidates(html + "<a href=/c/10030.html>某县今年的收成比去年好得多</a>") == []


def test_a_few_channels_numbered_as_articles_are_known_by_those_found_before() -> None:
    page = read_page(
        document("<a href=/c/10021.html>区县</a><a href=/c/10022.html>部门</a>").encode(), f"{FRONT}c/10001.html"
    )
    assert channel_links(page, ("portal.com.cn",)) == []
    assert len(channel_links(page, ("portal.com.cn",), [f"{FRONT}c/10001.html"])) == 2


def test_a_short_headline_is_no_channel_where_others_lead_to_addresses_of_its_form() -> None:
    headlines = "".join(f"<li><a href=/yw/{n}.html>某县第{n}次开渠放水群众高兴</a></li>" for n in range(8))
    html = f"{menu(('要闻', '/yw/'), ('社会', '/sh/'))}<ul>{headlines}<li><a href=/yw/9.html>某县开渠放水</a></li></ul>"
    assert [name for name, _, _ in candidates(html)] == ["要闻", "社会"]


def test_one_channel_with_a_long_name_does_not_speak_for_the_others() -> None:
    html = menu(*((name, f"/node_{place}.htm") for place, name in enumerate(("要闻", "社会", "财经", "教育"))))
    assert len(candidates(html + "<a href=/node_9.htm>学习贯彻全省经济工作会议精神</a>")) == 4


def test_articles_with_small_numbers_and_without_dates_make_a_channel() -> None:
    pages = small_portal()
    items = "".join(f"<li><a href=/c0/{number}.html>要闻第{number}条消息今天发布了</a></li>" for number in range(1, 9))
    pages[f"{FRONT}c0/"] = document(f"<ul class=list>{items}</ul>")
    pages |= {f"{FRONT}c0/{number}.html": article(number) for number in range(1, 9)}
    assert next(channel.name for channel in discover(FRONT, site(pages)).portal.channels) == "要闻"


def test_an_index_of_special_topics_is_no_channel() -> None:
    pages = small_portal()
    items = "".join(
        f"<li><a href=/zt/topic{n}/>学习贯彻重要会议精神专题第{n}期</a> <span>2021-11-0{n}</span></li>"
        for n in range(1, 9)
    )
    pages[f"{FRONT}c2/"] = document(f"<ul class=list>{items}</ul>")
    assert ("财经", "lists no article") in [(item.name, item.reason) for item in discover(FRONT, site(pages)).rejected]


def test_links_to_other_sites_and_to_the_front_page_are_no_candidates() -> None:
    html = menu(
        ("人民网", "http://www.people.example/"),
        ("某某网", "/"),
        ("某某", "/index.html"),
        ("要闻", "http://news.portal.com.cn/"),
    )
    assert candidates(html) == [("要闻", "/", None)]


def test_discover_finds_the_channels_of_a_small_portal() -> None:
    found = discover(FRONT, site(small_portal()))
    assert [(channel.name, channel.url) for channel in found.portal.channels] == [
        (name, f"{FRONT}c{place}/") for place, name in enumerate(("要闻", "社会", "财经", "教育"))
    ]
    assert (found.portal.id, found.portal.hosts, found.portal.verified) == ("portal.com.cn", ("portal.com.cn",), True)


def test_channels_on_hosts_of_their_own_are_found() -> None:
    pages = small_portal()
    pages[FRONT] = pages[FRONT].replace("/c1/", "http://society.portal.com.cn/")
    pages["http://society.portal.com.cn/"] = pages.pop(f"{FRONT}c1/").replace("/a/", f"{FRONT}a/")
    assert "http://society.portal.com.cn/" in [channel.url for channel in discover(FRONT, site(pages)).portal.channels]


def test_one_list_under_two_names_is_one_channel() -> None:
    pages = small_portal()
    pages[f"{FRONT}c3/"] = pages[f"{FRONT}c0/"]
    found = discover(FRONT, site(pages))
    assert [channel.name for channel in found.portal.channels] == ["要闻", "社会", "财经"]
    assert [(item.name, item.reason) for item in found.rejected] == [("教育", f"lists the same as 要闻 at {FRONT}c0/")]


def test_a_link_to_the_second_page_of_a_list_is_no_channel_of_its_own() -> None:
    pages = small_portal()
    pages[FRONT] += "<div><h3>要闻回顾</h3><a href=/c0/index_2.html>更多</a></div>"
    pages[f"{FRONT}c0/"] += "<a href=index_2.html>下一页</a>"
    pages[f"{FRONT}c0/index_2.html"] = listing("旧闻", 7000)
    found = discover(FRONT, site(pages))
    assert len(found.portal.channels) == 4
    assert [item.reason for item in found.rejected] == ["the second page of 要闻"]


def test_a_block_that_stands_on_every_page_is_no_list() -> None:
    pages = small_portal(("要闻", "社会", "财经", "教育", "体育", "健康"))
    for place in (2, 3, 4, 5):
        pages[f"{FRONT}c{place}/"] = listing("热点", 9000)
    assert [channel.name for channel in discover(FRONT, site(pages)).portal.channels] == ["要闻", "社会"]


def test_a_page_that_lists_nothing_is_no_channel() -> None:
    pages = small_portal()
    pages[f"{FRONT}c2/"] = document("<p>本栏目正在建设中。</p>")
    found = discover(FRONT, site(pages))
    assert [(item.name, item.reason) for item in found.rejected] == [("财经", "lists no article")]


def test_what_robots_txt_forbids_is_not_asked_for() -> None:
    asked: list[str] = []
    pages = small_portal() | {f"{FRONT}robots.txt": "User-agent: *\nDisallow: /c2/\n"}
    found = discover(FRONT, site(pages, asked))
    assert [(item.name, item.reason) for item in found.rejected] == [("财经", "robots.txt forbids it")]
    assert f"{FRONT}c2/" not in asked
    assert found.portal.verified


def test_nothing_is_asked_for_where_robots_txt_cannot_be_read() -> None:
    asked: list[str] = []

    def fetch(url: str) -> Answer:
        asked.append(url)
        raise NoAnswer("HTTP status 503", 503)

    with pytest.raises(NoFrontPage, match=r"robots.txt unavailable: HTTP status 503"):
        discover(FRONT, fetch)
    assert asked == [f"{FRONT}robots.txt"]


@pytest.mark.parametrize(
    "entrance",
    [
        '<html><head><meta http-equiv="refresh" content="0; url=home.html"></head></html>',
        "<html><script>window.location.href='home.html';</script></html>",
        "<html><script>location.replace('/home.html')</script></html>",
        "<frameset rows='0,*'><frame src='home.html'></frameset>",
        "<body><img src=logo.jpg><p><a href=home.html>点击进入</a> <a href=/en/>English</a></p></body>",
    ],
)
def test_what_stands_before_the_front_page_is_passed(entrance: str) -> None:
    pages = small_portal()
    pages[f"{FRONT}home.html"] = pages.pop(FRONT)
    pages[FRONT] = entrance
    found = discover(FRONT, site(pages))
    assert (found.front, len(found.portal.channels)) == (f"{FRONT}home.html", 4)


def test_a_frame_of_another_site_and_a_way_that_leads_nowhere_are_not_taken() -> None:
    pages = small_portal(("要闻", "社会"))
    pages[FRONT] += "<iframe src='http://ad.partner.example/'></iframe><a href=/gone.html>点击进入</a>"
    assert discover(FRONT, site(pages)).front == FRONT


@pytest.mark.parametrize("most", [5, 17, 25, 40])
def test_the_budget_of_requests_is_kept_and_what_it_does_not_reach_is_named(most: int) -> None:
    asked: list[str] = []
    names = [f"频道{number}" for number in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"]
    found = discover(FRONT, site(small_portal(names), asked), most_requests=most)
    assert found.requests == len(asked) <= most
    unreached = [item for item in found.rejected if item.unsettled]
    assert len(unreached) + len(found.portal.channels) == len(names)
    assert found.portal.verified is (bool(found.portal.channels) and not unreached)
    assert len(found.doubts) >= len(unreached)


def test_whatever_a_front_page_holds_it_is_read_in_no_time() -> None:
    links = "".join(
        f"<li><a href='http://[::1'>新闻{n}</a><a href='/'>首页</a><a href='/c{n}/'>更多</a>" for n in range(4000)
    )
    deep = "<ul><li>" * 200 + "<a href='http://www.portal.com.cn:99999/'>要闻</a>"
    pages = {FRONT: document(f"<div>{links}</div>{deep}")}
    began = time.monotonic()
    assert discover(FRONT, site(pages)).channels == ()
    assert time.monotonic() - began < 10


def test_a_channel_that_does_not_answer_leaves_the_profile_unverified() -> None:
    def fetch(url: str) -> Answer:
        if url.endswith("/c1/"):
            raise NoAnswer("no complete answer in 30 seconds")
        return site(small_portal())(url)

    found = discover(FRONT, fetch)
    assert found.doubts == (f"社会 {FRONT}c1/: no complete answer in 30 seconds",)
    assert not found.portal.verified
    assert "#   社会 http" in profile_toml(found, "2021-11-20")


@pytest.mark.parametrize(("status", "verified"), [(404, True), (410, True), (403, False), (429, False), (503, False)])
def test_only_a_channel_that_is_gone_leaves_no_doubt(status: int, verified: bool) -> None:
    def fetch(url: str) -> Answer:
        if url.endswith("/c1/"):
            raise NoAnswer(f"HTTP status {status}", status)
        return site(small_portal())(url)

    assert discover(FRONT, fetch).portal.verified is verified


def test_a_channel_that_is_sent_on_to_another_site_or_another_channel_is_none() -> None:
    pages = small_portal()
    sent = {
        f"{FRONT}c1/": "http://www.partner.example/",
        f"{FRONT}c2/": f"{FRONT}c0/",
        f"{FRONT}c3/": f"{FRONT}new/c3/",
    }
    pages |= {"http://www.partner.example/": listing("外站", 1), f"{FRONT}new/c3/": pages[f"{FRONT}c3/"]}

    def fetch(url: str) -> Answer:
        answer = site(pages)(sent.get(url, url))
        return Answer(sent.get(url, url), answer.body, answer.content_type)

    found = discover(FRONT, fetch)
    assert [channel.url for channel in found.portal.channels] == [f"{FRONT}c0/", f"{FRONT}new/c3/"]
    assert [item.reason for item in found.rejected] == [
        "leads to http://www.partner.example/",
        f"leads to {FRONT}c0/, which is another link of the portal",
    ]


def test_an_article_that_gives_no_text_leaves_the_profile_unverified() -> None:
    pages = small_portal()
    pages[f"{FRONT}a/20211119/2000.html"] = document("<h1>只有标题的一条消息</h1>")
    found = discover(FRONT, site(pages))
    assert not found.portal.verified
    assert "2000.html gave no" in found.doubts[0]


class HiddenPagerFromZero(Trs):
    """A portal whose lists hide their second page, which is index_1.html."""

    def list_page(self, column: Column, stories: Sequence[object], page: int, pages: int) -> str:
        html = super().list_page(column, stories, page, pages)
        start, end = html.index("<script>\n\tvar currentPage"), html.index("</script>", html.index("var currentPage"))
        return html[:start] + html[end + len("</script>") :]


class HiddenPagerWithNumbers(Dede):
    """The same, its second page list_<column>_2.html: no name that holds for all channels."""

    def _pager(self, column: Column, page: int, pages: int) -> str:
        return ""


@pytest.mark.parametrize(
    ("manner", "pager"),
    [(Unturned, "index_{page}.html"), (HiddenPagerFromZero, "index_{page-1}.html"), (HiddenPagerWithNumbers, None)],
)
def test_a_pager_that_no_page_shows_is_found_by_trying(manner: type[Manner], pager: str | None) -> None:
    found = discover(f"http://{HOST}/", made(manner()))
    assert (found.portal.pager, found.requests <= 60) == (pager, True)


def news(number: int, *, time_below: bool) -> str:
    time = "<div class=pub>2021-11-19 20:09</div>"
    text = "".join(
        f"<p>第{number}条的第{n}段，记者从县里了解到，今年的收成比去年好得多，群众很高兴。</p>" for n in range(5)
    )
    title = f"<h1>第{number}条消息：今年的收成比去年好</h1>"
    above, below = ("", f"<div class=foot>{time}</div>") if time_below else (time, "")
    return document(
        f"{title}{above}<div class=text>{text}</div>{below}", f"第{number}条消息：今年的收成比去年好_某某网"
    )


def samples(*pages: str) -> list[Sample]:
    read = [read_page(html.encode(), f"{FRONT}a/{place}.html") for place, html in enumerate(pages)]
    return [Sample(page, article_of([page])) for page in read]


def test_a_selector_is_learned_from_articles_that_are_read_for_one_that_is_not() -> None:
    read = samples(news(1, time_below=False), news(2, time_below=False), news(3, time_below=True))
    assert [sample.article.published_at for sample in read] == [
        "2021-11-19T20:09+08:00",
        "2021-11-19T20:09+08:00",
        None,
    ]
    layout = derive_layout(read, Portal(id="p", name="某某网"))
    assert layout == Layout(match="div.pub", time="div.pub")
    portal = Portal(id="p", name="某某网", layouts=(layout,))
    assert article_of([read[2].page], portal=portal).published_at == "2021-11-19T20:09+08:00"


def test_a_selector_overrules_the_generic_rules_on_the_page_that_they_read_otherwise_than_all_others() -> None:
    pages = [news(number, time_below=False) for number in range(1, 5)]
    # A first time that is the author's registration, in words that the generic rules do not know.
    pages[3] = pages[3].replace("<div class=pub>", "<div>入站 2015-01-02 03:04</div><div class=pub>")
    read = samples(*pages)
    assert read[3].article.published_at == "2015-01-02T03:04+08:00"
    layout = derive_layout(read, Portal(id="p", name="某某网"))
    assert layout == Layout(match="div.pub", time="div.pub")
    # Of three samples, two are no majority.
    assert derive_layout(read[1:], Portal(id="p", name="某某网")) is None


def test_no_selector_is_written_where_the_generic_rules_read_all_or_nothing_repeats() -> None:
    assert (
        derive_layout(samples(news(1, time_below=False), news(2, time_below=False)), Portal(id="p", name="某")) is None
    )
    assert (
        derive_layout(samples(news(1, time_below=False), news(2, time_below=True)), Portal(id="p", name="某")) is None
    )


def test_an_encoding_is_named_only_where_the_evidence_of_pages_misleads() -> None:
    html = document("<p>甘肃省会兰州的新闻，黄河穿城而过。</p>" * 20)
    right = [Answer(FRONT, html.encode(encoding), "text/html") for encoding in ("utf-8", "gb18030")]
    assert misleading_encoding(right) is None
    assert misleading_encoding([Answer(FRONT, html.encode("utf-16-le"), "text/html")]) == "utf-16-le"
    cut = html.encode("gb18030").replace("黄河".encode("gb18030"), b"\xff\xff\x80")
    assert misleading_encoding([Answer(FRONT, cut, "text/html")]) is None


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("中国甘肃网_甘肃新闻门户", "中国甘肃网"),
        ("首页--燕赵都市网", "燕赵都市网"),
        ("欢迎访问云岭新闻网", "云岭新闻网"),
        ("陇上大地", "陇上大地"),
        ("", "portal.com.cn"),
    ],
)
def test_the_portal_is_named_as_its_front_page_calls_itself(title: str, name: str) -> None:
    assert site_name(read_page(document("", title).encode(), FRONT), "portal.com.cn") == name


@pytest.mark.parametrize(
    ("footer", "expected"),
    [("陇ICP备05000001号", "甘肃"), ("京ICP证030173号", "北京"), ("浙ICP备1号 沪ICP备2号", None), ("", None)],
)
def test_the_province_is_that_of_the_registration(footer: str, expected: str | None) -> None:
    assert province(read_page(document(footer).encode(), FRONT)) == expected


def test_whatever_pages_hold_the_profile_is_sound_toml_and_read_back_as_it_was(tmp_path: Path) -> None:
    channel = Channel('要"闻\\', ("新\t闻", '要"闻\\'), f"{FRONT}c/?a=1&b='2'")
    portal = Portal(
        id="portal.com.cn",
        name='某"某\\网',
        province="甘肃",
        hosts=("portal.com.cn",),
        channels=(channel,),
        layouts=(Layout(match="div.a > p", time="div.a[title='x']"),),
        encoding="gb18030",
        pager="index_{page-1}.html",
    )
    rejected = (Rejected("坏\n[[channels]]", FRONT, "two\nlines\x00\x85"),)
    found = Discovery(portal, FRONT, (Checked(channel, 3, trouble="a\nb"),), rejected, 7, ("c\nd",))
    path = tmp_path / "p.toml"
    path.write_text(profile_toml(found, "2021-11-20"), encoding="utf-8")
    read = load_profile(path)
    assert read.channels[0].path == ("新 闻", '要"闻\\')
    assert (read.name, read.layouts, read.pager, read.encoding) == (
        portal.name,
        portal.layouts,
        portal.pager,
        "gb18030",
    )
    assert len(tomllib.loads(path.read_text(encoding="utf-8"))["channels"]) == 1


def test_newspaper_that_sends_on_to_the_issue_of_the_day_is_one_channel() -> None:
    issue = f"{FRONT}html/2021-11/19/"
    leaves = {
        number: document(
            f"<div>第0{number}版 <a href=node_{number + 1}.htm>下一版</a> <a href=../18/node_1.htm>上一期</a></div>"
            f"<ul class=nav>{''.join(f'<li><a href=node_{n}.htm>{name}</a></li>' for n, name in enumerate(('要闻', '本地', '文化', '体育'), 1))}</ul>"
            f"<ul>{''.join(f'<li><a href=content_{number}{n}.htm>本地第{number}版第{n}条消息今天见报了</a></li>' for n in range(4))}</ul>",
            "某某日报",
        )
        for number in range(1, 5)
    }
    pages = {FRONT: document("<meta http-equiv=refresh content='0;url=html/2021-11/19/node_1.htm'>", "某某日报")}
    pages |= {f"{issue}node_{number}.htm": page for number, page in leaves.items()}
    pages |= {f"{issue}content_{number}{n}.htm": article(number * 10 + n) for number in leaves for n in range(4)}
    asked: list[str] = []
    found = discover(FRONT, site(pages, asked))
    (channel,) = found.channels
    assert (channel.channel.name, channel.channel.url, channel.entries) == ("某某日报", FRONT, 4)
    assert channel.further == 4
    assert {one.reason for one in found.rejected} == {"a page of one day's issue"}
    assert len(asked) <= 6
