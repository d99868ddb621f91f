"""A portal of the Founder type: node_12.htm, content_345.htm, a machine-readable record in a comment."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class Founder(Manner):
    name = "founder"
    site = "燕赵都市网"
    encoding = "utf-8"
    parents_list = True
    markups = ("plain", "word")
    first_number = 8712300
    front_path = "/index.htm"
    sections = (
        ("hbxw", "河北新闻", (("sjz", "石家庄"), ("bd", "保定"))),
        ("gn", "国内", ()),
        ("gj", "国际", ()),
        ("sh", "社会", ()),
        ("cj", "财经", ()),
        ("ty", "体育", ()),
        ("yl", "文娱", ()),
        ("jk", "健康", ()),
        ("jy", "教育", ()),
        ("qc", "汽车", ()),
        ("fc", "楼市", ()),
        ("ms", "民生热线", ()),
    )

    def index_path(self, column: Column) -> str:
        return f"/node_{column.number + 310}.htm"

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/node_{column.number + 310}{'' if page == 1 else f'_{page}'}.htm"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/{story.published:%Y-%m/%d}/content_{story.number}{'' if page == 1 else f'_{page}'}.htm"

    def _document(self, name: str, content: str, after: str = "") -> str:
        menu = "".join(
            f'<td><a href="{self.index_path(column)}" class="nav">{column.name}</a></td>'
            for column in self.top_columns()
        )
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{name}--{self.site}</title>
<link href="/res/1/20110601/style.css" rel="stylesheet" type="text/css" />
</head>
<body>
<div class="top">{anchors(TOP_SERVICES, " ")}</div>
<div class="head"><a href="/"><img src="/res/1/20110601/logo.png" alt="{self.site}" /></a></div>
<table class="menu"><tr><td><a href="/index.htm" class="nav">首页</a></td>{menu}<td><a href="{PARTNERS[0][1]}" class="nav">{PARTNERS[0][0]}</a></td><td><a href="{PARTNERS[1][1]}" class="nav">{PARTNERS[1][0]}</a></td></tr></table>
{content}
<div class="foot">{anchors(FOOT_SERVICES)}<br />{self.site} 冀ICP备05000006号</div>
</body></html>
{after}"""

    def front(self) -> str:
        focus = "".join(
            f"""<div class="pic"><a href="{self.article_path(story)}" target="_blank"><img src="/attachement/jpg/{story.number}.jpg" /></a><p>{self.link(story)}</p></div>"""
            for story in self.newest(4)
        )
        boxes = "".join(
            f"""<div class="blk"><div class="blkt"><span><a href="{self.index_path(column)}" target="_blank">{column.name}</a></span><i><a href="{self.index_path(column)}">更多</a></i></div><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.listed[column.key][:7])}</ul></div>"""
            for column in self.top_columns()
        )
        return self._document(
            "首页",
            f'<div class="focus">{focus}</div>{boxes}<div class="yq">友情链接：{anchors(FRIENDS, " ", " target=_blank")}</div>',
        )

    def _place(self, column: Column) -> str:
        return f'<div class="location">{self.crumbs(column.key, " > ")}</div>'

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = "".join(
            f"""<li><a href="{self.article_path(story)[1:]}" target="_blank">{title(story)}</a> <i>{story.published:%Y-%m-%d %H:%M}</i></li>\n"""
            for story in stories
        )
        below = "".join(f'<a href="{self.index_path(other)}">{other.name}</a> ' for other in self.below(column))
        tabs = f'<div class="sub">{below}</div>' if below else ""
        return self._document(
            column.name,
            f"""{self._place(column)}{tabs}<div class="left"><ul class="newslist">{items}</ul><div id="displaypagenum"><center>{self._pager(column, page, pages)}</center></div></div>
<div class="right"><h3>热点推荐</h3><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.hot())}</ul></div>""",
        )

    def _pager(self, column: Column, page: int, pages: int) -> str:
        if pages == 1:
            return ""
        parts = [
            f"<span>{n}</span>" if n == page else f'<a href="{self.list_path(column, n, pages)[1:]}">{n}</a>'
            for n in range(1, pages + 1)
        ]
        if page < pages:
            parts.append(f'<a href="{self.list_path(column, page + 1, pages)[1:]}">下一页</a>')
        return " ".join(parts)

    def article(self, story: Story, page: int) -> str:
        column = self.by_key[story.channels[0]]
        links = ""
        if len(story.pages) > 1:
            links = (
                '<div id="displaypagenum"><center>'
                + " ".join(
                    f"<span>{n}</span>"
                    if n == page
                    else f'<a href="{self.article_path(story, n).rpartition("/")[2]}">{n}</a>'
                    for n in range(1, len(story.pages) + 1)
                )
                + "</center></div>"
            )
        record = f"""<!--enpproperty <articleid>{story.number}</articleid><date>{story.published:%Y-%m-%d %H:%M:%S.0}</date><author></author><title>{title(story)}</title><keyword></keyword><subtitle></subtitle><introtitle></introtitle><siteid>1</siteid><nodeid>{column.number + 310}</nodeid><nodename>{column.name}</nodename><url>{self.article_path(story)}</url><sourcename>{story.source}</sourcename>/enpproperty-->"""
        return self._document(
            story.title,
            f"""<div class="location"><a href="/">首页</a> > {" > ".join(f'<a href="{self.index_path(other)}">{other.name}</a>' for other in self.trail(column.key))} > 正文</div>
<div class="left"><h1>{title(story)}</h1><div class="post_source"><span id="pubtime_baidu">{story.published:%Y年%m月%d日 %H:%M}</span>　<span id="source_baidu">来源： {story.source}</span>　<span id="editor_baidu">责任编辑：{story.editor}</span></div>
<div id="content" class="article"><!--enpcontent-->{self.body(story, page)}<!--/enpcontent-->{links}</div></div>
<div class="right"><h3>相关新闻</h3><ul>{"".join(f"<li>{self.link(other)}</li>" for other in self.related(story))}</ul></div>""",
            record,
        )

    def service(self, label: str) -> str:
        return self._document(label, f'<div class="left"><p>{label}：本站为演示站点，内容均为虚构。</p></div>')
