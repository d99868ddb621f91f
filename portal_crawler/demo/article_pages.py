# ruff: noqa: E501 - a line of markup is a line of the page
"""Article pages in the replica's two designs: boxes of `div`, and the tables of the years before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from portal_crawler.demo.channels import BY_KEY, SITE, trail
from portal_crawler.demo.frame import document, hot_list
from portal_crawler.demo.markup import body_html, plain_text
from portal_crawler.demo.story import Paragraph, Story


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The other articles that an article's page links: neighbours in its channel, related ones, the hot list."""

    before: Story | None
    after: Story | None
    related: Sequence[Story]
    hot: Sequence[Story]


def article_page(story: Story, page: int, around: Surroundings) -> str:
    """HTML of one page of an article, counted from 1."""
    draw = _tables if story.layout == "table" else _boxes
    again = f"({page})" if page > 1 else ""
    title = f"{story.title}{again}_{BY_KEY[story.channels[0]].name}_{SITE}"
    first = next(block for block in story.blocks if isinstance(block, Paragraph))
    return document(title, draw(story, page, around), description=plain_text(first.text)[:60])


def _boxes(story: Story, page: int, around: Surroundings) -> str:
    return f"""<div class="w960 center clear mt1"><div class="pleft">
<div class="place">{_breadcrumb(story)}</div>
<div class="viewbox">
<div class="title"><h1>{escape(story.title, quote=False)}</h1></div>
<div class="info">{_meta_line(story, "")}</div>
<div class="content" id="contentText">
{body_html(story.pages[page - 1], story.markup)}
{_pager(story, page)}
</div>
<div class="boxoff"><strong>------分隔线----------------------------</strong></div>
<div class="tools"><a href="javascript:window.print()">打印本页</a> <a href="javascript:window.close()">关闭窗口</a></div>
<div class="context"><ul>{_neighbours(around)}</ul></div>
</div>
<div class="related"><h3>相关文章</h3><ul>{_related(around)}</ul></div>
</div>
<div class="pright">{hot_list(around.hot)}</div>
</div>"""


def _tables(story: Story, page: int, around: Surroundings) -> str:
    return f"""<TABLE width="960" border="0" align="center" cellPadding="0" cellSpacing="0"><TR><TD height="30" bgcolor="#EEEEEE">{_breadcrumb(story)}</TD></TR></TABLE>
<TABLE width="960" border="0" align="center" cellPadding="0" cellSpacing="0"><TR><TD width="700" vAlign="top">
<TABLE width="100%" border="0" cellSpacing="0" cellPadding="6">
<TR><TD align="center"><FONT size="5" color="#cc0000"><B>{escape(story.title, quote=False)}</B></FONT></TD></TR>
<TR><TD align="center" bgcolor="#F6F6F6"><FONT size="2">{_meta_line(story, "&nbsp;&nbsp;")}</FONT></TD></TR>
<TR><TD class="text" vAlign="top">
{body_html(story.pages[page - 1], story.markup)}
{_pager(story, page)}
</TD></TR>
<TR><TD align="right"><A href="javascript:window.print()">【打印本页】</A> <A href="javascript:window.close()">【关闭窗口】</A></TD></TR>
<TR><TD><UL>{_neighbours(around)}</UL></TD></TR>
<TR><TD><B>相关文章</B><UL>{_related(around)}</UL></TD></TR>
</TABLE></TD><TD width="260" vAlign="top">{hot_list(around.hot)}</TD></TR></TABLE>"""


def _breadcrumb(story: Story) -> str:
    links = [f'<a href="/{directory}/">{name}</a>' for directory, name in trail(story.channels[0])]
    return f"您的位置：<a href='/'>首页</a> &gt; {' &gt; '.join(links)}"


def _meta_line(story: Story, gap: str) -> str:
    """Time, source, editor and counter in one run; what the editor left empty is a label without a value."""
    fields = [f"时间：{story.published:%Y-%m-%d %H:%M:%S}", f"来源：{story.source or ''}"]
    if story.author:
        fields.append(f"作者：{story.author}")
    fields += [f"编辑：{story.editor or ''}", "点击："]
    count = f'<script src="/plus/count.php?view=yes&aid={story.number}&mid=1" type="text/javascript" language="javascript"></script>'
    return gap.join(fields) + count


def _pager(story: Story, page: int) -> str:
    """The way through an article's pages, inside the element that holds its text; nothing for a single page."""
    pages = len(story.pages)
    if pages == 1:
        return ""
    name = f"{story.number}{{}}.html"
    links = [name.format("" if number == 1 else f"_{number}") for number in range(1, pages + 1)]
    items = [f"<li><a>共{pages}页: </a></li>"]
    items.append(f"<li><a href='{links[page - 2] if page > 1 else '#'}'>上一页</a></li>")
    for number, link in enumerate(links, 1):
        items.append(
            f'<li class="thisclass"><a href="#">{number}</a></li>'
            if number == page
            else f"<li><a href='{link}'>{number}</a></li>"
        )
    items.append(f"<li><a href='{links[page] if page < pages else '#'}'>下一页</a></li>")
    return f'<div class="dede_pages"><ul class="pagelist">{"".join(items)}</ul></div>'


def _neighbours(around: Surroundings) -> str:
    return f"<li>上一篇：{_link(around.before)}</li><li>下一篇：{_link(around.after)}</li>"


def _related(around: Surroundings) -> str:
    return "".join(f"<li>{_link(story)}</li>" for story in around.related)


def _link(story: Story | None) -> str:
    if story is None:
        return "没有了"
    return f'<a href="{story.page_path(1)}">{escape(story.title, quote=False)}</a>'
