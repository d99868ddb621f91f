"""From a front page to a profile, and from the profile to every article, on portals of many manners."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
from portal_maker import MANNERS, Manner
from portal_maker.web import serve

from portal_crawler.article import Channel, Layout, Portal
from portal_crawler.demo import build
from portal_crawler.demo.server import serve as serve_demo
from portal_crawler.demo.truth import differences
from portal_crawler.portals import load_profile
from portal_crawler.urls import identity
from tests import command_line

# A process of its own, since Twisted's reactor starts once.
CRAWL = """
import sys
from pathlib import Path
from portal_crawler.portals import load_profile
from portal_crawler.runs import CrawlOptions, crawl_portal
portal, folder = load_profile(Path(sys.argv[1])), Path(sys.argv[2])
options = CrawlOptions(folder / "p.db", folder / "archive", portal.channels, delay_s=0, allow_private=True)
print(crawl_portal(portal, options).to_json())
"""


DOCUMENT = Path(__file__).parents[1] / "docs" / "portals.md"
Finished = subprocess.CompletedProcess[bytes]


@dataclass(frozen=True)
class Discovered:
    """A made portal as served, and what `discover` made of it."""

    manner: Manner
    base_url: str
    log: list[str]
    requests: int
    profile: Path
    found: dict[str, Any]


@pytest.fixture(scope="module")
def discovered(
    cli: Callable[..., Finished], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Discovered]]:
    """Serves and discovers the portal of a name; each once, all of them until the module's end."""
    known: dict[str, Discovered] = {}
    with ExitStack() as servers:

        def get(name: str) -> Discovered:
            if name not in known:
                log: list[str] = []
                manner = MANNERS[name]()
                base_url = servers.enter_context(serve(manner.served(), log))
                profile = tmp_path_factory.mktemp(name) / f"{name}.toml"
                result = cli(
                    "discover", f"{base_url}/", "--delay", "0", "--allow-private", "--json", "--out", str(profile)
                )
                assert result.returncode == 0, result.stderr.decode()
                known[name] = Discovered(manner, base_url, log, len(log), profile, json.loads(result.stdout))
            return known[name]

        yield get


@pytest.mark.parametrize("name", MANNERS)
def test_discover_finds_every_channel_and_nothing_else(discovered: Callable[[str], Discovered], name: str) -> None:
    case = discovered(name)
    channels = load_profile(case.profile).channels
    assert {(channel.path, identity(channel.url)) for channel in channels} == {
        (channel.path, identity(case.base_url + channel.listing)) for channel in case.manner.channels()
    }
    assert len(channels) == len(case.manner.channels())


@pytest.mark.parametrize("name", MANNERS)
def test_discover_needs_at_most_60_requests_and_counts_them_all(
    discovered: Callable[[str], Discovered], name: str
) -> None:
    case = discovered(name)
    assert case.found["requests"] == case.requests <= 60


@pytest.mark.parametrize("name", MANNERS)
def test_profile_is_accepted_and_verified_since_every_sample_was_read(
    discovered: Callable[[str], Discovered], cli: Callable[..., Finished], name: str
) -> None:
    case = discovered(name)
    checked = cli("portals", "check", str(case.profile))
    assert checked.returncode == 0, checked.stderr.decode()
    portal = load_profile(case.profile)
    assert (portal.name, portal.verified, case.found["doubts"]) == (case.manner.site, True, [])
    needed = {key: value.replace("{base}", case.base_url) for key, value in case.manner.needs.items()}
    said = {key: getattr(portal, key) for key in ("encoding", "pager", "article_url", "layouts")}
    assert {key: value for key, value in said.items() if value} == needed


@pytest.fixture(scope="module")
def differing(
    discovered: Callable[[str], Discovered], cli_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, list[str]]]:
    """Crawls a portal on its discovered profile, once; gives for each article that differs from its page, how."""
    known: dict[str, dict[str, list[str]]] = {}

    def get(name: str) -> dict[str, list[str]]:
        if name not in known:
            known[name] = crawl(discovered(name), cli_environment, tmp_path_factory.mktemp("crawl"))
        return known[name]

    return get


def crawl(case: Discovered, environment: dict[str, str], folder: Path) -> dict[str, list[str]]:
    result = command_line.run(case.profile, folder, program=CRAWL, env=environment, timeout=120)
    assert result.returncode == 0, result.stderr.decode()
    connection = sqlite3.connect(folder / "p.db")
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM articles").fetchall()
    connection.close()
    truth = {case.base_url + item.path: item for item in case.manner.truth()}
    assert sorted(row["url"] for row in rows) == sorted(truth)
    found = {row["url"]: differences(truth[row["url"]], row, case.base_url) for row in rows}
    return {url: lines for url, lines in found.items() if lines}


