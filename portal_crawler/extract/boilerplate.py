"""Lines that are furniture of a page and not text of its article.

A verdict needs the whole line, never a phrase in it: 扫一扫, 声明 and 编辑 stand in true sentences every day. So
a line is furniture when nothing is left of it once the words of one kind are taken away, when it opens as only
furniture opens, or when it is a notice that names rights and permissions more than once. The wordings were
collected from public pages and CMS templates (labels of DedeCMS, EmpireCMS, PHPCMS, TRS and share scripts).
"""

from __future__ import annotations

import re
from typing import Final

# Share bars, print and font-size tools, comment and favourite buttons, player and reaction widgets.
_TOOL_WORDS: Final = "|".join(
    sorted(
        (
            "分享到微信朋友圈 微信扫一扫 扫一扫分享 扫一扫手机阅读 扫描二维码 用微信扫描二维码 分享至好友和朋友圈 打开微信 分享到 分享至 转发到 转播到 转帖到 "
            "转发至 一键分享 分享 转发 转播 转帖 更多 其他 朋友圈 微信好友 微信 新浪微博 腾讯微博 搜狐微博 网易微博 人民微博 官方微博 微博 "
            "QQ空间 腾讯空间 QQ好友 QQ书签 Qzone qzone QQ 开心网 人人网 豆瓣 百度贴吧 百度空间 百度搜藏 雅虎收藏 白社会 搜狐白社会 网易 天涯 飞信 短信 "
            "打印本页 打印本稿 打印本文 打印文章 打印该页 打印此页 我要打印 打印预览 打印 关闭窗口 关闭本页 关闭此页 关闭 复制链接 复制地址 复制网址 复制 链接已复制 "
            "加入收藏 添加收藏 收藏本页 收藏本文 收藏此页 本地收藏夹 收藏 字号 字体 大小 大字体 中字体 小字体 放大 缩小 正常 默认 最大 最小 较大 较小 特大 大 中 小 超大 "
            "我要纠错 纠错 挑错 报错 推荐给朋友 推荐朋友 推荐 我要评论 我来说两句 我有话说 发表评论 查看评论 网友评论 参与评论 评论表单加载中 评论 条评论 人参与 "
            "发起话题 写进博客 提问作者 查看 参与 跟贴 跟帖 论坛 进入论坛 返回论坛 投稿 在线投稿 我要投稿 打赏 点赞 赞 赏 顶一下 踩一下 赞一个 顶 踩 "
            "手机看新闻 手机阅读 语音播报 朗读 听新闻 播放视频 播放 暂停 全屏 视频 图集 隐藏边栏 视力保护色 无障碍 "
            "返回顶部 回到顶部 顶部 返回首页 返回列表 返回频道 返回搜狐，查看更多 返回搜狐 查看更多 正在加载 加载中 载入中 请稍候 "
            "分隔线 已有 关注 已关注 举报 回复 广告 点击 次 人气 万 浏览 阅读 热度 订阅 新闻订阅 RSS 邮件 Email 已 人 条 共 页 第 "
            "上一页 下一页 上页 下页 首页 尾页 末页 前一页 后一页 全文 显示全文 展开 收起 余下 剩余 继续阅读 阅读更多 "
            "高兴 愤怒 难过 感动 无聊 同情 搞笑 支持 震惊 打酱油 Play Video +1 A+ A- A T x X"
        ).split(),
        key=len,
        reverse=True,
    )
).replace("+", r"\+")
_TOOLS: Final = re.compile(_TOOL_WORDS)
# What a line of buttons opens with, so that a line of text is told from one by its first word.
_OPENS_WITH_TOOL: Final = re.compile(rf"[\W\d_]*(?:$|{_TOOL_WORDS})")
_FILLING: Final = re.compile(r"[\W\d_]+")
# Numbers alone may be a sub-heading or a table's cells, a time or a price; a run of small ones is a pager.
_PAGER: Final = re.compile(
    r"[\[【(（]?\s*\d{1,3}\s*[\]】)）]?(?:[\s|\[\]【】()（）.…-]+\d{1,3}){2,}[\s\])】）.…>»]*$|\+1$"
)
# Headings of blocks of links and of comments. What follows such a line is not the article any more.
_OTHERS: Final = (
    r"^[\W_]*(?:更多)?(?:"
    r"(?:延伸|推荐|拓展|扩展|深度|更多|精彩|关联|热门|往期|专题|同类|最新|编辑|猜你|为您|小编|你可能|您可能|大家都|今日|今天|本网|图片|热点|热图|视频|频道|栏目|新闻|点击|阅读|一周|本周|本月|24小时)"
    r"(?:文章|新闻|阅读|报道|链接|推荐|内容|资讯|专题|稿件|信息|话题|喜欢|关注|感兴趣|在看|热搜|搜索|热点|热榜|视频|图片|头条|排行榜?|排名|观察|精选|点击排行|点击|导读|回顾|要闻|公告)(?:榜)?"
    r"|本文导航|相关热词搜索?|阅读下一篇|作者最新文章|文章作者$|相关标签|调查|频道精选|大家爱看|.{0,8}(?:新闻|文章|这里|此文|本文|该文).{0,6}(?:心情|感受|感觉)(?:是|如何)?"
    r")(?:[:：>》】\])（(\s\d]|$)"
)
_RELATED: Final = r"^[\W_]*(?:更多)?(?:相关|新闻|背景)(?:文章|新闻|阅读|报道|链接|推荐|内容|资讯|专题|稿件|视频|图片|图集|话题|作品|热词)(?:[:：>》】\])（(\s\d]|$)|^[\W_]*延伸阅读[\W_]*$"
_COMMENTS: Final = (
    r"^[\W_]*(?:网友|最新|热门|精彩|全部|发表|用户|我来|我要)?(?:评论|留言(?![:：])|跟[帖贴]|热评|说两句)(?:列表|区|板)?[\W\d_万条]*$|^目前共有|^最新评论|^共有\s*\d*\s*(?:位网友|条评论)"
    # What a form asks of those who comment.
    r"|^[\W_]*(?:发表|我要|网友)?(?:评论|留言).{0,16}(?:验证码|用户名|大名|昵称)"
    # Below the answer to a complaint.
    r"|^[\W_]*(?:办理|群众|网友|用户)?满意度(?:评价|测评|调查)?[\W_]*$|^[\W_]*(?:我要|网友|用户|群众|市民)评价[\W\d_万条]*$"
)
_NEIGHBOUR: Final = (
    r"^[\W_]*(?:上一篇|下一篇|上一条|下一条|上篇|下篇|前一篇|后一篇|上一则|下一则|阅读下一篇)(?:文章|新闻|[:：\s]|$)"
)
# One look for all that a short line may open, since most lines of a page are short.
_OPENING: Final = re.compile(f"(?P<comments>{_COMMENTS})|(?P<end>{_NEIGHBOUR})|(?P<heading>{_OTHERS}|{_RELATED})")
_NEIGHBOUR_LINE: Final = re.compile(_NEIGHBOUR)
_HEADING_LINE: Final = re.compile(f"{_OTHERS}|{_RELATED}")
_LONGEST_OPENING: Final = 24
# Words of notices. One of them in a sentence is news, two in one line are a notice about rights.
_RIGHTS: Final = re.compile(
    r"凡本[网站]|本[网站]注明|注明.{0,4}来源|[未非]经.{0,12}(?:授权|许可|同意)|不得(?:转载|复制|摘编|建立镜像)|转载(?:请|时|须|自|目的|出于)|版权(?:所有|归|均属|声明|属于|问题)|侵犯|侵权|著作权|"
    r"免责|不代表本[网站平]|仅代表(?:该|其|本文)?作者|仅提供信息|不承担|法律责任|如有(?:侵权|异议)|及时(?:删除|处理)|联系本[网站]|与本[网站]联系|本[网站](?:及其)?(?:不|无法)|其真实性|投诉|稿件.{0,6}稿酬|观点和?(?:对其)|参考之?用|投资建议|风险自担|知识产权|信息存储|书面授权|任何单位(?:和|或|及)个人"
)
# An article about copyright uses the same words, but only a notice speaks of the site that prints it.
_SPEAKS_FOR_ITSELF: Final = re.compile(
    r"本[网站]|本文来源|本平台|[此本]内容[为系]|保留追究|凡注明|凡注有|转载(?:请|须|目的|出于)|(?:请|可)(?:及时)?(?:与|联系)[^。]{0,8}(?:我们|本|删除)|该文观点|任何单位(?:和|或|及)个人(?:使用|.{0,20}(?:转载|复制|摘编|镜像|链接|转贴|建立))"
)
_NOTICE_OPENING: Final = re.compile(
    r"^[\W_]*(?:广告声明\s*[:：]|(?:特别|版权|免责|郑重|重要|平台|转载|法律|本[网站])?声\s*明\s*[:：](?:$|.{0,60}(?:本|转载|版权|观点|来源|仅|授权|代表))|免责(?:声明|条款)|版权(?:声明(?=\W|$|本|未)|所有|与免责)|[^。，“”]{2,10}声明\s*[:：].{0,40}(?:转载|版权|观点|本[网站])|[^。，“”]{2,10}(?:版权|免责)[^。，“”]{0,4}声明\s*[:：]?$|风险提示[:：].{0,30}(?:投资|参考)|"
    r"(?:凡|本)[^。]{0,6}(?:注明|转载|注有)[^。]{0,30}来源|凡本[网站]|未经(?:本[网站]|书面|正式|许可|授权)[^。]{0,30}(?:转载|复制|摘编|摘录|镜像|使用|链接|传播|引用|刊载)|转载请注明|[^。，]{0,12}独家稿件|(?:如果?您?有)?新闻线索[^。]{0,6}(?:报料|爆料|请|欢迎)|(?:新闻)?[报爆]料(?:热线|电话|微信|邮箱|通道)\s*[:：]|"
    r"[^。，“”]{0,10}版权所有|Copyright|COPYRIGHT|©|CopyRight)"
)
_LICENCE: Final = re.compile(
    r"ICP[备证]|公网安备|许可证(?:编号|号)?\s{0,20}[:：]?\s{0,20}[\w(（-]{0,40}\d|[aA](?i:ll rights? reser?ve?d)|违法(?:和|及|与)?不良信息举报|经营许可证|Copyright\s*(?:©|\(C\)|\d)|[pP](?i:owered\s+by)"
)
_SITE_LINKS: Final = re.compile(
    r"关于我们|联系我们|网站地图|友情链接|广告服务|法律顾问|版权声明|诚聘英才|网站简介|设为首页|招聘信息"
)
_CONTACT: Final = re.compile(
    r"(电话|传真|邮箱|信箱|邮编|地址|热线|E-?mail|QQ群?|主管|主办|承办|协办|主办单位|技术支持)\s*[:：]|(?:电话|热线|传真|举报)\D{0,4}\d{3,4}-?\d{7,8}",
    re.I,
)
# Where to call or go for what an article announces is its text.
_TO_TAKE_PART: Final = re.compile("预约|报名|咨询|应聘|参赛|活动地")
_MAY_BE_CONTACT: Final = re.compile("[:：]|电话|热线|传真|举报")
# A report on rights tells what others say, rule or claim; a law numbers what it permits.
_TELLS: Final = re.compile(
    r"^第[一二三四五六七八九十百零\d]{1,5}[条章款]|辩称|诉称|查明|判决|判令|原告|被告|[一二]审(?!三审)|"
    r"(?<![您你者方])(?:认为|表示|介绍|指出|提醒)[，,：:“]"
)
# A law says what happens to those who do something; a notice speaks of the site that prints it.
_RULES: Final = re.compile(r"^(?!.*(?:本[网站报台刊]|我们|凡))[^。]*的，(?:应当|由|处|可|依法)")
# What somebody else's notice says, in quotation marks; 注明“来源：X” is short.
_QUOTED: Final = re.compile(r"“[^“”]{8,}”|「[^「」]{8,}」")
# Appeals of papers that live on their readers' money.
_APPEAL: Final = re.compile(
    r"(?:赞助|捐助|捐款|月捐|订阅|课金|支持)[^。，]{0,6}(?:我们|本[报刊网站台]|独立(?:媒体|新闻|传媒))|与我们(?:站在一起|同行)|成为[^。，]{0,8}(?:赞助人|月费|付费会员|订阅会员)"
)
# One of these is in every notice; looking for them first spares the paragraphs of an article the patterns.
_NOTICE_WORD: Final = re.compile(
    "声|免责|版权|风险提示|来源|凡|未经|转载|独家|opy|OPY|©|ICP|公网安备|许可证|eserved|ESERVED|举报|owered|本网|本站|本平台|"
    "报料|爆料|联系|关于|地图|广告|保留追究|该文观点|授权|独立|我们|会员|赞助"
)
# What is to be done with a code to be served, enrolled or heard is text; what is to be followed by it is not.
_ACCOUNT: Final = re.compile(
    r"^(?!.*(?:诈骗|骗局|骗取|不要|切勿|谨防|警惕|近期|近日|日前))(?![（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.．、])(?!(?!.*(?:关注|公众号|下载|客户端|更多)).*(?:办理|报名|填写|填报|提交|查询|预约|申请|申报|缴[费纳]|购[票买]|登记))[\W_]*(?:(?:请|欢迎|更多|长按|微信)?[^。]{0,14}(?:扫描?(?:一扫|码|二维码|下方|上方|以下|左侧|右侧)|长按)[^。]{0,24}(?:二维码|关注|下载|客户端|公众号|微信|APP|阅读)|"
    r"(?:[^。，]{0,12}[，,]\s*)?(?:欢迎|敬请|请)?关注[^。，]{0,20}(?:公众号|微信$|官方微信|官方微博|微信号|客户端|[,，]\s*(?:了解|获取|查看|看)更多[^。，]*。?$)|(?:立即|马上|赶快|赶紧|欢迎|请)?(?:打开|下载|安装)[^。，]{0,12}(?:APP|客户端|App|app)|"
    r"加入LINE|[^。，]{0,6}由\s*(?:AI|人工智能)[^。，]{0,4}(?:生成|提炼|总结)[^。]{0,8}|订阅[^。，]{0,10}(?:简报|邮件|周报|通讯|专栏|电子报)|(?:广告)?[\W_]*请?(?:继续)?往下(?:继续)?阅读|[^。]{0,40}(?:点[我此击]|按我|立即|马上)下载[^。，]{0,10}(?:APP|App|客户端)|[^。，]{0,12}用手机随时随地看新闻|更多(?:精彩|内容|资讯)[^。]{0,20}(?:请|关注|点击|下载|登录|访问)|点击右上角|[^。，]{0,12}(?:广告|商务)合作[，,：:\s]?(?:请?点击|请联系|联系我们)|[^。]{0,20}手机报[^。]{0,30}发送?[^。]{1,12}到\s?\d{5}|扫一扫[，,]?[^。，]{0,12}$|本文来自[^。]{0,20}(?:客户端|更多|下载|APP|app))[^。]*。?$"
)
# What stands under the codes of a site: the names of two of its accounts or programs, and nothing else.
_OWN_ACCOUNTS: Final = re.compile(
    r"[^。，：“”]{0,12}?(?:客户端|官方微[信博]|公众号|视频号|抖音号)[^。，：“”]{0,12}?(?:客户端|官方微[信博]|公众号|视频号|抖音号)$"
)
# One of these is in every such line.
_INVITING: Final = re.compile(
    "扫|LINE|长按|关注|打开|下载|安装|随时随地|更多|右上角|本文来自|往下|订阅|AI|人工智能|手机报|合作|客户端|官方微|号$"
)
_END_MARK: Final = re.compile(r"^[\W_]*(?:本文结束|全文结束|正文结束|文章结束|(?:THE\s+)?END|end)[\W_]*(?:[\w.]+)?$")


