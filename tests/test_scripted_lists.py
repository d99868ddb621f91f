"""Lists that scripts build: records in JSON, JSONP and inline scripts, and the requests that scripts make for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portal_crawler.article import Entry, Portal
from portal_crawler.extract import extract_listing, list_requests, read_page
from portal_crawler.extract.listing import frame_of, listing_of
from portal_crawler.extract.script_requests import loaded_scripts, scripted_requests

HOST = "http://news.portal.example"
URL = f"{HOST}/api/list/gn_1.json"
TITLES = ["靖远县东西部协作项目全面落地", "会宁县今年引进企业9家", "兰州新区“十四五”开局良好"]


def records(**names: str) -> list[dict[str, Any]]:
    """Three records with the fields named: url, title, date to the names a portal gives them."""
    values = [
        {"url": f"/a/20211119/{n + 100}.html", "title": title, "date": f"2021-11-{19 - n} 10:20:0{n}"}
        for n, title in enumerate(TITLES)
    ]
    return [{names.get(key, key): value for key, value in record.items()} for record in values]


def entries_of(text: str | Any, url: str = URL, **arguments: Any) -> tuple[Entry, ...]:
    body = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return extract_listing(body.encode(), url, **arguments).entries


WANTED = tuple(
    Entry(f"{HOST}/a/20211119/{n + 100}.html", title, f"2021-11-{19 - n} 10:20:0{n}") for n, title in enumerate(TITLES)
)
HOT = [
    {"title": f"大家都在看的热门新闻第{n}条", "url": f"/a/20211110/9{n:03}.html", "date": "2021-11-10"}
    for n in range(9)
]
ADS = [{"title": "双十一家电大促全场五折起", "url": "http://ad.example/click/12345.html", "img": "/ad.jpg"}]
MENU = [
    {"name": "要闻", "url": "/yw/index.html"},
    {"name": "市州", "url": "/sz/index.html"},
    {"name": "国内", "url": "/gn/"},
]

SHAPES = {
    "array": records(),
    "list in data": {"code": 0, "data": {"list": records(), "total": 3}},
    "Chinese CMS names": {"datas": records(url="DocPubUrl", title="DocTitle", date="docpubtime")},
    "link and pubtime": {"data": records(url="LinkUrl", title="Title", date="PubTime")},
    "href and time": {"rows": records(url="href", title="t", date="ptime")},
    "beside hot, adverts and menu": {"nav": MENU, "hot": HOT, "data": {"list": records(), "adverts": ADS}},
    "lists of lists": {"data": [[item] for item in records()]},
    "grouped by day": {
        "data": {"2021-11-19": records()[:1], "2021-11-18": records()[1:2], "2021-11-17": records()[2:]}
    },
    "numbered records": {"list": {str(n): item for n, item in enumerate(records())}},
    "record in record": {"list": [{"id": n, "article": item} for n, item in enumerate(records())]},
    "rows of values": {"list": [[item["title"], item["url"], item["date"]] for item in records()]},
    "JSON in a string": {"code": 0, "data": json.dumps({"list": records()}, ensure_ascii=False)},
    "html in titles": {
        "list": [item | {"title": f"<font color=red>{item['title']}</font>&nbsp;"} for item in records()]
    },
    "summary longer than title": {"list": [item | {"summary": "摘要写得很长。" * 20} for item in records()]},
    "picture first": {"list": [{"imgurl": "/i/1.jpg", "thumb": "/i/2.png"} | item for item in records()]},
    "channel in the record": {
        "list": [{"channelName": "国内新闻频道", "channelUrl": "/gn/", "source": "新华社"} | item for item in records()]
    },
    "modified later": {"list": [{"updateTime": "2022-01-01 00:00:00"} | item for item in records()]},
}


@pytest.mark.parametrize("name", SHAPES)
def test_records_are_the_entries_whatever_their_shape(name: str) -> None:
    assert entries_of(SHAPES[name]) == WANTED


TEXT = json.dumps({"list": records()}, ensure_ascii=False)
WRAPPED = {
    "jsonp": f"callback({TEXT});",
    "jsonp with a dotted name": f"/**/window.portal.show({TEXT})",
    "jsonp that is careful": f"typeof cb === 'function' && cb({TEXT});",
    "try": f"try{{jsonp123({TEXT})}}catch(e){{}}",
    "variable": f"var listData = {TEXT};",
    "member": f"window.listData={TEXT}",
    "guard": f")]}}',\n{TEXT}",
    "string in jsonp": f"cb({json.dumps(TEXT)})",
    "byte order mark": f"\ufeff{TEXT}",
    "script notation": "var list = ["
    + ",".join(f"{{title:'{i['title']}',url:'{i['url']}',date:'{i['date']}',}}" for i in records())
    + "];\nshow(list);",
    "pushed": "".join(f"var list=[];list.push({json.dumps(item)});\n" for item in records()),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_data_in_a_script_is_read_without_running_it(name: str) -> None:
    assert entries_of(WRAPPED[name]) == WANTED


def test_data_in_gbk_is_decoded() -> None:
    assert extract_listing(f"cb({TEXT})".encode("gbk"), URL).entries == WANTED


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (1637287800, "2021-11-19 10:10:00"),
        (1637287800000, "2021-11-19 10:10:00"),
        ("1637287800", "2021-11-19 10:10:00"),
        ("/Date(1637287800000)/", "2021-11-19 10:10:00"),
        ("20211119101000", "2021-11-19 10:10:00"),
        ("20211119", "2021-11-19"),
        ("2021-11-19T02:10:00Z", "2021-11-19 10:10:00"),
        ("2021-11-19T02:10:00.000+0000", "2021-11-19 10:10:00"),
        ("2021年11月19日", "2021年11月19日"),
        ("11-19", "11-19"),
        ("11/19/2021 10:10:00", "2021-11-19 10:10:00"),
        ([2021, 11, 19, 10, 10], "2021-11-19 10:10"),
        ({"time": 1637287800000, "date": 19}, "2021-11-19 10:10:00"),
        ("", None),
        (0, None),
        (None, None),
    ],
)
def test_times_of_records(value: Any, date: str | None) -> None:
    (entry,) = entries_of([{"title": "靖远县东西部协作项目全面落地", "url": "/a/100.html", "pubtime": value}])
    assert entry.date == date


def test_id_is_an_entry_only_where_its_address_is_known() -> None:
    items = [{"id": 100 + n, "title": title, "time": "2021-11-19"} for n, title in enumerate(TITLES)]
    assert entries_of({"list": items}) == ()
    portal = Portal("p", "p", article_url="https://h.example/a/{id}.html")
    assert [entry.url for entry in entries_of({"list": items}, portal=portal)] == [
        f"https://h.example/a/{100 + n}.html" for n in range(3)
    ]


@pytest.mark.parametrize(
    "data", [[], {"list": []}, {"list": [], "hot": HOT}, {"nav": MENU}, {"code": 404}, {"data": MENU}, "[", "{"]
)
def test_data_without_a_list_has_no_entries(data: Any) -> None:
    assert entries_of(data) == ()


def test_html_in_data_is_read_as_a_list() -> None:
    items = "".join(f"<li><a href='{i['url']}'>{i['title']}</a><span>{i['date']}</span></li>" for i in records())
    assert entries_of({"code": 1, "html": f"<ul>{items}</ul>"}) == WANTED


def test_pinned_records_of_the_same_shape_belong_to_the_list() -> None:
    pinned = {"url": "/a/20200101/7.html", "title": "置顶的重要通知公告一则", "date": "2020-01-01"}
    assert entries_of({"top": [pinned], "list": records()})[1:] == WANTED


NEXT = {
    "number in the name": ("/api/list/gn_1.json", {}, "/api/list/gn_2.json"),
    "later number": ("/api/list/gn_7.json", {}, "/api/list/gn_8.json"),
    "number as name": ("/api/gn/1.json", {}, "/api/gn/2.json"),
    "id of a channel": ("/api/channel_12.json", {}, None),
    "id as name": ("/api/list12/33.json", {}, None),
    "page": ("/api/list?cid=12&page=1&size=3", {}, "/api/list?cid=12&page=2&size=3"),
    "page from 0": ("/api/list?pageNo=0", {"total": 9}, "/api/list?pageNo=1"),
    "offset": ("/api/list?start=0&limit=3", {}, "/api/list?start=3&limit=3"),
    "offset without size": ("/api/list?offset=3", {}, "/api/list?offset=6"),
    "address in the data": ("/api/list", {"nextPageUrl": "/api/list/after/33"}, "/api/list/after/33"),
    "no more": ("/api/list?page=2", {"hasMore": False}, None),
    "more": ("/api/list?page=2", {"has_next": True}, "/api/list?page=3"),
    "last of its pages": ("/api/list?page=4", {"pageCount": 4}, None),
    "not the last": ("/api/list?page=3", {"pages": "4"}, "/api/list?page=4"),
    "all there are": ("/api/list?page=2", {"total": 6}, None),
    "callback stays": ("/api/list?page=1&callback=cb", {}, "/api/list?page=2&callback=cb"),
    "number with a nought": ("/data/cm_gn_02.js", {}, "/data/cm_gn_03.js"),
    "id of a page and its number": ("/api/get?pageid=153&lid=9&page=1", {}, "/api/get?pageid=153&lid=9&page=2"),
    "none": ("/api/list.json", {}, None),
}


@pytest.mark.parametrize("name", NEXT)
def test_next_page_of_data(name: str) -> None:
    url, said, following = NEXT[name]
    found = extract_listing(json.dumps({"data": {"list": records(), **said}}).encode(), HOST + url)
    assert found.next == (HOST + following if following else None)
    beside = extract_listing(json.dumps({"list": records(), "pagination": said}).encode(), HOST + url)
    assert beside.next == found.next


def test_empty_page_of_data_is_the_last() -> None:
    assert extract_listing(b'{"list":[]}', f"{HOST}/api/list?page=9").next is None


SHELL = (
    "<html><body><div class=nav><a href='/gn/'>国内</a><a href='/gj/'>国际</a></div><ul id=list></ul>{}</body></html>"
)
HELD = {
    "variable": "<script>var newsList = {};</script>",
    "state": "<script>window.__INITIAL_STATE__ = {{'channel': {{'items': {}, 'total': 3}}}};</script>",
    "json script": '<script type=\'application/json\' id=\'__NEXT_DATA__\'>{{"props": {{"pageProps": {{"list": {}}}}}}}</script>',
    "component": "<script>new Vue({{el: '#app', data() {{ return {{ list: {} }} }}, methods: {{ go(){{}} }} }})</script>",
    "called on the spot": "<script>window.__NUXT__=(function(a,b){{return {{data:[{{list:{}}}],x:a}}}}(1,null));</script>",
}


@pytest.mark.parametrize("name", HELD)
def test_list_that_a_script_holds(name: str) -> None:
    body = SHELL.format(HELD[name].format(json.dumps(records(), ensure_ascii=False)))
    assert entries_of(body, f"{HOST}/gn/") == WANTED


def test_list_that_a_script_writes_item_by_item() -> None:
    written = "".join(
        f"document.write('<li><a href=\"{i['url']}\">{i['title']}</a><span>{i['date']}</span></li>');"
        for i in records()
    )
    assert entries_of(SHELL.format(f"<script>{written}</script>"), f"{HOST}/gn/") == WANTED
    assert entries_of(f"// list\n{written}") == WANTED
    rows = "".join(
        f"docs[{n}] = new Array('{i['title']}', '{i['url']}', '{i['date']}');" for n, i in enumerate(records())
    )
    assert entries_of(SHELL.format(f"<script>var docs = new Array();{rows}</script>"), f"{HOST}/gn/") == WANTED


def test_list_in_one_flat_array_that_names_its_members_by_index() -> None:
    flat: list[Any] = [["Reactive", 1], {"list": 2}, [3, 4, 5]]
    flat += [{key: 6 + n * 3 + m for m, key in enumerate(("title", "url", "date"))} for n in range(3)]
    flat += [item[key] for item in records() for key in ("title", "url", "date")]
    script = f"<script type='application/json' id='__NUXT_DATA__'>{json.dumps(flat)}</script>"
    assert entries_of(SHELL.format(script), f"{HOST}/gn/") == WANTED
    circle = "<script type='application/json' id='__NUXT_DATA__'>[[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]]</script>"
    assert entries_of(SHELL.format(circle), f"{HOST}/gn/") == ()


def test_what_a_script_holds_for_a_slider_or_a_ranking_is_no_list() -> None:
    held = json.dumps(HOT, ensure_ascii=False)
    for name in ("focusList", "hotNews", "slides", "adList", "recommend"):
        assert entries_of(SHELL.format(f"<script>var {name} = {held};</script>"), f"{HOST}/gn/") == ()


def test_list_on_the_page_wins_over_what_scripts_hold() -> None:
    shown = (
        "<ul>"
        + "".join(f"<li><a href='/b/{n}.html'>靖远县第{n}批项目落地</a><span>11-19</span></li>" for n in range(5))
        + "</ul>"
    )
    body = SHELL.format(shown + HELD["variable"].format(json.dumps(records())))
    assert len(entries_of(body, f"{HOST}/gn/")) == 5


def test_datastore_of_list_items_in_a_script_is_read() -> None:
    items = "".join(
        f"<record><![CDATA[<li><a href='{i['url']}'>{i['title']}</a><span>{i['date']}</span></li>]]></record>"
        for i in records()
    )
    body = SHELL.format(f"<script type='text/xml'><datastore><recordset>{items}</recordset></datastore></script>")
    assert entries_of(body, f"{HOST}/gn/") == WANTED


REQUESTS = {
    "fetch": "fetch('/api/list/x_1.json').then(r => r.json())",
    "getJSON": '$.getJSON("/api/list/x_1.json", function(d){ show(d) })',
    "sum of names": "var id = 'x'; var page = 1; $.get('/api/list/' + id + '_' + page + '.json', show)",
    "template": "const cid = 'x'; let page = 1; axios.get(`/api/list/${cid}_${page}.json`)",
    "request object": "var x = new XMLHttpRequest(); x.open('GET', '/api/list/x_1.json', true);",
    "named address": "var api = '/api/list/'; var u = api + 'x' + '_1.json'; fetch(u)",
    "parameters of a function": "function load(cid, p) { $.getJSON('/api/list/' + cid + '_' + p + '.json', show) } load('x', 1)",
    "ajax": "$.ajax({ type: 'get', dataType: 'json', url: '/api/list/x_1.json', success: function (d) { if (d) { show(d) } } })",
    "against caches": "$.getJSON('/api/list/x_1.json?_=' + new Date().getTime() + '&r=' + Math.random(), show)",
    "value on the page": "$.getJSON('/api/list/' + $('#cid').val() + '_1.json', show)",
    "in the address": "$.getJSON('/api/list/' + getQueryString('c') + '_1.json', show)",
    "added to": "var u = '/api/list/'; u += 'x_1.json'; fetch(u)",
    "options with a name": "var o = {url: '/api/list/x_1.json', type: 'GET'}; $.ajax(o)",
    "parameters of an address": "fetch('/api/list/' + 'x_1.json')",
    "commented": "// the list\nfetch(/* first page */ '/api/list/x_1.json')",
    "script element": "var s = document.createElement('script'); s.src = '/api/list/x_1.json';",
}


@pytest.mark.parametrize("name", REQUESTS)
def test_request_of_a_script(name: str) -> None:
    body = SHELL.format(f"<input type=hidden id=cid value=x><script>{REQUESTS[name]}</script>")
    assert list_requests(read_page(body.encode(), f"{HOST}/gn/?c=x")) == (f"{HOST}/api/list/x_1.json",)


@pytest.mark.parametrize(
    ("script", "url", "pager"),
    [
        ("var page=1; fetch('/l/x_' + page + '.json')", "/l/x_1.json", "/l/x_{page}.json"),
        (
            "$.ajax({url:'/l', data:{page: 1, size: 20}, dataType:'jsonp'})",
            "/l?page=1&size=20&callback=callback",
            "/l?page={page}&size=20&callback=callback",
        ),
        ("axios.get('/l', {params: {pageNo: this.pageNo, cid: 7}})", "/l?pageNo=1&cid=7", "/l?pageNo={page}&cid=7"),
        ("const params = {pageIndex: 1}; axios.get('/l', { params })", "/l?pageIndex=1", "/l?pageIndex={page}"),
        (
            "var n=0; function more(){ n++; $.getJSON('/l/more_'+n+'.json', show) }",
            "/l/more_0.json",
            "/l/more_{page}.json",
        ),
        (
            "$.getJSON('/l?callback=?&page=' + curPage, show)",
            "/l?callback=callback&page=1",
            "/l?callback=callback&page={page}",
        ),
    ],
)
def test_number_that_pages_is_known_from_the_script(script: str, url: str, pager: str) -> None:
    found = scripted_requests(read_page(SHELL.format(f"<script>{script}</script>").encode(), f"{HOST}/gn/"))
    assert (found[0].url, found[0].pager) == (HOST + url, HOST + pager)


def test_rankings_and_what_sends_are_no_requests_for_lists() -> None:
    script = """$.getJSON('/api/hot.json', hot); $.post('/api/log', {a: 1}); $.ajax({type: 'POST', url: '/api/vote'});
    fetch('/api/search', {method: 'POST', body: q}); $.getJSON('/api/list/gn.json', show)"""
    found = list_requests(read_page(SHELL.format(f"<script>{script}</script>").encode(), f"{HOST}/gn/"))
    assert found == (f"{HOST}/api/list/gn.json",)


def test_script_files_of_the_page_are_named_without_libraries() -> None:
    scripts = "".join(
        f"<script src='/js/{name}'></script>" for name in ("jquery-3.1.js", "vue.min.js", "list.js", "swiper.js")
    )
    page = read_page(SHELL.format(f"{scripts}<script src='gn.js'></script>").encode(), f"{HOST}/gn/")
    assert f"{HOST}/gn/gn.js" in loaded_scripts(page) and f"{HOST}/js/vue.min.js" not in loaded_scripts(page)


LINKS = {
    "sum": "html += '<li><a href=\"/article/' + item.id + '.html\">' + item.title + '</a></li>'",
    "template": "html += `<li><a href='/article/${row.id}.html'>${row.title}</a><i>${fmt(row.time)}</i></li>`",
    "assigned": "a.href = '/article/' + list[i].id + '.html'",
}


@pytest.mark.parametrize("name", LINKS)
def test_address_of_an_id_is_made_as_the_script_makes_it(name: str) -> None:
    frame = frame_of(read_page(SHELL.format(f"<script>{LINKS[name]}</script>").encode(), f"{HOST}/gn/"))
    items = [{"id": 100 + n, "title": title, "time": "2021-11-19"} for n, title in enumerate(TITLES)]
    data = read_page(json.dumps(items).encode(), f"{HOST}/api/list.json")
    assert [entry.url for entry in listing_of(data, frame=frame).entries] == [
        f"{HOST}/article/{100 + n}.html" for n in range(3)
    ]


@pytest.mark.parametrize(
    "template",
    [
        "<li v-for='i in list'><a :href=\"'/article/' + i.id + '.html'\">{{i.title}}</a></li>",
        "<li v-for='i in list'><a :href='`/article/${i.id}.html`'>{{i.title}}</a></li>",
        "<script type='text/html'>{{each list}}<li><a href='/article/{{$value.id}}.html'>{{$value.title}}</a></li>{{/each}}</script>",
        "<script type='text/html'><% for(){ %><li><a href=\"/article/<%=d.id%>.html\"></a></li><% } %></script>",
    ],
)
def test_address_of_an_id_is_made_as_the_template_makes_it(template: str) -> None:
    assert frame_of(read_page(SHELL.format(template).encode(), f"{HOST}/gn/")).links == ("/article/{id}.html",)


def test_relative_addresses_are_relative_to_the_page_that_shows_them() -> None:
    frame = frame_of(read_page(SHELL.format("").encode(), f"{HOST}/gn/index.html"))
    data = read_page(json.dumps([{"title": TITLES[0], "url": "./202111/t1.html", "time": "11-19"}]).encode(), URL)
    assert listing_of(data, frame=frame).entries[0].url == f"{HOST}/gn/202111/t1.html"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{'a':" * 100_000, "var a = " + "'" * 99_999, "a(" * 50_000, "`${" * 30_000]
)
def test_hostile_scripts_end(text: str) -> None:
    assert entries_of(text) == ()
    page = read_page(SHELL.format(f"<script>{text}</script>").encode(), f"{HOST}/gn/")
    assert listing_of(page).entries == () and list_requests(page) is not None
