"""What every made portal has, whatever its CMS: columns, articles, services, partners, and the files they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from portal_crawler.demo.channels import HOST
from portal_crawler.demo.markup import body_html, plain_text
from portal_crawler.demo.replica import MISSING, Replica, ReplicaChannel
from portal_crawler.demo.story import Paragraph, Story
from portal_crawler.demo.truth import Truth
from portal_maker.newsroom import Column, Section, columns_of, write_stories

PER_PAGE = 20
TOP_SERVICES = (
    ("登录", "/member/login.php"),
    ("注册", "/member/reg.php"),
    ("手机版", "/wap/"),
    ("客户端", "/app/"),
    ("RSS订阅", "/rss/index.html"),
)
FOOT_SERVICES = (
    ("关于我们", "/about/"),
    ("联系我们", "/about/contact.html"),
    ("广告服务", "/about/ad.html"),
    ("版权声明", "/about/copyright.html"),
    ("网站地图", "/sitemap.html"),
    ("招聘信息", "/about/job.html"),
    ("在线投稿", "/tougao/"),
)
PARTNERS = (
    ("专题", "http://zt.partner.example/2021/"),
    ("网上商城", "http://shop.partner.example/"),
    ("问政", "http://wz.partner.example/"),
)
FRIENDS = (
    ("人民网", "http://www.renmin.example/"),
    ("新华网", "http://www.xinhua.example/"),
    ("央视网", "http://www.yangshi.example/"),
    ("光明网", "http://www.guangming.example/"),
    ("中国新闻网", "http://www.zhongxin.example/"),
)
_INDEXES = ("index.html", "index.shtml", "index.htm", "index.php")


class Served(Replica):
    """A portal in memory as the demo's server takes it; a directory is any of its index files."""

    def find(self, path: str) -> str | None:
        """The key in `files` that a URL's path leads to, None where it leads nowhere."""
        names = _INDEXES if path.endswith("/") else ("",)
        return next((path + name for name in names if path + name in self.files), None)


@dataclass(frozen=True, slots=True)
class TrueChannel:
    """A channel as a person who knows the portal names it; listing: path of its first page as the portal links it."""

    name: str
    path: tuple[str, ...]
    listing: str


