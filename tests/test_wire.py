"""What a crawl archives is what came over the wire, in its spelling and order; and nothing is archived twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal_crawler.archive import read_exchange
from tests.test_crawl import article, crawl, listing, rows, site, summary_of

HEAD = b"HTTP/1.1 200 Hao De\r\nserver:nginx\r\nX-B: 1\r\ndate: now\r\nx-a:  2\r\nX-b: 3\r\nCONTENT-TYPE: text/html"


@contextmanager
def raw_site(page: bytes) -> Iterator[str]:
    """A server that answers everything with one page, byte by byte as given."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            asked = connection.recv(65536)
            if b"robots.txt" in asked:
                connection.sendall(b"HTTP/1.1 404 Nein\r\nContent-Length: 0\r\nconnection: close\r\n\r\n")
                return
            half = len(page) // 2
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (page[:half], page[half:], b""))
            head = HEAD + b"\r\ntransfer-encoding: chunked\r\nconnection: close\r\nX-Portal-Crawler-Head: aGk=\r\n\r\n"
            connection.sendall(head + chunks)

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def test_head_is_archived_in_its_own_spelling_and_order(tmp_path: Path) -> None:
    page = article(1).encode("gb18030")
    with raw_site(page) as base:
        crawl(tmp_path, f"{base}/2021/1119/1.html", "--allow-private")
    (row,) = rows(tmp_path, "SELECT * FROM captures WHERE status = 200")
    found = read_exchange(tmp_path / "archive", row["file"], row["offset"], row["length"])
    assert found.head is not None and found.head.startswith(HEAD + b"\r\nX-Archive-Orig-transfer-encoding: chunked\r\n")
    assert found.body == page


def test_page_that_did_not_change_is_archived_as_a_revisit_by_the_next_crawl(tmp_path: Path) -> None:
    with site(lambda path: listing(*range(1, 9)) if path == "/list/" else article(1) if "2021" in path else None) as (
        base,
        _,
    ):
        for _ in range(2):
            assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["exit_code"] == 0
    first, again = rows(tmp_path, "SELECT * FROM captures WHERE url LIKE '%/list/' ORDER BY id")
    assert first["file"] != again["file"] and first["digest"] == again["digest"]
    assert again["length"] < first["length"]
    found = [read_exchange(tmp_path / "archive", row["file"], row["offset"], row["length"]) for row in (first, again)]
    assert found[0].body == found[1].body
