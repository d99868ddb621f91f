"""One address for one page, and one identity for all its addresses."""

from __future__ import annotations

import pytest

from portal_crawler.urls import canonical_url, identity, repeats_itself, without_tokens

ARTICLE = "http://news.example.com/system/2021/11/19/012345678.shtml"


@pytest.mark.parametrize(
    "variant",
    [
        "https://news.example.com/system/2021/11/19/012345678.shtml",
        "http://news.example.com:80/system/2021/11/19/012345678.shtml",
        "https://news.example.com:443/system/2021/11/19/012345678.shtml",
        "HTTP://NEWS.Example.com/system/2021/11/19/012345678.shtml",
        "http://news.example.com./system/2021/11/19/012345678.shtml",
        "http://m.news.example.com/system/2021/11/19/012345678.shtml",
        "http://www.news.example.com/system/2021/11/19/012345678.shtml",
        "http://news.example.com/system/2021/11/19/012345678.shtml#comments",
        "http://news.example.com/system/2021/11/19/012345678.shtml?from=timeline&isappinstalled=0",
        "http://news.example.com/system/2021/11/19/012345678.shtml?utm_source=weibo&spm=a.1",
        "  http://news.example.com/system/2021/11/19/012345678.shtml ",
        "http://news.example.com/system/2021/11/19/012345678.shtml;jsessionid=5F3A0C4B.node1",
        "http://news.example.com/system;jsessionid=5F3A/2021/11/19/012345678.shtml",
        "http://news.example.com/(S(lit3py55t21z5v55vlm25s55))/system/2021/11/19/012345678.shtml",
        "http://news.example.com/system/2021/11/19/012345678.shtml?PHPSESSID=r2t5uvjq435r4q7ib3vtdjq120",
        "http://news.example.com/system/2021/11/19/012345678.shtml?ASPSESSIONIDQQBRTTBA=GKLDPLPA",
        "http://news.example.com/system/2021/11/19/012345678.shtml?sid=a83kd02hf7&_=1637323781",
    ],
)
def test_a_variant_is_the_same_article(variant: str) -> None:
    assert identity(variant) == identity(ARTICLE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example.com/view.asp?id=1", "http://a.example.com/view.asp?id=2"),
        ("http://a.example.com/view.asp?id=1", "http://a.example.com/view.asp"),
        ("http://a.example.com/index.php?c=show&id=1", "http://a.example.com/index.php?c=list&id=1"),
        ("http://a.example.com/1.html", "http://b.example.com/1.html"),
        ("http://a.example.com/1.html", "http://a.example.com/1_2.html"),
        ("http://a.example.com:8080/1.html", "http://a.example.com/1.html"),
        ("http://a.example.com/A1.html", "http://a.example.com/a1.html"),
        ("http://m.com/1.html", "http://com/1.html"),
        ("http://a.example.com/list?sid=1", "http://a.example.com/list?sid=2"),
        ("http://a.example.com/list?sid=sports", "http://a.example.com/list?sid=culture"),
        ("http://a.example.com/show?id=r2t5uvjq435r4q7ib3vt", "http://a.example.com/show?id=k9s3abcq435r4q7ib3aa"),
    ],
)
def test_another_page_is_another_article(one: str, other: str) -> None:
    assert identity(one) != identity(other)


def test_an_index_file_and_the_order_of_a_query_make_no_difference() -> None:
    assert identity("http://www.example.com/gn/index.html") == identity("https://example.com/gn/")
    assert identity("http://example.com/v?id=3&cat=1") == identity("http://example.com/v?cat=1&id=3")


def test_the_canonical_address_is_still_one_that_the_server_knows() -> None:
    assert canonical_url("HTTPS://WWW.Example.com:443/a b/%E4%B8%AD.html?id=7&utm_source=x#top") == (
        "https://www.example.com/a%20b/%E4%B8%AD.html?id=7"
    )


def test_addresses_that_may_be_one_page_have_all_in_common_but_what_may_be_drawn_by_lot() -> None:
    one = without_tokens("http://example.com/s/8f3a9c0d1e2b4f5a6b7c/2021/1.html?k=9c0d1e2b4f5a6b7c8f3a&r=0.8731229")
    assert one == without_tokens(
        "http://example.com/s/0d1e2b4f5a6b7c8f3a9c/2021/1.html?k=5a6b7c8f3a9c0d1e2b4f&r=0.1123358"
    )
    assert one != without_tokens(
        "http://example.com/s/0d1e2b4f5a6b7c8f3a9c/2021/2.html?k=5a6b7c8f3a9c0d1e2b4f&r=0.1123358"
    )
    assert without_tokens("http://example.com/a/a/a/1.html") == without_tokens("http://example.com/a/1.html")


@pytest.mark.parametrize(
    ("url", "repeats"),
    [
        ("http://example.com/a/a/a/", True),
        ("http://example.com/x/a/b/a/b/a/b/1.html", True),
        ("http://example.com/a/a/1.html", False),
        ("http://example.com/system/count//0018005/000000000000/000/000/c001.shtml", False),
        ("http://example.com/2011/11/11/11/1.html", False),
        ("http://example.com/", False),
    ],
)
def test_a_path_that_repeats_itself_is_told_from_a_deep_one(url: str, repeats: bool) -> None:
    assert repeats_itself(url) is repeats
