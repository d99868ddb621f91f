"""What a page, a server or a profile says cannot forge a line or drive a terminal; secrets stay out of everything."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from portal_crawler.export import export_articles
from portal_crawler.export.guard import guarded
from portal_crawler.store import open_reader
from tests.conftest import Finished
from tests.faults.server import article, listing, portal

EVIL = "标\x1b[2J\x1b]8;;http://evil/\x07题\x9b31m\u202e倒\u2066\u061c\r伪\x85行\u2028二"
DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
SECRETS = ("hunter2", "geheim1")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, cli: Callable[..., Finished]) -> tuple[Path, str, dict[str, str]]:
    """A hostile portal crawled, and what every command says of it, by its arguments."""
    folder = tmp_path_factory.mktemp("output")
    title = "".join(f"&#{ord(letter)};" for letter in EVIL)
    named = article(1).replace("靖远县引进企业第1批落地", f"靖远县引进企业第1批落地{title}").replace("赵小春", title)
    wall = "http://user:hunter2@127.0.0.1:1/x\x1b[2J"
    answers = {
        "/gn/": lambda it: it.answer(listing("/2021/1119/1.html", "/2021/1119/2.html", "/2021/1119/3.html", "/2021/1119/4.html")),
        "/robots.txt": lambda it: it.answer("User-agent: *\nDisallow: /x\x1b[2J\n", content_type="text/plain"),
        "/2021/1119/1.html": lambda it: it.answer(named, set_cookie="sid=geheim1"),
        "/2021/1119/2.html": lambda it: it.answer("", "302 Fou\x1b[2Jnd\x9b", location=wall, set_cookie="sid=geheim1"),
        "/2021/1119/3.html": lambda it: it.answer(f'<meta http-equiv="refresh" content="0;url={wall}">'),
        "/2021/1119/4.html": lambda it: it.answer("x", content_encoding="\x1b[2Jbr9\x9b"),
    }  # fmt: skip
    said: dict[str, str] = {}

    def run(*arguments: str) -> None:
        done = cli(*arguments)
        said[" ".join(arguments[:2])] = (done.stdout + done.stderr).decode()

    with portal(answers) as running:
        places = ("--db", str(folder / "p.db"), "--archive", str(folder / "a"))
        channel = running.url.replace("//", "//user:hunter2@") + "/gn/"
        crawl = (channel, *places, "--allow-private", "--delay", "0")
        run("crawl", *crawl, "--log-json", "--json")
        run("crawl", *crawl)
        run("listing", f"{running.url}/gn/", "--allow-private")
        run("extract", *(f"{running.url}{path}" for path in answers), "--allow-private", "--delay", "0")
        url = f"{running.url}/2021/1119/1.html"
    for command in (["status"], ["status", "--json"], ["search", "引进"], ["search", "--json", "引进"], ["history", url],
                    ["check"], ["check", "--json"], ["verify", "--archive", str(folder / "a")]):  # fmt: skip
        run(*command, "--db", str(folder / "p.db"))
    return folder, url, said


def test_no_command_lets_a_page_drive_a_terminal_or_forge_a_line(crawled: tuple[Path, str, dict[str, str]]) -> None:
    found = {name: DRIVES.findall(text) for name, text in crawled[2].items() if DRIVES.search(text)}
    assert found == {}
    assert not any(line.startswith(("伪", "行", "二")) for text in crawled[2].values() for line in text.splitlines())


def test_what_is_stored_and_exported_is_what_the_page_said(
    crawled: tuple[Path, str, dict[str, str]], cli: Callable[..., Finished]
) -> None:
    folder, url, said = crawled
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        ((title,),) = connection.execute("SELECT title FROM articles WHERE url = ?", (url,)).fetchall()
    assert "\u202e" in title
    assert cli("export", folder / "x.jsonl", "--db", folder / "p.db").returncode == 0
    (record,) = map(json.loads, (folder / "x.jsonl").read_text("utf-8").split("\n")[:-1])
    assert record["title"] == title
    assert json.loads(said["search --json"].split("\n")[0])["title"] == title


def test_secrets_are_in_no_log_no_ledger_and_no_export(crawled: tuple[Path, str, dict[str, str]]) -> None:
    folder, _, said = crawled
    reader = open_reader(folder / "p.db")
    for suffix in ("csv", "jsonl", "xlsx"):
        export_articles(reader, folder / f"s.{suffix}")
    reader.close()
    texts = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    texts |= {name: text.encode() for name, text in said.items()}
    assert {name for name, text in texts.items() if any(secret.encode() in text for secret in SECRETS)} == set()
    # The archive alone keeps what came, and that as it came.
    archived = b"".join(gzip.decompress(path.read_bytes()) for path in folder.rglob("*.warc.gz"))
    assert b"sid=geheim1" in archived


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1"])
def test_a_spreadsheet_gets_no_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([guarded(text)])
    assert next(csv.reader(path.open(encoding="utf-8", newline="")))[0][0] == "'"
