"""What a front page says of its portal as a whole: its name, its province, its encoding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal_crawler.discover.visits import Answer
from portal_crawler.extract import Page
from portal_crawler.extract.decode import decode
from portal_crawler.extract.names import is_outlet

_SEPARATOR = re.compile(r"[_|｜丨–—,，]+|-{1,2}|>>?|::")
_WELCOME = re.compile(r"^欢迎(?:访问|光临|来到)|(?:网站)?(?:首页|主页)$")
# A site's registration begins with the short name of its owner's province.
_REGISTERED = re.compile(r"([\u4e00-\u9fff])\s*ICP\s*[备证]")
_PROVINCES = dict(
    pair.split("=")
    for pair in (
        "京=北京 津=天津 沪=上海 渝=重庆 冀=河北 晋=山西 蒙=内蒙古 辽=辽宁 吉=吉林 黑=黑龙江 苏=江苏 浙=浙江 "
        "皖=安徽 闽=福建 赣=江西 鲁=山东 豫=河南 鄂=湖北 湘=湖南 粤=广东 桂=广西 琼=海南 川=四川 蜀=四川 "
        "黔=贵州 贵=贵州 滇=云南 云=云南 藏=西藏 陕=陕西 甘=甘肃 陇=甘肃 青=青海 宁=宁夏 新=新疆"
    ).split()
)
# What a page can be in when it is neither UTF-8 nor what `decode` takes it for.
_ENCODINGS = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")


def site_name(front: Page, otherwise: str) -> str:
    """The portal's name: the part of the front page's title that is named as outlets are, else its first part."""
    title = " ".join((front.root.findtext(".//title") or "").split())
    parts = [_WELCOME.sub("", part).strip() for part in _SEPARATOR.split(title)]
    parts = [part for part in parts if 2 <= len(part) <= 20]
    logos = [picture.get("alt") or "" for picture in front.root.iterfind(".//a//img[@alt]")][:1]
    named = [name for name in (*parts, *logos) if is_outlet(name)]
    return (named or [name for name in (*logos, *parts) if 2 <= len(name) <= 20] or [otherwise])[0]


def province(front: Page) -> str | None:
    """The province in which the site is registered, None where its footer does not say."""
    found = {_PROVINCES.get(match[1]) for match in _REGISTERED.finditer(front.text)}
    return found.pop() if len(found) == 1 else None


def misleading_encoding(answers: Sequence[Answer]) -> str | None:
    """The encoding that reads pages which their own evidence gets wrong, None where the evidence holds."""
    damaged = [
        answer.body
        for answer in answers
        if "html" in (answer.content_type or "html") and decode(answer.body, answer.content_type).damaged
    ]
    if len(damaged) * 2 < len(answers) or not damaged:
        return None
    for encoding in _ENCODINGS:
        texts = [decode(body, None, encoding) for body in damaged]
        # Nearly all bytes are some UTF-16; a page has tags.
        if all(text.encoding == encoding and not text.damaged and "</" in text.text for text in texts):
            return encoding
    return None
