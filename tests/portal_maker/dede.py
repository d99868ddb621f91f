"""A portal on DedeCMS: list_12_2.html, channel names before the titles, the editor at the end of the body."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, own, title
from portal_maker.newsroom import Column


class Dede(Manner):
    name = "dede"
    site = "江淮在线"
    encoding = "gbk"
    parents_list = True
    precision = "minute"
    sections = (
        ("a/xinwen", "新闻资讯", (("bendi", "本地新闻"), ("guonei", "国内新闻"), ("guoji", "国际新闻"))),
        ("a/minsheng", "民生", ()),
        ("a/fazhi", "法治", ()),
        ("a/jingji", "经济", ()),
        ("a/fangchan", "房产", ()),
        ("a/qiche", "汽车", ()),
        ("a/meishi", "美食", ()),
        ("a/yule", "娱乐", ()),
        ("a/jiaoyu", "教育", ()),
        ("a/tupian", "图片", ()),
        ("a/renwu", "人物", ()),
        ("a/keji", "科技", ()),
    )

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/{column.key}/index.html" if page == 1 else f"/{column.key}/list_{column.number}_{page}.html"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/{story.channels[0]}/{story.published:%Y/%m%d}/{story.number}{'' if page == 1 else f'_{page}'}.html"

    def _document(self, name: str, content: str) -> str:
        items = []
        for column in self.top_columns():
            below = "".join(
                f'<li><a href="{own(self.index_path(other))}">{other.name}</a></li>' for other in self.below(column)
            )
            drop = f"<ul class='dropmenu'>{below}</ul>" if below else ""
            items.append(f"<li><a href='{own(self.index_path(column))}'>{column.name}</a>{drop}</li>")
        return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{name}_{self.site}</title>
<link href="/templets/default/style/dedecms.css" rel="stylesheet" media="screen" type="text/css" />
<script language="javascript" type="text/javascript" src="/include/dedeajax2.js"></script>
</head>
<body>
<div class="header_top"><div class="w960 center"><span id="time" class="time">江淮大地新闻门户</span><div class="toplinks"><a href="javascript:addFavorite()">加入收藏</a>{anchors(TOP_SERVICES, "|")}</div></div></div>
<div class="header"><div class="top w960 center"><div class="title"><h1><a href="/"><img src="/templets/default/images/logo.gif" height="54" width="216" alt="{self.site}"/></a></h1></div><div class="banner"><a href="/plus/ad_js.php?aid=3"><img src="/uploads/ad/b.gif" /></a></div></div>
<div class="module blue mT10 wrapper w963"><div class="top"><div class="t_l"></div></div><div class="w963 center"><ul id="navMenu"><li><a href='/'><span>主页</span></a></li>{"".join(items)}<li><a href="{PARTNERS[0][1]}">{PARTNERS[0][0]}</a></li></ul></div></div></div>
{content}
<div class="footer w960 center mt1 clear"><div class="footer_left"></div><div class="footer_body"><p class="powered">Power by <a href="http://www.dedecms.example">DedeCms</a></p><p class="copyright">{anchors(FOOT_SERVICES)}<br/>Copyright &copy; 2006-2021 {self.site} 版权所有 皖ICP备06000002号</p></div></div>
</body></html>
"""

    def front(self) -> str:
        slide = "".join(
            f"""<div class="item"><a href="{self.article_path(story)}" class="img"><img src="/uploads/{story.number}-lp.jpg" /></a><strong>{self.link(story, title(story)[:12])}</strong></div>"""
            for story in self.newest(4)
        )
        boxes = "".join(
            f"""<dl class="tbox"><dt><strong><a href="{self.index_path(column)}">{column.name}</a></strong><span class="more"><a href="{self.index_path(column)}">更多...</a></span></dt><dd><ul class="d1 ico3">{"".join(f"<li><span>{story.published:%m-%d}</span>{self.link(story)}</li>" for story in self.listed[column.key][:6])}</ul></dd></dl>"""
            for column in self.top_columns()
        )
        friends = "".join(f"<li><a href='{href}' target='_blank'>{label}</a></li>" for label, href in FRIENDS)
        return self._document(
            f"{self.site}_江淮新闻门户",
            f"""<div class="w960 center clear mt1"><div class="pleft"><div class="focus">{slide}</div><div class="listly">{boxes}</div></div><div class="pright">{self._hot()}{self._sign_in()}</div></div>
<dl class="flink tbox w960 center"><dt><strong>友情链接</strong><span class="linklabel"><a href="/about/link.html">申请加入</a></span></dt><dd><ul class="f5">{friends}</ul></dd></dl>""",
        )

    def _sign_in(self) -> str:
        return '<dl class="tbox"><dt><strong>互动中心</strong></dt><dd><form action="/member/index_do.php"><a href="/member/resetpassword.php">忘记密码</a> <a href="/member/reg_new.php">立即注册</a></form></dd></dl>'

    def _hot(self) -> str:
        items = "".join(
            f"""<li>{self.link(story, title(story)[:18])}<p>{story.published:%Y-%m-%d}</p></li>"""
            for story in self.hot()
        )
        return f'<div class="hot mt1"><dl class="tbox"><dt><strong>热点内容</strong></dt><dd><ul class="c1 ico2">{items}</ul></dd></dl></div>'

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        items = ""
        for story in stories:
            # In a section's list the column comes first, so that an item's first link is not the article.
            home = self.by_key[story.channels[0]]
            before = f"[<b><a href='{self.index_path(home)}'>{home.name}</a></b>] " if column.has_children else ""
            picture = (
                f"<a href='{self.article_path(story)}' class='preview'><img src='/uploads/{story.number}-lp.jpg'/></a>"
                if story.number % 5 == 0
                else ""
            )
            summary = story.blocks[0].text[:60]
            items += f"""<li>{picture} {before}<a href="{self.article_path(story)}" class="title">{title(story)}</a><span class="info"><small>日期：</small>{story.published:%Y-%m-%d %H:%M:%S}<small>点击：</small>{story.number % 977}<small>好评：</small>0</span><p class="intro">{summary}...</p></li>\n"""
        side = "".join(
            f"<li><a href='{self.index_path(other)}'>{other.name}</a></li>" for other in self._siblings(column)
        )
        return self._document(
            column.name,
            f"""<div class="w960 center clear mt1"><div class="pleft"><div class="place"><strong>当前位置:</strong> <a href='/'>主页</a> > {" > ".join(f"<a href='{self.index_path(other)}'>{other.name}</a>" for other in self.trail(column.key))} > </div>
<div class="listbox"><ul class="e2">{items}</ul></div><div class="dede_pages"><ul class="pagelist">{self._pager(column, page, pages)}</ul></div></div>
<div class="pright"><div><dl class="tbox"><dt><strong>栏目列表</strong></dt><dd><ul class="d6">{side}</ul></dd></dl></div>{self._hot()}</div></div>""",
        )

    def _siblings(self, column: Column) -> list[Column]:
        return self.below(column) or [other for other in self.columns if other.path[:-1] == column.path[:-1]]

    def _pager(self, column: Column, page: int, pages: int) -> str:
        total = f'<li><span class="pageinfo">共 <strong>{pages}</strong>页<strong>{len(self.listed[column.key])}</strong>条</span></li>'
        if pages == 1:
            return total

        def link(number: int, label: str) -> str:
            name = f"list_{column.number}_{number}.html"
            return f"<li><a href='{name}'>{label}</a></li>"

        before = link(1, "首页") + link(page - 1, "上一页") if page > 1 else "<li>首页</li>"
        numbers = "".join(
            f'<li class="thisclass">{n}</li>' if n == page else link(n, str(n)) for n in range(1, pages + 1)
        )
        return (
            before
            + numbers
            + (link(page + 1, "下一页") + link(pages, "末页") if page < pages else "<li>末页</li>")
            + total
        )

    def _add_lists(self, column: Column, add) -> None:
        super()._add_lists(column, add)
        # The first page answers at its number, too.
        stories = self.listed[column.key]
        add(
            f"/{column.key}/list_{column.number}_1.html",
            self.list_page(column, stories[:20], 1, -(-len(stories) // 20)),
        )

    def article(self, story: Story, page: int) -> str:
        older, newer = self.neighbours(story)
        links = ""
        count = len(story.pages)
        if count > 1:
            numbers = "".join(
                f"<li class=\"thisclass\"><a href='#'>{n}</a></li>"
                if n == page
                else f"<li><a href='{self.article_path(story, n).rpartition('/')[2]}'>{n}</a></li>"
                for n in range(1, count + 1)
            )
            links = f'<div class="dede_pages"><ul class="pagelist"><li><a>共{count}页: </a></li>{numbers}</ul></div>'
        return self._document(
            f"{story.title}_{self.by_key[story.channels[0]].name}",
            f"""<div class="w960 center clear mt1"><div class="pleft"><div class="place"><strong>当前位置:</strong> <a href='/'>主页</a> > {" > ".join(f"<a href='{self.index_path(other)}'>{other.name}</a>" for other in self.trail(story.channels[0]))} > </div>
<div class="viewbox"><div class="title"><h2>{title(story)}</h2></div>
<div class="info"><small>时间:</small>{story.published:%Y-%m-%d %H:%M}<small>来源:</small>{story.source} <small>点击:</small><script src="/plus/count.php?view=yes&aid={story.number}&mid=1" type='text/javascript' language="javascript"></script>次</div>
<div class="content"><table width='100%' border='0'><tr><td>{self.body(story, page)}
(责任编辑：{story.editor})</td></tr></table></div>{links}
<div id="newdigg"><div class="diggbox digg_good"><div class="digg_act">顶一下</div><div class="digg_num">(0)</div></div></div>
<div class="boxoff"><strong>------分隔线----------------------------</strong></div>
<div class="handle"><div class="context"><ul><li>上一篇：{self.link(older) if older else "没有了"}</li><li>下一篇：{self.link(newer) if newer else "没有了"}</li></ul></div><div class="actbox"><ul><li id="act-fav"><a href="/plus/stow.php?aid={story.number}">收藏</a></li><li id="act-err"><a href="/plus/erraddsave.php?aid={story.number}">挑错</a></li></ul></div></div></div></div>
<div class="pright"><dl class="tbox"><dt><strong>推荐内容</strong></dt><dd><ul>{"".join(f"<li>{self.link(other)}</li>" for other in self.related(story))}</ul></dd></dl>{self._hot()}</div></div>""",
        )

    def service(self, label: str) -> str:
        return self._document(label, f'<div class="w960 center"><p>{label}：本站为演示站点，内容均为虚构。</p></div>')
