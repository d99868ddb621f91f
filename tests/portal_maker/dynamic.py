"""A portal made on request: channels and articles by a number in the query, a `<select>` and ?page=2 for a pager."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class Dynamic(Manner):
    name = "dynamic"
    site = "黑土地新闻网"
    encoding = "gbk"
    first_number = 90211
    parents_list = True
    markups = ("plain", "word")
    split = False
    front_path = "/index.php"
    sections = (
        ("ljxw", "龙江新闻", (("hrb", "冰城"), ("qqhr", "鹤城"), ("mdj", "雪城"))),
        ("syxw", "时事", ()),
        ("sj", "视界", ()),
        ("jj", "经济", ()),
        ("sn", "黑土三农", ()),
        ("lyg", "冰雪旅游", ()),
        ("jyk", "教育", ()),
        ("yljk", "医疗健康", ()),
        ("fzjs", "法治建设", ()),
        ("whyd", "文化", ()),
        ("tyss", "体育赛事", ()),
        ("pl", "时评", ()),
    )

    def index_path(self, column: Column) -> str:
        return f"/index.php?m=content&c=index&a=lists&catid={column.number}"

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return self.index_path(column) + (f"&page={page}" if page > 1 else "")

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/index.php?m=content&c=index&a=show&catid={self.by_key[story.channels[0]].number}&id={story.number}"

    def _document(self, name: str, content: str) -> str:
        items = "".join(
            f"<dl><dt><a href='{self.index_path(column)}'>{column.name}</a></dt>{''.join(f'<dd><a href={self.index_path(other)!r}>{other.name}</a></dd>' for other in self.below(column))}</dl>"
            for column in self.top_columns()
        ).replace("&", "&amp;")
        return f"""<!DOCTYPE html>
<html>
<head>
<meta charset="gbk">
<title>{name}_{self.site}</title>
</head>
<body>
<div class="topbar">{anchors(TOP_SERVICES, " ")}</div>
<div class="logo"><a href="/"><img src="/statics/logo.png" alt="{self.site}"></a><form action="/index.php"><input name="q"><a href="/index.php?m=search">搜索</a></form></div>
<div class="menu"><dl><dt><a href="/">首 页</a></dt></dl>{items}<dl><dt><a href="{PARTNERS[2][1]}">{PARTNERS[2][0]}</a></dt></dl></div>
{content}
<div class="footer">{anchors(FOOT_SERVICES, " / ")}<p>黑ICP备05000009号</p></div>
</body></html>
"""

    def front(self) -> str:
        slide = "".join(
            f"<div class='pic'><a href='{self.article_path(story)}'><img src='/uploadfile/{story.number}.jpg'></a><a href='{self.article_path(story)}'>{title(story)}</a></div>"
            for story in self.newest(4)
        )
        boxes = "".join(
            f"<div class='block'><h3>{column.name}</h3><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self.listed[column.key][:5])}</ul></div>"
            for column in self.top_columns()
        )
        return self._document(
            "首页", f"<div class='slide'>{slide}</div>{boxes}<div class='links'>合作媒体 {anchors(FRIENDS, ' ')}</div>"
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        # What the editors pin stands on the first page once more, out of order.
        pinned = self.listed[column.key][-1:] if page == 1 and column.number % 2 else []
        items = "".join(
            f"<div class='news'><a href='{self.article_path(story)}' class='thumb'><img src='/uploadfile/{story.number}.jpg'></a><h3><a href='{self.article_path(story)}'>{title(story)}</a></h3><p>{story.blocks[0].text[:50]}……<a href='{self.article_path(story)}'>[详细]</a></p><span>{story.published:%Y.%m.%d}</span></div>\n"
            for story in [*pinned, *stories]
        )
        options = "".join(
            f"<option value='{self.list_path(column, n, pages)}'{' selected' if n == page else ''}>第{n}页</option>"
            for n in range(1, pages + 1)
        )
        return self._document(
            column.name,
            f"<div class='position'>您现在的位置：{self.crumbs(column.key, ' &gt; ')}</div><div class='left'>{items}<div class='pager'>共{len(self.listed[column.key])}条 {page}/{pages}页 <select onchange='location=this.value'>{options}</select></div></div><div class='right'><h3>一周排行</h3><ol>{''.join(f'<li>{self.link(story)}</li>' for story in self.hot())}</ol></div>",
        )

    def article(self, story: Story, page: int) -> str:
        return self._document(
            story.title,
            f"""<div class='position'>您现在的位置：{self.crumbs(story.channels[0], " &gt; ")} &gt; 正文</div>
<div class="show"><h2>{title(story)}</h2><p class="meta">发布时间：{story.published:%Y/%m/%d %H:%M} | 来源：{story.source} | 编辑：{story.editor} | 浏览：<span id="hits"></span></p>
<div id="zoom">{self.body(story, page)}</div></div>
<div class="right"><h3>一周排行</h3><ol>{"".join(f"<li>{self.link(other)}</li>" for other in self.hot())}</ol></div>""",
        )

    def service(self, label: str) -> str:
        return self._document(label, f"<div class='show'><p>{label}：本站为演示站点，内容均为虚构。</p></div>")
