"""The replica portal: pages of an old CMS, whole in itself, with a truth that its pages bear out."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import datetime
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import etree

from portal_crawler.demo import Replica, build, differences
from portal_crawler.demo.channels import HOST
from portal_crawler.demo.newsroom import write_stories
from portal_crawler.demo.replica import MISSING
from portal_crawler.extract import article_of, read_page

BASE = f"http://{HOST}"


@pytest.fixture(scope="module")
def replica() -> Replica:
    return build(60, 1)


def html(replica: Replica, path: str) -> str:
    return replica.files[path][0].decode("gb18030")


def tree(replica: Replica, path: str) -> etree._Element:
    return etree.fromstring(html(replica, path).encode(), etree.HTMLParser(encoding="utf-8"))


def html_paths(replica: Replica) -> list[str]:
    return [path for path, (_, content_type) in replica.files.items() if content_type.startswith("text/html")]


def entries(replica: Replica, listing_path: str) -> list[str]:
    """Paths of the articles in a listing's lines, over all its pages, in order."""
    found = []
    path: str | None = f"{listing_path}index.html"
    while path:
        root = tree(replica, path)
        links = root.xpath("//div[@class='listbox']//a[@class='title']/@href")
        found += [urlsplit(urljoin(BASE + path, link)).path for link in links]
        after = root.xpath("//div[@class='dede_pages']/a[text()='下一页']/@href")
        path = urlsplit(urljoin(BASE + path, after[0])).path if after else None
    return found


def test_same_arguments_give_the_same_bytes(replica: Replica) -> None:
    assert build(60, 1).files == replica.files
    assert build(60, 2).files != replica.files


def test_a_greater_replica_holds_the_smaller_one_s_articles_and_newer_ones(replica: Replica) -> None:
    grown = build(70, 1)
    assert grown.truth[:60] == replica.truth
    assert min(truth.published_at for truth in grown.truth[60:]) > max(truth.published_at for truth in replica.truth)


def test_three_hundred_articles_are_built_within_two_seconds() -> None:
    start = time.perf_counter()
    build(300)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("articles", [0, 1, 2])
def test_a_portal_may_be_nearly_empty(articles: int) -> None:
    tiny = build(articles)
    assert len(tiny.truth) == articles
    assert set(tiny.listing_pages.values()) == {1}


def test_pages_are_gbk_bytes_that_only_their_meta_element_declares(replica: Replica) -> None:
    for path in html_paths(replica):
        body, content_type = replica.files[path]
        assert content_type == "text/html"
        assert b"charset=gb2312" in body[:400]
        assert body.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            body.decode("utf-8")


def test_some_page_needs_more_than_its_declared_gb2312(replica: Replica) -> None:
    rare = replica.files[replica.truth[2].path][0]
    for narrower in ("gb2312", "gbk"):
        with pytest.raises(UnicodeDecodeError):
            rare.decode(narrower)


def test_every_link_script_and_picture_leads_to_a_file_of_the_replica(replica: Replica) -> None:
    for path in html_paths(replica):
        for value in tree(replica, path).xpath("//@href | //@src"):
            url = urldefrag(urljoin(BASE + path, value)).url
            if urlsplit(url).scheme == "javascript":
                continue
            assert urlsplit(url).netloc == HOST, (path, value)
            assert replica.find(urlsplit(url).path), (path, value)


def test_links_are_written_in_each_of_the_usual_ways(replica: Replica) -> None:
    links = tree(replica, "/zixun/shizhou/pingliang/index.html").xpath("//a/@href")
    for opening in ("./2021/", "/zixun/", f"//{HOST}/", f"http://{HOST}/", "index_2.html", "#"):
        assert any(link.startswith(opening) for link in links), opening


def test_listings_show_each_article_of_their_channel_once_and_newest_first(replica: Replica) -> None:
    for _, path, listing_path in replica.channels:
        published = {truth.path: truth.published_at for truth in replica.truth if path in truth.channel_paths}
        found = entries(replica, listing_path)
        assert sorted(found) == sorted(published)
        assert found == sorted(found, key=published.__getitem__, reverse=True)


def test_listings_have_twenty_entries_a_page_with_dates_and_a_pager(replica: Replica) -> None:
    first = "/zixun/shizhou/pingliang/index.html"
    dates = tree(replica, first).xpath("//div[@class='listbox']//span[@class='date']/text()")
    assert len(dates) == 20
    assert all(re.fullmatch(r"\[2021-\d\d-\d\d\]", date) for date in dates)
    assert replica.listing_pages["/zixun/shizhou/pingliang/"] > 1
    second = html(replica, first.replace("index", "index_2"))
    assert "上一页" in second
    assert {"下一页", "尾页"} <= set(re.findall(r">(\w+)</a>", html(replica, first)))


def test_entries_per_page_can_be_chosen() -> None:
    small = build(30, 1, entries_per_page=3)
    assert small.listing_pages["/zixun/shizhou/pingliang/"] >= 4


def test_some_listing_links_an_article_twice_more_by_its_picture(replica: Replica) -> None:
    links = Counter(tree(replica, "/zixun/shizhou/pingliang/index.html").xpath("//div[@class='pleft']//a/@href"))
    assert any("preview" in html(replica, path) for path in html_paths(replica))
    assert max(count for link, count in links.items() if link != "#") > 1


