"""The web view in a real browser: nothing runs, nothing is asked of anybody else, and the console stays silent.

A canary listens on a port of its own. Whatever a hostile title or page could make the browser ask for is there, so that
one connection to it is a failure.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.web_site import HOSTILE_PAGE, Made, Served, make_site, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "http://news.gscn.example/hostile.html"


class Canary:
    """Counts who connects. url: where it listens, with a slash at the end."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(1)
                try:
                    line = connection.recv(4096).split(b"\r\n")[0].decode("latin-1")
                except OSError:
                    line = ""
                self.heard.append(line or "a connection without a request")

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    one = Canary()
    yield one
    one.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Made:
    return make_site(tmp_path_factory.mktemp("site"), canary.url)


@pytest.fixture(scope="module")
def served(made: Made, cli_environment: dict[str, str]) -> Iterator[Served]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    with serving(made, cli_environment) as server:
        yield server


def browse(url: str, folder: Path) -> tuple[str, list[str], set[str]]:
    """A page in headless Chromium: its document, the lines of its console, and the addresses that were asked for."""
    assert CHROMIUM
    log = folder / "net.json"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"]
    command += ["--no-proxy-server", "--enable-logging=stderr", f"--log-net-log={log}", "--virtual-time-budget=3000"]
    done = subprocess.run([*command, "--dump-dom", url], capture_output=True, timeout=60, check=True)
    console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
    events = log.read_text(encoding="utf-8", errors="replace")
    # The beginning of each request of the log, and each name that was looked up.
    asked = set(re.findall(r'"url":"([a-z]+://[^"]*)"', events)) | set(re.findall(r'"host":"([^"]*)"', events))
    assert any(url.split("?")[0] in address for address in asked), "the log has lost the page itself"
    return done.stdout.decode(), console, asked


def of_portals(asked: set[str]) -> list[str]:
    """What of these is a portal's; the browser itself asks for addresses of its maker."""
    return sorted(address for address in asked if ".example" in address)


@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=fetch", "article", "capture", "page", "source", "/data", "/data/articles", "/data?sql=select+title+from+articles"],
)  # fmt: skip
def test_nothing_runs_and_nothing_is_loaded_from_elsewhere(
    served: Served, made: Made, canary: Canary, tmp_path: Path, path: str
) -> None:
    capture = f"/capture/{made.captures[HOSTILE]}"
    named = {"article": f"/article/{made.articles['hostile']}", "capture": capture}
    named |= {"page": f"{capture}/page", "source": f"{capture}/source"}
    document, console, asked = browse(served.url.rstrip("/") + named.get(path, path), tmp_path)
    assert "<title>pwned" not in document
    assert console == []
    assert of_portals(asked) == []
    if path == "capture":
        # The frame did show it.
        assert any(address.endswith(f"{capture}/page") for address in asked)
    assert canary.heard == []
    assert not [address for address in asked if address.startswith(canary.url)]


def test_the_same_page_on_a_plain_server_would_have_been_heard(served: Served, tmp_path: Path) -> None:
    canary = Canary()

    class Plain(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = HOSTILE_PAGE.format(canary=canary.url).encode("gbk")
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Plain) as plain:
        threading.Thread(target=plain.serve_forever, daemon=True).start()
        _, _, asked = browse(f"http://127.0.0.1:{plain.server_address[1]}/", tmp_path)
        plain.shutdown()
    canary.close()
    assert canary.heard
    assert [address for address in asked if address.startswith(canary.url)]