# A line that breaks off with a link to the rest of it.
_TEASER: Final = re.compile(
    r"(?:\.{3}|…|[\[【(（])\s*(?:详细|详情|全文|更多|阅读全文|查看全文|查看详情)[\]】)）]?\s*(?:>+|»)?$"
)


def is_teaser(text: str) -> bool:
    """Whether a line with a link announces another article (… [详细])."""
    return _TEASER.search(text) is not None


def is_tools(text: str) -> bool:
    """Whether a line holds nothing but buttons, share targets, pagers, counters and their numbers."""
    if len(text) > 90 or text[-1:] in "。！？" or not _OPENS_WITH_TOOL.match(text):
        return False
    rest, tools = _TOOLS.subn("", text)
    return not _FILLING.sub("", rest) and (tools > 0 or _PAGER.match(text) is not None)


def is_block_heading(text: str) -> bool:
    """Whether a line is the heading of a block of links to other articles (相关阅读, 热点推荐)."""
    return len(text) <= _LONGEST_OPENING and _HEADING_LINE.match(text) is not None


def opened_by(text: str) -> str | None:
    """What a line opens: `end` for what never stands inside an article (the one before or after), `comments`,

    `heading` for a block of links to other articles, None for neither.
    """
    if len(text) <= _LONGEST_OPENING:
        match = _OPENING.match(text)
        return match.lastgroup if match else None
    return "end" if ("篇" in text or "条" in text or "则" in text) and _NEIGHBOUR_LINE.match(text) else None