class Manner:
    """One portal in the manner of one CMS. A subclass says where its pages lie and how they look."""

    name: str
    site: str
    encoding: str = "utf-8"
    sections: tuple[Section, ...]
    first_number: int = 25549
    # Whether a column with others below it lists all their articles; otherwise it is a front with boxes.
    parents_list: bool = False
    # Whether some articles stand on two pages.
    split: bool = True
    markups: tuple[str, ...] = ("word", "plain", "breaks")
    precision: str = "minute"
    # What its profile must say, `{base}` for the portal's address; the pages say all else.
    needs: dict[str, str] = {}  # noqa: RUF012 - no portal changes it
    # What the server says of its pages.
    content_type: str = "text/html"

    def __init__(self, seed: int = 1) -> None:
        self.columns = columns_of(self.sections)
        self.by_key = {column.key: column for column in self.columns}
        self.stories = write_stories(
            self.columns,
            f"{self.name}:{seed}",
            first=self.first_number,
            parents_list=self.parents_list,
            split=self.split,
            markups=self.markups,
        )
        self.listed = {
            column.key: [story for story in reversed(self.stories) if column.key in story.channels]
            for column in self.columns
        }

    # Where pages lie.

    def index_path(self, column: Column) -> str:
        """The address that the portal's links give for a column."""
        return f"/{column.key}/"

    def list_path(self, column: Column, page: int, pages: int) -> str:
        """The file of a list page, counted from 1 for the newest."""
        raise NotImplementedError

    def article_path(self, story: Story, page: int = 1) -> str:
        raise NotImplementedError

    # How they look.

    def front(self) -> str:
        raise NotImplementedError

    def section_front(self, column: Column) -> str:
        raise NotImplementedError

    def list_page(self, column: Column, stories: Sequence[Story], page: int, pages: int) -> str:
        raise NotImplementedError

    def article(self, story: Story, page: int) -> str:
        raise NotImplementedError

    def service(self, label: str) -> str:
        raise NotImplementedError

    def extra(self) -> dict[str, tuple[bytes, str]]:
        """Files that are no pages: scripts and lists in JSON."""
        return {}

    # What is known.

    def is_front(self, column: Column) -> bool:
        return column.has_children and not self.parents_list

    def channels(self) -> list[TrueChannel]:
        """Every list of the portal."""
        return [
            TrueChannel(column.name, column.path, self.index_path(column))
            for column in self.columns
            if not self.is_front(column)
        ]

    def truth(self) -> list[Truth]:
        """Every article, as its page prints it."""
        return [self._truth(story) for story in self.stories]

    def served(self) -> Served:
        """All files of the portal."""
        files: dict[str, tuple[bytes, str]] = {}

        def add(path: str, html: str) -> None:
            assert path not in files, path
            files[path] = (
                html.encode("gb18030" if self.encoding.startswith("gb") else self.encoding),
                self.content_type,
            )

        add(self.front_path, self.front())
        for column in self.columns:
            self._add_lists(column, add)
        for story in self.stories:
            for page in range(1, len(story.pages) + 1):
                add(self.article_path(story, page), self.article(story, page))
        for label, href in (*TOP_SERVICES, *FOOT_SERVICES):
            add(f"{href}index.html" if href.endswith("/") else href, self.service(label))
        add(MISSING, self.service("您访问的页面不存在"))
        files["/robots.txt"] = (b"User-agent: *\r\nDisallow: /member/\r\n", "text/plain")
        files |= self.extra()
        channels = [ReplicaChannel(channel.name, channel.path, channel.listing) for channel in self.channels()]
        return Served(files, dict.fromkeys(files, self.stories[-1].published), self.truth(), channels, {})

    front_path: str = "/index.html"

    def _add_lists(self, column: Column, add) -> None:
        if self.is_front(column):
            add(self.list_path(column, 1, 1), self.section_front(column))
            return
        stories = self.listed[column.key]
        pages = max(1, -(-len(stories) // PER_PAGE))
        for page in range(1, pages + 1):
            add(
                self.list_path(column, page, pages),
                self.list_page(column, stories[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages),
            )

    def _truth(self, story: Story) -> Truth:
        moment = story.published
        if self.precision == "second":
            published = moment.isoformat()
        else:
            published = moment.replace(second=0).isoformat(timespec="minutes")
        return Truth(
            path=self.article_path(story),
            pages=tuple(self.article_path(story, page) for page in range(1, len(story.pages) + 1)),
            title=story.title,
            published_at=published,
            published_precision=self.precision,
            source=story.source,
            editor=story.editor,
            author=None,
            body="\n".join(plain_text(block.text) for block in story.blocks if isinstance(block, Paragraph)),
            captions=(),
            images=(),
            channel_path=self.by_key[story.channels[0]].path,
            channel_paths=tuple(self.by_key[key].path for key in story.channels),
        )

    # Parts of pages.

    def top_columns(self) -> list[Column]:
        return [column for column in self.columns if column.parent is None]

    def below(self, column: Column) -> list[Column]:
        return [other for other in self.columns if other.parent == column.key]

    def trail(self, key: str) -> list[Column]:
        column = self.by_key[key]
        return [*(self.trail(column.parent) if column.parent else []), column]

    def crumbs(self, key: str, separator: str = " &gt; ") -> str:
        links = [f'<a href="{self.index_path(column)}">{column.name}</a>' for column in self.trail(key)]
        return separator.join(['<a href="/">首页</a>', *links])

    def body(self, story: Story, page: int) -> str:
        return body_html(story.pages[page - 1], story.markup)

    def hot(self, count: int = 10) -> list[Story]:
        return self.stories[5 : 5 + count]

    def newest(self, count: int, skip: int = 0) -> list[Story]:
        return self.stories[::-1][skip : skip + count]

    def link(self, story: Story, text: str | None = None, attributes: str = "") -> str:
        return f'<a href="{self.article_path(story)}"{attributes}>{text or title(story)}</a>'

    def neighbours(self, story: Story) -> tuple[Story | None, Story | None]:
        """The older and the newer article of its column."""
        peers = self.listed[story.channels[0]]
        place = peers.index(story)
        return peers[place + 1] if place + 1 < len(peers) else None, peers[place - 1] if place else None

    def related(self, story: Story) -> list[Story]:
        return [other for other in self.listed[story.channels[0]] if other is not story][:5]


def title(story: Story) -> str:
    return escape(story.title, quote=False)


def anchors(pairs: Iterable[tuple[str, str]], between: str = " | ", attributes: str = "") -> str:
    """Links with their texts, in a row."""
    return between.join(f'<a href="{href}"{attributes}>{label}</a>' for label, href in pairs)


def own(path: str) -> str:
    """The address in full, with the site's own name, which the server replaces by the one it is asked under."""
    return f"http://{HOST}{path}"
