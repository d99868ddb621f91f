"""`portals` as a process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Cli = Callable[..., subprocess.CompletedProcess[bytes]]


def test_known_portals_are_listed_one_a_line(cli: Cli) -> None:
    result = cli("portals")
    assert result.returncode == 0
    assert [line.split("\t")[:2] for line in result.stdout.decode().splitlines()] == [
        ["gansudaily", "每日甘肃网"],
        ["gansuonline", "中国甘肃在线"],
        ["gscn", "中国甘肃网"],
    ]


def test_known_portals_are_json_lines_for_programs(cli: Cli) -> None:
    found = [json.loads(line) for line in cli("portals", "--json").stdout.splitlines()]
    assert [portal["id"] for portal in found] == ["gansudaily", "gansuonline", "gscn"]
    assert found[2]["channels"][0]["url"].startswith("http://")


def test_a_profile_is_shown_as_it_stands(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "shown.toml").write_bytes(cli("portals", "show", "gscn").stdout)
    assert cli("portals", "check", tmp_path / "shown.toml").returncode == 0


def test_bundled_profiles_are_good(cli: Cli) -> None:
    result = cli("portals", "check")
    assert (result.returncode, result.stderr) == (0, b"")


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
