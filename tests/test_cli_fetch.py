"""Pages read from URLs: what is followed, what is refused, and what bounds it."""

from __future__ import annotations

import gzip
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from portal_crawler.cli.fetch import FetchError, fetch

Finished = subprocess.CompletedProcess[bytes]
Cli = Callable[..., Finished]
PAGE = "<html><head><title>靖远县枸杞</title></head><body><h1>靖远县枸杞迎来丰收季</h1></body></html>".encode()


def lines(result: Finished) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@contextmanager
def serving(answer: Any) -> Iterator[str]:
    """A server on loopback whose GET is the given function of the request handler."""
    handler = type("Handler", (BaseHTTPRequestHandler,), {"do_GET": answer, "log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_a_url_is_fetched_when_private_addresses_are_allowed(cli: Cli) -> None:
    body = gzip.compress(PAGE)
    with serving(lambda it: send(it, body, Content_Encoding="gzip", Content_Type="text/html")) as base:
        result = cli("extract", f"{base}/1.html", "--allow-private", "--delay", "0")
        (article,) = lines(result)
        assert (result.returncode, article["title"]) == (0, "靖远县枸杞迎来丰收季")
        assert article["url"] == f"{base}/1.html"
        assert article["portal"] == base.removeprefix("http://").replace(":", "_")


PRIVATE = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "127.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "169.254.169.254",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_in_any_spelling(host: str) -> None:
    with pytest.raises(FetchError, match="private address"):
        fetch(f"http://{host}:1/", timeout_s=5)


def test_a_refused_url_still_gives_its_line(cli: Cli) -> None:
    asked: list[str] = []
    with serving(lambda it: asked.append(it.path)) as base:
        result = cli("extract", f"{base}/1.html")
    (article,) = lines(result)
    assert (result.returncode, asked) == (3, [])
    assert "--allow-private" in article["error"]


def test_a_redirect_is_followed_and_its_end_is_the_url() -> None:
    def answer(it: BaseHTTPRequestHandler) -> None:
        if it.path == "/old":
            send(it, b"", 302, Location="/新?a=1".encode().decode("latin-1"))
        else:
            send(it, PAGE)

    with serving(answer) as base:
        fetched = fetch(f"{base}/old", allow_private=True)
        assert (fetched.url, fetched.body) == (f"{base}/%E6%96%B0?a=1", PAGE)


def test_a_redirect_away_from_http_is_refused() -> None:
    with (
        serving(lambda it: send(it, b"", 302, Location="file:///etc/hostname")) as base,
        pytest.raises(FetchError),
    ):
        fetch(f"{base}/", allow_private=True)


def test_an_error_status_is_an_error() -> None:
    with (
        serving(lambda it: send(it, PAGE, 404)) as base,
        pytest.raises(FetchError, match="HTTP status 404"),
    ):
        fetch(f"{base}/", allow_private=True)


def test_a_page_larger_than_the_bound_is_refused() -> None:
    with (
        serving(lambda it: send(it, b"x" * 2000)) as base,
        pytest.raises(FetchError, match="more than 1000 bytes"),
    ):
        fetch(f"{base}/", allow_private=True, most_bytes=1000)


def test_a_page_cut_short_is_refused() -> None:
    def answer(it: BaseHTTPRequestHandler) -> None:
        it.send_response(200)
        it.send_header("Content-Length", "5000")
        it.end_headers()
        it.wfile.write(b"x" * 100)

    with serving(answer) as base, pytest.raises(FetchError, match="4900"):
        fetch(f"{base}/", allow_private=True)


def test_a_page_that_drips_is_cut_when_its_time_is_over() -> None:
    def answer(it: BaseHTTPRequestHandler) -> None:
        it.send_response(200)
        it.end_headers()
        with suppress(OSError):
            for _ in range(100):
                it.wfile.write(b"x")
                time.sleep(0.1)

    began = time.monotonic()
    with serving(answer) as base, pytest.raises(FetchError, match="no complete answer in 1 seconds"):
        fetch(f"{base}/", allow_private=True, timeout_s=1)
    assert time.monotonic() - began < 5
