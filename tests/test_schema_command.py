"""`schema`: the data dictionary on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from portal_crawler.store.dictionary import DICTIONARY

Cli = Callable[..., subprocess.CompletedProcess[bytes]]


def test_it_names_every_table_and_view_without_a_database(cli: Cli, tmp_path: Path) -> None:
    done = cli("schema", cwd=tmp_path)
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert [(name, kind) for name, kind, _ in lines] == [
        (table.name, "view" if table.is_view else "table") for table in DICTIONARY
    ]
    assert list(tmp_path.iterdir()) == []


def test_it_explains_the_columns_of_one_table(cli: Cli) -> None:
    lines = cli("schema", "portal_gaps").stdout.decode().splitlines()
    assert lines[1].split("\t") == ["first_day", "TEXT", "first day without an article, YYYY-MM-DD", "never"]


def test_as_json_it_is_a_line_for_each_table_with_its_columns(cli: Cli) -> None:
    everything = [json.loads(line) for line in cli("schema", "--json").stdout.splitlines()]
    assert {one["name"]: [column["name"] for column in one["columns"]] for one in everything} == {
        table.name: [column.name for column in table.columns] for table in DICTIONARY
    }
    (articles,) = [json.loads(line) for line in cli("schema", "articles", "--json").stdout.splitlines()]
    (url, title) = (column for column in articles["columns"] if column["name"] in ("url", "title"))
    assert url["null"] is None
    assert title["null"] == "the page shows none"


def test_an_unknown_name_is_wrong_usage_and_the_near_one_is_named(cli: Cli) -> None:
    done = cli("schema", "article")
    assert done.returncode == 2
    assert b"did you mean 'articles'" in done.stderr
