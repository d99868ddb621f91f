"""Cookies and credentials stay with the very scheme, host and port that they are for."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from portal_crawler.middlewares.cookies import WallCookieMiddleware

HERE = "http://www.gansu.gov.cn/a.html"


def kept_from(*cookies: str, url: str = HERE, location: str = "/a.html", status: int = 302) -> WallCookieMiddleware:
    """The middleware after an answer that sets cookies."""
    middleware = WallCookieMiddleware()
    answer = Response(url, status=status, headers={"Location": location, "Set-Cookie": list(cookies)})
    middleware.process_response(Request(url), answer)
    return middleware


def sent_to(middleware: WallCookieMiddleware, url: str) -> bytes | None:
    # What a request brings along from elsewhere must go, too.
    request = Request(url, headers={"Cookie": "stolen=1"})
    middleware.process_request(request)
    return request.headers.get("Cookie")


def test_a_cookie_goes_back_to_where_it_came_from() -> None:
    assert sent_to(kept_from("seen=1; Path=/"), HERE) == b"seen=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.gansu.gov.cn/a.html",
        "http://www.gansu.gov.cn:8080/a.html",
        "http://gansu.gov.cn/a.html",
        "http://lz.gansu.gov.cn/a.html",
        "http://www.gansu.gov.cn.evil.example/a.html",
        "http://www.gansu.gov.cn@evil.example/a.html",
        "http://www.qinghai.gov.cn/a.html",
        "http://93.184.216.34/a.html",
    ],
)
def test_a_cookie_goes_nowhere_else(url: str) -> None:
    for cookie in ("seen=1", "seen=1; Domain=gansu.gov.cn", "seen=1; Domain=www.gansu.gov.cn"):
        assert sent_to(kept_from(cookie), url) is None


@pytest.mark.parametrize(
    "domain", [".gov.cn", "gov.cn", "cn", ".GOV.CN", "qinghai.gov.cn", "evil.example", "x.www.gansu.gov.cn", "com.cn"]
)
def test_a_cookie_for_a_domain_that_is_shared_or_anothers_is_refused(domain: str) -> None:
    assert sent_to(kept_from(f"seen=1; Path=/; Domain={domain}"), HERE) is None


@pytest.mark.parametrize(
    ("host", "domain"), [("a.com.cn", "com.cn"), ("me.github.io", "github.io"), ("news.gs.cn", "gs.cn")]
)
def test_suffixes_of_the_public_list_and_its_private_part_are_shared(host: str, domain: str) -> None:
    url = f"http://{host}/a.html"
    assert sent_to(kept_from(f"seen=1; Domain={domain}", url=url), url) is None


@pytest.mark.parametrize(
    "location", ["http://evil.example/", "https://www.gansu.gov.cn/a.html", "//evil.example/a.html"]
)
def test_no_cookie_is_kept_of_an_answer_that_sends_elsewhere(location: str) -> None:
    assert sent_to(kept_from("seen=1", location=location), HERE) is None


def test_no_cookie_is_kept_of_a_page() -> None:
    assert sent_to(kept_from("seen=1", status=200), HERE) is None
