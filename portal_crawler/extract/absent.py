"""Pages that stand where an article was: what a portal shows, with status 200, instead of saying 404.

A verdict needs the whole message and not a phrase in it: news report on deleted pages, too. So the text of the page
is taken apart into clauses, and only when next to nothing is left besides the message, apologies and advice on where
to go is the page a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit, urlunsplit

from portal_crawler.article import Article
from portal_crawler.extract.assemble import article_of
from portal_crawler.extract.page import Page
from portal_crawler.urls import canonical_url, identity

_THING = (
    r"(?:页面文件|页面|网页|页|文章|新闻|信息|资讯|内容|稿件|文件|文档|链接|连接|网址|地址|资源|帖子|"
    r"专题|栏目|视频|图集|数据|记录|URL|url)"
)
_GONE = (
    r"(?:不存在|不在了?|未找到|没有?找到|找不到|无法找到|无法访问|无法打开|无法显示|打不开|"
    r"被?(?:管理员|作者|编辑|系统)?(?:删除|删掉|移除|移走|移动|转移|下线|下架|撤销|撤下|撤稿|屏蔽|关闭|取消|改名|更名)|"
    r"失效|过期|丢失|走丢|飞走|跑丢|迷路)"
)
# Possessive, here and below: what repeats is read in one way only, or a page could make the reading take for ever.
_MAYBE = r"(?:可能|也许|似乎|好像|已经?|早已|暂时?|目前|不小心|被|或者?|、|/|\s)*+"
_YOURS = (
    r"(?:很?抱歉|对不起|系统|本站|服务器|当前|目前)?(?:[您你](?:所|要|想|正在|刚才|将要|需要)*)?(?:所|要)?"
    r"(?:访问|查看|浏览|请求|寻找|查找|找|打开|阅读|输入|点击|搜索|查询)?的?"
)
# 您访问的页面不存在或已被删除 · 该文章已删除 · 找不到您要访问的页面 · Page Not Found
_MESSAGE = re.compile(
    rf"{_YOURS}(?:该|此|本|这个|这篇|这条|指定的?|相关的?)?{_THING}(?:或{_THING})?{_MAYBE}{_GONE}"
    rf"(?:{_MAYBE}{_THING}?{_MAYBE}{_GONE})*了?(?:或{_MAYBE}更(?:改|换)\w{{0,4}})?"
    rf"|(?:系统|服务器)?{_GONE}{_YOURS}(?:该|此|本|这个|指定的?|相关的?)?{_THING}"
    r"|(?:404)?\W*(?:the\s)?(?:requested\s)?(?:page|file|url|article|document|content)\s(?:\S+\s){0,6}"
    r"(?:not\s+(?:be\s+)?found|(?:does\s+not|doesn.t)\s+exist)(?:\W.{0,30})?"
    r"|(?:HTTP\W*)?(?:错误\W*)?404\W*(?:not\s+found|错误|error|页面|出错)\W*(?:页面?|not\s+found)?"
    r"|not\s+found",
    re.I,
)
_POLITE = re.compile(
    r"(?:很|非常|真|实在|哎呀|啊哦|糟糕|抱歉|对不起|遗憾|您好|你好|亲|尊敬的(?:用户|网友|读者)|(?:温馨|系统|友情|错误|操作)?提示(?:信息)?|"
    r"出错了?|错误(?:信息|页面|代码)?|sorry|oops|error|http|\W|\d)++",
    re.I,
)
_ADVICE = re.compile(
    r"(?:请|[您你](?:还)?(?:可以?|也可)|建议|可能|原因|点击|返回|回到|去|本?页面?(?:将|会)|系统(?:将|会)|将在|\d+\s*秒|秒|如|若|稍[后候]|或|再|重新|现在|正在|自动|首页|上一页|联系)"
    r".{0,40}"
)
_ADVISES = re.compile(
    r"返回|首页|刷新|检查|输入|网址|地址|链接|跳转|转到|前往|联系|管理员|稍[后候]|重试|再试|上一页|上页|搜索|浏览|正确|秒|访问|后退|更改|删除|打开|进入"
)
_CLAUSES = re.compile(r"[，。！!？?；;：:、,…~～|]+|\.(?:\s|$)")
# Old portals of Taiwan and Hong Kong type, and their pages for readers there.
_SIMPLIFIED = str.maketrans(
    "頁網聞資訊無刪內訪問請對錯誤鏈連專題視頻圖數據記錄帳撤關閉過還沒尋瀏覽動轉",
    "页网闻资讯无删内访问请对错误链连专题视频图数据记录账撤关闭过还没寻浏览动转",
)
_HINT = re.compile(
    r"不存在|不在|找到|找不到|无法|打不开|[删刪]|移|下线|下架|撤|屏蔽|失效|过期|丢|飞走|迷路|404|found|exist",
    re.I,
)
_EDGES = " \t\n。.!！，,：:·—-“”\"'()（）[]【】"
_LONGEST_MESSAGE = 80
# A portal's own words around the message: a greeting, a joke, the name of the site.
_MOST_OTHER = 24
_DIGITS = re.compile(r"\d+")
_ERROR_PAGE = re.compile(r"(?:^|[/_.-])(?:404|error|err|notfound|not_found|nopage|deleted?)(?:[/_.-]|$)", re.I)


def says_absent(page: Page, article: Article | None = None) -> bool:
    """Whether a page says that what was asked for does not exist, and says nothing else.

    article: what `article_of` gave for the page, if that is known already.
    """
    texts = [line.text for line in page.lines if not line.link and len(line.text) <= _LONGEST_MESSAGE]
    texts += [" ".join(element.itertext()) for element in page.root.iter("title")]
    if not _HINT.search("\n".join(texts)):
        return False
    if not any(_MESSAGE.fullmatch(clause) for text in texts for clause in _clauses(text)):
        return False
    article = article or article_of([page])
    if article.source or article.editor:
        # Whoever signs a page has written one; the message is a player's or a comment's.
        return False
    # The body may lack what is taken for a headline, and a message has no other text.
    return sum(map(len, _others(article.body or ""))) <= _MOST_OTHER


def is_sent_away(asked: str, landed: str, channels: Iterable[str] = ()) -> bool:
    """Whether a redirect left the article: to the front page, a channel, an error page, or a folder above it.

    channels: URLs of the portal's listings. Another scheme, `www.` or an index file's name is the same article, and
    an address elsewhere below the portal is where the article moved.
    """
    try:
        target, origin = identity(landed), identity(asked)
        known = {identity(channel) for channel in channels}
    except ValueError:
        return True
    if target == origin:
        return False
    path = target.partition("/")[2].partition("?")[0]
    if not path.strip("/") or target in known or _ERROR_PAGE.search(path):
        return True
    return path.endswith("/") and origin.startswith(target.partition("?")[0])


def same_answer(page: Page, other: Page) -> bool:
    """Whether two pages of one portal say the same: one title, and the same text but for numbers and links."""
    if _title(page) != _title(other):
        return False
    here, there = _said(page), _said(other)
    only = [text for text in here.keys() ^ there.keys() if text]
    return sum(map(len, only)) <= _MOST_OTHER


def random_neighbour(url: str, token: str) -> str:
    """An address beside an article's that no article has. token: letters and digits, 8 or more of them."""
    split = urlsplit(canonical_url(url))
    number = "9" + "".join(str(ord(letter) % 10) for letter in token)
    if split.query and _DIGITS.search(split.query):
        return urlunsplit(split._replace(query=_DIGITS.sub(number, split.query)))
    folder, _, name = split.path.rstrip("/").rpartition("/")
    suffix = name[name.rindex(".") :] if "." in name else "/" if split.path.endswith("/") else ""
    return urlunsplit(split._replace(path=f"{folder}/{token}{suffix}", query=""))


