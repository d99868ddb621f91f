"""How much memory a crawl holds after ever more articles.

    python -m benchmarks.memory [ARTICLES]

crawls one long channel of made pages, served by a process of its own that keeps none of them, and prints the resident
memory along the way. The growth is that between a fourth of the way and its end, for 10,000 pages.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from portal_crawler.article import Channel, Portal
from portal_crawler.runs import CrawlOptions, crawl_portal
from portal_crawler.summary import RunSummary

ARTICLES = 20_000
_ENTRIES = 100
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LETTERS = "甘肃省乡村振兴项目建设产业发展农民合作社大棚蔬菜收入增加干部群众工作推进会议指出安全生产检查企业"


@dataclass(frozen=True, slots=True)
class Held:
    """The memory held when so many articles were stored."""

    articles: int
    memory_mb: float


def measure(articles: int) -> list[Held]:
    """The memory along a crawl of so many articles, as often as a hundredth of them was stored."""
    held: list[Held] = []

    def look(figures: RunSummary) -> None:
        if figures.articles - (held[-1].articles if held else 0) >= articles // 100:
            held.append(Held(figures.articles, _resident_mb()))

    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=_serve, args=(theirs, articles), daemon=True)
    server.start()
    try:
        portal = _portal(ours.recv())
        with TemporaryDirectory() as name:
            folder = Path(name)
            options = CrawlOptions(
                folder / "portal.db", folder / "archive", portal.channels, delay_s=0, allow_private=True, progress=look
            )
            summary = crawl_portal(portal, options)
    finally:
        server.terminate()
        server.join()
    if summary.exit_code != 0 or summary.articles != articles:
        sys.exit(f"{summary.articles} of {articles} articles stored: {summary.outcome}")
    return held


def growth_mb(held: list[Held]) -> float:
    """How much the memory grew for 10,000 articles, from a fourth of the way on: by a line through the points there."""
    late = [point for point in held if point.articles >= held[-1].articles / 4]
    mean = sum(point.articles for point in late) / len(late)
    middle_mb = sum(point.memory_mb for point in late) / len(late)
    over = sum((point.articles - mean) * (point.memory_mb - middle_mb) for point in late)
    return 10_000 * over / sum((point.articles - mean) ** 2 for point in late)


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 2**20


def _portal(port: int) -> Portal:
    channel = Channel("要闻", ("新闻", "要闻"), f"http://127.0.0.1:{port}/list/")
    return Portal("made", "造办网", hosts=("127.0.0.1",), channels=(channel,))


def _serve(pipe: Connection, articles: int) -> None:
    asyncio.run(_serve_forever(pipe, articles))


async def _serve_forever(pipe: Connection, articles: int) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            path = head.split(b" ", 2)[1].decode("ascii")
            page = _page(path, articles)
            status = "404 Not Found" if page is None else "200 OK"
            body = (page or "").encode("gb18030")
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _page(path: str, articles: int) -> str | None:
    """The page at a path; the same path gives the same page."""
    if path.startswith("/list/"):
        name = path.removeprefix("/list/")
        page = int(name.removeprefix("index_").removesuffix(".html")) if name else 1
        return _listing(page, articles)
    number = path.removeprefix("/a/").removesuffix(".html")
    return _article(int(number)) if number.isdecimal() else None


def _listing(page: int, articles: int) -> str:
    numbers = range((page - 1) * _ENTRIES, min(page * _ENTRIES, articles))
    lines = "\n".join(
        f'<li><a href="/a/{number}.html">{_title(number)}</a><span>{_day(number)}</span></li>' for number in numbers
    )
    following = f'<a href="/list/index_{page + 1}.html">下一页</a>' if numbers.stop < articles else ""
    return (
        '<html><head><meta charset="gb2312"><title>要闻</title></head>'
        f'<body><ul class="list">{lines}</ul><div class="pages">{following}</div></body></html>'
    )


def _article(number: int) -> str:
    rng = Random(number)
    paragraphs = "".join(f"<p>　　{''.join(rng.choices(_LETTERS, k=120))}。</p>" for _ in range(5))
    return (
        f'<html><head><meta charset="gb2312"><title>{_title(number)}_造办网</title></head><body>'
        f'<h1>{_title(number)}</h1><div class="info">{_day(number)} 09:30:00 来源：造办网 编辑：李明</div>'
        f'<div class="content">{paragraphs}</div></body></html>'
    )


def _title(number: int) -> str:
    return "".join(Random(f"title {number}").choices(_LETTERS, k=16)) + f"之{number}"


def _day(number: int) -> str:
    return f"{2024 - number // 100 // 336}-{12 - number // 100 // 28 % 12:02}-{28 - number // 100 % 28:02}"


def _told(held: list[Held]) -> Iterator[str]:
    for point in held[:: max(len(held) // 20, 1)]:
        yield f"{point.articles:>8,} articles  {point.memory_mb:6.1f} MB"
    yield f"at most {max(point.memory_mb for point in held):.1f} MB"
    yield f"growth for 10,000 articles: {growth_mb(held):.2f} MB"


def main() -> None:
    """Crawl so many articles and print the memory along the way."""
    # Loopback is asked of no proxy, whatever the environment names.
    os.environ["no_proxy"] = "127.0.0.1"
    print(*_told(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES)), sep="\n")


if __name__ == "__main__":
    main()
