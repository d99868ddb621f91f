"""Which addresses on an article's page are its further pages."""

from __future__ import annotations

import pytest

from portal_crawler.extract import article_of, further_pages, read_page

ARTICLE = "http://www.jy.example/show.php?id=2002&cid=sh"


def pages_of(url: str, *links: str) -> list[str]:
    body = "".join(f'<a href="{link}">2</a>' for link in links)
    return list(further_pages(read_page(f"<html><body>{body}</body></html>".encode(), url)))


@pytest.mark.parametrize("key", ["page", "part", "pg", "ArticlePage", "currentPage", "Page_No"])
def test_page_number_in_the_query_leads_to_a_further_page(key: str) -> None:
    assert pages_of(ARTICLE, f"/show.php?id=2002&amp;cid=sh&amp;{key}=2") == [f"{ARTICLE}&{key}=2"]


@pytest.mark.parametrize(
    "link",
    [
        "/show.php?id=2003&amp;cid=sh",
        "/show.php?id=2003&amp;cid=sh&amp;part=2",
        "/show.php?id=2002&amp;cid=sh&amp;part=1",
        "/show.php?id=2002&amp;cid=sh&amp;size=2",
        "/show.php?id=2002&amp;cid=sh&amp;part=20211119",
        "/list.php?cid=sh&amp;page=2",
    ],
)
def test_other_addresses_are_no_further_pages(link: str) -> None:
    assert pages_of(ARTICLE, link) == []


def test_editor_under_the_last_page_is_the_articles() -> None:
    texts = ("初冬时节，靖远县五合镇的枸杞晾晒场上一片忙碌。" * 3, "当地合作社的理事长说，今年的价格比去年好一些。" * 3)
    last = "<p>（责任编辑：赵小春）</p>"
    first, second = (
        read_page(
            f"<html><body><h1>靖远县枸杞迎来丰收季</h1><div>2021-11-19 20:09</div><div><p>{text}</p>{end}</div>"
            "</body></html>".encode(),
            f"http://www.jy.example/2021/1119/{name}.html",
        )
        for text, end, name in zip(texts, ("", last), ("1", "1_2"), strict=True)
    )
    article = article_of([first, second])
    assert (article.editor, article.provenance["editor"]) == ("赵小春", "责任编辑 below text")
    assert article.body == "\n".join(texts)
    assert article_of([first]).editor is None
