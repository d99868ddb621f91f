"""A portal of the /system/YYYY/MM/DD/ family: list pages numbered upwards in time, their count in a script."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class System(Manner):
    name = "system"
    site = "塞上江南网"
    encoding = "gb2312"
    first_number = 12176563
    front_path = "/index.shtml"
    sections = (
        ("gsyw", "本省要闻", ()),
        ("szdt", "市州动态", ()),
        ("finance", "财经", (("sljj", "省内经济"), ("jinrong", "金融"))),
        ("house", "房产", ()),
        ("theory", "理论", ()),
        ("gslz", "廉政", ()),
        ("photo", "图片", ()),
        ("food", "美食", (("msys", "美食养生"), ("msdt", "美食地图"))),
        ("ent", "文娱", ()),
        ("edu", "教育", ()),
        ("health", "健康", ()),
        ("sports", "体育", ()),
    )

    def index_path(self, column: Column) -> str:
        return f"/{column.key}/index.shtml"

    def _node(self, column: Column) -> tuple[str, str]:
        return f"{column.number:07d}", f"{column.number:03d}000000000"

    def _count_path(self, column: Column, number: int) -> str:
        node, sub = self._node(column)
        return f"/system/count//{node}/{sub}/000/000/c{node}{sub}_{number:09d}.shtml"

    def _script_path(self, column: Column) -> str:
        node, sub = self._node(column)
        return f"/system/count//{node}/{sub}/count_page_list_{node}{sub}.js"

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return self.index_path(column) if page == 1 else self._count_path(column, pages - page + 1)

    def article_path(self, story: Story, page: int = 1) -> str:
        prefix = f"/{story.channels[0].partition('/')[0]}" if story.number % 2 else ""
        return (
            f"{prefix}/system/{story.published:%Y/%m/%d}/{story.number:09d}{'' if page == 1 else f'_{page:02d}'}.shtml"
        )

    def _add_lists(self, column: Column, add) -> None:
        super()._add_lists(column, add)
        if not self.is_front(column):
            # The newest page has its number, too, and the front page of the column repeats it.
            stories = self.listed[column.key]
            pages = -(-len(stories) // 20)
            add(self._count_path(column, pages), self.list_page(column, stories[:20], 1, pages))

    def extra(self) -> dict[str, tuple[bytes, str]]:
        return {
            self._script_path(column): (
                f"var maxpage = {-(-len(self.listed[column.key]) // 20)};\r\n".encode(),
                "application/x-javascript",
            )
            for column in self.columns
            if not self.is_front(column)
        }

    def _document(self, name: str, content: str) -> str:
        menu = "".join(
            f'<a href="{self.index_path(column)}" target="_blank">{column.name}</a> | ' for column in self.top_columns()
        )
        return f"""<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{name}</title>
<link href="/css/2014.css" rel="stylesheet" type="text/css">
</head>
<body>
<div id="topbar">{anchors(TOP_SERVICES, " ")}</div>
<div id="logo"><a href="/"><img src="/images/logo.gif" alt="{self.site}"></a></div>
<div id="daohang"><a href="/">首页</a> | {menu}{anchors(PARTNERS, " | ", " target=_blank")}</div>
{content}
<div id="bottom"><p>{anchors(FOOT_SERVICES, " - ")}</p><p>{self.site}版权所有 宁ICP备05000005号</p></div>
</body>
</html>
"""

    def front(self) -> str:
        pictures = "".join(
            f"""<td><a href="{self.article_path(story)}" target="_blank"><img src="/pic/{story.number}.jpg" border="0"></a><br>{self.link(story, title(story)[:12], " target=_blank")}</td>"""
            for story in self.newest(4)
        )
        boxes = "".join(
            f"""<div class="kuai"><div class="lmt"><a href="{self.index_path(column)}" target="_blank">{column.name}</a></div><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self._below(column)[:8])}</ul></div>"""
            for column in self.top_columns()
        )
        return self._document(
            f"{self.site}_塞上门户",
            f"""<table><tr>{pictures}</tr></table><div id="main">{boxes}</div><div id="hot"><h3>新闻排行</h3><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.hot())}</ul></div><div id="links">友情链接 {anchors(FRIENDS, " ")}</div>""",
        )

    def _below(self, column: Column) -> list[Story]:
        return [story for story in reversed(self.stories) if (story.channels[0] + "/").startswith(column.key + "/")]

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"""<div class="kuai"><div class="lmt"><a href="{self.index_path(other)}">{other.name}</a> <a href="{self.index_path(other)}">&gt;&gt;更多</a></div><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.listed[other.key][:8])}</ul></div>"""
            for other in self.below(column)
        )
        return self._document(
            f"{column.name}-{self.site}",
            f'<div id="weizhi">您当前的位置 ：{self.crumbs(column.key, "&nbsp;&gt;&nbsp;")}</div><div id="main">{boxes}</div>',
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = "".join(
            f"""<li><a href="{self.article_path(story)}" target="_blank">{title(story)}</a><span>({story.published:%Y/%m/%d %H:%M})</span></li>\n"""
            for story in stories
        )
        script = f"""<div id="page"><script language="javascript" src="{self._script_path(column)}"></script><script>showpage(maxpage,{pages - page + 1});</script></div>"""
        return self._document(
            f"{column.name}-{self.site}",
            f"""<div id="weizhi">您当前的位置 ：{self.crumbs(column.key, "&nbsp;&gt;&nbsp;")}</div><div id="content"><ul>{items}</ul>{script}</div>
<div id="right"><h3>新闻排行</h3><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.hot())}</ul></div>""",
        )

    def article(self, story: Story, page: int) -> str:
        links = ""
        if len(story.pages) > 1:
            links = '<div id="news_more_page_div_id" class="page">' + "".join(
                f"<b>{n}</b> " if n == page else f'<a href="{self.article_path(story, n)}">{n}</a> '
                for n in range(1, len(story.pages) + 1)
            )
            links += (
                f'<a href="{self.article_path(story, page + 1)}">下一页</a></div>'
                if page < len(story.pages)
                else "</div>"
            )
        return self._document(
            f"{story.title}-{self.site}",
            f"""<div id="weizhi">您当前的位置 ：{self.crumbs(story.channels[0], "&nbsp;&gt;&nbsp;")}&nbsp;&gt;&nbsp;正文</div>
<div id="main"><div class="title1">{title(story)}</div>
<div class="info"><span id="pubtime_baidu">{story.published:%y-%m-%d %H:%M}</span> <span id="source_baidu">来源：<a href="/" target="_blank">{story.source}</a></span> <span id="editor_baidu">编辑：{story.editor}</span></div>
<div id="text" class="content">{self.body(story, page)}{links}</div>
<div class="fenxiang">分享到：</div></div>
<div id="xgxw"><h3>相关新闻</h3><ul>{"".join(f"<li>{self.link(other)}</li>" for other in self.related(story))}</ul></div>""",
        )

    def service(self, label: str) -> str:
        return self._document(label, f'<div id="main"><p>{label}：本站为演示站点，内容均为虚构。</p></div>')
