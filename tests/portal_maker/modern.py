"""A portal of today: lists fetched as JSON by a script, article pages in HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence

from portal_crawler.demo.story import Story
from portal_maker.manner import FOOT_SERVICES, FRIENDS, PARTNERS, TOP_SERVICES, Manner, anchors, title
from portal_maker.newsroom import Column


class Modern(Manner):
    name = "modern"
    site = "闽江新闻"
    encoding = "utf-8"
    parents_list = True
    split = False
    markups = ("plain",)
    first_number = 5120033
    content_type = "text/html; charset=utf-8"
    sections = (
        ("toutiao", "头条", ()),
        ("shizheng", "时政", ()),
        ("bendi", "本地", (("fuzhou", "福州"), ("minnan", "闽南"))),
        ("caijing", "财经", ()),
        ("keji", "科技", ()),
        ("wenti", "文体", ()),
        ("jiaoyu", "教育", ()),
        ("yiliao", "医疗", ()),
        ("haiyang", "海洋", ()),
        ("lvyou", "文旅", ()),
        ("pinglun", "评论", ()),
        ("minsheng", "民生", ()),
    )

    def list_path(self, column: Column, page: int, pages: int) -> str:
        return f"/{column.key}/index.html"

    def _slug(self, column: Column) -> str:
        return column.key.replace("/", "-")

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/article/{story.published:%Y/%m/%d}/{story.number}.html"

    def _add_lists(self, column: Column, add) -> None:
        add(self.list_path(column, 1, 1), self.list_page(column, (), 1, 1))

    def _record(self, story: Story) -> dict[str, object]:
        return {
            "id": story.number,
            "title": story.title,
            "url": self.article_path(story),
            "cover": f"/upload/{story.number}.jpg",
            "publishTime": f"{story.published:%Y-%m-%d %H:%M:%S}",
            "source": story.source,
            "views": story.number % 977,
        }

    def extra(self) -> dict[str, tuple[bytes, str]]:
        files = {}
        for column in self.columns:
            stories = self.listed[column.key]
            pages = -(-len(stories) // 20)
            for page in range(1, pages + 1):
                records = [self._record(story) for story in stories[(page - 1) * 20 : page * 20]]
                answer = {
                    "code": 200,
                    "msg": "ok",
                    "data": {"list": records, "page": page, "pages": pages, "total": len(stories)},
                }
                files[f"/api/list/{self._slug(column)}_{page}.json"] = (
                    json.dumps(answer, ensure_ascii=False).encode(),
                    "application/json;charset=UTF-8",
                )
        return files

    def _document(self, name: str, content: str) -> str:
        menu = "".join(
            f'<li><a href="{self.index_path(column)}">{column.name}</a></li>' for column in self.top_columns()
        )
        return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name} - {self.site}</title>
<link rel="stylesheet" href="/static/css/app.3f2a.css">
</head>
<body>
<header class="site-header"><a class="logo" href="/"><img src="/static/logo.svg" alt="{self.site}"></a><nav class="main-nav"><ul><li><a href="/">首页</a></li>{menu}<li><a href="{PARTNERS[0][1]}">{PARTNERS[0][0]}</a></li></ul></nav><div class="user">{anchors(TOP_SERVICES, "")}</div></header>
<main>
{content}
</main>
<footer class="site-footer"><div class="links">{anchors(FOOT_SERVICES, " ")}</div><p>&copy; 2021 {self.site} 闽ICP备05000007号</p></footer>
<script src="/static/js/app.3f2a.js"></script>
</body>
</html>
"""

    def front(self) -> str:
        slide = "".join(
            f"""<div class="swiper-slide"><a href="{self.article_path(story)}"><img src="/upload/{story.number}.jpg" alt=""></a><h3><a href="{self.article_path(story)}">{title(story)}</a></h3></div>"""
            for story in self.newest(5)
        )
        boxes = "".join(
            f"""<section class="panel"><h2><a href="{self.index_path(column)}">{column.name}</a></h2><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.listed[column.key][:6])}</ul></section>"""
            for column in self.top_columns()
        )
        return self._document(
            "首页",
            f'<div class="swiper">{slide}</div>{boxes}<div class="friend-links">友情链接 {anchors(FRIENDS, " ")}</div>',
        )

    def _script(self, slug: str) -> str:
        return f"""<script>
var page = 1;
function render(result) {{
  var html = '';
  result.data.list.forEach(function (item) {{
    html += '<div class="item"><a href="' + item.url + '">' + item.title + '</a><span>' + item.publishTime + '</span></div>';
  }});
  document.getElementById('list').insertAdjacentHTML('beforeend', html);
  if (page >= result.data.pages) document.getElementById('more').style.display = 'none';
}}
fetch('/api/list/{slug}_1.json').then(function (r) {{ return r.json(); }}).then(render);
document.getElementById('more').onclick = function () {{
  page += 1;
  fetch('/api/list/{slug}_' + page + '.json').then(function (r) {{ return r.json(); }}).then(render);
}};
</script>"""

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        tabs = "".join(f'<a href="{self.index_path(other)}">{other.name}</a>' for other in self.below(column))
        slug = self._slug(column)
        return self._document(
            column.name,
            f"""<div class="crumb">{self.crumbs(column.key, " / ")}</div><div class="tabs">{tabs}</div>
<div class="news-list" id="list"></div><button id="more">加载更多</button>
<aside class="hot-box"><h3>热门文章</h3><ul>{"".join(f"<li>{self.link(story)}</li>" for story in self.hot())}</ul></aside>
{self._script(slug)}""",
        )

    def article(self, story: Story, page: int) -> str:
        column = self.by_key[story.channels[0]]
        return self._document(
            story.title,
            f"""<div class="crumb">{self.crumbs(column.key, " / ")} / 正文</div>
<article class="article-detail"><h1 class="article-title">{title(story)}</h1>
<div class="article-meta"><time datetime="{story.published:%Y-%m-%dT%H:%M:%S+08:00}">{story.published:%Y-%m-%d %H:%M}</time><span class="source">来源：{story.source}</span><span class="editor">编辑：{story.editor}</span></div>
<div class="article-content">{self.body(story, page)}</div></article>
<aside class="hot-box"><h3>热门文章</h3><ul>{"".join(f"<li>{self.link(other)}</li>" for other in self.hot())}</ul></aside>""",
        )

    def service(self, label: str) -> str:
        return self._document(
            label, f'<div class="article-detail"><p>{label}：本站为演示站点，内容均为虚构。</p></div>'
        )


class Numbered(Modern):
    """The same, its records without addresses: how they are made of numbers, only a script that is packed says."""

    name = "numbered"
    site = "九龙江网"
    first_number = 730122
    needs = {"article_url": "{base}/detail/{id}.html"}  # noqa: RUF012 - no portal changes it

    def article_path(self, story: Story, page: int = 1) -> str:
        return f"/detail/{story.number}.html"

    def _record(self, story: Story) -> dict[str, object]:
        return {
            "contentId": str(story.number),
            "listTitle": story.title,
            "pubTime": int(story.published.timestamp() * 1000),
            "channel": self.by_key[story.channels[0]].name,
        }

    def _script(self, slug: str) -> str:
        return f"""<script>
fetch('/api/list/{slug}_1.json').then(function (r) {{ return r.json(); }}).then(App.render);
App.more = function (page) {{ return '/api/list/{slug}_' + page + '.json'; }};
</script>"""
