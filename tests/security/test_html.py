"""What a database holds is text to whoever shows it: no page of the web view or the report takes any of it for markup."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pyarrow.parquet
import pytest
from lxml.html import fromstring

from portal_crawler.article import BEIJING
from portal_crawler.export import Selection, export_articles
from portal_crawler.report import write_report
from portal_crawler.store import open_reader
from portal_crawler.web.plugin import datasette_of
from portal_crawler.web.site import Site
from tests.web_site import make_site

EVIL = '=1"\'><script>canary()</script><img src=x onerror=canary()><a href="javascript:canary()">{{7*7}}</a></textarea>&lt;b&gt;'
# What has a form of its own: without it, nothing is shown at all.
_FORMED = {"state", "file",
           "digest", "published_precision", "images", "channel_path", "provenance", "warnings", "path", "summary",
           "targets", "kind", "identity"}  # fmt: skip
_LISTS = {
    "channel_path": [EVIL, EVIL],
    "warnings": [EVIL],
    "images": [{"url": "javascript:canary()", "caption": EVIL}],
    "provenance": {EVIL: EVIL},
}


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database whose texts are all hostile, each made different by its row."""
    made = make_site(tmp_path_factory.mktemp("evil"), "http://canary.example/")
    with closing(sqlite3.connect(made.db)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for table in ("articles", "revisions", "channels", "captures", "runs", "ledger"):
            for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
                if kind == "TEXT" and name not in _FORMED and not name.endswith("_at"):
                    # Addresses stay apart, and portals the same in all tables.
                    own = "" if name == "portal" else " || rowid"
                    value = "javascript:canary()//" if name == "url" else EVIL
                    connection.execute(f"UPDATE OR IGNORE {table} SET {name} = ?{own}", (value,))
                elif name in _LISTS and table in ("articles", "revisions"):
                    connection.execute(f"UPDATE {table} SET {name} = ?", (json.dumps(_LISTS[name]),))
        connection.execute("UPDATE channels SET path = ?", (json.dumps([EVIL]),))
        connection.commit()
    return made.db


def assert_harmless(page: str) -> None:
    tree = fromstring(page)
    scripts = "".join(element.text or "" for element in tree.iter("script"))
    assert "canary()" not in scripts
    assert tree.xpath("//*[@onerror]") == []
    assert [
        one for one in tree.xpath("//@href | //@src | //@action") if one.strip().lower().startswith("javascript:")
    ] == []
    assert "49</a>" not in page


def test_no_page_of_the_web_view_takes_a_text_for_markup(evil: Path) -> None:
    async def pages() -> dict[str, tuple[int, str]]:
        datasette = datasette_of(Site(evil, evil.parent / "archive"), "127.0.0.1")
        await datasette.invoke_startup()
        found, waiting = {}, ["/", "/search?q=canary", "/search?q=script&portal=x", "/capture/1", "/-/tables"]
        with closing(sqlite3.connect(evil)) as connection:
            ids = [row[0] for row in connection.execute("SELECT id FROM articles LIMIT 3")]
            database = "archive"
        waiting += [f"/article/{number}" for number in ids]
        waiting += [f"/{database}", f"/{database}/articles", f"/{database}/channels", f"/{database}/runs"]
        done = set()
        while waiting and len(done) < 40:
            path = waiting.pop(0)
            if path in done:
                continue
            done.add(path)
            answer = await datasette.client.get(path, follow_redirects=True)
            if "html" in answer.headers.get("content-type", ""):
                found[path] = (answer.status_code, answer.text)
                links = fromstring(answer.text).xpath("//a/@href")
                waiting += [one for one in links if one.startswith(("/article", "/portal", "/search", "/capture"))]
        return found

    found = asyncio.run(pages())
    shown = [path for path, (status, text) in found.items() if status == 200 and "canary()" in text]
    assert len(shown) >= 4, {path: status for path, (status, _) in found.items()}
    for path, (status, text) in found.items():
        assert status < 500, (path, text[-500:])
        assert_harmless(text)


def test_the_report_takes_no_text_for_markup(evil: Path, tmp_path: Path) -> None:
    store = open_reader(evil)
    try:
        write_report(store, tmp_path / "r.html", Selection(), datetime.now(BEIJING))
    finally:
        store.close()
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "canary()" in page
    assert_harmless(page)


def test_files_for_programs_keep_texts_and_files_for_spreadsheets_disarm_them(evil: Path, tmp_path: Path) -> None:
    store = open_reader(evil)
    try:
        for suffix in ("jsonl", "parquet", "csv"):
            export_articles(store, tmp_path / f"x.{suffix}")
        stored = [tuple(row) for row in store.rows("SELECT title, body, source FROM articles ORDER BY id")]
    finally:
        store.close()
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert [(one["title"], one["body"], one["source"]) for one in lines] == stored
    table = pyarrow.parquet.read_table(tmp_path / "x.parquet").to_pylist()
    assert [(one["title"], one["body"], one["source"]) for one in table] == stored
    text = (tmp_path / "x.csv").read_text("utf-8")
    assert "'=1" in text and ",=1" not in text and ',"=1' not in text
