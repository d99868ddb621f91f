"""`portals` as a process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from portal_crawler.portals import PROVINCES

Cli = Callable[..., subprocess.CompletedProcess[bytes]]


def rows(result: subprocess.CompletedProcess[bytes]) -> list[list[str]]:
    return [line.split("\t") for line in result.stdout.decode().splitlines()]


def test_known_portals_are_listed_one_a_line(cli: Cli) -> None:
    result = cli("portals")
    assert result.returncode == 0
    found = {row[0]: row[1:] for row in rows(result)}
    assert found["gscn"] == ["中国甘肃网", "甘肃", "8", "unverified", "gscn.com.cn"]
    assert found["gansuonline"] == ["中国甘肃在线", "甘肃", "0", "unverified", "(give --host)"]
    assert {row[2] for row in rows(result)} == set(PROVINCES)


@pytest.mark.parametrize("province", ["甘肃", "甘肃省"])
def test_the_portals_of_a_province_are_listed(cli: Cli, province: str) -> None:
    result = cli("portals", "--province", province)
    assert [row[0] for row in rows(result)] == ["gansudaily", "gansuonline", "gscn", "lanzhou"]


def test_a_province_that_is_none_is_named_with_the_nearest(cli: Cli) -> None:
    result = cli("portals", "--province", "甘素")
    assert (result.returncode, result.stdout) == (2, b"")
    assert "'甘素' is no province, did you mean 甘肃?" in result.stderr.decode()


def test_flags_of_the_list_are_refused_before_other_commands(cli: Cli) -> None:
    assert cli("portals", "--province", "甘肃", "check").returncode == 2


def test_known_portals_are_json_lines_for_programs(cli: Cli) -> None:
    found = {line["id"]: line for line in map(json.loads, cli("portals", "--json").stdout.splitlines())}
    assert found["gscn"]["channels"][0]["url"].startswith("http://")
    assert found["tibet"]["pager"] == "index_{page-1}.html"
    assert found["gscn"]["verified"] is False


def test_a_profile_is_shown_as_it_stands(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "shown.toml").write_bytes(cli("portals", "show", "gscn").stdout)
    assert cli("portals", "check", tmp_path / "shown.toml").returncode == 0


def test_bundled_profiles_are_good(cli: Cli) -> None:
    result = cli("portals", "check")
    assert (result.returncode, result.stderr) == (0, b"")


def test_single_profiles_are_checked_by_id_or_file(cli: Cli, tmp_path: Path) -> None:
    # A file of the name of a portal is that file.
    (tmp_path / "gscn").write_text('id = "mine"\nname = "甲网"\n', encoding="utf-8")
    assert cli("portals", "check", "gscn", "tibet").stdout.decode().splitlines() == [
        "gscn.toml: gscn 中国甘肃网, 8 channels, good",
        "tibet.toml: tibet 中国西藏网, 1 channels, good",
    ]
    assert cli("portals", "check", "gscn", cwd=tmp_path).stdout.decode() == "gscn: mine 甲网, 0 channels, good\n"


def test_every_wrong_profile_is_named_and_the_exit_code_is_2(cli: Cli, tmp_path: Path) -> None:
    good = 'id = "a"\nname = "甲网"\n'
    for name, text in (("a", good), ("b", good), ("c", 'id = "c"\nname = "丙网"\nchanels = []\n')):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    result = cli("portals", "check", *sorted(tmp_path.glob("*.toml")), tmp_path / "none.toml")
    assert result.returncode == 2
    assert result.stdout.decode().splitlines() == ["a.toml: a 甲网, 0 channels, good"]
    assert result.stderr.decode().splitlines() == [
        "b.toml:1: a.toml has the id 'a' already",
        "c.toml:3: unknown key 'chanels', did you mean 'channels'?",
        f"{tmp_path}/none.toml: No such file or directory",
    ]
