"""The replica on a loopback address, as a plain web server gives it.

`python -m portal_crawler.demo.server --articles 300 --port 0` serves one until SIGTERM or SIGINT and prints
its base URL as the first line.
"""

from __future__ import annotations

import argparse
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

from portal_crawler.demo.channels import HOST
from portal_crawler.demo.replica import MISSING, Replica, build

_LOOPBACK = "127.0.0.1"
_HOST_NAME = re.compile(r"[\w.-]+(?::\d+)?$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server answered it. at: seconds of a monotonic clock, when it came in."""

    method: str
    path: str
    status: int
    at: float


@contextmanager
def serve(replica: Replica, port: int = 0, *, delay_s: float = 0.0, log: list[Request] | None = None) -> Iterator[str]:
    """Serve the replica while the context lasts; gives the base URL, without a slash at the end.

    port: 0 for a free one. delay_s: waited before each answer. log: every answered request is appended to it.
    """
    requests = [] if log is None else log
    handler = type("ReplicaHandler", (_Handler,), {"replica": replica, "delay_s": delay_s, "requests": requests})
    server = _Server((_LOOPBACK, port), handler)
    # The short interval is how long closing may take.
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://{_LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # An idle connection that a client keeps must not hold up the close.
    block_on_close = False
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    replica: Replica
    delay_s: float
    requests: list[Request]

    protocol_version = "HTTP/1.1"
    server_version = "nginx/1.0.15"
    sys_version = ""
    # Head and body go out together: two writes cost a delayed acknowledgement each.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        at = time.monotonic()
        if self.delay_s:
            time.sleep(self.delay_s)
        path = unquote(urlsplit(self.path).path)
        status = self._answer(path)
        self.requests.append(Request(self.command, self.path, status, at))

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what was asked stands in `requests`."""

    def _answer(self, path: str) -> int:
        """Send the answer for a path and give its status."""
        key = self.replica.find(path)
        if key is None:
            if self.replica.find(f"{path}/"):
                return self._send(301, b"", "text/html", {"Location": f"{path}/"})
            return self._send(404, *self._file(MISSING), {})
        body, content_type = self._file(key)
        modified = self.replica.modified[key].astimezone(UTC)
        tags = {
            "Last-Modified": format_datetime(modified, usegmt=True),
            "ETag": f'"{sha1(body).hexdigest()[:16]}"',
        }
        if self._has_current(tags["ETag"], modified):
            return self._send(304, b"", None, tags)
        return self._send(200, body, content_type, tags)

    def _file(self, key: str) -> tuple[bytes, str]:
        """A file with the address that the client used in place of the site's own name."""
        body, content_type = self.replica.files[key]
        asked = self.headers.get("Host", "")
        if _HOST_NAME.match(asked) and content_type == "text/html":
            body = body.replace(HOST.encode(), asked.encode())
        return body, content_type

    def _has_current(self, etag: str, modified: datetime) -> bool:
        """Whether the client says that it holds this state (RFC 9110: a tag outranks a date)."""
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        try:
            return parsedate_to_datetime(self.headers["If-Modified-Since"]) >= modified
        except (TypeError, ValueError):
            return False

    def _send(self, status: int, body: bytes, content_type: str | None, extra: dict[str, str]) -> int:
        self.send_response(status)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return status


def main(arguments: list[str] | None = None) -> None:
    """Serve a generated replica until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m portal_crawler.demo.server", description=main.__doc__)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args(arguments)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serve(build(options.articles, options.seed), options.port, delay_s=options.delay) as base_url:
        print(base_url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
