"""Labels before a value, as portals print them: 来源：X, 【编辑：Y】, (责编：Z).

Labels run together without a space, are split over tags, are spaced to three cells (作 者), and end in a colon of
either width, a bar or nothing. Every label that can stand in such a line is known here, also those that fill no
field, since a label ends the value before it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from portal_crawler.extract.names import is_person

_KINDS: Final = {
    "source": "稿件来源 文章来源 信息来源 新闻来源 本文来源 消息来源 内容来源 来源于 来源 稿源 出处 转载自 转自 摘自 原载 來源 文章來源 来自 Source",
    "editor": "责任编辑 网络编辑 值班编辑 本网编辑 文章编辑 文字编辑 新媒体编辑 见习编辑 实习编辑 编辑 责编 网编 責任編輯 編輯 責編 Editor",
    "author": "本报记者 本网记者 特约记者 见习记者 实习记者 全媒体记者 融媒体记者 首席记者 文章作者 作者 记者 通讯员 特约撰稿 撰文 撰稿人 撰稿 发布者 發布者 发布人 記者 文/图 图/文 文图 文字/摄影 摄影/文字 文字/图片 图片/文字 文",
    "time": "发布时间 发表时间 发稿时间 出版时间 出版日期 发布日期 发表日期 发布于 上传时间 添加时间 刊发时间 刊登时间 播出时间 公布时间 公开时间 留言时间 来信时间 写信时间 咨询时间 提问时间 时间 日期 發布時間 發佈時間 時間 北京时间",
    "changed": "更新时间 更新日期 编辑时间 录入时间 最后更新 修改时间 更新于 上传日期 更新時間 最後更新 成文日期 成文时间 发文日期 生成日期 印发日期 制发日期 创建时间 创建日期 入库时间 采集时间 抓取时间 收录时间 回复时间 答复时间 办结时间",
    # Who worked on an item in another part than the three fields name.
    "role": (
        "总编辑 图片编辑 视频编辑 美术编辑 执行编辑 初审编辑 终审编辑 校对编辑 审核编辑 版面编辑 流程编辑 视觉编辑 图文编辑 音频编辑 运营编辑 编审 编委 值班编委 值班主编 值班总编 主编 执行主编 副主编 统筹 策划 监制 签发 终审 二审 初审 复审 一审 三审 审核 审稿 "
        "审读 审签 校对 排版 选稿 配图 制图 摄影 摄像 供图 供稿 图 图文 设计 制作 出品 责任校对 责任印制 录入 翻译 译者 编译 配音 剪辑 总策划 采写 采访 视频 海报 文案 文字 素材 出镜 航拍 编导 美编 手绘 动画 图片"
    ),
    # What a page says of itself: counters, sizes, tags.
    "page": (
        "点击次数 阅读次数 播放次数 播放数 播放 观看次数 观看数 收看 访问次数 播放量 点击数 点击量 点击率 点击 浏览次数 浏览量 浏览 阅读量 阅读数 阅读 访问量 人气 评论数 评论 热度 字号 字体大小 字体 大小 分享到 分享 标签 关键词 关键字 关键字词 "
        "本文栏目 栏目 频道 分类 所属分类 所属栏目 类别 版次 版面 打印 收藏 注册时间 最后登录 当前位置 您的位置 點擊 瀏覽 閱讀 字號 字體 分享至 本文链接 本文地址 本文网址 原文链接 原文地址 文章链接 转载地址 KEYWORDS Keywords"
    ),
    # What also opens lines of text; known here since it ends the value before it.
    "text": (
        "图片来源 资料来源 数据来源 作者单位 单位 出版 电话 邮箱 投稿邮箱 报料 新闻热线 热线 稿件 文号 索引号 主题 标题 原标题 副标题 地区 来稿 "
        "核心提示 摘要 导读 提示 截止时间 截止日期 活动时间 采访时间 采访日期 点播 下载 时长 编者按"
    ),
}
_KIND_OF: Final = {label: kind for kind, labels in _KINDS.items() for label in labels.split()}
# What stands right before a label's colon: its last character, or a bracket behind it.
_LAST: Final = frozenset(label[-1] for label in _KIND_OF) | frozenset("】]")
# A line of labels has a dozen of them; a longer line is text, or made to cost its square.
_LONGEST_LINE: Final = 1000
_LONGEST: Final = max(map(len, _KIND_OF))
# What stands between a label and its value. A stroke or a bar is one only before a Chinese value.
_COLON: Final = re.compile(r"(?:[:：丨∶︰]|[/／|｜](?=\s*[\u4e00-\u9fff])(?!图(?:\W|$)))\s*")
_COLONS: Final = ":：/／|｜丨∶︰"
# Words that end in 文 without being its label; behind any other character 文 is one before a name (南洋桥文：郑清).
_ENDS_IN_WEN: Final = frozenset("全原正公作本论征散中英外下上诗古语")
_NAME_FOLLOWS: Final = re.compile(r"[\u4e00-\u9fff]{2,3}(?:[\s、，,图]|$)")
_BARE_HINT: Final = re.compile(r"来源|稿源|來源|编辑|责编|作者|记者|选稿|文/图|图/文|文图")
# Without a colon a source opens a value at the start of the line or behind the time (eastday: 来源X作者Y选稿Z) …
_BARE_SOURCE: Final = re.compile(r"(?:^|(?<=[\s\d】|]))(?P<label>来源于|来源|稿源|來源)\s*(?=[\u4e00-\u9fff《“])")
# … and other labels where blanks stand on both sides, or after such a source.
_BARE: Final = re.compile(
    r"(?:(?:^|(?<=\s))(?P<label>编辑|责任编辑|值班编辑|责编|网编|作者|记者|选稿)|(?<=[（(【\[［])(?P<bracketed>责任编辑|责编|编辑))\s+(?=\S)|(?P<both>文/图|图/文|文图)[\s:：]+(?=[\u4e00-\u9fff])"
)
# … and alone on a line with a name (责编汪洋).
_BARE_LINE: Final = re.compile(r"^(?P<label>责任编辑|责编|编辑|作者)(?P<name>[\u4e00-\u9fff]{2,3})$")
_BARE_AFTER_SOURCE: Final = re.compile(r"(?P<label>责任编辑|编辑|责编|作者|记者|选稿)\s*(?=\S)")


class Labelled(NamedTuple):
    """A labelled value: the kind of its label, the label without blanks, the raw value (may be empty), its start."""

    kind: str
    label: str
    value: str
    start: int


def read_labels(text: str) -> list[Labelled]:
    """All labelled values of a line, in order; each value runs to the next label or the end of the line."""
    if len(text) > _LONGEST_LINE:
        return []
    found: list[tuple[int, int, str]] = []
    for mark in _COLONS:
        if mark in text:
            found = _before_colons(text)
            break
    if ("源" in text or "编" in text or "者" in text or "稿" in text or "文" in text) and _BARE_HINT.search(text):
        if (alone := _BARE_LINE.match(text)) and is_person(alone["name"]):
            return [Labelled(_KIND_OF[alone["label"]], alone["label"], alone["name"], 0)]
        found += [label for label in _bare(text) if not any(start <= label[0] < end for start, end, _ in found)]
        found.sort()
    if not found:
        return []
    ends = [start for start, _, _ in found[1:]] + [len(text)]
    return [
        Labelled(_KIND_OF[label], label, text[value:end], start)
        for (start, value, label), end in zip(found, ends, strict=False)
    ]


def label_alone(text: str) -> Labelled | None:
    """The label that a line consists of, its value standing in the next cell or item (<dt>来源</dt><dd>X</dd>)."""
    if len(text) > 2 * _LONGEST:
        return None
    label = "".join(text.split())
    kind = _KIND_OF.get(label, "") if len(label) > 1 else ""
    return Labelled(kind, label, "", 0) if kind in ("source", "editor", "author") else None


def kind_alone(text: str) -> str | None:
    """The kind of the label that a cell or an item consists of, its colon or none; None for other texts."""
    if len(text) > 2 * _LONGEST:
        return None
    return _KIND_OF.get("".join(text.split()).rstrip(":："))


def _before_colons(text: str) -> list[tuple[int, int, str]]:
    """Start of the label, start of its value, and label, for each colon that a label stands before."""
    found = []
    edge = 0
    for colon in _COLON.finditer(text):
        label, start = _label_before(text, edge, colon.start(), colon.end())
        if label:
            found.append((start, colon.end(), label))
            edge = colon.end()
    return found


def _label_before(text: str, edge: int, end: int, value: int) -> tuple[str, int]:
    """The longest label that ends at a place, blanks inside it left out, and where it starts; "" for none."""
    label, best, start = "", "", end
    if end == edge or (text[end - 1] not in _LAST and not text[end - 1].isspace()):
        return best, start
    near = text[max(end - _LONGEST, edge) : end]
    if near[-1] not in "】]" and near.split() == [near]:
        for size in range(len(near), 0, -1):
            label = near[-size:]
            if label in _KIND_OF and (size > 1 or _stands_alone(text, end - 1, edge, value, label)):
                return label, end - size
        return best, start
    position = end
    while position > edge and len(label) < _LONGEST:
        position -= 1
        character = text[position]
        if character.isspace() or (not label and character in "】]"):
            continue
        label = character + label
        if label in _KIND_OF and (len(label) > 1 or _stands_alone(text, position, edge, value, label)):
            best, start = label, position
    return best, start


def _stands_alone(text: str, position: int, edge: int, value: int, label: str) -> bool:
    """Whether a label of one character is a word of its own (文：, not 全文：)."""
    before = text[position - 1] if position > edge else ""
    if not "\u4e00" <= before <= "\u9fff":
        return True
    return label == "文" and before not in _ENDS_IN_WEN and _NAME_FOLLOWS.match(text, value) is not None


def _bare(text: str) -> list[tuple[int, int, str]]:
    sources = list(_BARE_SOURCE.finditer(text))
    others = (_BARE_AFTER_SOURCE if sources else _BARE).finditer(text, sources[0].end() if sources else 0)
    return [(match.start(), match.end(), next(filter(None, match.groups()))) for match in (*sources, *others)]
