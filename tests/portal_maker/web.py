"""A made portal on loopback. Unlike the demo's server, this one has addresses that differ in their query only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

from portal_crawler.demo.channels import HOST
from portal_maker.manner import Served


@contextmanager
def serve(portal: Served, log: list[str]) -> Iterator[str]:
    """Serve a portal while the context lasts; gives its base URL. log: the path of every request is appended to it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body go out together: two writes cost a delayed acknowledgement each.
        wbufsize = 1 << 16
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            log.append(self.path)
            split = urlsplit(self.path)
            key = portal.find(unquote(split.path) + (f"?{split.query}" if split.query else ""))
            body, content_type = portal.files[key or "/404.html"]
            if content_type.startswith("text/html"):
                body = body.replace(HOST.encode(), self.headers["Host"].encode())
            self.send_response(200 if key else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: what was asked stands in the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
