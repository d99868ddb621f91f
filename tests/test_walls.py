"""Pages that stand in the way of a page: walls, stubs, and answers that break off."""

from __future__ import annotations

import gzip

import pytest

from portal_crawler.extract import read_page, refresh_target, refusal
from portal_crawler.middlewares.whole import is_whole_gzip

URL = "http://news.example.cn/2021/1.html"
LONG = (
    "记者从市交通局了解到，南滨路改造工程本月底完工，届时双向六车道将全部放行，沿线三十二个路口的信号灯也会重新配时。"
)


def kind_of(html: str) -> str | None:
    return refusal(read_page(html.encode(), URL))


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<title>安全验证</title><body><p>请拖动滑块完成验证</p>", "captcha"),
        ("<title>提示</title><body><p>您的访问过于频繁，请稍后再试</p>", "captcha"),
        ("<title>403</title><body><h1>您的请求已被拦截</h1><p>事件编号 5f3a</p>", "captcha"),
        ("<title>网站维护</title><body><h2>网站升级维护中</h2><p>预计2021-11-19 20:00恢复访问</p>", "maintenance"),
        ("<title>登录</title><body><form>用户名<input name=u>密码<input type=password name=p></form>", "login"),
        ("<body><script>document.cookie='a=1';location.reload()</script>", "cookie script"),
    ],
)
def test_a_wall_is_named(html: str, kind: str) -> None:
    assert kind_of(html) == kind


@pytest.mark.parametrize(
    "html",
    [
        f"<title>验证码为何越来越难认</title><body><h1>验证码为何越来越难认</h1><p>{LONG}</p>",
        "<title>12306系统升级</title><body><h1>12306系统升级</h1><div>2021-11-19 08:00</div><p>今晚系统升级。</p>",
        "<title>图片新闻</title><body><h1>网站维护员的一天</h1><div>来源：东川日报</div><img src=1.jpg>",
        f"<title>正文</title><body><form><input type=password>登录</form><h1>标题在这里</h1><p>{LONG}</p>",
        "<title>要闻</title><body><ul><li><a href=1.html>南滨路改造月底完工</a></li></ul>",
        "<title></title><body>",
    ],
)
def test_an_article_or_a_list_is_no_wall(html: str) -> None:
    assert kind_of(html) is None


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ('window.location.href="/real/1.html"', "http://news.example.cn/real/1.html"),
        ("location.replace('2.html')", "http://news.example.cn/2021/2.html"),
        ("top.location = 'http://other.example.cn/3.html';", "http://other.example.cn/3.html"),
        ("self.location.assign( '//m.example.cn/4.html' )", "http://m.example.cn/4.html"),
        ('location.href="/show?id=" + id', None),
        ('location.href="javascript:void(0)"', None),
        ('var place = "location";', None),
        ('location.href="1.html"', None),
    ],
)
def test_a_script_that_sends_its_reader_on_is_read(script: str, target: str | None) -> None:
    assert refresh_target(read_page(f"<html><script>{script}</script></html>".encode(), URL)) == target


def test_a_page_with_text_sends_nobody_on() -> None:
    html = f"<script>if(/Mobile/.test(ua)) location.href='/m/1.html'</script><p>{LONG}</p><p>{LONG}</p><p>{LONG}</p>"
    assert refresh_target(read_page(html.encode(), URL)) is None


def test_gzip_is_whole_or_not() -> None:
    data = gzip.compress(LONG.encode() * 500)
    assert is_whole_gzip(data) and is_whole_gzip(data + b"\0" * 20) and is_whole_gzip(data + data)
    assert not any(is_whole_gzip(data[:cut]) for cut in (0, 5, 20, len(data) // 2, len(data) - 1))
    assert not is_whole_gzip(b"<html>")
