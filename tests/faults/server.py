"""A portal of three articles on a raw socket, so that its answers may break every rule of HTTP."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BODY = "靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评。"
FAULTY = "/2021/1119/9.html"
SOUND = ("/2021/1119/1.html", "/2021/1119/2.html")


@dataclass
class Asked:
    """A request as the server got it, and the connection to answer it on."""

    path: str
    head: str
    connection: socket.socket
    count: int
    port: int

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, body: bytes | str, status: str = "200 OK", **headers: str) -> None:
        """A whole answer with its right length; header names in Python's form (content_type)."""
        data = body.encode() if isinstance(body, str) else body
        fields = {"content_type": "text/html; charset=utf-8", "content_length": str(len(data))} | headers
        lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in fields.items() if value]
        self.send(("\r\n".join([f"HTTP/1.1 {status}", *lines]) + "\r\n\r\n").encode("latin-1") + data)


Answer = Callable[[Asked], None]


@dataclass
class Portal:
    """A running portal: its address, and the paths that it was asked for."""

    url: str
    asked: list[str] = field(default_factory=list)


def article(number: int | str, text: str = BODY, head: str = "") -> str:
    """An article's page."""
    return (
        f"<html><head><title>靖远县引进企业第{number}批落地_市州</title>{head}</head><body>"
        f"<h1>靖远县引进企业第{number}批落地</h1>"
        "<div>时间：2021-11-19 20:09:41 来源：中国甘肃在线 编辑：赵小春</div>"
        f'<div class="text"><p>{text}</p><p>第{number}批企业已经开工。</p></div></body></html>'
    )


def listing(*links: str) -> str:
    """A channel's page that lists these addresses."""
    items = "".join(
        f'<li><a href="{link}">靖远县引进企业第{n}批落地的消息</a> <span>2021-11-19</span></li>'
        for n, link in enumerate(links, 1)
    )
    return f'<html><body><div class="main"><ul class="list">{items}</ul></div></body></html>'


@contextmanager
def portal(answers: dict[str, Answer], context: ssl.SSLContext | None = None) -> Iterator[Portal]:
    """A portal on loopback: a channel, two sound articles, and whatever `answers` gives for a path.

    A name in `answers` that ends in a star stands for all paths that begin with it.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    running = Portal(f"{'https' if context else 'http'}://127.0.0.1:{port}")
    counts: dict[str, int] = {}
    stopping = threading.Event()

    def handle(connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(120)
            wrapped = context.wrap_socket(connection, server_side=True) if context else connection
            with wrapped:
                while not stopping.is_set():
                    head = _head(wrapped)
                    if not head:
                        return
                    path = head.split(" ", 2)[1]
                    running.asked.append(path)
                    counts[path] = counts.get(path, 0) + 1
                    asked = Asked(path, head, wrapped, counts[path], port)
                    _answer_for(path, answers)(asked)

    def accept() -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield running
    finally:
        stopping.set()
        listener.close()


def _head(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(4096)
        if not piece:
            return ""
        data += piece
    return data.decode("latin-1")


def _answer_for(path: str, answers: dict[str, Answer]) -> Answer:
    """What answers a path: its own, or the one for a beginning of it, written with a star."""
    begun = (answer for name, answer in answers.items() if name.endswith("*") and path.startswith(name[:-1]))
    return answers.get(path) or next(begun, _usual)


def _usual(asked: Asked) -> None:
    if asked.path == "/gn/":
        asked.answer(listing(*SOUND, FAULTY))
    elif asked.path in SOUND:
        asked.answer(article(SOUND.index(asked.path) + 1))
    else:
        asked.answer("not here", "404 Not Found")
