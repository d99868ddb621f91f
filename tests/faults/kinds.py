"""Every fault by name: how the server answers, and what the ledger and the exit code must say of it."""

from __future__ import annotations

import gzip
import socket
import struct
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.faults.server import FAULTY, SOUND, Answer, Asked, article, listing


@dataclass(frozen=True)
class Fault:
    """One way to go wrong. state: of the faulty article in the ledger. reason: words that its reason holds.

    answers: by path, in place of the usual ones. seconds: the longest that the crawl may take.
    """

    name: str
    state: str
    exit_code: int
    reason: str
    answers: dict[str, Answer]
    seconds: float = 25.0


def _faulty(name: str, state: str, exit_code: int, reason: str, answer: Answer, seconds: float = 25.0) -> Fault:
    return Fault(name, state, exit_code, reason, {FAULTY: answer}, seconds)


def _status(line: str, body: str = "no", **headers: str) -> Answer:
    return lambda asked: asked.answer(body, line, **headers)


def _page(body: str | bytes, **headers: str) -> Answer:
    return lambda asked: asked.answer(body, **headers)


def _reset(asked: Asked) -> None:
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.connection.close()


def _no_http(asked: Asked) -> None:
    asked.send(b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\xfe garbage\r\n\r\n" * 20)
    asked.connection.close()


def _large_head(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
    for number in range(4000):
        asked.send(f"X-Filler-{number}: {'x' * 80}\r\n".encode())
    asked.send(b"Content-Length: 2\r\n\r\nno")


def _dripped(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(1000):
        asked.send(b"<p>")
        time.sleep(0.5)


def _never_ending(asked: Asked) -> None:
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><body>")
    piece = ("<p>" + "甘肃" * 500 + "</p>").encode() * 32
    while True:
        asked.send(piece)


def _short(asked: Asked) -> None:
    data = article(9).encode()
    asked.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(data) + 500}\r\n\r\n".encode())
    asked.send(data)
    asked.connection.close()


def _short_and_open(asked: Asked) -> None:
    data = article(9).encode()
    asked.send(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(data) + 500}\r\n\r\n".encode())
    asked.send(data)
    time.sleep(100)


def _broken_chunk(asked: Asked) -> None:
    data = article(9).encode()
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    asked.send(f"{len(data):x}\r\n".encode() + data + b"\r\nnonsense\r\n")
    asked.connection.close()


def _cut_gzip(asked: Asked) -> None:
    data = gzip.compress(article(9).encode())
    asked.answer(data[: len(data) // 2], content_encoding="gzip")


def _bomb(*encodings: str) -> Answer:
    """300 MB of blanks, packed as often as there are encodings."""
    packer = zlib.compressobj(9, wbits=31 if encodings[0] == "gzip" else 15)
    data = b"".join([packer.compress(b" " * 1_000_000) for _ in range(300)] + [packer.flush()])
    for encoding in encodings[1:]:
        data = gzip.compress(data) if encoding == "gzip" else zlib.compress(data)
    return lambda asked: asked.answer(data, content_encoding=", ".join(encodings))


def _in_two_steps(asked: Asked) -> None:
    """A wall that gives a cookie and lets those pass who bring it."""
    if "seen=1" in asked.head:
        asked.answer(article(9))
    else:
        asked.answer("", "302 Found", location=FAULTY, set_cookie="seen=1; Path=/")


def _retry_later(after: str) -> Answer:
    def answer(asked: Asked) -> None:
        if asked.count == 1:
            asked.answer("later", "503 Service Unavailable", retry_after=after)
        else:
            asked.answer(article(9))

    return answer


def _soon(asked: Asked) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    _retry_later(moment)(asked)


_CHALLENGE = "<html><head><script>document.cookie='__jsl_clearance=1';location.reload()</script></head></html>"
_CAPTCHA = (
    "<html><head><title>安全验证</title></head><body><form action='/check'><p>您的访问过于频繁，请输入验证码继续访问</p>"
    "<input name='captcha'><img src='/captcha.php'></form></body></html>"
)
_MAINTENANCE = (
    "<html><head><title>系统维护</title></head><body><h1>系统维护中</h1><p>系统正在维护，请稍后访问。</p></body></html>"
)
_LOGIN = (
    "<html><head><title>用户登录</title></head><body><form action='/login'>用户名 <input name='user'> 密码 "
    "<input type='password' name='pass'><button>登录</button></form></body></html>"
)
_ABOUT_CAPTCHAS = article(
    9,
    "多家网站要求输入验证码才能继续访问，记者走访发现，验证码越来越难认，老年人常常要试三次以上，专家建议换一种办法。",
)

FAULTS = (
    _faulty("connection reset", "failed", 3, "", _reset),
    _faulty("no HTTP", "failed", 3, "", _no_http),
    _faulty("head of 400 KB", "failed", 3, "", _large_head),
    _faulty("body dripped", "failed", 3, "", _dripped, 45),
    _faulty("response without end", "failed", 3, "", _never_ending, 45),
    _faulty("body shorter than its length", "failed", 3, "", _short),
    _faulty("body short, connection open", "failed", 3, "", _short_and_open, 45),
    _faulty("broken chunk", "failed", 3, "", _broken_chunk),
    _faulty("gzip cut off", "failed", 3, "", _cut_gzip),
    _faulty("encoding that it is not in", "failed", 3, "", _page(article(9), content_encoding="gzip")),
    _faulty("unknown encoding", "failed", 3, "encoding", _page(b"\x00\x01junk", content_encoding="br9")),
    _faulty("empty 200", "failed", 3, "empty", _page("")),
    _faulty("NUL bytes", "done", 0, "", _page(article(9).replace("<p>", "<p>\x00\x00"))),
    _faulty("wrong content type", "done", 0, "", _page(article(9), content_type="application/octet-stream")),
    _faulty("no content type", "done", 0, "", _page(article(9), content_type="")),
    _faulty("picture in place of a page", "skipped", 0, "image", _page(b"\x89PNG", content_type="image/png")),
    _faulty("page of 20 MB", "done", 0, "", _page(article(9, "甘肃" * 3_300_000 + "。")), 60),
    _faulty("gzip bomb", "failed", 3, "exceeded", _bomb("gzip")),
    _faulty("deflate bomb", "failed", 3, "exceeded", _bomb("deflate")),
    _faulty("bomb in a bomb", "failed", 3, "exceeded", _bomb("gzip", "gzip")),
    _faulty("500", "failed", 3, "http 500", _status("500 Internal Server Error"), 40),
    _faulty("503", "failed", 3, "http 503", _status("503 Service Unavailable"), 40),
    _faulty("503, later by seconds", "done", 0, "", _retry_later("1")),
    _faulty("503, later by a date", "done", 0, "", _soon),
    _faulty("503, later by an absurd date", "failed", 3, "http 503", _retry_later("99999999")),
    _faulty("404", "failed", 3, "http 404", _status("404 Not Found")),
    _faulty("redirect to itself", "failed", 3, "redirect", lambda a: a.answer("", "302 Found", location=FAULTY)),
    Fault(
        "redirects in a ring",
        "failed",
        3,
        "redirect",
        {FAULTY: _status("302 Found", location="/b.html"), "/b.html": _status("302 Found", location=FAULTY)},
    ),
    _faulty("cookie wall", "done", 0, "", _in_two_steps),
    Fault(
        "meta refresh",
        "done",
        0,
        "",
        {
            FAULTY: _page('<html><head><meta http-equiv="refresh" content="0;url=/real/9.html"></head></html>'),
            "/real/9.html": _page(article(9)),
        },
    ),
    Fault(
        "location.href stub",
        "done",
        0,
        "",
        {
            FAULTY: _page('<html><script>window.location.href="/real/9.html";</script></html>'),
            "/real/9.html": _page(article(9)),
        },
    ),
    _faulty("521 with a cookie script", "blocked", 4, "521", _status("521 Origin Down", _CHALLENGE)),
    _faulty("412", "blocked", 4, "412", _status("412 Precondition Failed", _CHALLENGE)),
    _faulty("405 challenge", "blocked", 4, "405", _status("405 Not Allowed", _CHALLENGE)),
    _faulty("403", "blocked", 4, "403", _status("403 Forbidden")),
    _faulty("captcha with 200", "blocked", 4, "captcha", _page(_CAPTCHA)),
    _faulty("maintenance with 200", "blocked", 4, "maintenance", _page(_MAINTENANCE)),
    _faulty("cookie script with 200", "blocked", 4, "script", _page(_CHALLENGE)),
    Fault(
        "login wall",
        "blocked",
        4,
        "login",
        {FAULTY: _status("302 Found", location="/login.html?back=9"), "/login.html?back=9": _page(_LOGIN)},
    ),
    _faulty("article about captchas", "done", 0, "", _page(_ABOUT_CAPTCHAS)),
    Fault(
        "listing that lists nothing",
        "",
        5,
        "",
        {"/gn/": _page("<html><body><h1>国内</h1><p>改版中</p></body></html>")},
    ),
    Fault(
        "channel that sends on",
        "done",
        0,
        "",
        {
            "/gn/": _page('<html><meta http-equiv="refresh" content="0; url=/gn/index.shtml"></html>'),
            "/gn/index.shtml": _page(listing(*SOUND, FAULTY)),
            FAULTY: _page(article(9)),
        },
    ),
    Fault("listing that is gone", "", 3, "", {"/gn/": _status("404 Not Found")}),
    Fault("robots.txt 503", "", 3, "", {"/robots.txt": _status("503 Service Unavailable")}, 40),
    Fault("robots.txt 403", "done", 0, "", {"/robots.txt": _status("403 Forbidden"), FAULTY: _page(article(9))}),
    Fault(
        "robots.txt with a BOM",
        "skipped",
        0,
        "robots",
        {"/robots.txt": _page("\ufeffUser-agent: *\nDisallow: /2021/1119/9.html\n", content_type="text/plain")},
    ),
)
