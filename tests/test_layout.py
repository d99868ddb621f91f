"""A profile's layouts and boilerplate lines sharpen what the generic rules find."""

from __future__ import annotations

from portal_crawler.article import Layout, Portal
from portal_crawler.extract import extract_article

PAGE = """<html><head><title>临夏州举办花儿会_陇上</title></head><body>
<h2 class="kicker">特别报道之三：河州大地听花儿</h2><h1>临夏州举办花儿会</h1>
<div class="meta"><span class="t">2021-06-02 09:30</span> <b class="s">来源：陇上日报</b> <b class="w">撰稿者 马小兰</b></div>
<div class="text"><p>6月1日，临夏州莲花山花儿会开幕，四方歌手齐聚，歌声一浪高过一浪。</p>
<div class="vote">你最喜欢哪一首？请投票，投票有奖，机会多多，欢迎参与。</div>
<p>花儿会持续三天，预计接待游客12万人次，当地群众准备了农家饭。</p><p>陇上网友交流群号见首页</p></div></body></html>"""


def portal(**values: object) -> Portal:
    return Portal("longshang", "陇上", **values)  # type: ignore[arg-type]


def extract(of: Portal):  # type: ignore[no-untyped-def]
    return extract_article(PAGE.encode(), "http://longshang.example/a.html", portal=of)


def test_layout_names_where_fields_stand_and_says_so() -> None:
    layout = Layout(match="div.meta", title="h2.kicker", author="b.w", body="div.text", remove=(".vote",))
    found = extract(portal(layouts=(layout,)))
    assert found.title == "特别报道之三：河州大地听花儿"
    assert "投票" not in found.body and "12万人次" in found.body
    assert found.source == "陇上日报"
    assert found.provenance["title"] == "layout h2.kicker"
    assert found.portal == "longshang"


def test_layout_of_another_design_does_not_speak() -> None:
    other = Layout(match="table.old", title="h2.kicker")
    assert extract(portal(layouts=(other,))).title == "临夏州举办花儿会"
    both = portal(layouts=(other, Layout(title="h1")))
    assert extract(both).provenance["title"] == "layout h1"


def test_selector_that_finds_nothing_leaves_the_generic_value() -> None:
    found = extract(portal(layouts=(Layout(title="h1.none", time=".none", body="#none"),)))
    assert found.title == "临夏州举办花儿会"
    assert found.published_at == "2021-06-02T09:30+08:00"


def test_boilerplate_lines_of_a_profile_are_left_out() -> None:
    assert "陇上网友交流群号见首页" in extract(portal()).body
    assert "陇上网友交流群号见首页" not in extract(portal(boilerplate=("陇上网友交流群号见首页",))).body
