# ruff: noqa: E501 - a line of markup is a line of the page
"""Listings of the replica, the fronts above them, and the pages that are no news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from portal_crawler.demo.channels import BY_KEY, COLUMNS, HOST, SITE, Column, sections, trail
from portal_crawler.demo.frame import SERVICE_PAGES, document, hot_list
from portal_crawler.demo.story import Picture, Story

_ON_A_FRONT = 8


def listing_name(page: int) -> str:
    """File name of a listing's page, counted from 1."""
    return "index.html" if page == 1 else f"index_{page}.html"


def listing_page(column: Column, stories: Sequence[Story], page: int, pages: int, hot: Sequence[Story]) -> str:
    """HTML of one page of a listing: `stories` are this page's entries, newest first."""
    links = [f'<a href="/{directory}/">{name}</a>' for directory, name in trail(column.key)]
    items = "\n".join(_entry(column, story, position) for position, story in enumerate(stories))
    siblings = [other for other in COLUMNS if other.path[:-1] == column.path[:-1]]
    menu = "".join(f'<li><a href="/{other.key}/">{other.name}</a></li>' for other in siblings)
    return document(
        f"{column.name}_{SITE}",
        f"""<div class="w960 center clear mt1"><div class="pleft">
<div class="place">您的位置：<a href='/'>首页</a> &gt; {" &gt; ".join(links)}</div>
{_focus(stories) if page == 1 else ""}
<div class="listbox"><ul class="e2">
{items}
</ul></div>
<div class="dede_pages">{_pager(page, pages)}</div>
</div><div class="pright"><div class="menu"><strong>栏目列表</strong><ul>{menu}</ul></div>{hot_list(hot)}</div></div>""",
    )


def _entry(column: Column, story: Story, position: int) -> str:
    """A line of the list, its link written in one of the ways that such lists mix."""
    path, directory = story.page_path(1), f"/{column.key}/"
    if not path.startswith(directory) or position % 3 == 1:
        href = path
    elif position % 3 == 0:
        href = "./" + path.removeprefix(directory)
    else:
        href = f"//{HOST}{path}"
    picture = next((block for block in story.blocks if isinstance(block, Picture)), None)
    preview = (
        f'<a href="{href}" class="preview"><img src="{picture.path}" width="120" height="90" /></a>' if picture else ""
    )
    return f'<li>{preview}<a href="{href}" class="title" target="_blank">{escape(story.title, quote=False)}</a> <span class="date">[{story.published:%Y-%m-%d}]</span></li>'


def _focus(stories: Sequence[Story]) -> str:
    """The picture above the list: it links one of the listed articles twice more."""
    for story in stories:
        for block in story.blocks:
            if isinstance(block, Picture):
                link = f'<a href="{story.page_path(1)}">'
                return f'<div class="focus">{link}<img src="{block.path}" width="300" height="200" /></a><h4>{link}{escape(story.title, quote=False)}</a></h4></div>'
    return ""


def _pager(page: int, pages: int) -> str:
    if pages == 1:
        return "共1页"
    parts = (
        [] if page == 1 else [f'<a href="{listing_name(1)}">首页</a>', f'<a href="{listing_name(page - 1)}">上一页</a>']
    )
    for number in range(max(1, page - 3), min(pages, page + 3) + 1):
        parts.append(f"<b>{number}</b>" if number == page else f'<a href="{listing_name(number)}">{number}</a>')
    if page < pages:
        parts += [
            f'<a href="{listing_name(page + 1)}">下一页</a>',
            f'<a href="{listing_name(pages)}">尾页</a>',
        ]
    return "&nbsp;".join(parts)


def front_page(directory: str, by_column: Mapping[str, Sequence[Story]], hot: Sequence[Story]) -> str:
    """The front of the site (directory "") or of a section: the newest of each listing below it."""
    name = sections().get(directory, "首页")
    below = [column for column in COLUMNS if f"{column.key}/".startswith(f"{directory}/" if directory else "")]
    boxes = "\n".join(_box(column, by_column[column.key][:_ON_A_FRONT]) for column in below)
    return document(
        f"{name}_{SITE}" if directory else f"{SITE}_甘肃地方门户",
        f'<div class="w960 center">{boxes}{hot_list(hot)}</div>',
    )


def _box(column: Column, stories: Sequence[Story]) -> str:
    items = "".join(
        f'<li><a href="{story.page_path(1)}">{escape(story.title, quote=False)}</a></li>' for story in stories
    )
    return f'<div class="box"><h3><a href="/{column.key}/">{BY_KEY[column.key].name}</a> <a href="/{column.key}/" class="more">更多&gt;&gt;</a></h3><ul>{items}</ul></div>'


def service_page(name: str) -> str:
    """One of the pages behind the footer's links."""
    label = dict(SERVICE_PAGES)[name]
    return document(
        f"{label}_{SITE}",
        f'<div class="about"><h2>{label}</h2><p>{SITE}{label}页面。本站为演示站点，内容均为虚构。</p></div>',
    )


def missing_page() -> str:
    """What the server says of an address that it does not know."""
    return document(
        f"您访问的页面不存在_{SITE}",
        '<div class="error"><h2>404</h2><p>您访问的页面不存在或已被删除！<a href="/">返回首页</a></p></div>',
    )