def is_invitation(text: str) -> bool:
    """Whether a line asks readers to follow an account, scan a code or install a program, or names a machine as author."""
    if len(text) > 80 or not _INVITING.search(text):
        return False
    return _ACCOUNT.match(text) is not None or (len(text) <= 40 and _OWN_ACCOUNTS.match(text) is not None)


def is_notice(text: str) -> bool:
    """Whether a line is a notice about rights, a licence, an address of the site or a row of its own links."""
    if len(text) <= 40 and _END_MARK.match(text):
        return True
    if not _NOTICE_WORD.search(text):
        return len(text) <= 120 and _is_address(text)
    # The costlier question of the two is asked of the few lines that pass the other.
    return _speaks_of_rights(text) and not (_TELLS.search(text) or _RULES.match(text))


def _speaks_of_rights(text: str) -> bool:
    if _NOTICE_OPENING.match(text) or len(_APPEAL.findall(text)) > 1:
        return True
    if _LICENCE.search(text):
        return text[-1:] not in "。！？" or len(_RIGHTS.findall(text)) > 1
    if len(text) <= 120 and _is_address(text):
        return True
    own = _QUOTED.sub("", text)
    if _SPEAKS_FOR_ITSELF.search(own) and len(set(_RIGHTS.findall(own))) >= 2:
        return True
    return len(_SITE_LINKS.findall(text)) >= 2


def _is_address(text: str) -> bool:
    if text[-1:] in "。！？" or not _MAY_BE_CONTACT.search(text) or _TO_TAKE_PART.search(text):
        return False
    return len(set(_CONTACT.findall(text))) >= 2
