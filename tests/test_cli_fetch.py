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
from pathlib import Path
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


ENTRIES = [
    {"id": number, "title": f"靖远县引进企业第{number}批落地", "publishTime": f"2021-11-{30 - number} 10:00:00"}
    for number in range(1, 6)
]
SCRIPTED = """<html><body><ul id=list></ul><script>$.getJSON("/api/list?page=1&size=5", function (res) { $.each(
  res.data.list, function (i, n) { $("#list").append('<li><a href="/detail/' + n.id + '.html">' + n.title + '</a></li>') }) })
</script></body></html>"""


def test_a_list_built_by_script_is_asked_for_as_a_crawl_does(cli: Cli, tmp_path: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/api/list?page=1"):
            send(handler, json.dumps({"data": {"list": ENTRIES, "pages": 9}}).encode(), Content_Type="application/json")
        elif handler.path == "/stub/":
            send(handler, b'<meta http-equiv=refresh content="0;url=/gn/">')
        else:
            send(handler, SCRIPTED.encode(), Content_Type="text/html")

    with serving(answer) as base:
        for name in ("gn", "stub"):
            result = cli("listing", f"{base}/{name}/", "--allow-private", "--delay", "0")
            (found,) = lines(result)
            assert (result.returncode, result.stderr) == (0, b"")
            assert [entry["url"] for entry in found["entries"]] == [f"{base}/detail/{n}.html" for n in range(1, 6)]
            assert found["entries"][0]["date"] == "2021-11-29 10:00:00"
            assert "page=2" in found["next"]
    (tmp_path / "l.html").write_text(SCRIPTED)
    saved = cli("listing", tmp_path / "l.html", "--url", "http://www.jy.com.cn/gn/")
    assert (saved.returncode, json.loads(saved.stdout)["entries"]) == (0, [])
    assert b"ask for http://www.jy.com.cn/api/list?page=1&size=5" in saved.stderr


def test_a_page_without_a_list_says_so(cli: Cli) -> None:
    with serving(
        lambda it: send(it, b"<html><body><div id=app></div><script src=/app.js></script></body></html>")
    ) as base:
        result = cli("listing", f"{base}/", "--allow-private", "--delay", "0")
    assert (result.returncode, json.loads(result.stdout)) == (0, {"entries": [], "next": None})
    assert b"nothing found" in result.stderr and b"browser = true" in result.stderr


CAPTCHA = """<html><head><title>安全验证</title></head><body><p>您的访问过于频繁，请输入验证码后继续访问</p>
<form><input name=code><button>提交</button></form></body></html>""".encode()


@pytest.mark.parametrize("command", ["extract", "listing"])
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, CAPTCHA, "blocked: captcha"),
        (403, PAGE, "blocked: HTTP status 403"),
        (412, b"", "blocked: HTTP status 412"),
    ],
)
def test_a_wall_in_a_page_s_place_exits_with_4(cli: Cli, command: str, status: int, body: bytes, reason: str) -> None:
    with serving(lambda it: send(it, body, status, Content_Type="text/html; charset=utf-8")) as base:
        result = cli(command, f"{base}/1.html", "--allow-private", "--delay", "0")
    assert result.returncode == 4
    if command == "extract":
        (article,) = lines(result)
        assert article["error"].endswith(reason) and article["warnings"] == ["blocked"]
        assert not any(article[name] for name in ("title", "body", "published_at", "provenance"))
    else:
        assert result.stdout == b"" and reason.encode() in result.stderr


def test_saved_walls_are_named_and_only_those_of_a_manifest_are_nobodys_trouble(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "wall.html").write_bytes(CAPTCHA)
    (tmp_path / "page.html").write_bytes(PAGE)
    result = cli("extract", tmp_path / "wall.html", tmp_path / "page.html", tmp_path)
    assert result.returncode == 2
    result = cli("extract", tmp_path / "wall.html", tmp_path / "page.html")
    assert (result.returncode, lines(result)[0]["warnings"]) == (4, ["blocked"])
    assert lines(result)[1]["title"] == "靖远县枸杞迎来丰收季"
    manifest = [{"file": f"{name}.html", "url": f"http://www.jy.com.cn/{name}.html"} for name in ("page", "wall")]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, manifest)))
    result = cli("extract", "--manifest", tmp_path / "m.jsonl")
    assert (result.returncode, [article["title"] for article in lines(result)]) == (0, ["靖远县枸杞迎来丰收季", None])
    assert lines(result)[1]["error"].endswith("blocked: captcha")
