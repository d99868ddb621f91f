"""A portal on PHPCMS V9: /html/zixun/2.html, dates before the titles, the meta line inside the heading."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, own, title
from portal_maker.newsroom import Column


class Phpcms(Manner):
    name = "phpcms"
    site = "雪域新闻网"
    encoding = "gb2312"
    precision = "second"
    markups = ("plain", "word")
    first_number = 39671
    sections = (
        ("html/zixun", "新闻", (("bwyc", "本网原创"), ("shehui", "社会新闻"), ("jingji", "经济新闻"))),
        ("html/dangjian", "党建", ()),
        ("html/wenhua", "文化", (("minsu", "民俗"), ("yishu", "艺术"))),
        ("html/lvyou", "旅游", ()),
        ("html/shengtai", "生态", ()),
        ("html/jiaoyu", "教育", ()),
        ("html/weisheng", "卫生", ()),
        ("html/zhengfa", "政法", ()),
        ("html/nongmu", "农牧", ()),
        ("html/shipin", "视频", ()),
        ("html/lilun", "理论", ()),
        ("html/gonggao", "公告", ()),
    )

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/{column.key}/{'index' if page == 1 else page}.html"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/{story.channels[0]}/{story.published:%Y/%m%d}/{story.number}{'' if page == 1 else f'_{page}'}.html"

    def _document(self, name: str, content: str) -> str:
        # The menu and the line of subcolumns are two blocks, as in the stock header.
        menu = "".join(
            f'<li class="line">|</li><li><a href="{own(self.index_path(column))}"><span>{column.name}</span></a></li>'
            for column in self.top_columns()
        )
        sub = " ".join(
            f'<a href="{own(self.index_path(column))}">{column.name}</a>' for column in self.columns if column.parent
        )
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<meta http-equiv="X-UA-Compatible" content="IE=7" />
<title>{name} - {self.site}</title>
<link href="/statics/css/reset.css" rel="stylesheet" type="text/css" />
<script type="text/javascript" src="/statics/js/jquery.min.js"></script>
</head>
<body>
<div class="body-top"><div class="content"><div class="rt">{anchors(TOP_SERVICES)}<script type="text/javascript">document.write('<iframe src="/index.php?m=member&c=index&a=mini"></iframe>')</script></div></div></div>
<div class="header"><div class="logo"><a href="/"><img src="/statics/images/v9/logo.jpg" alt="{self.site}" /></a></div><div class="bd"><div class="nav-site"><ul class="nav-site-list"><li><a href="/"><span>首页</span></a></li>{menu}<li class="line">|</li><li><a href="{PARTNERS[0][1]}" target="_blank"><span>{PARTNERS[0][0]}</span></a></li></ul></div><div class="subnav">{sub}</div></div></div>
{content}
<div class="footer"><p class="info"><a href="/">网站首页</a> | {anchors(FOOT_SERVICES)}</p><p>Powered by <strong><a href="http://www.phpcms.example">PHPCMS</a></strong> V9 &copy; 2021 {self.site} 藏ICP备05000003号</p></div>
</body></html>
"""

    def front(self) -> str:
        slide = "".join(
            f"""<li><a href="{self.article_path(story)}"><img src="/uploadfile/{story.published:%Y/%m%d}/{story.number}.jpg" /></a><p>{self.link(story, title(story)[:13])}</p></li>"""
            for story in self.newest(5)
        )
        boxes = "".join(
            f"""<div class="box cat-area"><h5 class="title-1">{column.name}<a href="{self.index_path(column)}" class="more">更多&gt;&gt;</a></h5><ul class="content list">{self._below(column, 6)}</ul></div>"""
            for column in self.columns
        )
        return self._document(
            f"{self.site}首页",
            f"""<div class="main"><div class="col-left"><div class="slide"><ul>{slide}</ul></div><div class="news-hot"><h2>{self.link(self.newest(1, 6)[0])}</h2></div>{boxes}</div><div class="col-auto">{self._ranking()}<a href="/index.php?m=poster&c=index&a=poster_click&id=1"><img src="/uploadfile/poster/1.jpg"/></a></div>
<div class="box blogroll"><h5>友情链接</h5><div class="link">{anchors(FRIENDS, " | ", ' target="_blank"')}</div></div></div>""",
        )

    def _below(self, column: Column, count: int) -> str:
        stories = [story for story in reversed(self.stories) if story.channels[0].startswith(column.key)]
        return "".join(f"<li>·{self.link(story)}</li>" for story in stories[:count])

    def _ranking(self) -> str:
        items = "".join(
            f'<li><span class="num">{place}</span>{self.link(story, title(story)[:15])}</li>'
            for place, story in enumerate(self.hot(), 1)
        )
        return f'<div class="box"><h5 class="title-2">频道总排行</h5><ul class="content digg">{items}</ul></div>'

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"""<div class="box cat-area"><h5 class="title-1"><a href="{self.index_path(other)}">{other.name}</a><a href="{self.index_path(other)}" class="more">更多&gt;&gt;</a></h5><ul class="content list">{"".join(f"<li>·{self.link(story)}</li>" for story in self.listed[other.key][:8])}</ul></div>"""
            for other in self.below(column)
        )
        return self._document(
            column.name,
            f'<div class="main"><div class="crumbs">{self.crumbs(column.key, " > ")} ></div><div class="col-left">{boxes}</div><div class="col-auto">{self._ranking()}</div></div>',
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = ""
        for place, story in enumerate(stories, 1):
            items += f'<li><span class="rt">{story.published:%Y-%m-%d %H:%M:%S}</span>·<a href="{own(self.article_path(story))}" target="_blank">{title(story)}</a></li>\n'
            if place % 5 == 0:
                items += '<li class="bk20 hr"></li>'
        return self._document(
            column.name,
            f"""<div class="main"><div class="col-left"><div class="crumbs">{self.crumbs(column.key, " > ")} > 列表</div><ul class="list lh24 f14">{items}</ul><div id="pages" class="text-c">{self._pager(column, page, pages)}</div></div><div class="col-auto">{self._ranking()}</div></div>""",
        )

    def _pager(self, column: Column, page: int, pages: int) -> str:
        if pages == 1:
            return ""
        total = len(self.listed[column.key])

        def link(number: int, label: str, kind: str = "") -> str:
            return f'<a {kind}href="{own(self.list_path(column, number, pages))}">{label}</a>'

        numbers = " ".join(f"<span>{n}</span>" if n == page else link(n, str(n)) for n in range(1, pages + 1))
        # The stock template links the page itself where there is no other one.
        return f'<a class="a1">{total}条</a> {link(max(1, page - 1), "上一页", "class=a1 ")} {numbers} {link(min(pages, page + 1), "下一页", "class=a1 ")}'

    def article(self, story: Story, page: int) -> str:
        older, newer = self.neighbours(story)
        links = ""
        if len(story.pages) > 1:
            links = (
                '<div id="pages" class="text-c">'
                + "".join(
                    f"<span>{n}</span> " if n == page else f'<a href="{own(self.article_path(story, n))}">{n}</a> '
                    for n in range(1, len(story.pages) + 1)
                )
                + "</div>"
            )
        related = "".join(f"<li>·{self.link(other)}({other.published:%m-%d})</li>" for other in self.related(story))
        return self._document(
            f"{story.title} - {self.by_key[story.channels[0]].name}",
            f"""<div class="main"><div class="col-left"><div class="crumbs">{self.crumbs(story.channels[0], " > ")} > 正文</div>
<div id="Article"><h1>{title(story)}<br /><span>{story.published:%Y-%m-%d %H:%M:%S}&nbsp;&nbsp;&nbsp;来源：{story.source}&nbsp;&nbsp;&nbsp;编辑：{story.editor}&nbsp;&nbsp;&nbsp;评论：<a href="#comment_iframe" id="comment">0</a> 点击：</span><span id="hits"></span></h1>
<div class="content">{self.body(story, page)}{links}</div>
<p style="margin-bottom:10px">相关热词搜索：<a href="/tag/">民生</a></p>
<p class="f14"><strong>上一篇：</strong>{self.link(older) if older else "没有了"}<br /><strong>下一篇：</strong>{self.link(newer) if newer else "没有了"}</p>
<div class="related"><h5 class="blue">延伸阅读：</h5><ul class="list blue lh24 f14">{related}</ul></div></div>
<div class="Article-Tool">分享到：<a href="javascript:void(0)">微博</a></div></div><div class="col-auto">{self._ranking()}</div></div>
<script language="JavaScript" src="/api.php?op=count&id={story.number}&modelid=1"></script>""",
        )

    def service(self, label: str) -> str:
        return self._document(label, f'<div class="main"><p>{label}：本站为演示站点，内容均为虚构。</p></div>')