def test_article_pages_have_what_old_articles_have(replica: Replica) -> None:
    first = html(replica, replica.truth[0].path)
    text = unescape(re.sub(r"<[^>]+>", "", first))
    assert "您的位置：首页 > 资讯频道 > 市州快报 > 平凉市" in text
    assert "时间：2021-11-19 20:09:41来源：中国甘肃在线编辑：赵小春点击：" in text
    assert '<span lang=EN-US style=\'font-size:16.0pt;font-family:"Times New Roman"' in first
    for piece in (
        "MsoNormal",
        "mso-char-indent-count",
        "<o:p></o:p>",
        "<!--[if gte mso 9]>",
        "相关文章",
        "热点排行",
        "上一篇：",
        "下一篇：",
    ):
        assert piece in first, piece
    footer = text[text.index("关于我们|媒体合作|广告服务|") :]
    assert "甘公网安备 62010002000000号" in footer
    assert "Copyright©2006-2021" in footer
    assert footer.rstrip().endswith(" ".join(["陇原在线"] * 7))


def test_pagers_of_long_articles_stand_inside_the_text_s_element(replica: Replica) -> None:
    truth = replica.truth[12]
    assert truth.pages[1:] == tuple(truth.path.replace(".html", f"_{number}.html") for number in (2, 3))
    pager = tree(replica, truth.path).xpath("//*[@id='contentText' or @class='text']//ul[@class='pagelist']//a/@href")
    assert pager == [
        "#",
        "#",
        *(path.rpartition("/")[2] for path in truth.pages[1:]),
        truth.pages[1].rpartition("/")[2],
    ]


def test_every_kind_of_article_is_in_the_smallest_usual_replica(replica: Replica) -> None:
    truth = replica.truth
    assert truth[1].body.count("\n") == 0 and truth[1].body.count("。") == 1
    assert "𠮷" in truth[2].body and truth[2].editor == "李𠮷"
    assert all(piece in html(replica, truth[3].path) for piece in ("<sub>", "<sup>"))
    assert "马　兰" in truth[4].body
    assert "\t" in truth[5].body
    assert len(truth[6].captions) == 2
    assert (truth[7].source, truth[8].editor, truth[14].source, truth[14].editor) == (None,) * 4
    assert len(truth[9].channel_paths) == 2
    assert "<TABLE" in html(replica, truth[10].path)
    assert [len(truth[index].pages) for index in (11, 12)] == [2, 3]
    assert truth[13].author == "常天佑"


def test_truth_is_on_the_pages_it_speaks_of(replica: Replica) -> None:
    assert len({truth.path for truth in replica.truth}) == len(replica.truth)
    for truth in replica.truth:
        seen = "".join(unescape(re.sub(r"<[^>]+>", "", html(replica, path))) for path in truth.pages)
        flat = re.sub(r"\s", "", seen)
        assert truth.title in seen
        assert datetime.fromisoformat(truth.published_at).utcoffset() is not None
        assert f"时间：{truth.published_at[:19].replace('T', ' ')}" in seen
        assert f"来源：{truth.source or ''}" in seen
        for line in truth.body.split("\n"):
            assert re.sub(r"\s", "", line) in flat, line
        for path, _ in truth.images:
            assert path in replica.files


def test_search_words_are_spread_over_the_articles(replica: Replica) -> None:
    found = sum("合作社" in truth.body for truth in replica.truth)
    assert 0 < found < len(replica.truth)
    assert len({truth.body for truth in replica.truth}) == len(replica.truth)


def test_extraction_without_a_profile_gives_the_truth() -> None:
    grown = build(300, 7)
    wrong = []
    for truth in grown.truth:
        pages = [read_page(grown.files[path][0], BASE + path, content_type="text/html") for path in truth.pages]
        article = article_of(pages)
        row = {name: getattr(article, name) for name in article.__slots__}
        row["images"] = [{"url": image.url, "caption": image.caption} for image in article.images]
        wrong += differences(truth, row, BASE)
    assert wrong == []


def test_differences_name_each_field_that_is_not_as_it_should_be(replica: Replica) -> None:
    truth = replica.truth[0]
    row = {
        "url": BASE + truth.path,
        "title": truth.title,
        "published_at": None,
        "published_precision": "second",
        "source": truth.source,
        "editor": truth.editor,
        "author": truth.author,
        "body": truth.body.replace("9家", "家"),
        "channel_path": '["资讯频道", "市州快报", "平凉市"]',
        "images": "[]",
        "page_count": 3,
    }
    assert [line.split(":")[0] for line in differences(truth, row, BASE)] == [
        f"{truth.path} {name}" for name in ("published_at", "body")
    ]


def test_profile_names_the_host_and_every_listing(replica: Replica) -> None:
    portal = replica.portal("127.0.0.1:8123")
    assert portal.hosts == ("127.0.0.1",)
    assert portal.layouts == ()
    assert [channel.url for channel in portal.channels] == [
        f"http://127.0.0.1:8123{item.listing_path}" for item in replica.channels
    ]
    assert ("资讯频道", "市州快报", "平凉市") in [channel.path for channel in portal.channels]


def test_a_column_of_a_small_portal_is_a_channel_once_it_holds_an_article() -> None:
    small = build(10)
    filled = {f"/{key}/" for story in write_stories(10, 1) for key in story.channels}
    assert {item.listing_path for item in small.channels} == filled != set(small.listing_pages)
    assert all(small.find(path) for path in small.listing_pages)


def test_robots_file_lets_articles_be_read(replica: Replica) -> None:
    assert b"Allow: /" in replica.files["/robots.txt"][0]
    assert "页面不存在" in html(replica, MISSING)
