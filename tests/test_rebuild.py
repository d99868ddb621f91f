"""From the archive alone, `reextract --into` makes the database that the crawls had made."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_crawler.archive.unfinished import unfinished_in
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.store import open_reader, search
from portal_crawler.verify import verify
from tests.crawl_process import start_crawl
from tests.killed_crawls import KilledCrawls, content, damage_of, differences
from tests.test_crawl import Answer, article, crawl, listing, site, summary_of

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
STUB = '<html><head><meta http-equiv="refresh" content="0; url={}"></head><body></body></html>'


def rebuild(folder: Path, cli: Cli, *flags: str | Path) -> Path:
    target = folder / "new.db"
    target.unlink(missing_ok=True)
    done = cli("reextract", "--into", target, "--archive", folder / "archive", *flags)
    assert done.returncode == 0, done.stderr.decode()
    return target


def test_crawled_replica_is_rebuilt_in_every_field(tmp_path: Path, cli: Cli) -> None:
    replica = build(60, 6)
    with serve(replica) as base:
        targets = [f"{base}{channel.listing_path}" for channel in replica.channels]
        # In three runs, two of which end early.
        for flags in (["--limit", "10"], ["--limit", "25"], []):
            assert summary_of(crawl(tmp_path, *targets, "--allow-private", *flags))["exit_code"] == 0
        before = content(tmp_path / "p.db")
        after = content(rebuild(tmp_path, cli))
        assert len(after["articles"]) == 60 and len(after["links"]) > 60
        assert any(row["page_count"] > 1 for row in after["articles"])
        assert after == before
        old, new = (open_reader(tmp_path / name) for name in ("p.db", "new.db"))
        for query in ("合作社", "甘肃", "2021", "靖远 企业"):
            assert search(new, query) == search(old, query)
        assert [finding for finding in verify(new, tmp_path / "archive") if finding.is_damage] == []
        for store in (old, new):
            store.close()
        # A crawl goes on with it as with the first one, and the archive stays as long as it was.
        sizes = {path: path.stat().st_size for path in (tmp_path / "archive").rglob("*.gz")}
        done = cli(
            "crawl", *targets, "--allow-private", "--delay", "0",
            "--db", tmp_path / "new.db", "--archive", tmp_path / "archive",
        )  # fmt: skip
        assert done.returncode == 0
        assert {path: path.stat().st_size for path in sizes} == sizes
        with sqlite3.connect(tmp_path / "new.db") as connection:
            assert connection.execute("SELECT count(*), max(revision) FROM articles").fetchone() == (60, 1)


def test_nothing_but_articles_becomes_an_article(tmp_path: Path, cli: Cli) -> None:
    tries: dict[str, int] = {}
    pages = {
        "/list/": listing(1, 2, 3, 4, 5, 6, 7, 8),
        "/2021/1119/1.html": article(1),
        "/2021/1119/2.html": STUB.format("/2021/1119/22.html"),
        "/2021/1119/22.html": article(22),
        "/2021/1119/4.html": "<html><body><p></p></body></html>",
        "/moved/5.html": article(5),
        "/2021/1119/7.html": STUB.format("https://live.foreign.example/x"),
    }

    def answer(path: str) -> Answer | str | None:
        tries[path] = tries.get(path, 0) + 1
        if path == "/robots.txt":
            return 200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private/\n"
        if path == "/2021/1119/8.html":
            packed = gzip.compress(article(8).encode("gb18030"))
            return 200, {"Content-Encoding": "gzip"}, packed[: len(packed) // 2]
        if path == "/2021/1119/5.html":
            return 301, {"Location": "/moved/5.html"}, b""
        if path == "/2021/1119/6.html":
            return (503, {}, b"busy") if tries[path] < 3 else article(6)
        return pages.get(path)

    with site(answer) as (base, _):
        found = summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
        assert found["articles"] == 4
        # 3 is missing, 4 is empty: they are asked for again.
        crawl(tmp_path, f"{base}/list/", "--allow-private")
    before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli))
    assert [row["url"].removeprefix(base) for row in after["articles"]] == [
        f"/2021/1119/{n}.html" for n in (1, 2, 5, 6)
    ]
    assert after == before


def test_rechecks_mean_in_a_rebuild_what_they_meant_in_the_crawls(tmp_path: Path, cli: Cli) -> None:
    pages: dict[str, Answer | str | None] = {f"/2021/1119/{n}.html": article(n) for n in range(1, 15)}
    pages["/list/"] = listing(*range(1, 15))

    def edit(number: int, text: str) -> None:
        pages[f"/2021/1119/{number}.html"] = article(number, text)

    rounds: list[Callable[[], object]] = [
        lambda: edit(1, "第一次改过的正文，讲的还是那一件事，只是多了几个数字。"),
        lambda: (
            edit(1, "第二次改过的正文，讲的还是那一件事，又少了几个数字。"),
            pages.update({"/2021/1119/2.html": None}),
        ),
        # Something else altogether: the portal is asked what it says where there is nothing.
        lambda: edit(3, "XYZ 0123456789 abcdefghijklmnopqrstuvwxyz, lorem ipsum dolor sit amet, nothing of before."),
        lambda: None,
    ]
    with site(lambda path: pages.get(path)) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["exit_code"] == 0
        for change in rounds:
            change()
            with sqlite3.connect(tmp_path / "p.db") as connection:
                connection.execute("UPDATE rechecks SET next_check_at = '2020-01-01T00:00:00+08:00'")
            time.sleep(1)
            summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))
    assert len([path for path in asked if path == "/2021/1119/5.html"]) == 5
    before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli))
    states = {row["url"].rpartition("/")[2]: (row["state"], row["revision"]) for row in after["articles"]}
    for name in ("p.db", "new.db"):
        store = open_reader(tmp_path / name)
        assert [finding for finding in verify(store, tmp_path / "archive") if finding.is_damage] == []
        store.close()
    assert states["1.html"] == ("live", 3) and states["2.html"][0] == "suspect" and states["5.html"] == ("live", 1)
    assert after == before


def test_portal_with_a_profile_has_its_channels_by_name(tmp_path: Path, cli: Cli) -> None:
    pages = {"/gn/": listing(1, 2), "/gj/": listing(2, 3)}
    profile = tmp_path / "moumou.toml"
    profile.write_text(
        """id = "moumou"
