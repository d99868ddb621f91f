"""What is let in and what goes out with each answer: the rules that hold for every page, whoever made it.

Only what reads is let in, and only under a name that no page elsewhere can give to this server (a page that has its own
name point here, as DNS rebinding does, would read all of it through its visitor's browser). Every answer forbids the
browser to run anything and to load anything from elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_COMMON = "base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'self'"
PAGES = f"default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; {_COMMON}"
# Datasette writes colours into its elements. Nothing can be loaded by them, as nothing may be loaded.
DATASETTE = f"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; {_COMMON}"
# What portals wrote: a browser treats it as from nowhere, and its own style sheets are all that it may use.
CAPTURE = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_CAPTURED = re.compile(r"/capture/\d+/.")
_OURS = re.compile(r"/(?:|search|article(?:/.*)?|portal/.*|capture/\d+)")
# What Datasette tells of itself: paths, settings, threads; and its pages that take orders.
_INSIDE = re.compile(r"/-/(?!static/|site/)")


def guarded(app: App, host: str) -> App:
    """The application behind its guard. host: the name or address that the server listens on."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = scope["path"]

        async def send_with_rules(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_rules(message.get("headers", ()), path)}
            await send(message)

        if refused := _refusal(scope, host):
            await _answer(send_with_rules, *refused)
        else:
            await app(scope, receive, send_with_rules)

    return guard


def _refusal(scope: Scope, host: str) -> tuple[int, str] | None:
    """Status and reason for what is not let in."""
    if scope["method"] not in ("GET", "HEAD"):
        return 405, "This view only reads: GET and HEAD are all that it knows."
    named = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if not is_own_name(named, host):
        return 421, "Ask for this server by its address, or as localhost."
    if not scope.get("raw_path", b"").isascii():
        return 400, "The address has bytes that belong into percent signs."
    if _INSIDE.match(scope["path"]):
        return 404, "There is no such page."
    return None


def is_own_name(named: str, host: str) -> bool:
    """Whether a header Host names this server: by an address, as localhost, or by the name it was given."""
    name = re.sub(r":\d*$", "", named).strip("[]").lower()
    if name in ("localhost", host.lower()):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_rules(headers: Any, path: str) -> list[tuple[bytes, bytes]]:
    policy = CAPTURE if _CAPTURED.match(path) else PAGES if _OURS.fullmatch(path) else DATASETTE
    rules = {
        b"content-security-policy": policy.encode("ascii"),
        b"x-content-type-options": b"nosniff",
        b"x-dns-prefetch-control": b"off",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    }
    kept = [(name, value) for name, value in headers if name.lower() not in {*rules, b"set-cookie"}]
    return [*kept, *rules.items()]


async def _answer(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
