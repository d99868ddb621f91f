"""Which addresses on an article's page are its further pages."""

from __future__ import annotations

import pytest

from portal_crawler.extract import further_pages, read_page

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
