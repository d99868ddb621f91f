"""`extract` and `listing` on files, standard input and manifests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.article import Article

Finished = subprocess.CompletedProcess[bytes]
Cli = Callable[..., Finished]
GOLDEN = sorted(path.parent for path in (Path(__file__).parent / "golden").glob("*/page.html"))
FIELDS = [field.name for field in fields(Article)]
PAGE = """<html><head><meta charset="gb2312"><title>靖远县枸杞迎来丰收季</title></head><body>
<div>您的位置：<a href="/">首页</a> &gt; <a href="/zx/">资讯频道</a> &gt; 白银市</div>
<h1>靖远县枸杞迎来丰收季</h1><div>时间：2021-11-19 20:09:41来源：靖远网编辑：赵小春点击：</div>
<div><p>　　靖远网讯 初冬时节，靖远县五合镇的枸杞晾晒场上一片忙碌，工人们把烘干的枸杞装箱，发往外地。</p>
<p>　　当地合作社的理事长说，今年的价格比去年好，社员们都很有干劲，明年还要再扩大一些种植面积。</p></div>
</body></html>""".encode("gb18030")


def lines(result: Finished) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_file_gives_one_line_with_the_fields_of_articles(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    result = cli("extract", tmp_path / "a.html", "--url", "http://www.jy.com.cn/zx/1.html")
    (article,) = lines(result)
    assert result.returncode == 0
    assert list(article) == FIELDS
    assert article["url"] == "http://www.jy.com.cn/zx/1.html"
    assert article["portal"] == "jy.com.cn"
    assert article["title"] == "靖远县枸杞迎来丰收季"
    assert article["published_at"] == "2021-11-19T20:09:41+08:00"
    assert (article["source"], article["editor"]) == ("靖远网", "赵小春")
    assert article["channel_path"] == ["资讯频道", "白银市"]
    assert article["body"].count("\n") == 1
    assert article["images"] == []


def test_a_file_without_url_is_known_by_its_own(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    (article,) = lines(cli("extract", tmp_path / "a.html"))
    assert (article["url"], article["portal"]) == ((tmp_path / "a.html").as_uri(), None)


def test_standard_input_is_a_page(cli: Cli) -> None:
    (article,) = lines(cli("extract", "-", stdin=PAGE))
    assert (article["title"], article["url"]) == ("靖远县枸杞迎来丰收季", None)


def test_pages_come_in_the_order_they_are_named(cli: Cli) -> None:
    pages = [str(folder / "page.html") for folder in GOLDEN[:6]]
    found = [article["url"] for article in lines(cli("extract", *pages))]
    assert found == [Path(page).resolve().as_uri() for page in pages]


def test_a_manifest_gives_one_line_a_page_in_its_order_also_for_what_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_bytes(PAGE)
    (tmp_path / "pages" / "empty.html").write_bytes(b"")
    entries = [
        {"file": "pages/none.html", "url": "http://www.jy.com.cn/0.html"},
        {
            "file": "pages/a.html",
            "url": "http://www.jy.com.cn/1.html",
            "content_type": "text/html; charset=utf-8",
        },
        {"file": "pages/empty.html", "url": "http://www.jy.com.cn/2.html", "content_type": None},
        {"file": "pages/a\u0000.html", "url": "http://www.jy.com.cn/3.html"},
    ]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, entries)) + "\n", encoding="utf-8")
    result = cli("extract", "--manifest", tmp_path / "m.jsonl", cwd=Path("/"))
    found = lines(result)
    assert result.returncode == 3
    assert [article["file"] for article in found] == [entry["file"] for entry in entries]
    assert [article["url"] for article in found] == [entry["url"] for entry in entries]
    assert [article["title"] for article in found] == [None, "靖远县枸杞迎来丰收季", None, None]
    assert "No such file" in found[0]["error"]
    assert all(found[0][name] is None for name in FIELDS if name != "url")
    assert "error" not in found[2]


def test_a_manifest_line_that_is_none_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text('{"file": "a", "url": "http://a.cn/"}\n\n{"file": 1}\n', encoding="utf-8")
    result = cli("extract", "--manifest", tmp_path / "m.jsonl")
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"m.jsonl:3: a line must be" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["extract", "none.html"],
        ["extract", "-", "--manifest", "none.jsonl"],
        ["extract", "http://a.cn/", "--url", "http://b.cn/"],
        ["listing", "none.html"],
        ["crawl"],
        ["crawl", "gscn", "--since", "19.11.2021"],
        ["crawl", "gscn", "--since", "2021-11-19", "--until", "2021-11-18"],
        ["crawl", "gscm"],
        ["crawl", "gansuonline"],
        ["crawl", "gscn", "--channel", "没有"],
        ["portals", "show", "gscm"],
        ["nothing"],
        ["crawl", "gscn", "--delay", "nan"],
        ["crawl", "gscn", "--deadline", "inf"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_why(cli: Cli, arguments: list[str], tmp_path: Path) -> None:
    result = cli(*arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"Error: " in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE * 2)
    entry = json.dumps({"file": "a.html", "url": "http://www.jy.com.cn/"})
    (tmp_path / "m.jsonl").write_text(f"{entry}\n" * 300, encoding="utf-8")
    command = [sys.executable, "-m", "portal_crawler", "extract", "--manifest", str(tmp_path / "m.jsonl")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=Path(__file__).parents[1]
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0


@pytest.mark.parametrize("url", ["http://[::1/2021/1119/1.html", "http://jy.com.cn:x/1.html", "1.html"])
def test_a_page_under_an_address_that_is_none_is_read_all_the_same(cli: Cli, tmp_path: Path, url: str) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    result = cli("extract", tmp_path / "a.html", "--url", url)
    (article,) = lines(result)
    assert (result.returncode, article["url"], article["title"]) == (0, url, "靖远县枸杞迎来丰收季")


def test_an_argument_that_is_no_url_gives_its_line(cli: Cli) -> None:
    result = cli("extract", "http://[::1/1.html")
    (article,) = lines(result)
    assert (result.returncode, article["title"]) == (3, None)
    assert article["error"] == "'http://[::1/1.html' is no http(s) URL"


def test_output_that_finds_no_room_exits_with_7(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    command = [sys.executable, "-m", "portal_crawler", "extract", str(tmp_path / "a.html")]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=Path(__file__).parents[1], check=False)
    assert (done.returncode, done.stderr) == (7, b"Error: output: No space left on device\n")


def test_commands_work_with_standard_output_closed(tmp_path: Path) -> None:
    command = ["sh", "-c", '"$0" -m portal_crawler portals >&-', sys.executable]
    done = subprocess.run(command, stderr=subprocess.PIPE, cwd=Path(__file__).parents[1], check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_json_holds_no_character_that_drives_a_terminal(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(PAGE.replace("丰收季".encode("gb18030"), b"\x1b]0;x\x07\x7f\xa1\xa1"))
    result = cli("extract", tmp_path / "a.html")
    assert not set(result.stdout) & ({*range(32), 127} - {10})


def test_a_listing_is_its_entries_and_the_way_on(cli: Cli, tmp_path: Path) -> None:
    items = "".join(
        f'<li><a href="/zx/2021/1119/{n}.html">靖远县枸杞产业发展纪实之{n}</a><span>2021-11-{n}</span></li>'
        for n in range(10, 30)
    )
    page = f'<html><body><ul>{items}</ul><div><a href="index_2.html">下一页</a></div></body></html>'
    (tmp_path / "l.html").write_text(page, encoding="utf-8")
    result = cli("listing", tmp_path / "l.html", "--url", "http://www.jy.com.cn/zx/")
    (found,) = lines(result)
    assert result.returncode == 0
    assert found["next"] == "http://www.jy.com.cn/zx/index_2.html"
    assert len(found["entries"]) == 20
    assert found["entries"][0] == {
        "url": "http://www.jy.com.cn/zx/2021/1119/10.html",
        "title": "靖远县枸杞产业发展纪实之10",
        "date": "2021-11-10",
    }


def test_every_page_of_the_reference_manifest_gives_its_line(cli: Cli, shared: Path) -> None:
    manifest = shared / "corpus" / "manifest.jsonl"
    result = cli("extract", "--manifest", manifest)
    wanted = [json.loads(line)["file"] for line in manifest.read_text(encoding="utf-8").splitlines()]
    assert result.returncode == 0
    assert [article["file"] for article in lines(result)] == wanted


def test_a_saved_listing_of_relative_links_asks_for_its_address(cli: Cli, tmp_path: Path) -> None:
    items = "".join(f'<li><a href="/2021/{n}.html">靖远县引进企业第{n}批落地</a> 2021-11-19</li>' for n in range(1, 5))
    (tmp_path / "l.html").write_text(f"<html><body><ul>{items}</ul></body></html>", encoding="utf-8")
    without = cli("listing", tmp_path / "l.html")
    assert (without.returncode, json.loads(without.stdout)) == (0, {"entries": [], "next": None})
    assert b"--url" in without.stderr
    named = cli("listing", tmp_path / "l.html", "--url", "http://www.jy.com.cn/gn/")
    assert (len(json.loads(named.stdout)["entries"]), named.stderr) == (4, b"")
