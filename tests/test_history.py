"""`history`: an article's revisions, found under any of its addresses, and what changed in words and characters."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_crawler.article import BEIJING, Article, Capture
from portal_crawler.store import PageCapture, Writer, open_store, start_run
from portal_crawler.store.rechecks import put_doubt, put_missing
from portal_crawler.store.wording import Piece, compare, count_changes
from tests.command_line import run_text

URL = "http://www.news.example/a/1.html"
SEEN = datetime(2021, 11, 19, 20, 10, tzinfo=BEIJING)
FIRST = "靖远县今年引进企业9家，注册资金1.55亿元。\n安全生产月活动开展，由县应急管理局牵头，二十个乡镇一同参加，为期一个月。各地农户抓紧春耕，农资供应充足。"
SECOND = "靖远县今年引进企业12家，注册资金1.55亿元。\n安全生产月活动开展，由县应急管理局牵头，二十个乡镇一同参加，为期一个月。各地农户抓紧春耕，种子化肥供应充足。"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "portal.db"
    store = open_store(path)
    writer = Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None)
    for number, values in enumerate(
        (
            {"title": "河海相连谱华章", "editor": "赵小春", "body": FIRST},
            {"title": "河海相连谱新篇", "editor": "赵小春", "body": SECOND},
            {"title": "河海相连谱新篇", "editor": None, "body": SECOND},
        )
    ):
        at = (SEEN + timedelta(days=number)).isoformat()
        places = [
            Capture(url, at, 200, "text/html", "sha1:A", "gscn/gscn-1.warc.gz", number * 1000 + page * 500, 400)
            for page, url in enumerate((URL, "http://www.news.example/a/1_2.html"))
        ]
        for place in places:
            writer.add_capture(place)
        article = Article(URL, published_at="2021-11-19T20:09+08:00", extractor="e", **values)  # type: ignore[arg-type]
        writer.add_article(article, [PageCapture(place.url, place) for place in places])
    writer.settle("http://www.news.example/a/2.html", "article", "failed", "http 404")
    writer.flush()
    store.close()
    return path


def history(db: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_text("history", *arguments, "--db", db)


def test_each_revision_shows_its_time_its_capture_and_what_changed(db: Path) -> None:
    result = history(db, URL)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "河海相连谱新篇",
        URL,
        "gscn, live, seen from 2021-11-19T20:10:00+08:00 to 2021-11-21T20:10:00+08:00",
    ]
    assert [line for line in lines if line.startswith("revision")] == [
        "revision 1, 2021-11-19T20:10:00+08:00, gscn/gscn-1.warc.gz:0",
        "revision 2, 2021-11-20T20:10:00+08:00, gscn/gscn-1.warc.gz:1000",
        "revision 3, 2021-11-21T20:10:00+08:00, gscn/gscn-1.warc.gz:2000",
    ]
    assert "  title   河海相连谱[-华章-]{+新篇+}" in lines
    assert "  body    6 characters added, 3 removed" in lines
    assert "    靖远县今年引进企业[-9-]{+12+}家，注册资金1.55亿元。¶安全生产月活…" in lines
    assert "    …一同参加，为期一个月。各地农户抓紧春耕，[-农资-]{+种子化肥+}供应充足。" in lines
    assert lines[-1] == "  editor  [-赵小春-]"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/a/1.html",
        "http://m.news.example/a/1.html#top",
        "HTTP://WWW.NEWS.EXAMPLE:80/a/1.html?from=timeline",
        "http://www.news.example/a/1_2.html",
    ],
)
def test_any_variant_of_the_address_will_do(db: Path, url: str) -> None:
    result = history(db, url, "--json")
    assert [json.loads(line)["url"] for line in result.stdout.splitlines()] == [URL] * 3


def test_json_has_a_line_for_each_revision(db: Path) -> None:
    first, second, third = map(json.loads, history(db, URL, "--json").stdout.splitlines())
    assert (first["revision"], first["body"], first["changes"]) == (1, FIRST, {})
    assert second["capture"] == {"file": "gscn/gscn-1.warc.gz", "offset": 1000, "length": 400}
    assert second["changes"]["title"] == {
        "before": "河海相连谱华章",
        "after": "河海相连谱新篇",
        "added": 2,
        "removed": 2,
        "pieces": [["same", "河海相连谱"], ["removed", "华章"], ["added", "新篇"]],
    }
    assert set(second["changes"]) == {"title", "body"} and set(third["changes"]) == {"editor"}
    assert (third["article"]["state"], third["article"]["checks"]) == ("live", 2)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://www.news.example/a/9.html", "no article of this address is stored"),
        ("http://news.example/a/2.html", "known, but failed (http 404): no article is stored"),
        ("news.example/a/1.html", "is no http or https address"),
    ],
)
def test_address_without_an_article_is_an_error_that_says_what_is_known(db: Path, url: str, message: str) -> None:
    result = history(db, url)
    assert result.returncode == 2 and message in result.stderr and not result.stdout


def test_missing_article_and_doubtful_answers_are_shown(db: Path) -> None:
    store = open_store(db)
    with store.transaction() as connection:
        put_doubt(connection, 1, "2021-11-22T20:10:00+08:00", "empty_body", 3, ())
        put_missing(connection, 1, "2021-11-23T20:10:00+08:00", "http 404", ())
    store.close()
    lines = history(db, URL).stdout.splitlines()
    assert lines[2].startswith("gscn, suspect, seen from")
    assert (
        lines[3] == "checked again 4 times, last at 2021-11-23T20:10:00+08:00; next check at 2021-11-24T20:10:00+08:00"
    )
    assert lines[4] == "missing on 1 checks since 2021-11-23T20:10:00+08:00: http 404"
    assert lines[5] == "the last answer was not taken for the article (empty_body): gscn/gscn-1.warc.gz:1000"


def made(pieces: list[Piece], without: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != without)


CHINESE = st.text(st.sampled_from("的一是了我不人在有他这中大来上国，。；\n12aB "), max_size=60)


@settings(max_examples=300, deadline=None)
@given(CHINESE, CHINESE)
def test_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert (made(pieces, "added"), made(pieces, "removed")) == (before, after)
    assert all(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("同样的话。", "同样的话。", [("same", "同样的话。")]),
        ("", "新的。", [("added", "新的。")]),
        ("旧的。", "", [("removed", "旧的。")]),
        ("投资1.55亿元", "投资1.65亿元", [("same", "投资"), ("removed", "1.55"), ("added", "1.65"), ("same", "亿元")]),
        ("全县增收", "全市增产", [("same", "全"), ("removed", "县增收"), ("added", "市增产")]),
        ("甲。\n乙。\n丙。", "甲。\n丙。", [("same", "甲。\n"), ("removed", "乙。\n"), ("same", "丙。")]),
        ("甲。乙。", "甲。丁。乙。", [("same", "甲。"), ("added", "丁。"), ("same", "乙。")]),
    ],
)  # fmt: skip
def test_change_is_shown_as_a_reader_would_mark_it(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in compare(before, after)] == pieces


def test_line_ends_are_no_characters_and_long_texts_take_no_time() -> None:
    assert count_changes(compare("甲。", "甲。\n乙。")) == (2, 0)
    before = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(30_000))
    begun = time.perf_counter()
    pieces = compare(before, before[::-1])
    assert time.perf_counter() - begun < 5 and made(pieces, "added") == before
