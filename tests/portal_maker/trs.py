"""A portal on TRS WCM: t20211119_123.html, a pager that only a script prints, style elements in the body."""

from __future__ import annotations

from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class Trs(Manner):
    name = "trs"
    site = "云岭新闻网"
    encoding = "utf-8"
    split = False
    markups = ("plain", "word")
    first_number = 2389011
    content_type = "text/html; charset=utf-8"
    sections = (
        ("yw_705", "要闻", ()),
        ("szxw", "时政", (("snsz", "省内时政"), ("gnsz", "国内时政"))),
        ("zzzx", "州市资讯", ()),
        ("jjsh", "经济社会", ()),
        ("kjws", "科教文卫", ()),
        ("stwm", "生态文明", ()),
        ("mztj", "民族团结", ()),
        ("xczx", "乡村振兴", ()),
        ("rdtp_14254", "热点图片", ()),
        ("gongyi_5554", "公益", ()),
        ("wlzy", "文旅资源", (("jqjd", "景区景点"), ("wwbh", "文物保护"), ("ylms", "云岭美食"))),
        ("llxx", "理论学习", ()),
    )

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/{column.key}/index{'' if page == 1 else f'_{page - 1}'}.html"

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/{story.channels[0]}/{story.published:%Y%m}/t{story.published:%Y%m%d}_{story.number}.html"

    def _document(self, name: str, content: str, base: str = "./", meta: str = "") -> str:
        # Addresses relative to the page's own folder, as the CMS writes them.
        menu = "".join(f'<li><a href="{base}{column.key}/">{column.name}</a></li>' for column in self.top_columns())
        return f"""<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<title>{name}</title>
{meta}<link href="{base}images/style.css" rel="stylesheet" type="text/css" />
</head>
<body>
<div class="top-bar"><span>{anchors(TOP_SERVICES, "&emsp;")}</span></div>
<div class="logo"><a href="{base}"><img src="{base}images/logo.png" alt="{self.site}" /></a></div>
<div class="nav"><ul><li><a href="{base}">首页</a></li>{menu}{"".join(f'<li><a href="{href}" target="_blank">{label}</a></li>' for label, href in PARTNERS)}</ul></div>
{content}
<div class="footer"><p>{anchors(FOOT_SERVICES)}</p><p>主办：{self.site}　滇ICP备05000004号</p></div>
</body></html>
"""

    def front(self) -> str:
        slide = "".join(
            f'<li><a href="{self._near(story)}"><img src="./images/{story.number}.jpg" alt="{title(story)}" /></a><h3><a href="{self._near(story)}">{title(story)}</a></h3></li>'
            for story in self.newest(5)
        )
        boxes = "".join(
            f"""<div class="box"><div class="tit"><h2>{column.name}</h2><a class="more" href="./{column.key}/">更多 &gt;</a></div><ul>{"".join(f'<li><a href="{self._near(story)}">{title(story)}</a></li>' for story in self._below(column)[:6])}</ul></div>"""
            for column in self.top_columns()
        )
        links = "".join(f'<option value="{href}">{label}</option>' for label, href in FRIENDS)
        return self._document(
            f"{self.site}-云岭门户",
            f'<div class="banner"><ul class="slide">{slide}</ul></div><div class="wrap">{boxes}</div><div class="links"><select onchange="window.open(this.value)"><option>友情链接</option>{links}</select>{anchors(FRIENDS, " ")}</div>',
        )

    def _near(self, story: Story) -> str:
        return f".{self.article_path(story)}"

    def _below(self, column: Column) -> list[Story]:
        return [story for story in reversed(self.stories) if (story.channels[0] + "/").startswith(column.key + "/")]

    def _base(self, column: Column) -> str:
        return "../" * len(column.path)

    def _place(self, column: Column, base: str) -> str:
        return "&gt;".join(
            [
                f'<a href="{base}" class="CurrChnlCls">首页</a>',
                *(
                    f'<a href="{base}{other.key}/" class="CurrChnlCls">{other.name}</a>'
                    for other in self.trail(column.key)
                ),
            ]
        )

    def section_front(self, column: Column) -> str:
        boxes = "".join(
            f"""<div class="box"><div class="tit"><h2><a href="./{other.key.rpartition("/")[2]}/">{other.name}</a></h2><a class="more" href="./{other.key.rpartition("/")[2]}/">更多 &gt;</a></div><ul>{"".join(f"<li>{self.link(story)}<span>{story.published:%m-%d}</span></li>" for story in self.listed[other.key][:10])}</ul></div>"""
            for other in self.below(column)
        )
        return self._document(
            f"{column.name}_{self.site}",
            f'<div class="wz">当前位置：{self._place(column, self._base(column))}</div><div class="wrap">{boxes}</div>',
            self._base(column),
        )

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        folder = f"/{column.key}/"
        items = "".join(
            f"""<li><a href="{"./" + path.removeprefix(folder) if path.startswith(folder) else path}" target="_blank">{title(story)}</a><span>{story.published:%Y-%m-%d}</span></li>\n"""
            for story in stories
            for path in [self.article_path(story)]
        )
        side = "".join(
            f'<li><a href="../{other.key.rpartition("/")[2]}/">{other.name}</a></li>'
            for other in self.columns
            if column.parent and other.parent == column.parent
        )
        script = f"""<script>
	var currentPage = {page - 1};//所在页从0开始
	var countPage = {pages}//共多少页
	createPageHTML({pages}, {page - 1}, "index", "html");
</script>"""
        return self._document(
            f"{column.name}_{self.site}",
            f"""<div class="wz">当前位置：{self._place(column, self._base(column))}</div>
<div class="wrap"><div class="left-menu"><ul>{side}</ul></div><div class="list"><ul class="doc_list">{items}</ul><div class="page">{script}</div></div></div>""",
            self._base(column),
        )

    def article(self, story: Story, page: int) -> str:
        column = self.by_key[story.channels[0]]
        base = "../" + self._base(column)
        stamp = int(story.published.timestamp() * 1000)
        meta = f"""<meta name="publishdate" content="{story.published:%Y-%m-%d}" />
<meta name="contentid" content="{story.number}" />
"""
        style = '<style type="text/css">.TRS_Editor P{line-height:2;font-family:宋体;font-size:12pt;}.TRS_Editor DIV{line-height:2;}</style>'
        inner = self.body(story, page)
        if story.number % 3 == 0:
            inner = f'<div class="TRS_Editor">{style}<div class="TRS_Editor">{inner}</div></div>'
        elif story.number % 3 == 1:
            inner = f'<div class="Custom_UnionStyle">{style}{inner}</div>'
        else:
            inner = f'<div id="TRS_AUTOADD_{stamp}" class="TRS_UEDITOR trs_web"><style id="_Custom_Style_">#TRS_AUTOADD_{stamp} P{{MARGIN-TOP:0px}}</style>{inner}</div>'
        return self._document(
            f"{story.title}_{column.name}_{self.site}",
            f"""<div class="wz">当前位置：{self._place(column, base)}</div>
<div class="detail"><h1 class="tit">{title(story)}</h1>
<div class="info"><span>发布时间：{story.published:%Y-%m-%d %H:%M}</span>　<span>文章来源：<!-- 文章来源 begin -->{story.source}<!-- 文章来源 end --></span>　<span>责任编辑：{story.editor}</span>　<span>字体：<a href="javascript:doZoom(18)">大</a> <a href="javascript:doZoom(16)">中</a> <a href="javascript:doZoom(14)">小</a></span></div>
<div class="article">{inner}</div>
<div class="tools"><a href="javascript:window.print()">打印本页</a>　<a href="javascript:window.close()">关闭窗口</a></div></div>""",
            base,
            meta,
        )

    def service(self, label: str) -> str:
        return self._document(label, f'<div class="detail"><p>{label}：本站为演示站点，内容均为虚构。</p></div>', "/")
