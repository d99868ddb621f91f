"""From a source as printed to the outlets that it names."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from hashlib import blake2b
from importlib import resources

from portal_crawler.reprints.text import fold_letters
from portal_crawler.store.outlets import Outlet

# Raised whenever a rule of this module changes; the list of known outlets counts by itself.
_RULES = "1"

# Several outlets in one value. A dash joins a site and the paper that it took the text from.
_BREAK = re.compile(
    r"[、,;/|&+\n\t]|--+|——?|(?<=[^\x00-\x7f])\s*[-–·]\s*(?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])"
)
_BEFORE = re.compile(r"^(?:(?:稿件|信息|文章|新闻|内容)?来源|出处|转载自|转自|摘自|选自|原载于?|来自)[: ]*(?=.{2})")
# These begin names, too (自贡日报): they are left out before a known outlet alone.
_BEFORE_KNOWN = re.compile(r"^(?:据|综合|自)(?=.{2})")
# 新华网甘肃频道 and 人民网-甘肃频道 are parts of the site.
_SECTION = re.compile(r"(?<=[网报端])[-–—·]?[\u4e00-\u9fff]{2,4}频道$")
_BRACKETS = re.compile(r"[《》〈〉<>【】\[\]“”\"'「」『』〔〕]")
_ASIDE = re.compile(r"\([^()]*(?:\)|$)")
# 新华社北京11月19日电: agency, place, day. The place is told from the agency's name by the list of known outlets, or by
# how names of agencies, papers and sites end.
_DATELINE = re.compile(r"\d{1,4}年?\d{0,2}月?\d{1,2}日.*$|(?:\d{1,2}日)?(?:专)?电$")
_NAME_END = re.compile(r"^.{1,12}?(?:社|网|日报|晚报|晨报|早报|商报|时报|都市报|报|台|中心|周刊)")
_REPORTER = re.compile(
    r"(?:(?:本报|全媒体|融媒体|首席|特约|见习|实习|通讯){0,5}记者|通讯员|(?:责任)?编辑|作者|撰稿|评论员).*$"
)
# Where an outlet prints: its own name stands before it.
_PLATFORM = re.compile(
    r"(?:新闻|官方)?(?:客户端|app|微信公众号|微信公众平台|微信公号|公众号|公号|官方微信|微信号|微信|官方微博|微博|官微|视频号|抖音号?|头条号|"
    r"百家号|官方网站|官网|网站|手机版|手机报|综合报道|综合消息|综合|报道|消息|供稿|稿件?|专供|等)$",
    re.IGNORECASE,
)
# 甘肃日报讯, 新华社电; 快讯 and 资讯 belong to names.
_NEWS = re.compile(r"(?<=[社网报台])[讯电]$")
# Names that say where the text stands, or that nobody knows; they are no outlet anywhere else.
_NONE = frozenset(
    "本报 本网 本站 本台 本刊 本社 网络 互联网 原创 综合 未知 佚名 其他 转载 网友 投稿 不详 官方 资料 来源 整理 "
    "本网原创 本站原创 网络综合".split()
)


def outlets_of(printed: str) -> tuple[Outlet, ...]:
    """The outlets that a source names, each once, in its order; none for 本站 or 网络.

    A known name or spelling is the outlet of that name; any other is an outlet of its own, by what is left of it
    without platform, dateline, brackets and reporter.
    """
    found: dict[str, Outlet] = {}
    whole = _SECTION.sub("", unicodedata.normalize("NFKC", printed).strip())
    known = _known()
    for part in [whole] if fold_letters(whole) in known else _BREAK.split(_ASIDE.sub("", whole) or whole.strip("()")):
        name = _name_in(part)
        if name is not None:
            outlet = known.get(fold_letters(name)) or Outlet(name)
            found.setdefault(outlet.name, outlet)
    return tuple(found.values())


def version() -> str:
    """What the outlets depend on, as a name: the rules and the list of known ones."""
    return f"{_RULES} {blake2b(_LIST.read_bytes(), digest_size=8).hexdigest()}"


def _name_in(part: str) -> str | None:
    """The name in one part of a source; a known one as soon as it is one."""
    known = _known()
    name = _BRACKETS.sub("", part).strip(" :.。,-_")
    for shorten in (_without_prefix, _without_reporter, _without_dateline, _without_platform):
        if fold_letters(name) in known:
            return name
        name = shorten(name)
    letters = fold_letters(name)
    # A lone character or a number is a remainder, no name.
    if letters in _NONE or len(letters) < 2 or letters.isdecimal():
        return None
    return name


def _without_prefix(name: str) -> str:
    name = _BEFORE.sub("", name)
    rest = _BEFORE_KNOWN.sub("", name)
    return rest if _known_start(rest) else name


def _without_reporter(name: str) -> str:
    return _REPORTER.sub("", name).strip() or name


def _without_dateline(name: str) -> str:
    rest = _DATELINE.sub("", name).strip()
    if rest == name or not rest:
        return name
    match = _NAME_END.match(rest)
    return _known_start(rest) or (match[0] if match else rest)


def _known_start(name: str) -> str | None:
    """The longest beginning of a name that is a known one."""
    return next((name[:end] for end in range(len(name), 1, -1) if fold_letters(name[:end]) in _known()), None)


def _without_platform(name: str) -> str:
    while True:
        rest = _NEWS.sub("", _PLATFORM.sub("", name)).strip(" -_:.")
        if rest == name or len(rest) < 2:
            return name
        name = rest
        if fold_letters(name) in _known():
            return name


_LIST = resources.files("portal_crawler.reprints") / "outlets.toml"


@cache
def _known() -> dict[str, Outlet]:
    """The known outlets by each of their spellings, folded."""
    known: dict[str, Outlet] = {}
    for entry in tomllib.loads(_LIST.read_text(encoding="utf-8"))["outlet"]:
        outlet = Outlet(entry["name"], entry.get("group"))
        for spelling in (entry["name"], *entry.get("also", ())):
            known[fold_letters(spelling)] = outlet
    return known