def _clauses(text: str) -> Iterator[str]:
    """A short text as a whole, and its clauses, in plain form."""
    plain = text.translate(_SIMPLIFIED).strip(_EDGES)
    yield from (clause for clause in (plain, *_parts(plain)) if len(clause) <= _LONGEST_MESSAGE)


def _parts(text: str) -> list[str]:
    return [part for clause in _CLAUSES.split(text) if (part := clause.strip(_EDGES))]


def _others(text: str) -> Iterator[str]:
    """What of a text belongs neither to the message nor to what is said around it."""
    for line in text.translate(_SIMPLIFIED).split("\n"):
        if _is_around(line.strip(_EDGES)):
            continue
        for clause in _parts(line):
            if not _is_around(clause):
                yield from (word for word in clause.split() if not _is_around(word))


def _is_around(clause: str) -> bool:
    return len(clause) <= _LONGEST_MESSAGE and bool(
        _MESSAGE.fullmatch(clause)
        or _POLITE.fullmatch(clause)
        or (_ADVICE.fullmatch(clause) and _ADVISES.search(clause))
    )


def _title(page: Page) -> str:
    return _DIGITS.sub("0", "".join(next(page.root.iter("title"), page.root.makeelement("title")).itertext()).strip())


def _said(page: Page) -> dict[str, None]:
    """The page's lines of text without its own address and with numbers folded; links may change from hour to hour."""
    path = urlsplit(page.url).path
    texts = (line.text.replace(page.url, "").replace(path, "") for line in page.lines if not line.link)
    return dict.fromkeys(_DIGITS.sub("0", text) for text in texts)
