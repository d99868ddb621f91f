"""Words that say what a link of a front page is, when it is no channel."""

from __future__ import annotations

import re

# What portals call their services, in menus, top bars and footers. Verified channels cost a request each, so that
# a word too few is cheap, and a word too many loses a channel: these name services and nothing else.
_SERVICE = re.compile(
    r"登录|登陆|注册|会员|通行证|忘记密码|退出|个人中心|手机(?:版|报|网|站|端|看)|^手机$|移动版|触屏|客户端|APP|下载|二维码|公众号|小程序|微博|微信"
    r"|关于|联系|广告|版权|免责|(?:网站|站点)地图|声明$|^(?:地图|社区|博客|贴吧)$|论坛$|^进入|说两句|排行榜?$|招聘|诚聘|投稿|供稿|RSS|订阅|加入收藏|收藏本站|设为|邮箱|邮件"
    r"|服务条款|隐私|法律顾问|许可证|备案|公网安备|首页|主页|返回|顶部|网站|简介|媒体合作|商务合作|友情|链接|友链|申请加入|加盟"
    r"|电子报|数字报|报纸|读报|English|繁体|繁體|简体|无障碍|关怀版|长者|适老|举报|投诉|爆料|报料|留言|信箱|问卷|搜索|检索|帮助中心|反馈|商城"
    r"|旧版|旧站|站群|导航|^(?:上|下|前|后|末|尾|首|第).{0,3}[页版期]$",
    re.IGNORECASE,
)
_MORE = re.compile(r"^[\W_]*(?:更多|more|查看更多|查看全文|全文|进入频道|详细|列表)[\W_]*$", re.IGNORECASE)
_AROUND = " \u3000\xa0\t\r\n|｜·•・●■◆>›»＞[]【】()（）-—:："
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NO_NAME = re.compile(r"\d{3,}|[。！？，；：“”《》]|^\d+[-/:.年月日条页]|[.…]{2,}|月.*日")
_SHORTEST, _LONGEST = 2, 8


def tidy(text: str) -> str:
    """A link's text without blanks and the marks around it."""
    return "".join(text.split()).strip(_AROUND)


def is_more(text: str) -> bool:
    """Whether a link only says that there is more of what stands above it."""
    return _MORE.match(text) is not None


def is_service(name: str) -> bool:
    """Whether a name is that of a service: signing in, the site's own affairs, other ways to read it."""
    return _SERVICE.search(name) is not None


def is_channel_name(name: str) -> bool:
    """Whether a text can be a channel's name: two to eight characters, Chinese at heart, no headline, no service."""
    return (
        _SHORTEST <= len(name) <= _LONGEST
        and len(_HAN.findall(name)) * 2 >= len(name)
        and _NO_NAME.search(name) is None
        and not is_more(name)
        and not is_service(name)
    )
