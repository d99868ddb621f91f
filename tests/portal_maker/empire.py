"""A portal on EmpireCMS: tables, index_2.html, a pager that begins with the total of records."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class Empire(Manner):
    name = "empire"
    site = "河岳新闻网"
    encoding = "gb2312"
    parents_list = True
    precision = "second"
    first_number = 287
    sections = (
        ("yaowen", "要闻", ()),
        ("shizheng", "时政新闻", ()),
        ("shehui", "社会", ()),
        ("difang", "市州新闻", (("longxi", "陇西"), ("hexi", "河西"), ("longdong", "陇东"))),
        ("caijing", "财经", ()),
        ("jiaoyu", "教育", ()),
        ("jiankang", "健康", ()),
        ("lvyou", "旅游", ()),
        ("wenhua", "文化", (("feiyi", "非遗"), ("shuhua", "书画"))),
        ("nongye", "三农", ()),
        ("tiyu", "体育", ()),
        ("pinglun", "评论", ()),
    )

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/{column.key}/index{'' if page == 1 else f'_{page}'}.html"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/{story.channels[0]}/{story.published:%Y-%m-%d}/{story.number}{'' if page == 1 else f'_{page}'}.html"

    def _document(self, name: str, content: str, kind: str) -> str:
        # The menu writes a directory now with its index file, now without.
        menu = [("网站首页", "/")] + [
            (column.name, self.index_path(column) + ("index.html" if column.number % 2 else ""))
            for column in self.top_columns()
        ]
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{name} - {self.site}</title>
<meta name="keywords" content="{name}" /><meta name="description" content="{name}" />
<link href="/skin/default/css/style.css" rel="stylesheet" type="text/css" />
<script type="text/javascript" src="/skin/default/js/tabs.js"></script>
</head>
<body class="{kind}">
<table width="100%" border="0" cellspacing="0" cellpadding="0" class="top"><tr><td><table width="920" border="0" align="center"><tr>
<td width="63%"><script src="/e/member/login/loginjs.php"></script>{anchors(TOP_SERVICES)}</td><td align="right"><a onclick="window.external.addFavorite(location.href,document.title)" href="#ecms">加入收藏</a> | <a href="#ecms" onclick="this.style.behavior='url(#default#homepage)'">设为首页</a></td></tr></table></td></tr></table>
<table width="920" border="0" align="center"><tr><td><a href="/"><img src="/skin/default/images/logo.gif" width="200" height="65" border="0" alt="{self.site}" /></a></td><td align="right"><a href="http://ad.partner.example/c?id=3" target="_blank"><img src="/d/file/ad/20211101.gif" width="650" height="65" /></a></td></tr></table>
<table width="920" border="0" align="center" class="nav"><tr><td>{anchors(menu, " ")} {anchors(PARTNERS, " ", ' target="_blank"')}</td></tr></table>
{content}
<table width="920" border="0" align="center" class="footer"><tr><td align="center"><a href="/">网站首页</a> | {anchors(FOOT_SERVICES)}</td></tr><tr><td align="center">Powered by <strong><a href="http://www.phome.example">EmpireCMS</a></strong> &copy; 2021 {self.site} 陇ICP备05000001号</td></tr></table>
</body></html>
"""

    def front(self) -> str:
        slide = "".join(
            f'<li>{self.link(story, f"""<img src="/d/file/pic/{story.number}.jpg" alt="{title(story)}" />""")}{self.link(story, title(story)[:14], " class=t")}</li>'
            for story in self.newest(5)
        )
        boxes = "".join(
            f"""<table width="300" class="box"><tr><td class="title"><strong><a href="{self.index_path(column)}">{column.name}</a></strong><span class="more"><a href="{self.index_path(column)}">更多&gt;&gt;</a></span></td></tr><tr><td><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.listed[column.key][:7])}</ul></td></tr></table>"""
            for column in self.columns
        )
        heads = "".join(f"<h2>{self.link(story)}</h2>" for story in self.newest(2, 5))
        content = f"""<table width="920" align="center"><tr><td><ul class="slide">{slide}</ul></td><td class="toutiao">{heads}</td></tr></table>
<table width="920" align="center"><tr><td>{boxes}</td><td width="200">{self._hot()}<a href="/e/public/ClickAd?adid=7"><img src="/d/file/ad/7.gif" /></a></td></tr></table>
<table width="920" align="center" class="link"><tr><td>友情链接：{anchors(FRIENDS, " ", ' target="_blank"')}</td></tr></table>"""
        return self._document("首页", content, "homepage")

    def _hot(self) -> str:
        items = "".join(f"<li>{self.link(story, title(story)[:16])}</li>" for story in self.hot())
        return f'<table class="box"><tr><td class="title"><strong>点击排行</strong></td></tr><tr><td><ul>{items}</ul></td></tr></table>'

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = "".join(
            f"""<li><h4><a href="{self.article_path(story)}" title="{title(story)}">{title(story)}</a></h4><span id="time">发布时间:{story.published:%Y-%m-%d}</span></li>\n"""
            for story in stories
        )
        menu = "".join(f'<li><a href="{self.index_path(other)}">{other.name}</a></li>' for other in self.below(column))
        side = (
            f'<table class="box"><tr><td class="title"><strong>栏目导航</strong></td></tr><tr><td><ul>{menu}</ul></td></tr></table>'
            if menu
            else ""
        )
        content = f"""<table width="920" align="center" class="position"><tr><td>您当前的位置：{self.crumbs(column.key, "&nbsp;&gt;&nbsp;")}</td></tr></table>
<table width="920" align="center"><tr><td width="680" valign="top"><ul class="list_page">{items}</ul><div class="list_page_nav"><table><tr><td>{self._pager(column, page, pages)}</td></tr></table></div></td><td valign="top">{side}{self._hot()}</td></tr></table>"""
        return self._document(column.name, content, "listpage")

    def _pager(self, column: Column, page: int, pages: int) -> str:
        def link(number: int, label: str) -> str:
            return f'<a href="{self.list_path(column, number, pages)}">{label}</a>&nbsp;'

        total = f'<a title="Total record">&nbsp;<b>{len(self.listed[column.key])}</b> </a>&nbsp;&nbsp;'
        if pages == 1:
            return total + "&nbsp;<b>1</b>&nbsp;"
        before = link(1, "首页") + link(page - 1, "上一页") if page > 1 else ""
        numbers = "".join(f"&nbsp;<b>{n}</b>&nbsp;" if n == page else link(n, str(n)) for n in range(1, pages + 1))
        return total + before + numbers + (link(page + 1, "下一页") + link(pages, "尾页") if page < pages else "")

    def article(self, story: Story, page: int) -> str:
        older, newer = self.neighbours(story)
        links = ""
        if len(story.pages) > 1:
            links = '<p align="center" class="pageLink">' + "".join(
                f"<b>{n}</b>&nbsp;" if n == page else f'<a href="{self.article_path(story, n)}">{n}</a>&nbsp;'
                for n in range(1, len(story.pages) + 1)
            )
            links += (
                f'<a href="{self.article_path(story, page + 1)}">下一页</a></p>' if page < len(story.pages) else "</p>"
            )
        related = "".join(f"<li>{self.link(other)}</li>" for other in self.related(story))
        content = f"""<table width="920" align="center" class="position"><tr><td>您当前的位置：{self.crumbs(story.channels[0], "&nbsp;&gt;&nbsp;")}&nbsp;&gt;&nbsp;</td></tr></table>
<table width="920" align="center"><tr><td width="680" valign="top" class="main">
<table width="100%" class="title_info"><tr><td align="center"><h1>{title(story)}</h1></td></tr><tr><td align="center" class="info_text">时间：{story.published:%Y-%m-%d %H:%M:%S}&nbsp;&nbsp;来源：{story.source}&nbsp;&nbsp;编辑：{story.editor}</td></tr></table>
<table width="100%" class="content"><tr><td id="text">{self.body(story, page)}
{links}</td></tr></table>
<script src="/e/public/ViewClick/?classid={self.by_key[story.channels[0]].number}&id={story.number}&addclick=1"></script>
<p>上一篇：{self.link(older) if older else "很抱歉没有了"}</p><p>下一篇：{self.link(newer) if newer else "很抱歉没有了"}</p>
<table class="box" id="related"><tr><td class="title"><strong>相关文章</strong></td></tr><tr><td><ul>{related}</ul></td></tr></table>
</td><td valign="top">{self._hot()}</td></tr></table>"""
        return self._document(f"{story.title} - {self.by_key[story.channels[0]].name}", content, "showpage news")

    def service(self, label: str) -> str:
        return self._document(
            label,
            f'<table width="920" align="center"><tr><td>{label}：本站为演示站点，内容均为虚构。</td></tr></table>',
            "about",
        )


class Unturned(Empire):
    """The same, its lists without a way to their second page but a script that says nothing of addresses."""

    name = "unturned"
    site = "河源日报网"
    needs = {"pager": "index_{page}.html"}  # noqa: RUF012 - no portal changes it

    def _pager(self, column: Column, page: int, pages: int) -> str:
        return '<a href="javascript:;" onclick="more()">加载更多</a>'
