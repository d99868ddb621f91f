"""Raw values behind a label to what the label promises: an outlet, or names of persons."""

from __future__ import annotations

import re
from typing import Final

from portal_crawler.extract.boilerplate import is_tools

_OUTLET_ENDINGS: Final = (
    "网 报 社 台 在线 日报 晚报 晨报 早报 时报 商报 周刊 周报 月刊 杂志 频道 之声 客户端 新闻 传媒 融媒 媒体 通讯 资讯 电视 广播 广电 卫视 号 发布 "
    "中心 集团 新媒体 官网 官微 公众号 微信 微博 政务 娱乐 体育 财经 科技 党报 半月谈 求是 瞭望 版 部 委 局 厅 院 办 府 站 之窗 热线 门户 云 综合 快报 消费网 消息"
).split()
_OUTLET: Final = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(_OUTLET_ENDINGS, key=len, reverse=True)))})[》”]?$|之家$"
)
# A document's number ends like an account's name (甘政发〔2021〕18号).
_DOCUMENT_NUMBER: Final = re.compile(r"\d\s*号$")
# The surnames that nine of ten people in China bear (public census lists), and the two-character ones in use.
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江"
    "阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季"
    "裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬"
    "蔡付闫占诸裘汲糜隗郗仰戎蓟宿邰鄂莘贡逄郦郤璩濮扈浦慕茹习宦阙沃晁訾逯鹿揭菅郇蹇亢"
    "师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井"
)
# Provinces that read like names: platforms print beside the time whence an account writes.
_PROVINCES: Final = frozenset("甘肃 江苏 江西 安徽 吉林 宁夏 云南 海南 湖南 湖北 广东 广西 山东 山西".split())
_HAN_NAME: Final = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002ffff]{2,4}$")
_LONG_NAME: Final = re.compile(r"[\u4e00-\u9fff]{1,8}(?:[·•・][\u4e00-\u9fff]{1,8})+$")
_CODE: Final = re.compile(r"_?[A-Za-z][\w.@-]{1,24}$|[A-Za-z]{0,4}\d{2,8}$")
# What follows a name where a report says whence it was sent, or whose part in it is named next.
_NAMES_END: Final = frozenset(
    "发自 发 报道 摄影报道 发表于 发布于 更新于 校对 审核 审读 编审 初审 复审 终审 一审 二审 三审 监制 主编 制图 供图 图片 摄影 编辑 责编".split()
)
_SENT_FROM: Final = re.compile(r"发自[\u4e00-\u9fff]{1,6}$|[\u4e00-\u9fff]{2,6}(?:报道|报導|报导)$")
# A name with its bearer's code (王晓五_NB12258).
_NAME_AND_CODE: Final = re.compile(r"[\u4e00-\u9fff]{2,4}_[A-Za-z]{0,4}\d{1,8}$")
_SPACED_NAME: Final = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff])[\s\u3000]+([\u4e00-\u9fff])(?![\u4e00-\u9fff])"
)
# Parts of one foreign name, each with its capital; codes of staff have none.
_LATIN_NAME: Final = re.compile(r"\b[A-Z][a-z]+(?: [A-Z]\.?)*(?: [A-Z][a-z]+){1,2}\b")
# What only buttons open with; behind a label without a value such a one may follow.
_BUTTON: Final = re.compile(r"我[要来也有]|(?:进入|点击|查看|返回|发表|参与|加入)[\u4e00-\u9fff]{2}")
# Buttons that a page without blanks glues to the last name.
_BUTTONS_BEHIND: Final = re.compile(r"(?:我?要?评论|收藏|打印|纠错|点赞|关注){1,9}$")
_JOINED: Final = "\x00"
_WIDE_NAME: Final = re.compile(
    r"(?<![\u4e00-\u9fff])(?<![\u4e00-\u9fff][\s\u3000])([\u4e00-\u9fff])[\s\u3000]{1,4}([\u4e00-\u9fff])[\s\u3000]{1,4}([\u4e00-\u9fff])"
    r"(?![\s\u3000]{0,4}[\u4e00-\u9fff](?![\u4e00-\u9fff]))(?![\u4e00-\u9fff])"
)
_NAME_BREAK: Final = re.compile(r"[、,，;；/／\s\u3000\xa0&＆]+")
_ROLES: Final = re.compile(
    r"^(?:(?:本报|本网|本台|特约|特派|见习|实习|首席|全媒体|融媒体|新媒体|驻[\u4e00-\u9fff]{2,4})*(?:记者|通讯员|评论员|实习生|特约撰稿人|撰稿人|撰稿|摄影|报道员|编辑|作者))\s*[:：]?\s*"
)
_ROLE_TAIL: Final = re.compile(
    r"[(（](?:实习|见习|通讯员|记者|编辑|整理|责编)[^)）]*[)）]?$|(?<=[\u4e00-\u9fff]{2})(?:实习|见习)$"
)
# 来源：资料图 under a picture is the picture's.
_PICTURE_SOURCE: Final = re.compile(r"(?:资料|网络|视频|新闻)?(?:图片?|截图)(?:资料)?$")
# 新华社评论员 张三: who the person is, not a second one.
_TITLED: Final = re.compile(r"[\u4e00-\u9fff·]{2,}(?:作者|评论员|撰稿人|研究员|通讯员|记者|教授|主任|主编)$")
_VALUE_END: Final = re.compile(
    r"[【\[|｜\t>»<]|字号|字號|分享|\d(?<!\d\d)\d*+\s{0,9}(?:条评论|次阅读|人参与)|网友评论|我要评论|T\s?大|参与互动|大(?<!\S大)\s中\s小|T(?<!\ST)\|T|https?://|www\."
)
_WRAPPING: Final = " \u3000\xa0\t:：,，;；.。-—_·|/（(【[〔<《“\"')）】]〕>》”、"
_OUTLET_WRAPPING: Final = " \u3000\xa0\t:：,，;；.。-—_|/【[】]〔〕<>、"


