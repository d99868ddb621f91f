"""What stands where an article was: messages with status 200, redirects, and the portal's own answer to anything."""

from __future__ import annotations

import time

import pytest

from portal_crawler.extract import read_page
from portal_crawler.extract.absent import is_sent_away, random_neighbour, same_answer, says_absent

FRAME = """<html><head><title>{title}</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/yw/">要闻</a> <a href="/sh/">社会</a> <a href="/sz/">时政</a></div>
<div class="main">{main}</div>
<div class="side"><h3>热点新闻</h3><ul><li><a href="/a/7.html">全省春耕备耕有序推进</a></li>
<li><a href="/a/8.html">黄河岸边新修的步道开放</a></li><li><a href="/a/9.html">文旅市场迎来暖春</a></li></ul></div>
<div class="foot">版权所有：陇原日报社 陇ICP备12345678号-1 地址：兰州市城关区白银路123号 新闻热线：0931-8150000</div>
</body></html>"""
NEWS = """<h1>{title}</h1><div>时间：2021-11-19 20:09 来源：陇原日报 编辑：赵小春</div><div class="text">{text}</div>"""


def page(main: str, title: str = "陇原在线", url: str = "http://news.example/a/1.html"):
    return read_page(FRAME.format(title=title, main=main).encode(), url, content_type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    "message",
    [
        "<p>页面不存在</p>",
        "<h1>您访问的页面不存在！</h1>",
        "<p>对不起，您访问的页面不存在或已被删除！</p><p>3秒后自动返回首页</p>",
        "<h2>404</h2><p>抱歉，您要查看的文章已删除</p><p><a href='/'>返回首页</a></p>",
        "<p>文章已删除</p>",
        "<p>该文章已被删除</p>",
        "<p>信息不存在</p>",
        "<p>很抱歉，您查看的内容不存在，可能已被删除或移动。</p>",
        "<p>此信息已下线。</p>",
        "<div>提示信息</div><p>该文档不存在或已被管理员删除！</p><p>如果您的浏览器没有自动跳转，请点击这里</p>",
        "<h1>404 Not Found</h1><hr>nginx",
        "<h1>Not Found</h1><p>The requested URL /a/1.html was not found on this server.</p>",
        "<p>Sorry, the page you requested was not found.</p>",
        "<p>抱歉，没有找到您要访问的页面。</p><p>您可以：检查输入的网址是否正确，或返回首页</p>",
        "<p>找不到该页</p><p>您正在查找的页面可能已经删除、更名或暂时不可用。</p>",
        "<p>温馨提示：您所访问的网页不存在或者已经被移除</p>",
        "<p>哎呀，您访问的页面走丢了……</p><p>5 秒后将自动跳转到首页</p>",
        "<p>很抱歉，您要訪問的頁面不存在</p>",
    ],
)
def test_page_whose_whole_message_is_that_there_is_none_is_absent(message: str) -> None:
    assert says_absent(page(message))


@pytest.mark.parametrize(
    "title", ["404 Not Found", "页面不存在", "404错误页面", "您访问的页面不存在-陇原在线", "404-陇原在线"]
)
def test_title_may_be_the_message(title: str) -> None:
    absent = title in ("404 Not Found", "页面不存在", "404错误页面")
    assert says_absent(page("<p>哎呀，走错路了。</p>", title=title)) is absent


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("政府网站要闻栏目被指打不开", "<p>近日有网友反映，点击某部门网站时显示“您访问的页面不存在”。</p>"),
        (
            "网上删帖形成产业链",
            "<p>页面不存在</p><p>这是记者近日点击上述链接后看到的提示。几天前，这里还是一篇反映河道污染的报道。</p>",
        ),
        (
            "谁删了这篇文章",
            "<p>文章已删除。</p><p>三月以来，多家网站的同一篇报道先后变成这样一行字，记者展开了调查。</p>",
        ),
        ("网站改版公告", "<p>因系统升级，部分旧闻页面无法访问，给您带来不便敬请谅解，新地址将另行公布。</p>"),
        ("春耕备耕有序推进", "<p>该项目已经下线运行，相关信息可在窗口查询，农户春耕不误农时，各项准备有序推进。</p>"),
        ("一句话新闻", "<p>省气象台今天发布暴雪蓝色预警，请注意防范。</p>"),
    ],
)
def test_article_about_deleted_pages_is_an_article(title: str, text: str) -> None:
    assert not says_absent(page(NEWS.format(title=title, text=text), title=f"{title}_陇原在线"))


