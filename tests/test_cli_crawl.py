"""`crawl`, `search` and `status` as processes, against a replica portal on loopback."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from portal_crawler.demo import build
from portal_crawler.demo.server import serve

Finished = subprocess.CompletedProcess[bytes]
Cli = Callable[..., Finished]
CHANNEL = "/zixun/yaowen/"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve(build(40, 1)) as base:
        yield base


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    """A second portal: the same machine under another name and port."""
    with serve(build(40, 2)) as base:
        yield base.replace("127.0.0.1", "localhost")


def places(folder: Path) -> list[str]:
    return ["--db", str(folder / "p.db"), "--archive", str(folder / "a"), "--allow-private", "--delay", "0"]


def summary(result: Finished) -> dict[str, object]:
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def crawled(cli: Cli, site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawled")
    result = cli("crawl", site + CHANNEL, *places(folder), "--json")
    assert result.returncode == 0, result.stderr.decode()
    return folder


def test_one_channel_is_crawled_and_the_last_line_is_the_summary(cli: Cli, site: str, tmp_path: Path) -> None:
    result = cli("crawl", site + CHANNEL, *places(tmp_path), "--json")
    found = summary(result)
    assert (result.returncode, found["exit_code"]) == (0, 0)
    assert found["portal"] == site.removeprefix("http://").replace(":", "_")
    assert isinstance(found["articles"], int) and found["articles"] > 0
    assert (tmp_path / "p.db").is_file()
    assert list((tmp_path / "a").rglob("*.warc.gz"))


def test_two_targets_of_one_portal_are_one_run(cli: Cli, site: str, tmp_path: Path) -> None:
    result = cli("crawl", site + CHANNEL, f"{site}/zixun/shizhou/baiyin/", *places(tmp_path), "--json")
    assert result.returncode == 0
    assert "runs" not in summary(result)
    status = json.loads(cli("status", "--json", "--db", tmp_path / "p.db").stdout)
    assert len(status["channels"]) == 2
    assert len(status["runs"]) == 1


def test_a_limit_bounds_the_articles(cli: Cli, site: str, tmp_path: Path) -> None:
    assert summary(cli("crawl", site + CHANNEL, *places(tmp_path), "--limit", "2", "--json"))["articles"] == 2


def test_a_portal_without_host_is_crawled_on_the_given_one(cli: Cli, site: str, tmp_path: Path) -> None:
    result = cli("crawl", "gansuonline", "--host", site, "--limit", "1", *places(tmp_path), "--json")
    assert (result.returncode, summary(result)["portal"]) == (0, "gansuonline"), result.stderr.decode()


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/", "http://localhost:9/", "http://0x7f.1:9/", "http://[::1]/"])
def test_a_private_address_is_wrong_usage_unless_allowed(cli: Cli, tmp_path: Path, target: str) -> None:
    result = cli("crawl", target, cwd=tmp_path)
    assert (result.returncode, list(tmp_path.iterdir())) == (2, [])
    assert b"permitted only with --allow-private" in result.stderr


def test_several_portals_are_crawled_in_processes_on_one_database(
    cli: Cli, site: str, other_site: str, tmp_path: Path
) -> None:
    targets = (site + CHANNEL, other_site + CHANNEL)
    result = cli("crawl", *targets, "--jobs", "2", *places(tmp_path), "--json")
    found = summary(result)
    assert (result.returncode, found["exit_code"]) == (0, 0), result.stderr.decode()
    runs = found["runs"]
    assert isinstance(runs, list)
    assert [run["portal"] for run in runs] == [
        target.removeprefix("http://").split("/")[0].replace(":", "_") for target in targets
    ]
    assert all(run["articles"] > 0 for run in runs)


def test_the_worst_of_several_runs_is_the_exit_code(cli: Cli, site: str, tmp_path: Path) -> None:
    gone = "http://localhost:9/zx/"
    result = cli("crawl", gone, site + CHANNEL, *places(tmp_path), "--json")
    runs = summary(result)["runs"]
    assert isinstance(runs, list)
    assert [run["exit_code"] for run in runs] == [3, 0]
    assert result.returncode == 3


def _has_ended_run(db: Path) -> bool:
    """Whether the quick one of two runs is over."""
    if not db.is_file():
        return False
    with closing(sqlite3.connect(db)) as connection:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'runs'").fetchone()[0]
        return bool(tables and connection.execute("SELECT count(*) FROM runs WHERE exit_code = 0").fetchone()[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_runs_with_their_state_saved(
    cli_environment: dict[str, str], cli: Cli, other_site: str, tmp_path: Path, number: signal.Signals
) -> None:
    with serve(build(400, 3), delay_s=0.4) as slow:
        targets = (f"{slow}/", other_site.replace("localhost", "127.0.0.1") + CHANNEL)
        flags = [*places(tmp_path), "--jobs", "2", "--json"]
        command = [sys.executable, "-m", "portal_crawler", "crawl", *targets, *flags]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=cli_environment, text=True
        ) as process:
            while not _has_ended_run(tmp_path / "p.db"):
                time.sleep(0.1)
            process.send_signal(number)
            output, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number, errors
    assert json.loads(output.splitlines()[-1])["exit_code"] == 128 + number
    runs = json.loads(cli("status", "--json", "--db", tmp_path / "p.db").stdout)["runs"]
    assert {run["exit_code"] for run in runs} == {128 + number, 0}


def test_a_portal_that_is_being_crawled_exits_with_6(cli: Cli, site: str, tmp_path: Path) -> None:
    portal = site.removeprefix("http://").replace(":", "_")
    (tmp_path / "p.db.locks").mkdir()
    with FileLock(tmp_path / "p.db.locks" / f"{portal}.lock"):
        result = cli("crawl", site + CHANNEL, *places(tmp_path), "--json")
    assert (result.returncode, summary(result)["exit_code"]) == (6, 6)
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("targets", [1, 2])
def test_a_database_that_is_none_exits_with_7(cli: Cli, site: str, tmp_path: Path, targets: int) -> None:
    (tmp_path / "p.db").write_bytes(b"no database at all" * 100)
    urls = [site + CHANNEL, "http://localhost:9/"][:targets]
    result = cli("crawl", *urls, *places(tmp_path))
    assert result.returncode == 7
    assert b"p.db: file is not a database" in result.stderr


@pytest.mark.parametrize("command", [["status"], ["search", "合作社"]], ids=["status", "search"])
def test_a_database_that_is_not_there_exits_with_7_and_is_not_made(
    cli: Cli, tmp_path: Path, command: list[str]
) -> None:
    result = cli(*command, "--db", tmp_path / "p.db")
    assert result.returncode == 7
    assert b"no such database" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_search_prints_a_hit_a_line(cli: Cli, crawled: Path, site: str) -> None:
    result = cli("search", "的", "--json", "--limit", "3", "--db", crawled / "p.db")
    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    assert len(hits) == 3
    assert all({"url", "title", "published_at", "portal"} <= set(hit) for hit in hits)
    plain = cli("search", "的", "--limit", "3", "--db", crawled / "p.db").stdout.decode().splitlines()
    assert [line.split("\t")[2] for line in plain] == [hit["url"] for hit in hits]


def test_search_keeps_to_portal_and_period(cli: Cli, crawled: Path) -> None:
    everything = cli("search", "的", "--json", "--db", crawled / "p.db").stdout.splitlines()
    days = sorted(json.loads(line)["published_at"][:10] for line in everything)
    middle = days[len(days) // 2]
    found = cli("search", "的", "--json", "--since", middle, "--until", middle, "--db", crawled / "p.db").stdout
    assert len(found.splitlines()) == days.count(middle)
    assert cli("search", "的", "--json", "--portal", "gscn", "--db", crawled / "p.db").stdout == b""


def test_nothing_found_is_no_error(cli: Cli, crawled: Path) -> None:
    result = cli("search", "这句话哪里都没有", "--db", crawled / "p.db")
    assert (result.returncode, result.stdout) == (0, b"")


def test_status_counts_what_the_ledger_holds(cli: Cli, crawled: Path, site: str) -> None:
    found = json.loads(cli("status", "--json", "--db", crawled / "p.db").stdout)
    (portal,) = found["portals"]
    ledger = portal["ledger"]
    assert ledger["discovered"] == sum(count for state, count in ledger.items() if state != "discovered")
    assert ledger["pending"] == 0
    assert portal["articles"] > 0
    assert [channel["url"] for channel in found["channels"]] == [site + CHANNEL]
    assert found["runs"][0]["exit_code"] == 0
    plain = cli("status", "--db", crawled / "p.db").stdout.decode()
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", plain)
    assert portal["portal"] in plain


def test_a_profile_of_ones_own_is_a_target(cli: Cli, site: str, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('id = "mine"\nname = "自家网"\n[[channels]]\nname = "要闻"\nurl = "/zixun/yaowen/"\n', "utf-8")
    result = cli("crawl", str(profile), "--host", site, *places(tmp_path), "--json")
    assert (result.returncode, summary(result)["portal"]) == (0, "mine"), result.stderr.decode()
    with closing(sqlite3.connect(tmp_path / "p.db")) as connection:
        assert connection.execute("SELECT DISTINCT portal FROM articles").fetchall() == [("mine",)]
        assert connection.execute("SELECT name FROM channels").fetchall() == [("要闻",)]


def test_a_wrong_profile_is_a_wrong_target(cli: Cli, tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('id = "mine"\nname = "自家网"\nchanels = []\n', "utf-8")
    result = cli("crawl", str(profile), *places(tmp_path))
    assert result.returncode == 2
    assert "mine.toml:3" in result.stderr.decode() and "did you mean 'channels'" in result.stderr.decode()
    missing = cli("crawl", str(tmp_path / "none.toml"), *places(tmp_path))
    assert (missing.returncode, b"No such file" in missing.stderr) == (2, True)


def test_commands_that_crawl_or_read_load_nothing_that_only_exports_and_views_need() -> None:
    """Loaded with the rest, it took as long as the rest, and half of the memory."""
    heavy = ("pandas", "numpy", "pyarrow", "openpyxl", "datasette", "distributed", "playwright")
    modules = "portal_crawler.cli.crawl, portal_crawler.runs, portal_crawler.cli.search, portal_crawler.cli.status"
    program = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
