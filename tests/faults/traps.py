"""Lists and addresses without end, and pages that say with status 200 that there is none."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass

from tests.faults.kinds import Fault
from tests.faults.server import FAULTY, SOUND, Answer, Asked, article, listing


@dataclass(frozen=True)
class Trap(Fault):
    """A fault that the summary must name. trap: words of its name. articles: how many are stored, each once.

    listings: pages of lists that may be asked for at most.
    """

    trap: str = ""
    articles: int = 3
    listings: int = 4


def _trap(name: str, trap: str, answers: dict[str, Answer], articles: int = 3, listings: int = 4) -> Trap:
    return Trap(name, "done", 0, "", {FAULTY: _article, **answers}, 25.0, trap, articles, listings)


def _article(asked: Asked) -> None:
    """The article that the path ends in, whatever stands before it."""
    asked.answer(article(asked.path.partition("?")[0].rpartition("/")[2].partition(".")[0]))


def _list(links: list[str], following: str) -> str:
    return listing(*links).replace("</div>", f'<a href="{following}">下一页</a></div>')


_ALL = [*SOUND, FAULTY]
_NAMES = [link.rpartition("/")[2] for link in _ALL]


def _number(asked: Asked) -> int:
    return int(asked.path.partition("=")[2].partition("&")[0] or 1)


def _same_again(asked: Asked) -> None:
    asked.answer(_list(_ALL, f"/gn/?page={_number(asked) + 1}"))


def _back_and_forth(asked: Asked) -> None:
    asked.answer(_list(_ALL if _number(asked) == 1 else [], "/gn/?page=2" if _number(asked) == 1 else "/gn/"))


def _empty_days(asked: Asked) -> None:
    day = _number(asked)
    asked.answer(_list(_ALL if day == 1 else [], f"/gn/?day={day + 1}"))


def _days_of_the_same(asked: Asked) -> None:
    """A calendar whose every day shows the newest articles, at addresses of its own."""
    if asked.path.endswith("/"):
        day = int(asked.path.strip("/").partition("/")[2] or 1)
        asked.answer(_list([f"/gn/{day}/{name}" for name in _NAMES], f"/gn/{day + 1}/"))
    else:
        _article(asked)


def _deeper(asked: Asked) -> None:
    """Links relative to a folder, from a server that gives the same page for every folder."""
    if asked.path.endswith("/"):
        asked.answer(_list(_NAMES, "gn/"))
    else:
        _article(asked)


def _deeper_articles(asked: Asked) -> None:
    asked.answer(_list([*_ALL, "/gn/gn/gn/gn/9.html"], f"/gn/?page={_number(asked) + 1}"))


def _with_session(asked: Asked) -> None:
    session = secrets.token_hex(12)
    links = [f"{link};jsessionid={session}.node2?PHPSESSID={session}&sid={session}" for link in _ALL]
    asked.answer(_list(links, f"/gn/?page={_number(asked) + 1}&PHPSESSID={session}"))


def _with_token(asked: Asked) -> None:
    token = secrets.token_hex(12)
    asked.answer(_list([f"/s/{token}{link}?k={token[::-1]}" for link in _ALL], f"/gn/?k={token}"))


_reads = itertools.count(1)


def _with_token_and_counter(asked: Asked) -> None:
    """The same articles, each time at new addresses and with the number of their readers in the title."""
    token = secrets.token_hex(12)
    links = listing(*(f"/s/{token}{link}" for link in _ALL)).replace("的消息", f"的消息 已有{next(_reads)}人阅读")
    asked.answer(links.replace("</div>", f'<a href="/gn/?k={token}">下一页</a></div>'))


def _ever_new(asked: Asked) -> None:
    page = _number(asked)
    links = listing(f"/2021/1119/{page}001.html", f"/2021/1119/{page}002.html").replace("批落地", f"批第{page}期落地")
    asked.answer(links.replace("</div>", f'<a href="/gn/?page={page + 1}">下一页</a></div>'))


def _none_here(asked: Asked) -> None:
    asked.answer("<html><head><title>提示</title></head><body><p>您访问的页面不存在或已被删除！</p></body></html>")


def _front(asked: Asked) -> None:
    links = listing("/2021/1119/51.html", "/2021/1119/52.html", "/2021/1119/53.html")
    asked.answer(links.replace("<html>", "<html><title>靖远新闻网首页</title>"))


def _first_of_two(asked: Asked) -> None:
    asked.answer(_list(_ALL, "/gn/index_2.html").replace("<html>", "<html><title>国内新闻_靖远新闻网</title>"))


def _to_front(asked: Asked) -> None:
    asked.answer("", "302 Found", location="/")


def _of_pages(asked: Asked) -> None:
    number = int(asked.path.partition("9_")[2].partition(".")[0] or 1)
    link = f'<p><a href="/2021/1119/9_{number + 1}.html">第{number + 1}页</a></p>'
    asked.answer(article(9).replace("</div></body>", f"{link}</div></body>"))


TRAPS = (
    _trap("pager without end", "nothing new", {"/gn/*": _same_again}),
    _trap("pager in a circle", "leads back", {"/gn/*": _back_and_forth}),
    _trap("calendar of empty days", "nothing new", {"/gn/*": _empty_days}),
    _trap(
        "calendar that repeats itself",
        "nothing new",
        {"/gn/*": _days_of_the_same},
    ),
    _trap("folders in folders", "grow", {"/gn/*": _deeper}, listings=3),
    _trap("article in folders in folders", "grow", {"/gn/*": _deeper_articles}),
    _trap("sessions in addresses", "nothing new", {"/gn/*": _with_session}),
    _trap("tokens in addresses", "nothing new", {"/gn/*": _with_token, "/s/*": _article}),
    _trap("tokens and counters", "other addresses", {"/gn/*": _with_token_and_counter, "/s/*": _article}, listings=5),
    Trap(
        "new entries without end, all soft 404s",
        "",
        3,
        "",
        {"/gn/*": _ever_new, "/2021/*": _none_here},
        60.0,
        "soft 404",
        0,
        35,
    ),
    _trap("behind the last page a soft 404", "soft 404", {"/gn/": _first_of_two, "/gn/index_2.html": _none_here}),
    _trap("behind the last page the front page", "soft 404", {"/gn/": _first_of_two, "/gn/*": _front}),
    _trap(
        "behind the last page a redirect to the front",
        "soft 404",
        {"/gn/": _first_of_two, "/gn/index_2.html": _to_front, "/": _front},
    ),
    Trap("article that is a soft 404", "failed", 3, "there is none", {FAULTY: _none_here}, 25.0, "soft 404", 2),
    _trap("article of pages without end", "pages", {FAULTY: _of_pages, "/2021/1119/9_*": _of_pages}),
)
