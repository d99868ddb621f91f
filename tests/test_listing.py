"""What a listing page lists, and nothing else on it."""

from __future__ import annotations

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