@pytest.mark.slow
@pytest.mark.parametrize("name", MANNERS)
def test_crawl_on_the_discovered_profile_stores_every_article_once_as_printed(
    discovered: Callable[[str], Discovered], differing: Callable[[str], dict[str, list[str]]], name: str
) -> None:
    case = discovered(name)
    on_one_page = {case.base_url + item.path for item in case.manner.truth() if len(item.pages) == 1}
    assert {url: lines for url, lines in differing(name).items() if url in on_one_page} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in MANNERS if MANNERS[name].split])
def test_articles_on_two_pages_are_stored_without_the_way_from_one_to_the_other(
    differing: Callable[[str], dict[str, list[str]]], name: str
) -> None:
    assert differing(name) == {}


def test_discover_prints_the_profile_and_tells_its_progress_on_standard_error(
    cli: Callable[..., Finished], discovered: Callable[[str], Discovered]
) -> None:
    case = discovered("founder")
    result = cli("discover", case.base_url, "--delay", "0", "--allow-private")
    assert result.returncode == 0
    assert result.stdout == case.profile.read_bytes()
    told = result.stderr.decode().splitlines()
    assert [line for line in told if line.startswith("GET ")][:2] == [
        f"GET {case.base_url}/robots.txt",
        f"GET {case.base_url}/",
    ]
    assert f"燕赵都市网: {len(case.manner.channels())} channels, {case.requests} requests" in told


def test_discover_fails_with_3_where_there_is_no_front_page(cli: Callable[..., Finished]) -> None:
    result = cli("discover", "http://127.0.0.1:9/", "--allow-private", "--delay", "0")
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"127.0.0.1:9" in result.stderr


def test_discover_does_not_ask_private_addresses_unless_allowed(
    cli: Callable[..., Finished], discovered: Callable[[str], Discovered]
) -> None:
    case = discovered("founder")
    before = len(case.log)
    result = cli("discover", case.base_url, "--delay", "0")
    assert (result.returncode, len(case.log)) == (3, before)
    assert b"--allow-private" in result.stderr


def test_discover_fails_with_5_where_nothing_is_a_channel(
    cli: Callable[..., Finished], discovered: Callable[[str], Discovered], tmp_path: Path
) -> None:
    case = discovered("founder")
    out = tmp_path / "p.toml"
    result = cli(
        "discover", f"{case.base_url}/about/", "--most-requests", "3", "--delay", "0", "--allow-private", "--out", out
    )
    assert (result.returncode, result.stdout, out.exists()) == (5, b"", False)


def test_discover_refuses_what_is_no_url_and_a_profile_that_cannot_be_written(
    cli: Callable[..., Finished], discovered: Callable[[str], Discovered], tmp_path: Path
) -> None:
    assert cli("discover", "founder").returncode == 2
    case = discovered("founder")
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "p.toml"
    result = cli("discover", case.base_url, "--delay", "0", "--allow-private", "-o", out)
    assert result.returncode == 7
    assert str(out).encode() in result.stderr


def blocks(language: str) -> list[str]:
    """The fenced blocks of docs/portals.md in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_worked_example_of_the_documents_runs(
    cli: Callable[..., Finished], discovered: Callable[[str], Discovered], tmp_path: Path
) -> None:
    case = discovered("founder")
    commands = [line.split() for line in blocks("sh")[0].splitlines()]
    printed = b""
    for program, command, *arguments in commands:
        assert program == "portal-crawler"
        arguments = [argument.replace("http://www.portal.example", case.base_url) for argument in arguments]
        loopback = ["--allow-private", "--delay", "0"] if command in ("discover", "crawl") else []
        result = cli(command, *arguments, *loopback, cwd=tmp_path)
        assert result.returncode == 0, (command, result.stderr.decode())
        printed = result.stdout
    assert "记者" in printed.decode()


def test_the_documents_show_every_key_of_a_profile_in_one_that_is_right(tmp_path: Path) -> None:
    shown, complete = blocks("toml")
    keys = {field.name for record in (Portal, Channel, Layout) for field in fields(record)}
    assert keys <= set(re.findall(r"^(?:\[\[)?(\w+)", complete, re.MULTILINE))
    for text in (shown, complete):
        path = tmp_path / "p.toml"
        path.write_text(text, encoding="utf-8")
        load_profile(path)


def test_discover_finds_the_channels_of_the_demo_and_none_of_the_fronts_above_them(
    cli: Callable[..., Finished],
) -> None:
    replica = build(200)
    with serve_demo(replica) as base_url:
        result = cli("discover", base_url, "--delay", "0", "--allow-private", "--json")
    found = json.loads(result.stdout)["portal"]
    assert {(tuple(channel["path"]), channel["url"]) for channel in found["channels"]} == {
        (channel.path, base_url + channel.listing_path) for channel in replica.channels
    }
