"""One address for one page, and one identity for all its addresses."""

from __future__ import annotations

import pytest

from portal_crawler.urls import canonical_url, identity

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
