"""What a listing page lists, and nothing else on it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from portal_crawler.article import Portal
from portal_crawler.extract import extract_listing

BASE = "http://news.portal.example/yaowen/"
NAV = '<div class="nav"><a href="/">首页</a> <a href="/yaowen/">要闻</a> <a href="/shizhou/">市州</a></div>'
FOOT = '<div class="foot"><a href="/about/100.html">关于我们</a> <a href="/about/101.html">广告服务</a></div>'


def hot(count: int = 10, *, dated: bool = False, heading: str = "热点排行") -> str:
    date = "<span>2021-11-18</span>" if dated else ""
    items = "".join(
        f'<li><a href="/a/20211118/9{n:03}.html">热门新闻第{n}条大家都在看</a>{date}</li>' for n in range(count)
    )
    return f'<div class="box"><h3>{heading}</h3><ul>{items}</ul></div>'


def page(items: str, *, side: str = "", pager: str = "") -> bytes:
    return (
        f"<html><body>{NAV}<div class=main>{items}<div class=page>{pager}</div></div>{side}{FOOT}</body></html>".encode(
            "gb18030"
        )
    )


def titles(count: int) -> list[str]:
    return [f"靖远县第{n}批东西部协作项目落地" for n in range(count)]


def items_of(count: int, form: str) -> str:
    return "".join(
        form.format(url=f"/a/20211119/{n + 1000}.html", title=title, date=f"2021-11-{19 - n % 10:02}")
        for n, title in enumerate(titles(count))
    )


FORMS = {
    "date behind": "<li><a href='{url}'>{title}</a><span>{date}</span></li>",
    "date before": "<li><span class=rt>{date} 10:20:30</span>·<a href='{url}'>{title}</a></li>",
    "channel before": "<li>[<b><a href='/shizhou/'>市州</a></b>] <a href='{url}'>{title}</a> <small>日期：</small>{date}</li>",
    "table row": "<tr><td>·<a href='{url}'>{title}</a></td><td>{date}</td></tr>",
    "definition": "<dt><a href='{url}'>{title}</a></dt><dd>{date}</dd>",
    "picture and title": "<div class=item><a href='{url}'><img src=1.jpg></a><h3><a href='{url}'>{title}</a></h3><p>摘要。</p><i>{date}</i></div>",
    "date in the link": "<li><a href='{url}'>{title} <em>{date}</em></a></li>",
    "month and day after a bar": "<li><a href='{url}'>{title}</a> | {date}</li>",
    "card that is one link": "<a class=card href='{url}'><img src=1.jpg><h3>{title}</h3><p>摘要写得比标题长一些，摘要。</p><span>{date}</span></a>",
    "card without a heading": "<li><a href='{url}'><div>{title}</div><div>摘要写得比标题长一些，摘要。</div><div>{date}</div></a></li>",
    "date first in the link": "<li><a href='{url}'><i>{date}</i><p>{title}</p></a></li>",
    "date and channel before": "<li><i>{date}</i><a href='/shizhou/'>市州</a><b>|</b><a href='{url}'>{title}</a></li>",
    "rows opened by a click": "<tr onclick=\"location.href='{url}'\"><td>{title}</td><td>{date}</td></tr>",
    "with an author and a channel": "<div class=item><h2><a href='{url}'>{title}</a></h2><div><a href='/author/li'>李明</a> <time>{date}</time> <a href='/shizhou/'>市州</a> <a href='/comment/1.html'>评论(0)</a></div></div>",
    "date in brackets at the end of the link": "<li><a href='{url}'>{title}({date})</a></li>",
    "opened by a click": "<li><a href='javascript:;' onclick=\"window.open('{url}')\">{title}</a><span>{date}</span></li>",
    "picture with its text": "<li><a href='{url}'><img src=1.jpg alt='{title}'></a><span>{date}</span></li>",
    "rows of two kinds": "<li class='even last'><a href='{url}'>{title}</a><span>{date}</span></li>",
    "detail link": "<li><a href='{url}'>{title}</a><p>摘要……<a href='{url}'>[详细]</a></p><span>{date}</span></li>",
}


@pytest.mark.parametrize("count", [1, 2, 5, 20])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "side", ["", hot(), hot(dated=True), hot(3)], ids=["alone", "ranking", "dated ranking", "short ranking"]
)
def test_every_item_once_in_order_with_its_title_and_date_and_nothing_else(count: int, form: str, side: str) -> None:
    found = extract_listing(page(f"<ul>{items_of(count, FORMS[form])}</ul>", side=side), BASE)
    assert [entry.title for entry in found.entries] == titles(count)
    assert [entry.url for entry in found.entries] == [
        f"http://news.portal.example/a/20211119/{n + 1000}.html" for n in range(count)
    ]
    assert all(entry.date and entry.date.startswith("2021-11-") for entry in found.entries)


def test_list_that_is_shown_goes_before_the_hidden_ones_of_other_tabs() -> None:
    shown = f"<ul>{items_of(5, FORMS['date behind'])}</ul>"
    hidden = f"<div style='display: none'>{hot(dated=True, heading='')}</div>"
    assert [entry.title for entry in extract_listing(page(shown + hidden), BASE).entries] == titles(5)


def test_button_that_loads_more_leads_on_where_it_has_an_address() -> None:
    items = items_of(5, FORMS["date behind"])
    more = extract_listing(page(items, pager="<a href='/yaowen/2.html'>点击加载更多</a>"), BASE)
    assert more.next == "http://news.portal.example/yaowen/2.html"
    assert extract_listing(page(items, pager="<a href='javascript:;'>加载更多</a>"), BASE).next is None


@pytest.mark.parametrize("side", ["", hot(), hot(dated=True)], ids=["alone", "ranking", "dated ranking"])
def test_empty_channel_lists_nothing(side: str) -> None:
    assert extract_listing(page("<ul></ul>", side=side), BASE).entries == ()


def test_list_in_groups_with_separators_is_one_list() -> None:
    form = FORMS["date behind"]
    groups = items_of(20, form).split("</li>")[:20]
    broken = "".join(
        f"<ul class=list>{''.join(f'{item}</li>' for item in groups[n : n + 5])}</ul><hr>" for n in range(0, 20, 5)
    )
    assert [entry.title for entry in extract_listing(page(broken, side=hot(40)), BASE).entries] == titles(20)


def test_addresses_that_do_not_look_like_articles_are_entries_when_dated() -> None:
    form = "<li><a href='{url}'>{title}</a><span>{date}</span></li>"
    items = form.format(url="https://mp.weixin.qq.com/s/AbC-dEf", title="省里出台稳就业十条措施", date="2021-11-19")
    items += form.format(url="/zt/xczx/", title="乡村振兴看靖远专题报道", date="2021-11-18")
    items += form.format(url="/a/20211117/1.html", title="兰州新区今年引进项目百个", date="2021-11-17")
    assert len(extract_listing(page(f"<ul>{items}</ul>", side=hot()), BASE).entries) == 3


def test_title_cut_short_is_taken_in_full_from_its_attribute() -> None:
    items = "<li><a href='/a/20211119/1.html' title='靖远县东西部协作项目全面完成年度目标任务'>靖远县东西部协作项目…</a><span>11-19</span></li>"
    (entry,) = extract_listing(page(f"<ul>{items}</ul>"), BASE).entries
    assert (entry.title, entry.date) == ("靖远县东西部协作项目全面完成年度目标任务", "11-19")


def test_front_page_gives_the_articles_of_its_blocks() -> None:
    blocks = "".join(
        f"<div class=b{b}><h2>栏目{b}</h2><ul>"
        + "".join(f"<li><a href='/a/20211119/{b}{n:03}.html'>第{b}栏第{n}条新闻的标题文字</a></li>" for n in range(6))
        + "</ul></div>"
        for b in range(5)
    )
    assert len(extract_listing(page(blocks), "http://www.portal.example/").entries) == 30


PAGERS = {
    "words": ("<a href='index_3.html'>下一页</a> <a href='index_9.html'>尾页</a>", "index_2.html", "index_3.html"),
    "last page": ("<a href='index_8.html'>上一页</a> <span>下一页</span>", "index_9.html", None),
    "dead link": ("<a href='#'>下一页</a>", "index_9.html", None),
    "numbers": ("<a href='index.html'>1</a> <b>2</b> <a href='index_3.html'>3</a>", "index_2.html", "index_3.html"),
    "class": ("<li class=thisclass>1</li><li><a href='list_3_2.html'>2</a></li>", "list_3_1.html", "list_3_2.html"),
    "script": ('<script>createPageHTML(25, 0, "index", "html");</script>', "index.html", "index_1.html"),
    "script ends": ('<script>createPageHTML(25, 24, "index", "html");</script>', "index_24.html", None),
    "script with names": (
        '<script>var currentPage = 1; var countPage = 3; createPageHTML(countPage, currentPage, "index", "html");</script>',
        "index_1.html",
        "index_2.html",
    ),
    "select": (
        "<select><option value='list_1.html'>1</option><option value='list_2.html' selected>2</option>"
        "<option value='list_3.html'>3</option></select>",
        "list_2.html",
        "list_3.html",
    ),
    "query": ("<a href='?page=3'>下一页</a>", "list.php?page=2", "list.php?page=3"),
    "none": ("", "index.html", None),
    "script with a place": (
        '<script>createPageHTML("page_div", 25, 0, "index", "shtml", 500);</script>',
        "index.html",
        "index_1.shtml",
    ),
    "script that loops": (
        "<script>var currentPage = 0; var countPage = 23; for (var i = 0; i < countPage; i++) "
        """{ document.write('<a href="index_' + i + '.shtml">' + (i + 1) + '</a>'); }</script>""",
        "index.shtml",
        "index_1.shtml",
    ),
    "script that loops, later": (
        "<script>var currentPage = 7;//所在页从0开始\nvar countPage = 23;var nextPage = currentPage+1;"
        "document.write('<a href=\"index_'+nextPage+'.shtml\">下一页</a>')</script>",
        "index_7.shtml",
        "index_8.shtml",
    ),
    "script that loops, last": (
        "<script>var currentPage = 1, countPage = 2; var n = currentPage + 1; document.write('<a href=index_' + n + '.html>')</script>",
        "index_2.html",
        None,
    ),
    "one page by script": (
        "<script>var currentPage = 0; var countPage = 1; document.write('<a href=\"index_' + nextPage + '.html\">')</script>",
        "index.html",
        None,
    ),
    "call behind the words": (
        "<script>function goPage(n) { location.href = 'list_12_' + n + '.html'; }</script><a href='javascript:goPage(2)'>下一页</a>",
        "index.html",
        "list_12_2.html",
    ),
    "call behind the words, by click": (
        "<script>function go(page) { window.location = `?page=${page}`; }</script><a href='#' onclick='go(4)'>下一页</a>",
        "list.php?page=3",
        "list.php?page=4",
    ),
    "call behind the words, last": (
        "<script>function goPage(n) { location.href = 'list_12_' + n + '.html'; }</script><a href='javascript:goPage(9)'>下一页</a>",
        "list_12_9.html",
        None,
    ),
    "select of numbers": (
        """<select onchange="location.href='list_12_' + this.value + '.html'"><option value=1>1</option>"""
        "<option value=2>2</option><option value=3>3</option></select>",
        "list_12_1.html",
        "list_12_2.html",
    ),
    "select of numbers, marked": (
        """<select onchange="location='list_12_'+this.options[this.selectedIndex].value+'.html'"><option value=1>1</option>"""
        "<option value=2 selected>2</option><option value=3>3</option></select>",
        "",
        "list_12_3.html",
    ),
    "total and a link to the last": ("共20页 <a href='index_20.html'>尾页</a>", "index.html", "index_2.html"),
    "total and a link to the last, from 0": ("共20页 <a href='index_19.html'>尾页</a>", "", "index_1.html"),
    "page one of many and a numbered link": ("页次1/20 <a href='list_3_5.html'>5</a>", "", "list_3_2.html"),
    "total without a form": ("共20页", "index.html", None),
    "total of one": ("共1页 <a href='index_1.html'>尾页</a>", "index.html", None),
    "script with escaped quotes": (
        "<script>var currentPage = 0;var nextPage = currentPage+1;var countPage = 23;"
        'document.write("<a href=\\"index_" + nextPage + ".shtml\\">下一页</a>");</script>',
        "index.shtml",
        "index_1.shtml",
    ),
    "numbers alone": ("<a href='a2.htm'>[2]</a> <a href='a3.htm'>[3]</a> <a href='a4.htm'>[4]</a>", "a.htm", "a2.htm"),
    "numbers alone, later": (
        "<a href='a.htm'>[1]</a> <a href='a2.htm'>[2]</a> <a href='a4.htm'>[4]</a>",
        "a3.htm",
        "a4.htm",
    ),
    "numbers alone, last": (
        "<a href='a.htm'>[1]</a> <a href='a2.htm'>[2]</a> <a href='a3.htm'>[3]</a>",
        "a4.htm",
        None,
    ),
    "numbers alone, of which none is the page's": ("<a href='a1.htm'>1</a> <a href='a2.htm'>2</a>", "b.htm", None),
    "numbers beside a form that is sent": (
        "<a href='l.aspx?c=6&PageIndex=2'>2</a> <a href='l.aspx?c=6&PageIndex=3'>3</a>"
        " <a href=\"javascript:__doPostBack('p','2')\">下一页</a>",
        "l.aspx?c=6",
        "l.aspx?c=6&PageIndex=2",
    ),
    "older posts": ("<a href='/yaowen/page/2'>较早的文章</a>", "", "page/2"),
    "arrow to a bare number": ("<a href='2.htm'>&gt;</a>", "", "2.htm"),
    "more of the same list": ("<a href='/yaowen/c3?page=2'>查看更多</a>", "c3", "c3?page=2"),
    "more of another list": ("<a href='/yaowen/c4?page=2'>更多&gt;&gt;</a>", "c3", None),
    "newspaper": (
        "<a href='../22/node_2.htm'>上一期</a> <a href='node_3.htm'>下一版</a>",
        "2026-11/23/node_2.htm",
        "2026-11/23/node_3.htm",
    ),
    "newspaper, last page": (
        "<a href='../22/node_2.htm'>上一期</a> <a href='../24/node_2.htm'>下一期</a>",
        "2026-11/23/node_9.htm",
        "2026-11/22/node_2.htm",
    ),
    "numbers only, at the end": (
        "<a href='index.html'>1</a> <a href='index_2.html'>2</a> <b>3</b>",
        "index_3.html",
        None,
    ),
}


@pytest.mark.parametrize("name", PAGERS)
def test_next_page(name: str) -> None:
    pager, own, following = PAGERS[name]
    found = extract_listing(page(f"<ul>{items_of(10, FORMS['date behind'])}</ul>", pager=pager), BASE + own)
    assert found.next == (BASE + following if following else None)


def test_count_pages_run_down_to_the_oldest() -> None:
    place = "http://gansu.portal.example/system/count//0018005/000000000000/000/000/c0018005000000000000_"
    items = page(f"<ul>{items_of(10, FORMS['date behind'])}</ul>")
    assert extract_listing(items, f"{place}000000123.shtml").next == f"{place}000000122.shtml"
    assert extract_listing(items, f"{place}000000001.shtml").next is None


def test_selectors_of_a_profile_win() -> None:
    portal = Portal("p", "p", entries="div.box li a", next_page="a.more")
    body = page(
        f"<ul>{items_of(5, FORMS['date behind'])}</ul>", side=hot(4), pager="<a class=more href='x2.html'>再来</a>"
    )
    found = extract_listing(body, BASE, portal=portal)
    assert len(found.entries) == 4 and found.next == BASE + "x2.html"


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("<div class=d><b>19</b><span>2021-11</span></div>", "2021-11-19"),
        ("<div class=d><span>2021.11</span><b>19</b></div>", "2021-11-19"),
        ("<div class=d><em>19</em><i>11月</i><i>2021</i></div>", "2021-11-19"),
        ("<div class=d><b>11-19</b><span>2021</span></div>", "2021-11-19"),
        ("<div class=d><b>19</b>/<span>2021年11月</span></div>", "2021-11-19"),
        ("[11/19]", "11/19"),
        ("<span>11/19</span>", "11/19"),
        ("（11月19日）", "11月19日"),
        ("<span>2021.11.19</span>", "2021.11.19"),
        ("<span>今天 08:15</span>", "今天 08:15"),
        ("<i>二〇二一年十一月十九日</i>", "二〇二一年十一月十九日"),
        ("<i>Nov 19, 2021</i>", "Nov 19, 2021"),
        ("<i>19 November 2021</i>", "19 November 2021"),
        ("<i>2021-11-19</i><a href='/comment/{n}.html'>评论(0)</a><a href='/share/{n}.html'>分享</a>", "2021-11-19"),
    ],
)
def test_dates_of_items(date: str, wanted: str) -> None:
    for form in (
        "<li>{date}<a href='/a/20211119/{n}.html'>{title}</a></li>",
        "<li><a href='/a/20211119/{n}.html'>{title}</a>{date}</li>",
    ):
        items = "".join(form.format(n=n, title=title, date=date.format(n=n)) for n, title in enumerate(titles(6)))
        found = extract_listing(page(f"<ul>{items}</ul>"), BASE).entries
        assert [(entry.title, entry.date) for entry in found] == [(title, wanted) for title in titles(6)]


def test_lead_story_in_a_block_before_the_list_belongs_to_it() -> None:
    lead = "<div class=head><h2><a href='/a/20211120/1.html'>靖远县引进企业带动群众增收</a></h2><p>摘要写得长一些。</p></div>"
    found = extract_listing(page(f"{lead}<ul>{items_of(8, FORMS['date behind'])}</ul>"), BASE).entries
    assert [entry.title for entry in found] == ["靖远县引进企业带动群众增收", *titles(8)]


def test_days_that_stand_before_their_entries_belong_to_them() -> None:
    rows = "".join(
        f"<dt>2021-11-{19 - n}</dt><dd><a href='/a/{n + 1000}.html'>{title}</a></dd>"
        for n, title in enumerate(titles(8))
    )
    found = extract_listing(page(f"<dl>{rows}</dl>"), BASE).entries
    assert [entry.date for entry in found] == [f"2021-11-{19 - n}" for n in range(8)]


def test_short_list_of_the_channel_goes_before_longer_dated_ones_of_the_site() -> None:
    items = "".join(
        f"<li><a href='/yaowen/{n}.html'>{title}</a><span>2021-11-19</span></li>" for n, title in enumerate(titles(3))
    )
    sides = hot(10, dated=True, heading="最新资讯") + hot(10, dated=True, heading="图片新闻")
    found = extract_listing(page(f"<ul class=gg>{items}</ul>", side=sides), BASE).entries
    assert [entry.title for entry in found] == titles(3)


def test_dated_corner_of_a_front_page_hides_not_its_other_blocks() -> None:
    corner = f"<div class=gg><ul>{items_of(3, FORMS['date behind'])}</ul></div>"
    blocks = "".join(
        f"<div class=b{block}><h2><a href='/c{block}/'>栏目</a></h2><ul>"
        + "".join(f"<li><a href='/b/{block}{n:03}.html'>靖远县第{block}栏目第{n}条消息发布</a></li>" for n in range(6))
        + "</ul></div>"
        for block in range(1, 5)
    )
    found = extract_listing(page(corner + blocks), "http://news.portal.example/").entries
    assert len(found) == 27


def test_banner_of_a_topic_between_lead_story_and_list_parts_them_not() -> None:
    lead = "<div class=head><h2><a href='/a/20211120/1.html'>靖远县引进企业带动群众增收</a></h2><p>摘要写得长一些。</p></div>"
    banner = "<div class=zt><a href='/zt/2021lh/'><img src=z.jpg alt='聚焦2021全国两会专题报道'></a></div>"
    found = extract_listing(page(f"{lead}{banner}<ul>{items_of(8, FORMS['date behind'])}</ul>"), BASE).entries
    assert [entry.title for entry in found] == ["靖远县引进企业带动群众增收", *titles(8)]


def test_slider_beside_the_list_adds_nothing() -> None:
    pictures = "".join(
        f"<li><a href='/a/20211101/{n}.html'><img src=1.jpg alt=图></a><p><a href='/a/20211101/{n}.html'>轮播图片的新闻标题第{n}条</a></p></li>"
        for n in range(5)
    )
    found = extract_listing(
        page(f"<div class=slide><ul>{pictures}</ul></div><ul>{items_of(8, FORMS['date behind'])}</ul>"), BASE
    ).entries
    assert [entry.title for entry in found] == titles(8)


@pytest.mark.parametrize("empty", ["<ul class=list></ul>", "<p>暂无内容</p>", "<ul></ul><div>共 0 条</div>"])
def test_links_beside_an_empty_list_are_none(empty: str) -> None:
    links = "".join(f"<li><a href='/a/20211118/9{n:03}.html'>热门新闻第{n}条大家都在看</a></li>" for n in range(8))
    assert extract_listing(page(empty, side=f"<div class=r><ul>{links}</ul></div>"), BASE).entries == ()


PROSE = (
    "<p>　　靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评，据了解，第二批企业也已经开工。</p>"
    * 4
)


@pytest.mark.parametrize(
    "below",
    [
        "<p>上一篇：<a href='/a/20211118/1.html'>兰州新区今年引进项目百个</a></p><p>下一篇：<a href='/a/20211118/2.html'>会宁县马铃薯喜获丰收</a></p>",
        "<div class=rel><ul>"
        + "".join(
            f"<li><a href='/a/20211118/{n}.html'>兰州新区今年引进项目第{n}个</a><span>2021-11-18</span></li>"
            for n in range(6)
        )
        + "</ul></div>",
        "<div><h3>相关新闻</h3><ul>"
        + "".join(f"<li><a href='/a/20211118/{n}.html'>兰州新区今年引进项目第{n}个</a></li>" for n in range(6))
        + "</ul></div>",
    ],
    ids=["neighbours", "related, dated", "related"],
)
def test_article_is_no_list(below: str) -> None:
    body = f"<h1>靖远县引进企业带动群众增收</h1><div>2021-11-19 10:20 来源：靖远发布</div><div class=c>{PROSE}</div>{below}"
    assert extract_listing(page(body), "http://news.portal.example/a/20211119/3.html").entries == ()


def test_article_under_the_address_of_a_front_page_is_no_list_either() -> None:
    related = f"<div class=rel><ul>{items_of(3, FORMS['date behind'])}</ul></div>"
    blocks = "".join(
        f"<div class=b{block}><ul>"
        + "".join(f"<li><a href='/b/{block}{n:03}.html'>靖远县第{block}栏目第{n}条消息发布</a></li>" for n in range(6))
        + "</ul></div>"
        for block in range(1, 5)
    )
    body = f"<h1>靖远县引进企业带动群众增收</h1><div>2021-11-19 来源：靖远发布</div><div class=c>{PROSE}</div>{related}{blocks}"
    assert extract_listing(page(body), "http://news.portal.example/").entries == ()


def test_list_with_summaries_is_one() -> None:
    summary = "<p>靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，来源：靖远发布。据了解，第二批企业也已经开工。</p>"
    form = FORMS["date behind"].replace("</li>", f"{summary}</li>")
    assert [entry.title for entry in extract_listing(page(f"<ul>{items_of(10, form)}</ul>"), BASE).entries] == titles(
        10
    )


def test_list_in_two_columns_is_one() -> None:
    form, all_titles = FORMS["date behind"], titles(20)
    rows = items_of(20, form).split("</li>")[:20]
    columns = f"<ul class=col-l>{'</li>'.join(rows[:10])}</li></ul><ul class=col-r>{'</li>'.join(rows[10:])}</li></ul>"
    assert [entry.title for entry in extract_listing(page(columns, side=hot()), BASE).entries] == all_titles


def test_list_by_the_pager_wins_over_dated_links_elsewhere() -> None:
    items = "".join(f"<li><a href='/a/20211119/{n + 1000}.html'>{title}</a></li>" for n, title in enumerate(titles(5)))
    newest = "".join(f"<p><a href='/b/{n}.html'>别的栏目今天发布的新闻第{n}条</a><i>11-19</i></p>" for n in range(30))
    body = page(f"<ul>{items}</ul>", side=f"<div class=w300>{newest}</div>", pager="<a href='index_2.html'>下一页</a>")
    assert [entry.title for entry in extract_listing(body, BASE).entries] == titles(5)


def test_list_right_of_a_menu_that_ends_like_a_ranking() -> None:
    menu = "<div class=left><ul><li><a href='/sz/'>市州</a></li><li><a href='/sd/'>深度报道</a></li></ul></div>"
    found = extract_listing(page(f"{menu}<div class=right><ul>{items_of(5, FORMS['date behind'])}</ul></div>"), BASE)
    assert [entry.title for entry in found.entries] == titles(5)


def test_list_with_an_address_like_an_article_and_a_lead_story_is_one() -> None:
    lead = f"<div class=head><h2><a href='/a/20211120/1.html'>靖远县引进企业带动群众增收</a></h2>{PROSE[:70]}</p></div>"
    form = FORMS["date behind"].replace("</li>", "<i>来源：靖远发布</i></li>")
    found = extract_listing(
        page(f"{lead}<ul>{items_of(8, form)}</ul>"), "http://news.portal.example/channel/100234.html"
    )
    assert [entry.title for entry in found.entries] == ["靖远县引进企业带动群众增收", *titles(8)]


@pytest.mark.parametrize(
    "folder", sorted(Path(__file__).with_name("golden").glob("*/page.html")), ids=lambda path: path.parent.name
)
def test_golden_articles_are_no_lists(folder: Path) -> None:
    url = tomllib.loads(folder.with_name("expected.toml").read_text("utf-8"))["url"]
    assert extract_listing(folder.read_bytes(), url).entries == ()


@pytest.mark.parametrize("count", [1, 2])
def test_a_short_list_on_a_page_that_names_its_editor_is_a_list(count: int) -> None:
    titles = ("渡口村大桥通车两岸村民告别渡船", "春灌今天开闸放水")[:count]
    items = "".join(
        f'<li><a href="/2024/0301/{n}.html">{title}</a> <span>2024-03-0{n}</span></li>'
        for n, title in enumerate(titles, 1)
    )
    html = f'<div class="main"><ul class="list">{items}</ul></div><div class="foot">责任编辑：周小舟</div>'
    listing = extract_listing(html.encode(), "http://www.hewan.example/lanmu/20240.html")
    assert [entry.title for entry in listing.entries] == list(titles)
