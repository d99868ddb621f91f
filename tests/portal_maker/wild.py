"""Portals whose addresses, menus, lists, pagers and article pages are drawn by lot from what portals use."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from portal_crawler.demo.story import Story
from portal_maker import lots
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column, Section


class Wild(Manner):
    """One portal of the lot that its seed draws."""

    name = "wild"
    sections = ()
    site = ""

    def __init__(self, seed: int = 1) -> None:
        lot = Random(f"wild:{seed}")
        self.site = lot.choice(("陇上", "江北", "关东", "岭南", "塞外", "湘西")) + lot.choice(
            ("新闻网", "在线", "日报网", "网")
        )
        self.encoding = lot.choice(("utf-8", "gb2312", "gbk", "utf-8"))
        self.content_type = (
            lot.choice(("text/html", "text/html; charset=utf-8")) if self.encoding == "utf-8" else "text/html"
        )
        self.parents_list = lot.random() < 0.5
        self.split = False
        self.first_number = lot.choice((3812, 25549, 401233, 31360676))
        self.sections = self._draw_sections(lot)
        kind = lot.choice(("folder", "folder", "file", "query"))
        self._address = lot.choice({"folder": lots.FOLDERS, "file": lots.FILES, "query": lots.QUERIES}[kind])
        self._pages = self._draw_pages(lot, kind)
        self._article = lot.choice(lots.ARTICLES)
        self._date = lot.choice(lots.DATES)
        self._item = lot.choice(lots.ITEMS)
        self._grouped = lot.random() < 0.25 and self._item[0].startswith("<ul")
        self._hot = lot.sample(lots.HOT, 2)
        self._hot_first = lot.random() < 0.4
        self._hot_dated = lot.random() < 0.3
        self._slider = lot.random() < 0.3
        self._here = lot.choice(lots.HERE)
        self._arrow = lot.choice(lots.ARROWS)
        self.next_words = lot.choice(lots.NEXT)
        self._draw_pager = lot.choice(lots.PAGERS) if "{before}" not in self._pages else lots.script_pager
        self._menu_form = lot.choice(("list", "table", "bars", "drop", "drop", "spans", "pictures", "none"))
        self._meta = lot.choice(lots.METAS)
        self._editor_below = lot.random() < 0.4
        self._page = lot.choice(lots.ARTICLE_PAGES)
        self._style = lot.choice(("full", "root"))
        super().__init__(seed)

    @staticmethod
    def _draw_sections(lot: Random) -> tuple[Section, ...]:
        names, slugs, places = lot.sample(lots.NAMES, 12), lot.sample(lots.SLUGS, 12), lot.sample(lots.PLACES, 5)
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
        if self._address in lots.FOLDERS:
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

    # How they look.

    def _menu(self) -> str:
        columns = self.top_columns()
        links = [("首页", "/"), *((column.name, self.index_path(column)) for column in columns), PARTNERS[0]]
        if self._menu_form == "none":
            return "<div class='nav'><a href='/'>首页</a></div>"
        if self._menu_form == "pictures":
            images = "".join(
                f"<a href='{lots.link_to(self.index_path(column))}'><img src='/i/{column.number}.gif' alt='{column.name}' border=0></a>"
                for column in columns
            )
            return f"<div class='daohang'>{images}</div>"
        if self._menu_form == "drop":
            items = "".join(
                f"<li><a href='{lots.link_to(self.index_path(column))}'>{column.name}</a>"
                + (
                    f"<ul>{''.join(f'<li><a href={lots.link_to(self.index_path(other))!r}>{other.name}</a></li>' for other in self.below(column))}</ul>"
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
        inside = "".join(one.format(f"<a href='{lots.link_to(href)}'>{label}</a>") for label, href in links)
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
            f"<div class='column'><h2><a href='{lots.link_to(self.index_path(column))}'>{column.name}</a> <a class='more' href='{lots.link_to(self.index_path(column))}'>更多</a></h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self._below(column)[:6])}</ul></div>"
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
            f"<a href='{lots.link_to(self.index_path(other))}'>{other.name}</a>" for other in self.trail(column.key)
        ]
        return f"<div class='path'>{self._here}{self._arrow.join(['<a href=/>首页</a>', *links, *([last] if last else [])])}</div>"

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"<div class='column'><h2><a href='{lots.link_to(self.index_path(other))}'>{other.name}</a></h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self.listed[other.key][:7])}</ul></div>"
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
                    url=lots.link_to(self.article_path(story)),
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
            + "".join(f"<li><a href='{lots.link_to(self.index_path(other))}'>{other.name}</a></li>" for other in below)
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
