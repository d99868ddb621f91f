"""The replica's server answers as a plain web server does."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import pytest

from portal_crawler.demo import build
from portal_crawler.demo.channels import HOST
from portal_crawler.demo.server import Request, serve

REPLICA = build(16)
ARTICLE = REPLICA.truth[0].path


@pytest.fixture
def log() -> list[Request]:
    return []


@pytest.fixture
def connection(log: list[Request]) -> Iterator[HTTPConnection]:
    with serve(REPLICA, log=log) as base_url:
        client = HTTPConnection(base_url.removeprefix("http://"), timeout=10)
        yield client
        client.close()


def ask(connection: HTTPConnection, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return response, response.read()


def test_pages_come_without_a_charset_over_a_connection_that_stays_open(connection: HTTPConnection) -> None:
    response, _ = ask(connection, ARTICLE)
    own = connection.sock
    assert (response.status, response.headers["Content-Type"]) == (200, "text/html")
    assert not response.will_close
    ask(connection, "/zixun/")
    assert connection.sock is own


def test_links_with_a_host_lead_back_to_the_address_that_was_asked(connection: HTTPConnection) -> None:
    _, body = ask(connection, "/zixun/shizhou/pingliang/")
    assert HOST.encode() not in body
    assert f"//127.0.0.1:{connection.port}/zixun/shizhou/pingliang/".encode() in body
    assert (
        body.replace(f"127.0.0.1:{connection.port}".encode(), HOST.encode())
        == REPLICA.files["/zixun/shizhou/pingliang/index.html"][0]
    )


def test_a_page_that_did_not_change_is_answered_304(connection: HTTPConnection) -> None:
    first, _ = ask(connection, ARTICLE)
    assert first.headers["Last-Modified"] == "Fri, 19 Nov 2021 12:09:41 GMT"
    for condition in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        again, body = ask(connection, ARTICLE, **condition)
        assert (again.status, body) == (304, b"")
    assert ask(connection, ARTICLE, If_None_Match='"other"')[0].status == 200
    assert ask(connection, ARTICLE, If_Modified_Since="Thu, 18 Nov 2021 12:00:00 GMT")[0].status == 200
    assert ask(connection, ARTICLE, If_Modified_Since="yesterday")[0].status == 200


def test_unknown_addresses_get_the_site_s_own_404_page(connection: HTTPConnection) -> None:
    for path in ("/zixun/none.html", "/../etc/passwd", "/%E4%B8%AD.html"):
        response, body = ask(connection, path)
        assert response.status == 404
        assert "页面不存在" in body.decode("gb18030")


def test_directories_queries_and_head_requests_work_as_everywhere(connection: HTTPConnection) -> None:
    response, _ = ask(connection, "/zixun")
    assert (response.status, response.headers["Location"]) == (301, "/zixun/")
    assert ask(connection, f"{ARTICLE}?from=hot")[0].status == 200
    response, body = ask(connection, ARTICLE, "HEAD")
    assert (response.status, body) == (200, b"")
    assert int(response.headers["Content-Length"]) > 5000


def test_the_log_holds_what_was_asked_and_answered(connection: HTTPConnection, log: list[Request]) -> None:
    ask(connection, ARTICLE)
    ask(connection, "/none.html?a=1")
    deadline = time.monotonic() + 5
    while len(log) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [(request.method, request.path, request.status) for request in log] == [
        ("GET", ARTICLE, 200),
        ("GET", "/none.html?a=1", 404),
    ]
    assert log[0].at <= log[1].at


def test_answers_can_be_delayed() -> None:
    with serve(REPLICA, delay_s=0.2) as base_url:
        client = HTTPConnection(base_url.removeprefix("http://"), timeout=10)
        start = time.monotonic()
        ask(client, "/robots.txt")
        assert time.monotonic() - start >= 0.2
        client.close()


def test_closing_does_not_wait_for_a_client_that_keeps_its_connection() -> None:
    with serve(REPLICA) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        idle = socket.create_connection((host, int(port)))
        start = time.monotonic()
    assert time.monotonic() - start < 2
    idle.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_module_serves_until_a_signal_ends_it(number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "portal_crawler.demo.server",
        "--articles",
        "5",
        "--seed",
        "3",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        client = HTTPConnection(base_url.removeprefix("http://"), timeout=10)
        assert ask(client, build(5, 3).truth[4].path)[0].status == 200
        client.close()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
