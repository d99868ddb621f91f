"""The site that crawls are measured on: the replica portal with its article pages grown to a usual size.

`python -m benchmarks.site ARTICLES` serves it until SIGTERM and prints its base URL as the first line.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from threading import Event

from portal_crawler.demo.channels import HOST
from portal_crawler.demo.listing_pages import listing_name
from portal_crawler.demo.replica import Replica, build
from portal_crawler.demo.server import serve

# What pages of provincial portals weigh in the median, most of it navigation.
PAGE_BYTES = 40_000


def build_site(articles: int) -> Replica:
    """A replica of so many articles, with a site map below every article that fills the page up."""
    replica = build(articles)
    for path in article_paths(replica):
        body, content_type = replica.files[path]
        replica.files[path] = (body.replace(b"</body>", _site_map(len(body)) + b"</body>"), content_type)
    return replica


def article_paths(replica: Replica) -> list[str]:
    """The paths of all pages of all articles."""
    return [page for item in replica.truth for page in item.pages]


def page_paths(replica: Replica) -> list[str]:
    """The paths of all pages that a crawl opens: listings, and articles with their further pages."""
    listings = [
        path + (listing_name(page) if page > 1 else "")
        for path, pages in replica.listing_pages.items()
        for page in range(1, pages + 1)
    ]
    return listings + article_paths(replica)


def write_corpus(folder: Path, articles: int) -> Path:
    """Save article pages of such a site as a corpus with a manifest; gives the folder."""
    replica = build_site(articles)
    manifest = []
    for number, item in enumerate(replica.truth):
        (folder / f"{number}.html").write_bytes(replica.files[item.path][0])
        manifest.append(json.dumps({"file": f"{number}.html", "url": f"http://{HOST}{item.path}"}))
    (folder / "manifest.jsonl").write_text("\n".join(manifest) + "\n")
    return folder


def _site_map(so_far: int) -> bytes:
    line = '<li><a href="/zhuanti/{0:05}/" title="专题{0}">专题报道第{0}期</a></li>\n'
    size = len(line.format(10_000).encode("gb18030"))
    rows = "".join(line.format(number) for number in range(10_000, 10_000 + (PAGE_BYTES - so_far) // size))
    return f'<div class="map"><ul>\n{rows}</ul></div>\n'.encode("gb18030")


def main() -> None:
    """Serve the site until SIGTERM."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with serve(build_site(int(sys.argv[1]))) as base_url:
        print(base_url, flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
