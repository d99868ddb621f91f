"""What the portals of `wild` are drawn from: names, addresses, dates, items, pagers, article pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from portal_maker.newsroom import Column

if TYPE_CHECKING:
    from portal_maker.wild import Wild

Pager = Callable[["Wild", Column, int, int], str]

NAMES = (
    "要闻 时政 社会 财经 经济 教育 健康 医疗 旅游 文化 文旅 体育 科技 法治 三农 评论 观点 民生 汽车 房产 美食 图片 视频 人物 环保 "
    "能源 金融 产业 党建 廉政 理论 公益 娱乐 国内 国际 军事 历史 民族 宗教 统战 招商 人才 就业 气象 交通 应急 消防 卫生 艺术 读书"
).split()
PLACES = "本地新闻 区县新闻 市州快报 县区动态 部门动态 乡镇传真 本网原创 独家报道 今日关注 权威发布 深度报道 政策解读".split()
SLUGS = "yw sz sh cj jj jy jk yl ly wh wl ty kj fz sn pl gd ms qc fc food pic sp rw hb ny jr cy dj lz ll gy ent gn gj js ls mz zj tz zs rc jiuye qx jt yj xf ws ys ds".split()

# Channel's address from key and number; then those of its further pages, which fit it.
FOLDERS = ("/{key}/", "/{key}/index.shtml", "/col/col{number}/index.html", "/channels/{number}/")
FILES = (
    "/list_{number}.html",
    "/channel/100{number}.html",
    "/{slug}.html",
    "/news/list-{number}-1.html",
    "/node_{number}.htm",
)
QUERIES = (
    "/list.php?cid={number}",
    "/index.php?c=category&id={number}",
    "/news/?classid={number}",
    "/index.php?id={number}",
)
ARTICLES = (
    "/{key}/{t:%Y}/{t:%m%d}/{number}.html",
    "/{t:%Y/%m/%d}/{number}.shtml",
    "/{key}/{t:%Y%m}/t{t:%Y%m%d}_{number}.html",
    "/article/{number}.html",
    "/show-{column}-{number}-1.html",
    "/{t:%Y-%m}/{t:%d}/content_{number}.htm",
    "/content/{t:%Y}-{t:%m}/{t:%d}/{number}.html",
    "/a/{number}.htm",
    "/detail.php?id={number}",
    "/p/{number}.html",
    "/{slug}/{t:%Y%m%d}{number}.html",
)
DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "[%Y-%m-%d]",
    "(%m-%d)",
    "%m-%d",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M",
    "%m/%d %H:%M",
    "%Y.%m.%d",
    "",
)
ITEMS: tuple[tuple[str, str, str], ...] = (
    ("<ul class='list'>", "<li><a href='{url}' target='_blank'>{title}</a><span>{date}</span></li>", "</ul>"),
    ("<ul class='newslist'>", "<li><span class='date'>{date}</span>·<a href='{url}'>{title}</a></li>", "</ul>"),
    (
        "<table width='100%'>",
        "<tr><td height='26'><img src='/i/dot.gif'> <a href='{url}'>{title}</a></td><td width='120'>{date}</td></tr>",
        "</table>",
    ),
    (
        "<div class='news-list'>",
        "<div class='item'><h3><a href='{url}'>{title}</a></h3><p>{summary}</p><div class='info'><span class='time'>{date}</span></div></div>",
        "</div>",
    ),
    ("<dl class='lb'>", "<dt><a href='{url}'>{title}</a></dt><dd>{date}</dd>", "</dl>"),
    ("<div id='lists'>", "<p>• <a href='{url}' title='{title}'>{title}</a> {date}</p>", "</div>"),
    (
        "<ul class='pic-list'>",
        "<li><a class='img' href='{url}'><img src='/upload/{number}.jpg' alt=''></a><div class='txt'><a href='{url}'>{title}</a><p>{summary}<a href='{url}'>[详细]</a></p><em>{date}</em></div></li>",
        "</ul>",
    ),
    ("<ul class='clearfix'>", "<li><a href='{url}'><b>{title}</b><i>{date}</i></a></li>", "</ul>"),
)
HOT = ("热点排行", "点击排行", "热门文章", "推荐阅读", "一周热点", "图片新闻", "新闻排行榜")
HERE = ("当前位置：", "您的位置：", "您现在的位置 :", "您所在的位置： ", "")
ARROWS = (" > ", " &gt; ", " » ", "&gt;&gt;", " -> ", " / ")
NEXT = ("下一页", "下页", "后一页", "下一页>", "[下一页]", "下一页 »", "&gt;", "next")


METAS = (
    "<span>{t:%Y-%m-%d %H:%M}</span> <span>来源：{source}</span> <span>{editor}</span>",
    "时间：{t:%Y-%m-%d %H:%M}&nbsp;&nbsp;来源：{source}&nbsp;&nbsp;{editor}",
    "发布时间：{t:%Y年%m月%d日 %H:%M} | 稿源：{source} | {editor}",
    "来源：{source}　{t:%Y-%m-%d %H:%M}　{editor}",
    "<i>{t:%Y/%m/%d %H:%M}</i> <a href='/'>{source}</a>的报道 来源：{source} {editor}",
)
ARTICLE_PAGES = (
    "<div class='main'><h1>{title}</h1><div class='meta'>{meta}</div><div class='content'>{body}</div></div>",
    "<div class='art'><h2 class='tt'>{title}</h2><p class='info'>{meta}</p><div id='zoom'>{body}</div></div>",
    "<table width='900'><tr><td align='center'><font size='5'><b>{title}</b></font></td></tr><tr><td align='center'>{meta}</td></tr><tr><td class='nr'>{body}</td></tr></table>",
    "<article><header><h1>{title}</h1><div>{meta}</div></header><section>{body}</section></article>",
)


def link_to(path: str) -> str:
    """An address as an attribute holds it."""
    return path.replace("&", "&amp;")


def _numbers(portal: Wild, column: Column, page: int, pages: int, current: str) -> str:
    shown = range(max(1, page - 2), min(pages, page + 2) + 1)
    return " ".join(
        current.format(n) if n == page else f"<a href='{link_to(portal.list_path(column, n, pages))}'>{n}</a>"
        for n in shown
    )


def _link_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    following = (
        f"<a href='{link_to(portal.list_path(column, page + 1, pages))}'>{portal.next_words}</a>"
        if page < pages
        else ""
    )
    before = f"<a href='{link_to(portal.list_path(column, page - 1, pages))}'>上一页</a>" if page > 1 else ""
    return f"{before} {_numbers(portal, column, page, pages, '<span class=current>{}</span>')} {following}"


def _number_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    return _numbers(portal, column, page, pages, "<b>{}</b>")


def _marked_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    return _numbers(portal, column, page, pages, "<a class='cur'>{}</a>")


def _select_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    options = "".join(
        f"<option value='{link_to(portal.list_path(column, n, pages))}'{' selected' if n == page else ''}>{n}</option>"
        for n in range(1, pages + 1)
    )
    return f"转到 <select onchange='location.href=this.value'>{options}</select> 页"


def _picture_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    if page == pages:
        return f"第{page}页/共{pages}页"
    return f"第{page}页/共{pages}页 <a href='{link_to(portal.list_path(column, page + 1, pages))}'><img src='/i/next.gif' alt='下一页'></a>"


def script_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    suffix = "shtml" if portal.index_path(column).endswith(".shtml") else "html"
    return f'<script type="text/javascript">createPageHTML({pages}, {page - 1}, "index", "{suffix}");</script>'


PAGERS: tuple[Pager, ...] = (_link_pager, _link_pager, _number_pager, _marked_pager, _select_pager, _picture_pager)
