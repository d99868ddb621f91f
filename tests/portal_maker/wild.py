"""Portals whose addresses, menus, lists, pagers and article pages are drawn by lot from what portals use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column, Section

_NAMES = (
    "要闻 时政 社会 财经 经济 教育 健康 医疗 旅游 文化 文旅 体育 科技 法治 三农 评论 观点 民生 汽车 房产 美食 图片 视频 人物 环保 "
    "能源 金融 产业 党建 廉政 理论 公益 娱乐 国内 国际 军事 历史 民族 宗教 统战 招商 人才 就业 气象 交通 应急 消防 卫生 艺术 读书"
).split()
_PLACES = "本地新闻 区县新闻 市州快报 县区动态 部门动态 乡镇传真 本网原创 独家报道 今日关注 权威发布 深度报道 政策解读".split()
_SLUGS = "yw sz sh cj jj jy jk yl ly wh wl ty kj fz sn pl gd ms qc fc food pic sp rw hb ny jr cy dj lz ll gy ent gn gj js ls mz zj tz zs rc jiuye qx jt yj xf ws ys ds".split()

# Channel's address from key and number; then those of its further pages, which fit it.
_FOLDERS = ("/{key}/", "/{key}/index.shtml", "/col/col{number}/index.html", "/channels/{number}/")
_FILES = (
    "/list_{number}.html",
    "/channel/100{number}.html",
    "/{slug}.html",
    "/news/list-{number}-1.html",
    "/node_{number}.htm",
)
_QUERIES = (
    "/list.php?cid={number}",
    "/index.php?c=category&id={number}",
    "/news/?classid={number}",
    "/index.php?id={number}",
)
_ARTICLES = (
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
_DATES = (
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
_ITEMS: tuple[tuple[str, str, str], ...] = (
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
_HOT = ("热点排行", "点击排行", "热门文章", "推荐阅读", "一周热点", "图片新闻", "新闻排行榜")
_HERE = ("当前位置：", "您的位置：", "您现在的位置 :", "您所在的位置： ", "")
_ARROWS = (" > ", " &gt; ", " » ", "&gt;&gt;", " -> ", " / ")
_NEXT = ("下一页", "下页", "后一页", "下一页>", "[下一页]", "下一页 »", "&gt;", "next")

Pager = Callable[["Wild", Column, int, int], str]


class Wild(Manner):
    """One portal of the lot that its seed draws."""

    name = "wild"
    sections = ()
    site = ""

    def __init__(self, seed: int = 1) -> None:
        lot = Random(f"wild:{seed}")
        self.site = lot.choice(("陇上", "江北", "关东", "岭南", "塞外", "湘西")) + lot.choice(
            ("新闻网", "在线", "日报网", "网")
        )  # type: ignore[misc]
        self.encoding = lot.choice(("utf-8", "gb2312", "gbk", "utf-8"))  # type: ignore[misc]
        self.content_type = (
            lot.choice(("text/html", "text/html; charset=utf-8")) if self.encoding == "utf-8" else "text/html"
        )  # type: ignore[misc]
        self.parents_list = lot.random() < 0.5  # type: ignore[misc]
        self.split = False  # type: ignore[misc]
        self.first_number = lot.choice((3812, 25549, 401233, 31360676))  # type: ignore[misc]
        self.sections = self._draw_sections(lot)  # type: ignore[misc]
        kind = lot.choice(("folder", "folder", "file", "query"))
        self._address = lot.choice({"folder": _FOLDERS, "file": _FILES, "query": _QUERIES}[kind])
        self._pages = self._draw_pages(lot, kind)
        self._article = lot.choice(_ARTICLES)
        self._date = lot.choice(_DATES)
        self._item = lot.choice(_ITEMS)
        self._grouped = lot.random() < 0.25 and self._item[0].startswith("<ul")
        self._hot = lot.sample(_HOT, 2)
        self._hot_first = lot.random() < 0.4
        self._hot_dated = lot.random() < 0.3
        self._slider = lot.random() < 0.3
        self._here = lot.choice(_HERE)
        self._arrow = lot.choice(_ARROWS)
        self._next = lot.choice(_NEXT)
        self._draw_pager = lot.choice(_PAGERS) if "{before}" not in self._pages else _script_pager
        self._menu_form = lot.choice(("list", "table", "bars", "drop", "drop", "spans"))
        self._meta = lot.choice(_METAS)
        self._editor_below = lot.random() < 0.4
        self._page = lot.choice(_ARTICLE_PAGES)
        self._style = lot.choice(("full", "root"))
        super().__init__(seed)

    @staticmethod
    def _draw_sections(lot: Random) -> tuple[Section, ...]:
        names, slugs, places = lot.sample(_NAMES, 12), lot.sample(_SLUGS, 12), lot.sample(_PLACES, 5)
        below = dict(zip(lot.sample(range(12), 2), (2, 3), strict=True))
        sections = []
        for number, (name, slug) in enumerate(zip(names, slugs, strict=True)):
            parts = [(f"{slug}{part}", places.pop()) for part in range(below.get(number, 0))]
            sections.append((slug, name, tuple(parts)))
        return tuple(sections)

    def _draw_pages(self, lot: Random, kind: str) -> str:
        if kind == "query":
            return lot.choice(("&page={page}", "&p={page}"))
        if kind == "file":
            return (
                "-"
                if "-1." in self._address
                else lot.choice(
                    ("_{page}", "?page={page}")
                    if "node" in self._address or "list_" in self._address
                    else ("_{page}", "-{page}", "?page={page}")
                )
            )
        return lot.choice(("index_{page}", "list_{page}", "{page}", "index_{before}", "?page={page}"))

    # Where pages lie.

    def index_path(self, column: Column) -> str:
        return self._address.format(key=column.key, slug=column.key.replace("/", "_"), number=column.number)

    def list_path(self, column: Column, page: int, pages: int) -> str:
        first = self.index_path(column)
        if page == 1:
            return f"{first}index.html" if first.endswith("/") else first
        form = self._pages.format(page=page, before=page - 1)
        if form == "-":
            return first.replace("-1.html", f"-{page}.html")
        if form.startswith(("?", "&")):
            return first + form
        if self._address in _FOLDERS:
            return f"{first.rpartition('/')[0]}/{form}{'.shtml' if first.endswith('.shtml') else '.html'}"
        stem, dot, suffix = first.rpartition(".")
        return f"{stem}{form}{dot}{suffix}"

    def article_path(self, story: Story, page: int = 1) -> str:
        column = self.by_key[story.channels[0]]
        return self._article.format(
            key=column.key,
            slug=column.key.replace("/", "_"),
            column=column.number,
            number=story.number,
            t=story.published,
        )

    def _link_to(self, path: str) -> str:
        return path.replace("&", "&amp;")

    # How they look.

    def _menu(self) -> str:
        columns = self.top_columns()
        links = [("首页", "/"), *((column.name, self.index_path(column)) for column in columns), PARTNERS[0]]
        if self._menu_form == "drop":
            items = "".join(
                f"<li><a href='{self._link_to(self.index_path(column))}'>{column.name}</a>"
                + (
                    f"<ul>{''.join(f'<li><a href={self._link_to(self.index_path(other))!r}>{other.name}</a></li>' for other in self.below(column))}</ul>"
                    if column.has_children
                    else ""
                )
                + "</li>"
                for column in columns
            )
            return f"<ul id='nav'><li><a href='/'>首页</a></li>{items}<li><a href='{PARTNERS[0][1]}'>{PARTNERS[0][0]}</a></li></ul>"
        one = {
            "list": "<li>{}</li>",
            "table": "<td align='center'>{}</td>",
            "bars": "{} | ",
            "spans": "<span>{}</span>",
        }[self._menu_form]
        inside = "".join(one.format(f"<a href='{self._link_to(href)}'>{label}</a>") for label, href in links)
        around = {
            "list": "<ul class='menu'>{}</ul>",
            "table": "<table><tr>{}</tr></table>",
            "bars": "<p>{}</p>",
            "spans": "<div class='nav'>{}</div>",
        }
        return around[self._menu_form].format(inside)

    def _document(self, name: str, content: str) -> str:
        return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={self.encoding}"><title>{name}</title></head>
<body>
<div class="top">{anchors(TOP_SERVICES, " ")}</div>
<div class="logo"><a href="/"><img src="/logo.png" alt="{self.site}"></a></div>
{self._menu()}
{content}
<div class="foot">{anchors(FOOT_SERVICES)}<p>Copyright {self.site}</p></div>
</body></html>"""

    def _hot_box(self, heading: str, skip: int) -> str:
        items = "".join(
            f"<li>{self.link(story)}{f'<span>{story.published:%m-%d}</span>' if self._hot_dated else ''}</li>"
            for story in self.stories[5 + skip : 15 + skip]
        )
        return f"<div class='box'><h3>{heading}</h3><ul>{items}</ul></div>"

    def front(self) -> str:
        slide = "".join(
            f"<li><a href='{self.article_path(story)}'><img src='/upload/{story.number}.jpg'></a><a href='{self.article_path(story)}'>{title(story)}</a></li>"
            for story in self.newest(5)
        )
        boxes = "".join(
            f"<div class='column'><h2><a href='{self._link_to(self.index_path(column))}'>{column.name}</a> <a class='more' href='{self._link_to(self.index_path(column))}'>更多</a></h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self._below(column)[:6])}</ul></div>"
            for column in self.top_columns()
        )
        return self._document(
            f"{self.site}_首页",
            f"<ul class='slide'>{slide}</ul>{boxes}{self._hot_box(self._hot[0], 0)}<div>友情链接：{anchors(FRIENDS, ' ')}</div>",
        )

    def _below(self, column: Column) -> list[Story]:
        return [story for story in reversed(self.stories) if (story.channels[0] + "/").startswith(column.key + "/")]

    def _place(self, column: Column, last: str = "") -> str:
        links = [
            f"<a href='{self._link_to(self.index_path(other))}'>{other.name}</a>" for other in self.trail(column.key)
        ]
        return f"<div class='path'>{self._here}{self._arrow.join(['<a href=/>首页</a>', *links, *([last] if last else [])])}</div>"

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"<div class='column'><h2><a href='{self._link_to(self.index_path(other))}'>{other.name}</a></h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self.listed[other.key][:7])}</ul></div>"
            for other in self.below(column)
        )
        return self._document(
            f"{column.name}_{self.site}", f"{self._place(column)}{boxes}{self._hot_box(self._hot[1], 0)}"
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        opening, item, closing = self._item
        lines = []
        for place, story in enumerate(stories):
            summary = story.blocks[0].text[:40] + "……"
            date = f"{story.published:{self._date}}" if self._date else ""
            lines.append(
                item.format(
                    url=self._link_to(self.article_path(story)),
                    title=title(story),
                    date=date,
                    summary=summary,
                    number=story.number,
                )
            )
            if self._grouped and place % 5 == 4:
                lines.append(f"{closing}<div class='line'></div>{opening}")
        below = self.below(column) or [
            other for other in self.columns if column.parent and other.parent == column.parent
        ]
        side = (
            "<div class='side'><ul>"
            + "".join(f"<li><a href='{self._link_to(self.index_path(other))}'>{other.name}</a></li>" for other in below)
            + "</ul></div>"
            if below
            else ""
        )
        slider = ""
        if self._slider and page == 1:
            slider = (
                "<div class='focus'>"
                + "".join(
                    f"<a href='{self.article_path(story)}'><img src='/upload/{story.number}.jpg'></a>{self.link(story)}"
                    for story in stories[:3]
                )
                + "</div>"
            )
        boxes = self._hot_box(self._hot[0], 0) + self._hot_box(self._hot[1], 8)
        main = f"<div class='main'>{slider}{opening}{''.join(lines)}{closing}<div class='pages'>{self._draw_pager(self, column, page, pages)}</div></div>"
        parts = [side, boxes, main] if self._hot_first else [side, main, boxes]
        return self._document(f"{column.name}_{self.site}", self._place(column) + "".join(parts))

    def article(self, story: Story, page: int) -> str:
        column = self.by_key[story.channels[0]]
        editor = "" if self._editor_below else f"编辑：{story.editor}"
        meta = self._meta.format(t=story.published, source=story.source, editor=editor)
        body = self.body(story, 1) + (f"<p align='right'>责任编辑：{story.editor}</p>" if self._editor_below else "")
        content = self._page.format(title=title(story), meta=meta, body=body)
        return self._document(
            f"{story.title}_{column.name}_{self.site}",
            f"{self._place(column, '正文')}{content}{self._hot_box(self._hot[0], 0)}",
        )

    def service(self, label: str) -> str:
        return self._document(
            f"{label}_{self.site}", f"<div class='main'><p>{label}：本站为演示站点，内容均为虚构。</p></div>"
        )


_METAS = (
    "<span>{t:%Y-%m-%d %H:%M}</span> <span>来源：{source}</span> <span>{editor}</span>",
    "时间：{t:%Y-%m-%d %H:%M}&nbsp;&nbsp;来源：{source}&nbsp;&nbsp;{editor}",
    "发布时间：{t:%Y年%m月%d日 %H:%M} | 稿源：{source} | {editor}",
    "来源：{source}　{t:%Y-%m-%d %H:%M}　{editor}",
    "<i>{t:%Y/%m/%d %H:%M}</i> <a href='/'>{source}</a>的报道 来源：{source} {editor}",
)
_ARTICLE_PAGES = (
    "<div class='main'><h1>{title}</h1><div class='meta'>{meta}</div><div class='content'>{body}</div></div>",
    "<div class='art'><h2 class='tt'>{title}</h2><p class='info'>{meta}</p><div id='zoom'>{body}</div></div>",
    "<table width='900'><tr><td align='center'><font size='5'><b>{title}</b></font></td></tr><tr><td align='center'>{meta}</td></tr><tr><td class='nr'>{body}</td></tr></table>",
    "<article><header><h1>{title}</h1><div>{meta}</div></header><section>{body}</section></article>",
)


def _numbers(portal: Wild, column: Column, page: int, pages: int, current: str) -> str:
    shown = range(max(1, page - 2), min(pages, page + 2) + 1)
    return " ".join(
        current.format(n) if n == page else f"<a href='{portal._link_to(portal.list_path(column, n, pages))}'>{n}</a>"
        for n in shown
    )


def _link_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    following = (
        f"<a href='{portal._link_to(portal.list_path(column, page + 1, pages))}'>{portal._next}</a>"
        if page < pages
        else ""
    )
    before = f"<a href='{portal._link_to(portal.list_path(column, page - 1, pages))}'>上一页</a>" if page > 1 else ""
    return f"{before} {_numbers(portal, column, page, pages, '<span class=current>{}</span>')} {following}"


def _number_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    return _numbers(portal, column, page, pages, "<b>{}</b>")


def _marked_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    return _numbers(portal, column, page, pages, "<a class='cur'>{}</a>")


def _select_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    options = "".join(
        f"<option value='{portal._link_to(portal.list_path(column, n, pages))}'{' selected' if n == page else ''}>{n}</option>"
        for n in range(1, pages + 1)
    )
    return f"转到 <select onchange='location.href=this.value'>{options}</select> 页"


def _picture_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    if page == pages:
        return f"第{page}页/共{pages}页"
    return f"第{page}页/共{pages}页 <a href='{portal._link_to(portal.list_path(column, page + 1, pages))}'><img src='/i/next.gif' alt='下一页'></a>"


def _script_pager(portal: Wild, column: Column, page: int, pages: int) -> str:
    suffix = "shtml" if portal.index_path(column).endswith(".shtml") else "html"
    return f'<script type="text/javascript">createPageHTML({pages}, {page - 1}, "index", "{suffix}");</script>'


_PAGERS: tuple[Pager, ...] = (_link_pager, _link_pager, _number_pager, _marked_pager, _select_pager, _picture_pager)
