"""Answers with status 200 that keep the crawler out: a wall in place of the page.

Walls say little, name no source and have no publish time: a page with a line of running text, or with an article's
meta line, is none, whatever it is about. So an article about captchas stays an article.
"""

from __future__ import annotations

import re

from portal_crawler.extract.lines import Line
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import find_stamp

# Walls of the firewalls and CMSs in use say less than this, each line less than that.
_MOST_CHARACTERS = 400
_LONGEST_LINE = 120
_SENTENCE = 40
_OF_ARTICLES = frozenset(("source", "editor", "author"))
_CAPTCHA = re.compile(
    r"验证码|人机(?:验证|校验)|安全(?:验证|检查|检测)|(?:滑动|滑块|行为|点击完成)验证|访问(?:请求)?(?:过于|太过?)?频繁|"
    r"(?:异常|可疑)(?:访问|流量|行为)|请求(?:已)?被(?:拦截|阻断|拒绝)|访问(?:已)?被(?:拦截|阻断|拒绝|阻止)|"
    r"captcha|are you a robot",
    re.I,
)
_MAINTENANCE = re.compile(
    r"(?:系统|网站|本站|服务器?|平台|页面|数据库)[^。]{0,6}(?:维护|升级|检修|割接)|(?:维护|升级|建设)中|暂停(?:服务|访问)|暂时无法访问"
)
_LOGIN = re.compile(r"登[录陆]|用户中心|统一身份认证|login|sign in", re.I)
_SETS_COOKIE = re.compile(r"document\s*\.\s*cookie\s*=|document\s*\[\s*['\"]cookie['\"]\s*\]|\beval\s*\(")
_GOES_ON = re.compile(r"\blocation\b|\.\s*submit\s*\(")


def refusal(page: Page) -> str | None:
    """What kind of wall a page is: `captcha`, `maintenance`, `login` or `cookie script`; None for every other page."""
    lines = [line for line in page.lines if line.text]
    shown = sum(len(line.text) for line in lines)
    if shown > _MOST_CHARACTERS or any(len(line.text) > _LONGEST_LINE for line in lines):
        return None
    if any(map(_is_of_article, lines)):
        return None
    title = next((element.text or "" for element in page.root.iter("title")), "")
    said = "\n".join((title, *(line.text for line in lines)))
    for kind, words in (("login", _LOGIN), ("captcha", _CAPTCHA), ("maintenance", _MAINTENANCE)):
        if not words.search(said) or (kind == "login" and not _has_password(page)):
            continue
        # A sentence about something else is an article's.
        if not any(len(line.text) >= _SENTENCE and "。" in line.text and not words.search(line.text) for line in lines):
            return kind
    if shown <= 60 and _SETS_COOKIE.search(page.text) and _GOES_ON.search(page.text):
        return "cookie script"
    return None


def _is_of_article(line: Line) -> bool:
    """Whether a line names a source or a person, or gives a time which is not that of the site's own works."""
    if any(item.kind in _OF_ARTICLES and item.value.strip() for item in line.labels):
        return True
    return find_stamp(line.text) is not None and not _MAINTENANCE.search(line.text) and "恢复" not in line.text


def _has_password(page: Page) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in page.root.iter("input"))
