"""A portal of the People's Daily type: /GB/123/456/index2.html, c360300-32429943.html, dates without a year."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class People(Manner):
    name = "people"
    site = "三晋视窗"
    encoding = "gb2312"
    first_number = 32429943
    markups = ("plain", "breaks")
    split = False
    sections = (
        ("sx", "要闻动态", ()),
        ("szjj", "市县经济", ()),
        ("zc", "政策解读", ()),
        ("ms", "民生关注", (("jy", "教育在线"), ("jk", "健康卫生"), ("jiuye", "就业创业"))),
        ("wh", "文化频道", ()),
        ("ly", "旅游天地", ()),
        ("ny", "能源观察", ()),
        ("nc", "农村", ()),
        ("kj", "科技", ()),
        ("hb", "环保", ()),
        ("fz", "法治山西", (("aj", "案件聚焦"), ("pf", "普法"))),
        ("gd", "观点", ()),
    )

    def index_path(self, column: Column) -> str:
        return f"{self._folder(column)}index.html"

    def _folder(self, column: Column) -> str:
        above = self.by_key[column.parent] if column.parent else None
        return f"/GB/{189130 + above.number}/{189130 + column.number}/" if above else f"/GB/{189130 + column.number}/"

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"{self._folder(column)}index{'' if page == 1 else page}.html"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/n2/{story.published:%Y/%m%d}/c{189130 + self.by_key[story.channels[0]].number}-{story.number}.html"

    def _document(self, name: str, content: str) -> str:
        # The menu links its words one by one, some of them twice.
        menu = "<i>|</i>".join(
            f"<a href='{self.index_path(column)}' target='_blank'>{column.name}</a>" for column in self.top_columns()
        )
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="content-type" content="text/html;charset=GB2312"/>
<title>{name}--{self.site}</title>
<script src="/css/2010tianrun/jquery-1.4.1.min.js" type="text/javascript"></script>
</head>
<body>
<div class="w980 header"><a href="/">{self.site}首页</a>{anchors(TOP_SERVICES, "|")}</div>
<div class="w980 nav clear"><h1><a href="/"><img src="/img/logo.gif" alt="{self.site}"/></a></h1><div>{menu}<i>|</i>{anchors(PARTNERS, "<i>|</i>")}</div></div>
{content}
<div class="w980 copyright">{anchors(FOOT_SERVICES, "┊")}<br />晋ICP备05000008号</div>
</body>
</html>
"""

    def front(self) -> str:
        focus = "".join(
            f"<li><a href='{self.article_path(story)}' target='_blank'><img src='/mediafile/{story.number}.jpg' alt='{title(story)}'/></a>{self.link(story, title(story)[:13])}</li>"
            for story in self.newest(5)
        )
        boxes = "".join(
            f"<div class='p2_1'><h2><span><a href='{self.index_path(column)}'><img src='/img/more.gif' alt='更多'/></a></span><a href='{self.index_path(column)}'>{column.name}</a></h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self._below(column)[:6])}</ul></div>"
            for column in self.top_columns()
        )
        return self._document(
            "首页",
            f"<div class='w980 clear'><ul class='focus'>{focus}</ul>{boxes}</div><div class='w980 link'><h3>友情链接</h3>{anchors(FRIENDS, ' ')}</div>",
        )

    def _below(self, column: Column) -> list[Story]:
        return [story for story in reversed(self.stories) if (story.channels[0] + "/").startswith(column.key + "/")]

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"<div class='p2_1'><h2>{other.name}<span><a href='{self.index_path(other)}'>更多</a></span></h2><ul>{''.join(f'<li>{self.link(story)} <em>{story.published:%m-%d}</em></li>' for story in self.listed[other.key][:9])}</ul></div>"
            for other in self.below(column)
        )
        return self._document(
            column.name, f"<div class='path'>{self.crumbs(column.key, '&gt;&gt;')}</div><div class='w980'>{boxes}</div>"
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = ""
        for place, story in enumerate(stories):
            items += f"<li><a href='{self.article_path(story)}' target=_blank>{title(story)}</a> <em>{story.published:%m月%d日 %H:%M}</em></li>"
            if place % 5 == 4:
                items += "</ul><ul class='list_16 mt10'>"
        links = "".join(
            f"<a class='common_current_page'>{n}</a> "
            if n == page
            else f"<a href='{self.list_path(column, n, pages).rpartition('/')[2]}'>{n}</a> "
            for n in range(1, pages + 1)
        )
        following = f"<a href='index{page + 1}.html'>下一页</a>" if page < pages else ""
        return self._document(
            column.name,
            f"<div class='path'>{self.crumbs(column.key, '&gt;&gt;')}</div><div class='w980 clear'><div class='ej_left'><ul class='list_16 mt10'>{items}</ul><div class='page_n clearfix'>{links}{following}</div></div><div class='ej_right'><h2>精彩推荐</h2><ul>{''.join(f'<li>{self.link(story)}</li>' for story in self.hot())}</ul></div></div>",
        )

    def article(self, story: Story, page: int) -> str:
        return self._document(
            story.title,
            f"""<div class="path">{self.crumbs(story.channels[0], "&gt;&gt;")}</div>
<div class="w980 text_title"><h1>{title(story)}</h1><div class="box01"><div class="fl">{story.published:%Y年%m月%d日%H:%M}  来源：<a href="http://www.renmin.example/" target="_blank">{story.source}</a></div><div class="fr"><a href="javascript:void(0)">分享到：</a></div></div></div>
<div class="box_con" id="rwb_zw">{self.body(story, page)}
<div class="edit clearfix">(责编：{story.editor})</div></div>
<div class="clearfix box_tuijian"><h2>推荐阅读</h2><ul>{"".join(f"<li>{self.link(other)}</li>" for other in self.related(story))}</ul></div>""",
        )

    def service(self, label: str) -> str:
        return self._document(label, f"<div class='w980'><p>{label}：本站为演示站点，内容均为虚构。</p></div>")