def outlet(value: str) -> str | None:
    """The outlet that a source label's value names, as printed; None where it names none."""
    value = value.strip(_OUTLET_WRAPPING)
    if value[:1] in "(（" and value[-1:] in ")）":
        value = value[1:-1]
    value = _VALUE_END.split(value, maxsplit=1)[0].strip(_OUTLET_WRAPPING)
    value = _unbalanced(value)
    tokens = [token for token in re.split(r"[\s\u3000\xa0]+", value) if token]
    if not tokens:
        return None
    kept = [tokens[0]]
    for token in tokens[1:]:
        if is_tools(token):
            break
        if is_outlet(token) or (token.isascii() and kept[-1].isascii()):
            kept.append(token)
        else:
            break
    named = (" " if all(token.isascii() for token in kept) else "、").join(kept)
    named = named.strip(_OUTLET_WRAPPING)
    if not named or len(named) > 40 or is_tools(named) or not re.search(r"\w", named) or _PICTURE_SOURCE.match(named):
        return None
    return named


def persons_after_outlet(value: str) -> str | None:
    """Names that stand unlabelled behind an outlet (采财网 廖泽凌): None unless they look like nothing else."""
    tokens = re.split(r"[\s\u3000\xa0]+", _VALUE_END.split(value.strip(), maxsplit=1)[0].strip())
    found: list[str] = []
    for token in tokens[1:]:
        if not is_person(token) or is_outlet(token):
            return "、".join(found) or None
        found.append(token)
    return "、".join(found) or None


def is_outlet(text: str) -> bool:
    """Whether a text is named as outlets are (…网, …报, 《…》)."""
    text = text.strip()
    if not 2 <= len(text) <= 30 or _DOCUMENT_NUMBER.search(text):
        return False
    return _OUTLET.search(text) is not None or (text[0] == "《" and text[-1] == "》")


def is_person(text: str) -> bool:
    """Whether a text is a Chinese name: a surname in use and one or two characters, or two for a double surname."""
    return 2 <= len(text) <= 3 and text[0] in _SURNAMES and text not in _PROVINCES and _HAN_NAME.match(text) is not None


def is_lone_name(text: str) -> bool:
    """Whether a line is one name: of three characters, or of two set apart; two together are a word as readily."""
    if not 3 <= len(text) <= 4:
        return False
    name = "".join(text.split())
    return is_person(name) and (len(name) == 3) == (name == text)


def persons(value: str) -> str | None:
    """The names that a person label's value gives, joined by `、`; None where it gives none.

    Names end at the first token that is none; codes and account names of staff are names.
    """
    value = _VALUE_END.split(value.strip(" \u3000\xa0【[（(］]】"), maxsplit=1)[0]
    value = _BUTTONS_BEHIND.sub("", value)
    # A template of groups is expanded by Python code, even where nothing matches.
    if _WIDE_NAME.search(value):
        value = _WIDE_NAME.sub(r"\1\2\3", value)
    if _SPACED_NAME.search(value):
        value = _SPACED_NAME.sub(r"\1\2", value)
    if value[:1].isascii() or " " in value:
        value = _LATIN_NAME.sub(lambda match: match[0].replace(" ", _JOINED), value)
    # 、 joins equals: behind it a pen name stands as readily as before it.
    listed = "、" in value and not any(map(str.isspace, value))
    names: list[str] = []
    for token in _NAME_BREAK.split(value):
        if token in _NAMES_END or (names and _SENT_FROM.match(token)):
            break
        token = token.replace(_JOINED, " ")
        token = _unbalanced(_ROLE_TAIL.sub("", _ROLES.sub("", token.strip(_WRAPPING)))).strip(_WRAPPING)
        if not token or (len(token) > 4 and _TITLED.match(token)):
            continue
        # 云 ends outlets (新华云) and given names (白云).
        if names and is_outlet(token) and not (token[-1] == "云" and is_person(token)):
            break
        if _is_name(token, first=not names or listed):
            names.append(token)
        else:
            break
    # 作者：X网 张三 says first for whom the person works.
    if len(names) > 1 and is_outlet(names[0]) and is_person(names[1]):
        del names[0]
    return "、".join(dict.fromkeys(names)) or None


def _is_name(token: str, *, first: bool) -> bool:
    if _CODE.match(token) or _NAME_AND_CODE.match(token) or _LATIN_NAME.fullmatch(token):
        return True
    if is_tools(token) or _BUTTON.match(token):
        return False
    if _HAN_NAME.match(token) or _LONG_NAME.match(token):
        return True
    # Only the value's first word may be something else than a name: a desk, a pen name, a team.
    return first and len(token) <= 12 and not re.search(r"[。！？：:]|\d{4}", token)


def _unbalanced(text: str) -> str:
    """A value without the closing bracket whose opening one stands before its label."""
    for opening, closing in ("()", "（）", "【】", "[]", "〔〕"):
        if closing in text and text.count(closing) > text.count(opening):
            text = text[: text.rindex(closing)]
        elif opening in text and text.count(opening) > text.count(closing):
            text = text[: text.rindex(opening)]
    return text