def test_signed_page_with_such_a_word_of_a_player_is_an_article() -> None:
    text = "<div class='player'><video src='/v/1.mp4'></video><p>视频不存在</p></div>"
    assert not says_absent(page(NEWS.format(title="河畔新春", text=text)))


@pytest.mark.parametrize(
    "text", ["已经" * 5000, "404" * 5000, "您访问的页面" * 3000, "页面不存在" * 3000 + "x", "error " * 3000]
)
def test_no_text_makes_the_look_long(text: str) -> None:
    looked = page(f"<p>{text}</p><p>{text[:79]}</p><p>页面不存在</p>", title=text)
    begun = time.perf_counter()
    says_absent(looked)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize(
    ("asked", "landed", "away"),
    [
        ("http://news.example/a/1.html", "http://news.example/", True),
        ("http://news.example/a/1.html", "https://www.news.example/index.html", True),
        ("http://news.example/a/1.html", "http://m.news.example", True),
        ("http://news.example/a/1.html", "http://news.example/yw/", True),
        ("http://news.example/a/1.html", "http://news.example/yw/index.shtml", True),
        ("http://news.example/a/2021/1.html", "http://news.example/a/", True),
        ("http://news.example/a/1.html", "http://news.example/404.html", True),
        ("http://news.example/a/1.html", "http://news.example/error/notfound.htm?from=/a/1.html", True),
        ("http://news.example/a/1.html", "https://news.example/a/1.html", False),
        ("http://news.example/a/1.html", "http://www.news.example/a/1.html", False),
        ("http://news.example/a/", "http://news.example/a/index.html", False),
        ("http://news.example/a/1.html", "http://news.example/b/2021/1.html", False),
        ("http://news.example/show.php?id=5", "http://news.example/detail/5/", False),
        ("http://news.example/a/1404.html", "http://news.example/b/1404.html", False),
    ],
)
def test_redirect_to_a_front_page_or_a_channel_leaves_the_article(asked: str, landed: str, away: bool) -> None:
    assert is_sent_away(asked, landed, ["http://news.example/yw/", "http://news.example/sh/"]) is away


def test_answer_to_a_random_address_is_known_again_whatever_it_says() -> None:
    joke = "<h1>迷路的小熊</h1><p>小熊在第{}座森林里睡着了，它梦见了蜂蜜。今天有{}位朋友来过。</p>"
    first = page(joke.format(3, 18), title="小熊")
    again = page(joke.format(5, 19), title="小熊", url="http://news.example/a/9d2f.html")
    article = page(
        NEWS.format(title="春耕", text="<p>春耕备耕有序推进，各地抓紧农时整地播种，农资供应充足。</p>"), title="小熊"
    )
    assert not says_absent(first)
    assert same_answer(first, again)
    assert not same_answer(article, again)
    assert not same_answer(page(joke.format(3, 18), title="春耕备耕"), again)


@pytest.mark.parametrize(
    ("url", "neighbour"),
    [
        ("http://news.example/a/2021/1.html", "http://news.example/a/2021/0f3a9c77.html"),
        ("http://news.example/a/2021/t20211119_1.shtml", "http://news.example/a/2021/0f3a9c77.shtml"),
        ("http://news.example/a/5/", "http://news.example/a/0f3a9c77/"),
        ("http://news.example/5", "http://news.example/0f3a9c77"),
        ("http://news.example/show.php?id=5&c=3", "http://news.example/show.php?id=982177955&c=982177955"),
    ],
)
def test_random_neighbour_stands_in_the_same_place(url: str, neighbour: str) -> None:
    assert random_neighbour(url, "0f3a9c77") == neighbour