name = "某某网"
hosts = ["127.0.0.1"]
[[channels]]
path = ["资讯", "国内"]
url = "/gn/"
[[channels]]
path = ["资讯", "国际"]
url = "/gj/"
"""
    )
    with site(lambda path: pages.get(path) or (article(1) if path.startswith("/2021") else None)) as (base, _):
        done = crawl(tmp_path, str(profile), "--host", base.removeprefix("http://"), "--allow-private")
        assert summary_of(done)["articles"] == 3
        before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli, "--profile", profile))
    assert after == before and [row["name"] for row in after["channels"]] == ["国际", "国内"]


def test_list_made_by_script_is_rebuilt_without_a_profile(tmp_path: Path, cli: Cli) -> None:
    records = [
        {"title": f"靖远县引进企业第{n}批落地", "url": f"/2021/1119/{n}.html", "time": "2021-11-19 20:09"}
        for n in range(1, 6)
    ]
    pages = {
        "/list/": "<html><body><ul id=l></ul><script>fetch('/api/list_1.json').then(r => r.json())</script></body></html>",
        "/api/list_1.json": json.dumps({"list": records}),
    }
    with site(lambda path: pages.get(path) or (article(1) if path.startswith("/2021") else None)) as (base, _):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["articles"] == 5
    before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli))
    assert after == before


@pytest.mark.parametrize("is_refused", [False, True])
def test_list_goes_on_behind_a_page_that_was_held_against_an_address_that_does_not_exist(
    tmp_path: Path, cli: Cli, is_refused: bool
) -> None:
    """The archive has the answer for another random address than the rebuild thinks of, or none."""

    def page(number: int) -> str:
        title = f"<title>{('要闻', '往期新闻', '更早')[number - 1]}</title>"
        following = f'<a href="/list/{number + 1}.html">下一页</a>' if number < 3 else ""
        return title + listing(number * 2, number * 2 + 1, following=following)

    allowed = "".join(f"Allow: /list/{name}\n" for name in ("1.html", "2.html", "3.html"))
    robots = f"User-agent: *\nDisallow: /list/\n{allowed}" if is_refused else ""
    pages = {f"/list/{number}.html": page(number) for number in (1, 2, 3)} | {"/robots.txt": robots or "\n"}
    with site(lambda path: pages.get(path) or (article(1) if path.startswith("/2021") else None)) as (base, asked):
        assert summary_of(crawl(tmp_path, f"{base}/list/1.html", "--allow-private"))["articles"] == 6
        beyond = [path for path in asked if path.startswith("/list/") and path not in pages]
        assert len(beyond) == (0 if is_refused else 1)
    before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli))
    assert after == before


def assert_rebuilt(crawls: KilledCrawls) -> None:
    """Whatever was killed, both databases say the same, and the archive is whole in the eyes of both."""
    before, after = crawls.run()
    assert differences(before, after) == [] and before == after
    assert damage_of(crawls.folder, "p.db") == damage_of(crawls.folder, "new.db") == []
    assert crawls.were_within >= crawls.kills // 2
    assert any(row["revision"] > 1 for row in before["articles"])
    files = sorted(f"{path.parent.name}/{path.name}" for path in (crawls.folder / "archive").rglob("*.warc.*"))
    assert unfinished_in(crawls.folder / "archive", files).cut_short


def test_crawls_that_were_killed_are_rebuilt_as_they_were(tmp_path: Path) -> None:
    assert_rebuilt(KilledCrawls(tmp_path, 7, 5, articles=60))


@pytest.mark.slow
def test_crawls_of_a_portal_out_of_breath_that_were_killed_or_stopped_are_rebuilt_as_they_were(tmp_path: Path) -> None:
    assert_rebuilt(KilledCrawls(tmp_path, 3, 12, articles=100, is_wild=True))


def stored(folder: Path) -> bool:
    """Whether a crawl has written its first articles."""
    if not (folder / "archive").is_dir():
        return False
    with sqlite3.connect(folder / "p.db") as connection:
        return bool(connection.execute("SELECT EXISTS (SELECT 1 FROM articles)").fetchone()[0])


def test_killed_run_without_a_run_after_it_is_rebuilt_with_all_that_it_archived(tmp_path: Path, cli: Cli) -> None:
    replica = build(60, 7)
    with serve(replica, delay_s=0.1) as base:
        process = start_crawl(tmp_path, base, [channel.listing_path for channel in replica.channels])
        while not stored(tmp_path):
            time.sleep(0.05)
        process.kill()
        process.join()
    before, after = content(tmp_path / "p.db"), content(rebuild(tmp_path, cli))
    assert 0 < len(before["articles"]) < 60
    assert [row for row in before["articles"] if row not in after["articles"]] == []
    assert [row for row in before["revisions"] if row not in after["revisions"]] == []


def test_damaged_record_costs_its_own_article_alone(tmp_path: Path, cli: Cli) -> None:
    with site(
        lambda path: listing(1, 2, 3) if path == "/list/" else article(int(path[11:-5])) if "2021" in path else None
    ) as (base, _):
        assert summary_of(crawl(tmp_path, f"{base}/list/", "--allow-private"))["articles"] == 3
    with sqlite3.connect(tmp_path / "p.db") as connection:
        file, offset = connection.execute("SELECT file, offset FROM captures WHERE url LIKE '%/2.html'").fetchone()
    with (tmp_path / "archive" / file).open("r+b") as segment:
        segment.seek(offset + 300)
        segment.write(b"damage")
    done = cli("reextract", "--into", tmp_path / "new.db", "--archive", tmp_path / "archive")
    assert done.returncode == 7 and f"{file}:{offset}" in done.stderr.decode()
    with sqlite3.connect(tmp_path / "new.db") as connection:
        states = dict(connection.execute("SELECT substr(url, -6), state FROM ledger WHERE kind = 'article'").fetchall())
    assert states == {"1.html": "done", "2.html": "pending", "3.html": "done"}


def test_database_that_exists_is_never_replaced(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "new.db").write_text("somebody's")
    (tmp_path / "archive").mkdir()
    done = cli("reextract", "--into", tmp_path / "new.db", "--archive", tmp_path / "archive")
    assert done.returncode == 7 and (tmp_path / "new.db").read_text() == "somebody's"
