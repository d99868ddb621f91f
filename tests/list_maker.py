"""Channels whose lists, pagers and sides are drawn by lot from what portals print, and a walk of one in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urljoin, urlsplit

from portal_crawler.article import Listing, Portal
from portal_crawler.extract import Frame, Page, listing_of, read_page
from portal_crawler.spiders.searches import Search, search_for

HOST = "http://news.maker.example"
WORDS = (
    "全省 兰州 靖远 会宁 东西部 协作 项目 落地 企业 增收 群众 就业 乡村 振兴 生态 保护 黄河 交通 医疗 改革 推进 启动 创新 服务 文化 旅游 "
    "安全 防汛 春耕 丰收 教育 发展 会议 召开 部署 工作 建设 引进 “十四五” 开局 良好 产业 马铃薯 苹果 冷链 园区"
).split()


@dataclass
class Channel:
    """A made channel: its address, its pages by path with their type, and the articles that it lists, in order."""

    url: str
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    articles: list[str] = field(default_factory=list)
    drawn: str = ""


@dataclass(frozen=True)
class Item:
    path: str
    title: str
    date: tuple[int, int, int]


ARTICLES = (
    "/gn/{y}-{m}-{d}/{n}.html",
    "/a/gn/{y}/{m}{d}/{n}.html",
    "/html/{y}/gn_{m}{d}/{n}.html",
    "/gn/{y}{m}/t{y}{m}{d}_{n}.html",
    "/gn/{y}{m}/t{y}{m}{d}_{n}.shtml",
    "/system/{y}/{m}/{d}/0{n}.shtml",
    "/{y}-{m}/{d}/content_{n}.htm",
    "/news/detail/{n}",
    "/p/{n}.html",
    "/n1/{y}/{m}{d}/c{n}-3.html",
    "/index.php?m=content&c=index&a=show&catid=17&id={n}",
    "/show.asp?id={n}",
    "/c/{y}-{m}-{d}/{n}.shtml",
    "/{y}/{m}/{d}/ARTI{n}.shtml",
    "//www.maker.example/gn/{n}.html",
    "http://gn.maker.example/{y}/{m}{d}/{n}.html",
    "/content/{y}{m}{d}/{n}.html",
    "/info/1009/{n}.htm",
    "/detail/{y}{m}{d}{n}.html",
)
DATES = (
    "{y}-{m}-{d}",
    "{y}-{m}-{d} 10:20",
    "{y}-{m}-{d} 10:20:30",
    "{y}/{m}/{d}",
    "{y}.{m}.{d}",
    "{y}年{m}月{d}日",
    "{m}-{d}",
    "[{m}-{d}]",
    "({y}-{m}-{d})",
    "[{y}/{m}/{d}]",
    "【{m}/{d}】",
    "{m}月{d}日",
    "{m}/{d}",
    "",
    "",
)
ITEMS = (
    ("<ul class=list>", "<li><a href='{u}' target=_blank>{t}</a><span>{d}</span></li>", "</ul>"),
    ("<ul>", "<li><span class=rt>{d}</span>·<a href='{u}'>{t}</a></li>", "</ul>"),
    (
        "<ul class=e2>",
        "<li>[<b><a href='/gn/'>国内</a></b>] <a href='{u}' class=title>{t}</a><span class=info><small>日期：</small>{d} <small>点击：</small>12</span><p class=intro>{s}...</p></li>",
        "</ul>",
    ),
    ("<table width=100%>", "<tr><td>·<a href='{u}' class=a14>{t}</a></td><td width=90>{d}</td></tr>", "</table>"),
    (
        "<table>",
        "<tr><td><img src=/dot.gif></td><td><a href='{u}'>{t}</a> <font color=gray>{d}</font></td></tr>",
        "</table>",
    ),
    ("<dl>", "<dt><a href='{u}'>{t}</a></dt><dd>{d}</dd>", "</dl>"),
    ("<div class=txt>", "·<a href='{u}'>{t}</a> {d}<br>", "</div>"),
    (
        "<div class=feed>",
        "<div class=card><a class=pic href='{u}'><img src='/i/1.jpg' alt=''></a><div class=txt><h3><a href='{u}'>{t}</a></h3><p class=sum>{s}<a href='{u}'>[详情]</a></p><span class=time>{d}</span></div></div>",
        "</div>",
    ),
    (
        "<div class=feed>",
        "<a class=card href='{u}'><div class=pic><img src='/i/1.jpg'></div><h3>{t}</h3><p>{s}</p><span>{d}</span></a>",
        "</div>",
    ),
    (
        "<ul class=cards>",
        "<li><a href='{u}'><img src=1.jpg><div class=tit>{t}</div><div class=sum>{s}</div><div class=time>{d}</div></a></li>",
        "</ul>",
    ),
    ("<ul>", "<li><a href='{u}' title='{t}'>{c}</a><em>{d}</em></li>", "</ul>"),
    (
        "<ul>",
        "<li><h4><a href='{u}'>{t}</a></h4><p>{s}</p><div>{d} <a href='/gn/'>国内</a> 来源：示例网</div></li>",
        "</ul>",
    ),
    ("<ol>", "<li><a href='{u}'><i>{d}</i><p>{t}</p></a></li>", "</ol>"),
    ("<ul>", "<li><div class=date><b>{dd}</b><span>{y}-{m}</span></div><a href='{u}'>{t}</a></li>", "</ul>"),
    ("<ul>", "<li><a href='{u}'><font color=red><strong>{t}</strong></font></a><span>{d}</span></li>", "</ul>"),
    ("<ul>", "<li><a href='javascript:;' onclick=\"window.open('{u}')\">{t}</a><span>{d}</span></li>", "</ul>"),
    ("<ul class=photos>", "<li><a href='{u}'><img src=1.jpg alt='{t}'></a></li>", "</ul>"),
    ("<ul class=photos>", "<li><a href='{u}' title='{t}'><img src=1.jpg></a><p>{t}</p><i>{d}</i></li>", "</ul>"),
    ("<ul>", "<li class={parity}><a href='{u}'>{t}</a><span>{d}</span></li>", "</ul>"),
    ("<ul>", "<li><a href='{u}'>{t}</a><time datetime='{y}-{m}-{dd}T10:20'>{d}</time></li>", "</ul>"),
    ("<div class=list>", "<p><a href='{u}'>{t}</a><span class=date>{d}</span></p>", "</div>"),
    ("<ul>", "<li><a href='{u}'>{t}</a><label>{d}</label><a class=pl href='{u}#comment'>评论</a></li>", "</ul>"),
    (
        "<div>",
        "<div class='item clearfix'><div class=l><a href='{u}'><img src=2.png></a></div><div class=r><div class=bt><a href='{u}'>{t}</a></div><div>{s}</div><div class=bar><span>{d}</span><span>阅读 123</span></div></div></div>",
        "</div>",
    ),
)
# name, first page, later pages with {n} (2 is the second page) or {n0} (1 is the second page), what the pager prints
PAGERS = {
    "empire": (
        "/gn/index.html",
        "/gn/index_{n}.html",
        "<a title='Total record'>&nbsp;<b>{all}</b> </a>&nbsp;{numbers} {next} {last}",
    ),
    "dede": (
        "/a/gn/list_3_1.html",
        "/a/gn/list_3_{n}.html",
        "<ul class=pagelist>{lis}<li><span class=pageinfo>共 <strong>{pages}</strong>页<strong>{all}</strong>条</span></li></ul>",
    ),
    "phpcms": ("/list-17-1.html", "/list-17-{n}.html", "<a class=a1>{all}条</a> {prev} {numbers} {next}"),
    "trs": (
        "/gn/index.html",
        "/gn/index_{n0}.html",
        '<script>var currentPage = {p0};//所在页从0开始\nvar countPage = {pages}//共多少页\ncreatePageHTML({pages}, {p0}, "index", "html");</script>',
    ),
    "trs dir": (
        "/gn/",
        "/gn/index_{n0}.shtml",
        "<script>createPageHTML('page_div', {pages}, {p0}, 'index', 'shtml', {all});</script>",
    ),
    "trs loop": (
        "/gn/index.html",
        "/gn/index_{n0}.html",
        "<script>var currentPage={p0};var countPage={pages};var nextPage=currentPage+1;if(countPage>1&&currentPage!=countPage-1)document.write('<a href=\"index_'+nextPage+'.html\">下一页</a>');</script>",
    ),
    "query": ("/list.php?tid=7", "/list.php?tid=7&page={n}", "{numbers} {next}"),
    "query only": ("/channel/gn", "/channel/gn?page={n}", "<nav class=pagination>{actives}</nav>"),
    "founder": ("/node_12.htm", "/node_12_{n}.htm", "<div id=displaypagenum><center>{numbers} {next}</center></div>"),
    "arrows": ("/gn/index.html", "/gn/index_{n}.html", "<a href='/gn/index.html'>&lt;&lt;</a> {numbers} {arrow}"),
    "select": ("/gn/index.html", "/gn/index_{n}.html", "<select onchange='location=this.value'>{options}</select>"),
    "select of numbers": (
        "/gn/list_12_1.html",
        "/gn/list_12_{n}.html",
        "<select onchange=\"location.href='list_12_'+this.value+'.html'\">{numoptions}</select>",
    ),
    "call": (
        "/gn/index.html",
        "/gn/index_{n}.html",
        "<script>function goPage(n){{location.href=n==1?'index.html':'index_'+n+'.html'}}</script>{jsnext}",
    ),
    "last and total": (
        "/gn/index.html",
        "/gn/index_{n}.html",
        "共{pages}页 <a href='index.html'>首页</a> <a href='index_{pages}.html'>尾页</a>",
    ),
    "rel": ("/gn/", "/gn/page/{n}/", "{relnext}"),
    "image": ("/gn/index.html", "/gn/index_{n}.html", "{imgnext}"),
    "hou": ("/gn/index.html", "/gn/index_{n}.html", "{hounext}"),
    "next in bar": (
        "/gn/index.html",
        "/gn/index_{n}.html",
        "[<a href='index.html'>首页</a>] {brnext} 页次：{p}/{pages}",
    ),
}
HEADS = ("热点排行", "点击排行", "热门推荐", "推荐阅读", "热点新闻", "图片新闻", "最热文章", "一周点击排行")


def titled(lot: Random) -> str:
    return "".join(lot.choice(WORDS) for _ in range(lot.randint(5, 11)))


def items_of(lot: Random, count: int, form: str, start: int) -> list[Item]:
    found = []
    for n in range(count):
        date = (lot.randint(2019, 2023), lot.randint(1, 12), lot.randint(1, 28))
        y, m, d = f"{date[0]}", f"{date[1]:02}", f"{date[2]:02}"
        found.append(Item(form.format(y=y, m=m, d=d, n=start + n * 7), titled(lot), date))
    return found


def shown(lot: Random, item: Item, form: str, date: str) -> str:
    y, m, d = f"{item.date[0]}", f"{item.date[1]:02}", f"{item.date[2]:02}"
    summary = "，".join(titled(lot) for _ in range(3))
    cut = f"{item.title[:9]}..." if len(item.title) > 12 else item.title
    return form.format(
        u=item.path.replace("&", "&amp;"),
        t=item.title,
        c=cut,
        s=summary,
        d=date.format(y=y, m=m, d=d),
        y=y,
        m=m,
        dd=d,
        parity=lot.choice(("odd", "even", "'even last'")),
    )


def frame(lot: Random, side_items: list[Item], main: str, head_first: bool, headed: bool = True) -> str:
    links = "".join(
        f"<li><a href='/{key}/'>{name}</a></li>"
        for key, name in zip("abcdefgh", ("要闻", "市州", "国内", "国际", "财经", "体育", "教育", "健康"), strict=True)
    )
    heading = f"<h3>{lot.choice(HEADS)}</h3>" if headed else "<img src=/hot.gif>"
    dated = lot.random() < 0.3
    hot = "".join(
        f"<li><a href='{item.path}'>{item.title}</a>{'<span>11-18</span>' if dated else ''}</li>" for item in side_items
    )
    side = (
        f"<div class='{lot.choice(('side', 'right', 'r', 'box', 'w300 fr'))}'>{heading}<ul>{hot}</ul></div>"
        if side_items
        else ""
    )
    foot = "<div class=foot><a href='/about/100.html'>关于我们</a> <a href='/about/101.html'>广告服务</a> 版权所有</div><div class=links>友情链接：<a href='http://www.renmin.example/'>人民网</a></div>"
    advert = lot.choice(("", "<div class=ad><a href='http://ad.example/click?id=99871'><img src=/ad.gif></a></div>"))
    middle = f"{side}{main}" if head_first else f"{main}{side}"
    return f"<html><head><title>国内_示例网</title></head><body><div class=nav><ul>{links}</ul></div>{advert}<div class=pos>当前位置：<a href='/'>首页</a> &gt; <a href='/gn/'>国内</a> &gt; 列表</div>{middle}{foot}</body></html>"


def shown_channel(seed: int) -> Channel:
    """A channel whose pages show their lists."""
    lot = Random(f"shown {seed}")
    form, date, (before, item_form, after) = lot.choice(ARTICLES), lot.choice(DATES), lot.choice(ITEMS)
    name = lot.choice(list(PAGERS))
    first, later, pager = PAGERS[name]
    per_page, total = lot.choice((5, 10, 20)), lot.choice((1, 2, 3, 7, 23, 48))
    articles = items_of(lot, total, form, lot.choice((1200, 25549, 3136067)))
    side = items_of(lot, lot.choice((0, 5, 10)), form, 90_000_001)
    grouped, head_first = lot.random() < 0.2 and before.startswith("<ul"), lot.random() < 0.4
    if lot.random() < 0.3 and total > 3:
        articles.insert(0, articles.pop(2))
    pages = -(-total // per_page)
    channel = Channel(
        urljoin(HOST, first),
        drawn=f"{name} | {form} | {date} | {item_form[:60]} | {total} of {per_page} | side {len(side)}",
    )
    paths = [first] + [later.format(n=n, n0=n - 1) for n in range(2, pages + 1)]
    encoding = lot.choice(("utf-8", "gb18030", "gbk"))
    for number, path in enumerate(paths, 1):
        part = articles[(number - 1) * per_page : number * per_page]
        rows = [shown(lot, item, item_form, date) for item in part]
        inner = (
            f"{after}<hr>{before}".join("".join(rows[n : n + 5]) for n in range(0, len(rows), 5))
            if grouped
            else "".join(rows)
        )
        printed = pager_of(pager, paths, number, total)
        main = f"<div class=main>{before}{inner}{after}<div class=page>{printed}</div></div>"
        # What no heading calls a ranking can be told from the list by the pager only.
        headed = not (grouped or "下一页" in printed or "上一页" in printed or "尾页" in printed)
        channel.files[path] = (
            frame(lot, side, main, head_first, headed).encode(encoding, "xmlcharrefreplace"),
            "text/html",
        )
    channel.articles = [urljoin(channel.url, item.path) for item in articles]
    return channel


def pager_of(pager: str, paths: list[str], number: int, total: int) -> str:
    pages = len(paths)
    following = paths[number] if number < pages else None

    def link(words: str, extra: str = "") -> str:
        return (
            f"<a href='{following}'{extra}>{words}</a>"
            if following
            else f"<span>{'下一页' if '<' in words else words}</span>"
        )

    near = [n for n in range(1, pages + 1) if abs(n - number) < 5]
    return pager.format(
        all=total,
        pages=pages,
        p=number,
        p0=number - 1,
        numbers=" ".join(f"<b>{n}</b>" if n == number else f"<a href='{paths[n - 1]}'>{n}</a>" for n in near),
        lis="".join(
            f"<li class=thisclass>{n}</li>" if n == number else f"<li><a href='{paths[n - 1]}'>{n}</a></li>"
            for n in near
        ),
        actives="".join(
            f"<a class='page{' active' if n == number else ''}' href='{paths[n - 1]}'>{n}</a>" for n in near
        ),
        next=link("下一页"),
        last=f"<a href='{paths[-1]}'>尾页</a>",
        prev=f"<a class=a1 href='{paths[max(number - 2, 0)]}'>上一页</a>",
        arrow=link("&gt;"),
        relnext=link("&gt;", " rel=next"),
        hounext=link("后一页"),
        imgnext=link("<img src=/n.gif alt=下一页>"),
        brnext=link("[下一页]"),
        jsnext=f"<a href='javascript:goPage({number + 1})'>下一页</a>" if following else "<span>下一页</span>",
        options="".join(
            f"<option value='{path}'{' selected' if n == number else ''}>第{n}页</option>"
            for n, path in enumerate(paths, 1)
        ),
        numoptions="".join(
            f"<option value={n}{' selected' if n == number else ''}>{n}</option>" for n in range(1, pages + 1)
        ),
    )


KEYS = (
    ("url", "title", "publishTime"),
    ("linkUrl", "Title", "PubTime"),
    ("DocPubUrl", "DocTitle", "DocPubTime"),
    ("href", "t", "time"),
    ("link", "headline", "date"),
    ("articleUrl", "newsTitle", "createTime"),
    ("pcUrl", "listTitle", "pub_date"),
    ("url", "name", "ptime"),
    ("shareUrl", "title", "displayTime"),
    ("path", "title", "releaseDate"),
)
SHAPES = (
    lambda rows, said: {"code": 200, "data": {"list": rows, **said}},
    lambda rows, said: {"code": 0, "result": rows, **said},
    lambda rows, said: rows,
    lambda rows, said: {"status": "ok", "data": rows, "page": said},
    lambda rows, said: {"datas": [[row] for row in rows], **said},
    lambda rows, said: (
        {"data": {"top": rows[:1], "items": rows[1:], **said}} if len(rows) > 1 else {"data": {"items": rows}}
    ),
    lambda rows, said: {"list": [{"type": 1, "article": row} for row in rows], **said},
    lambda rows, said: (
        {"body": {"records": rows, "hot": [dict(rows[0]) for _ in range(0)]}, **said}
        if rows
        else {"body": {"records": []}}
    ),
)
ASKS = (
    "fetch('{u}').then(function(r){{return r.json()}}).then(show)",
    "$.getJSON('{u}', function(res){{ show(res) }});",
    "axios.get('{u}').then(res => {{ show(res.data) }})",
    "var xhr = new XMLHttpRequest(); xhr.open('GET', '{u}', true); xhr.onload = show; xhr.send();",
    "$.ajax({{ type: 'GET', url: '{u}', dataType: 'json', success: function (d) {{ if (d) {{ show(d) }} }}, error: function () {{}} }});",
    "$.get('{u}', show, 'json')",
)
SUMS = (
    (
        "var channelId = '{c}'; var page = 1; ",
        "'/api/list/' + channelId + '_' + page + '.json'",
        "/api/list/{c}_{n}.json",
    ),
    (
        "const cid = '{c}'; let pageNo = 1; ",
        "`/api/list?cid=${{cid}}&pageNo=${{pageNo}}&pageSize=10`",
        "/api/list?cid={c}&pageNo={n}&pageSize=10",
    ),
    ("var p = 1; var base = '/data/'; ", "base + '{c}/' + p + '.json?_=' + new Date().getTime()", "/data/{c}/{n}.json"),
    ("var start = 0; ", "'/api/news?channel={c}&size=10&start=' + start", "/api/news?channel={c}&size=10&start={s}"),
    (
        "var cfg = {{channel: '{c}', api: '/cms/list'}}; var curPage = 1; ",
        "cfg.api + '?code=' + cfg.channel + '&p=' + curPage",
        "/cms/list?code={c}&p={n}",
    ),
    ("", "'/json/{c}_1.json'", "/json/{c}_{n}.json"),
)


def scripted_channel(seed: int) -> Channel:
    """A channel whose list a script asks for, or holds."""
    lot = Random(f"scripted {seed}")
    url_key, title_key, date_key = lot.choice(KEYS)
    form = lot.choice(ARTICLES)
    by_id = lot.random() < 0.25
    if by_id:
        form = lot.choice(("/detail/{n}.html", "/news/{n}", "/article?id={n}"))
    total = lot.choice((1, 2, 9, 10, 27, 41))
    articles = items_of(lot, total, form, lot.choice((1200, 25549, 3136067)))
    side = items_of(lot, lot.choice((0, 5, 10)), "/p/{n}.html", 90_000_001)
    shape = lot.choice(SHAPES)
    moment = lot.choice(("text", "day", "epoch", "ms"))

    def row(item: Item) -> dict[str, object]:
        y, m, d = item.date
        when: object = {
            "text": f"{y}-{m:02}-{d:02} 10:20:30",
            "day": f"{y}-{m:02}-{d:02}",
            "epoch": 1_637_287_800 + y,
            "ms": (1_637_287_800 + y) * 1000,
        }[moment]
        number = int("".join(c for c in item.path.rpartition("/")[2] if c.isdecimal())[-7:])
        base: dict[str, object] = {
            "id": number,
            "cover": f"/upload/{number}.jpg",
            "summary": "，".join(titled(lot) for _ in range(4)),
            "source": "示例日报",
        }
        return {**base, title_key: item.title, date_key: when, "views": 12} | ({} if by_id else {url_key: item.path})

    channel = Channel(f"{HOST}/gn/index.html")
    channel.articles = [urljoin(channel.url, item.path) for item in articles]
    link = form.replace("{n}", "' + item.id + '")
    render = f"function show(res){{ var html=''; res.data.forEach(function(item){{ html += '<li><a href=\"{link if by_id else chr(39) + ' + item.' + url_key + ' + ' + chr(39)}\">' + item.{title_key} + '</a></li>' }}); $('#list').html(html); }}\n"
    held = lot.random() < 0.25
    hot = (
        f"$.getJSON('/api/hot_list.json', hot); var focus = {json.dumps([{'title': titled(lot), 'url': '/p/99.html', 'img': '1.jpg'}] * 3)};"
        if lot.random() < 0.4
        else ""
    )
    if held:
        text = json.dumps(shape([row(item) for item in articles], {}), ensure_ascii=lot.random() < 0.5)
        script = lot.choice(
            (
                "<script>var newsData = {};</script>",
                "<script>window.__INITIAL_STATE__={};(function(){{}})()</script>",
                "<script type='application/json' id=__NEXT_DATA__>{}</script>",
            )
        ).format(text)
        if by_id:
            script += f"<script>{render}</script>"
        channel.drawn = f"held {shape.__code__.co_firstlineno} {url_key} id={by_id} {form} {moment} {total}"
    else:
        names, expression, path = lot.choice(SUMS)
        jsonp = lot.random() < 0.25
        names, expression = names.format(c="gn"), expression.format(c="gn")
        if jsonp:
            path += "&callback=callback" if "?" in path else "?callback=callback"
            if expression[0] == "`":
                expression = expression[:-1] + "&callback=?`"
            else:
                expression += " + '&callback=?'" if "?" in expression else " + '?callback=?'"
        ask = lot.choice(ASKS).replace("'{u}'", expression).replace("{{", "{").replace("}}", "}")
        script = f"<script>{names}{render}{hot}\n$(function(){{ {ask} }});</script>"
        pages = -(-total // 10)
        encoding = lot.choice(("utf-8", "gbk"))
        for number in range(1, pages + 1 + lot.randint(0, 1)):
            part = [row(item) for item in articles[(number - 1) * 10 : number * 10]]
            said = lot.choice(({}, {"total": total}, {"pageCount": pages}, {"hasMore": number < pages}))
            text = json.dumps(shape(part, said), ensure_ascii=lot.random() < 0.3)
            text = f"callback({text});" if jsonp else text
            answer = (text.encode(encoding), lot.choice(("application/json", "text/html", "application/javascript")))
            channel.files[path.format(c="gn", n=number, s=(number - 1) * 10)] = answer
        channel.drawn = f"{expression} jsonp={jsonp} {ask[:20]} shape {shape.__code__.co_firstlineno} {url_key} id={by_id} {form} {moment} {total}"
    hot_rows = [row(item) for item in items_of(lot, 8, "/p/{n}.html", 70_000_001)]
    channel.files["/api/hot_list.json"] = (json.dumps(hot_rows).encode(), "application/json")
    main = f"<div class=main><ul id=list class=news-list></ul></div>{script}"
    channel.files["/gn/index.html"] = (frame(lot, side, main, lot.random() < 0.4).encode(), "text/html")
    return channel


def walk(channel: Channel) -> list[str]:
    """The articles that a walk of the channel finds, in order, each once."""
    portal = Portal("maker", "maker", hosts=("maker.example",))
    found: dict[str, None] = {}
    asked: set[str] = set()

    def fetch(url: str) -> Page | None:
        split = urlsplit(url)
        known = channel.files.get(split.path + (f"?{split.query}" if split.query else ""))
        asked.add(url)
        return read_page(known[0], url, content_type=known[1], portal=portal) if known else None

    page = fetch(channel.url)
    assert page is not None
    listing, frame_ = listing_of(page, portal=portal), None
    search = search_for(page, listing, portal, {})
    if search is not None and not search.goes_on:
        listing, frame_ = _searched(search, fetch, portal)
    for _ in range(60):
        new = [entry.url for entry in listing.entries if entry.url not in found]
        found |= dict.fromkeys(new)
        if not listing.next or listing.next in asked or not listing.entries:
            break
        page = fetch(listing.next)
        if page is None:
            break
        listing = listing_of(page, portal=portal, frame=frame_)
    return list(found)


def _searched(search: Search, fetch: Callable[[str], Page | None], portal: Portal) -> tuple[Listing, Frame | None]:
    """What the spider does with a search, in memory."""
    while (target := search.next()) is not None:
        page = fetch(target if isinstance(target, str) else target.url)
        if page is None:
            continue
        if isinstance(target, str):
            search.read(page.text)
            continue
        frame_ = search.frame(target)
        listing = listing_of(page, portal=portal, frame=frame_)
        if search.accepts(target, listing):
            return listing, frame_
    return search.shown if search.shown.entries else Listing((), None), None
