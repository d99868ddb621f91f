# ruff: noqa: E501 - a line of markup is a line of the page
"""What stands around every page of the replica: head, navigation, hot list, footer. In the manner of 2009."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from portal_crawler.demo.channels import COLUMNS, HOST, SITE, sections
from portal_crawler.demo.story import Story

# File name and name of the pages behind the footer's links.
SERVICE_PAGES = (
    ("guanyu", "关于我们"),
    ("hezuo", "媒体合作"),
    ("guanggao", "广告服务"),
    ("banquan", "版权声明"),
    ("lianxi", "联系我们"),
    ("ditu", "网站地图"),
    ("lianjie", "友情链接"),
    ("shenqing", "友链申请"),
)
_TIMES_OVER = 7


def document(title: str, content: str, *, description: str = "") -> str:
    """A whole page, declared gb2312 in its meta element, around the given content."""
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=gb2312" />
<title>{escape(title, quote=False)}</title>
<meta name="keywords" content="{SITE},甘肃新闻,甘肃地方门户" />
<meta name="description" content="{escape(description)}" />
<link href="/templets/style/main.css" rel="stylesheet" media="screen" type="text/css" />
<script language="javascript" type="text/javascript" src="/include/site.js"></script>
</head>
<body>
{_header()}
{content}
{_footer()}
</body>
</html>
"""


def hot_list(stories: Sequence[Story]) -> str:
    """The box of most read articles; long titles are cut, as the CMS does."""
    items = "\n".join(
        f'<li><em>{rank}</em><a href="{story.page_path(1)}" title="{escape(story.title)}">{escape(_shortened(story.title, 18))}</a></li>'
        for rank, story in enumerate(stories, 1)
    )
    return f'<div class="hot"><dl><dt><strong>热点排行</strong></dt><dd><ul class="c1 ico2">\n{items}\n</ul></dd></dl></div>'


def _shortened(title: str, length: int) -> str:
    return title if len(title) <= length else f"{title[:length]}…"


def _header() -> str:
    # One menu in each of the ways such sites write their links: absolute, from the root, without a scheme.
    main = [f'<a href="http://{HOST}/">首页</a>']
    main += [f'<a href="/{directory}/">{name}</a>' for directory, name in sections().items()]
    sub = [f'<a href="//{HOST}/{column.key}/" target="_blank">{column.name}</a>' for column in COLUMNS]
    return (
        f'<div class="header"><div class="toplinks"><a href="#" onclick="addFavorite()">加入收藏</a> | <a href="/plus/{SERVICE_PAGES[4][0]}.html">联系我们</a></div>\n'
        f'<div class="logo"><a href="/"><img src="/templets/images/logo.png" alt="{SITE}" height="54" width="216" /></a></div>\n'
        f'<ul class="nav">{"".join(f"<li>{link}</li>" for link in main)}</ul>\n'
        f'<div class="subnav">{" ".join(sub)}</div></div>'
    )


def _footer() -> str:
    links = [f'<a href="/plus/{name}.html">{label}</a>' for name, label in SERVICE_PAGES]
    names = " ".join(f'<a href="/">{SITE}</a>' for _ in range(_TIMES_OVER))
    return (
        f'<div class="footer"><p>{"|".join(links[:-1])} | {links[-1]}</p>\n'
        '<p><img src="/templets/images/beian.png" width="20" height="20" />甘公网安备 62010002000000号</p>\n'
        f"<p>Copyright&copy;2006-2021 {SITE}(甘肃地方门户网). All Rights Reserved</p>\n"
        f"<p>{names}</p></div>"
    )
