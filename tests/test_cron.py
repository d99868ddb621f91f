"""Crawls that nobody watches: all portals in one run, and the log, heartbeat and metrics that they leave behind."""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families

from portal_crawler.cli import heartbeat, main, metrics, parallel
from portal_crawler.cli.crawl import crawl
from portal_crawler.cli.heartbeat import Board, Heartbeat
from portal_crawler.cli.logs import JsonLines, TextLines, escaped, redacted
from portal_crawler.cli.parallel import Job, run_jobs, worst
from portal_crawler.extensions.journal import JOURNAL

Finished = subprocess.CompletedProcess[bytes]
Cli = Callable[..., Finished]
DOCUMENT = (Path(__file__).parents[1] / "docs" / "cron.md").read_text(encoding="utf-8")
CANARY = "kanarienvogel"
TEXT = "".join(
    f"<p>　　据记者了解，第{number}项工作正在全省各地有序推进，群众反映良好，成效十分明显。</p>" for number in range(6)
)
# ANSI, OSC 8, a carriage return, a C1 control and bidirectional marks: what would forge lines or drive a terminal.
HOSTILE = "\x1b[2J\x1b]8;;http://evil.example/\x07链接\x1b]8;;\x07\r伪造\x9b31m\u202e反\u2066\u061c山丹县完成冬灌任务"
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class _Hostile(BaseHTTPRequestHandler):
    """A portal of two articles that sets a secret cookie and writes its titles to attack a log."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, body = self._page(self.path)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Set-Cookie", f"sitzung={CANARY}; path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _page(self, path: str) -> tuple[int, bytes]:
        if path == "/zx/":
            host = self.headers["Host"]
            links = "".join(
                f'<li><a href="http://leser:{CANARY}@{host}/zx/20211119/{number}.html?token={CANARY}">'
                f"{HOSTILE}第{number}条要闻</a><span>2021-11-19</span></li>"
                for number in (1001, 1002)
            )
            return 200, f"<meta charset=utf-8><title>要闻</title><ul class=list>{links}</ul>".encode()
        if path.startswith("/zx/2021"):
            head = (
                f"<meta charset=utf-8><title>{HOSTILE}</title><h1>{HOSTILE}</h1><div>2021-11-19 10:00 来源：甲报</div>"
            )
            return 200, f"{head}<div class=content>{TEXT}</div>".encode()
        return 404, b""

    def log_message(self, *_: object) -> None:
        pass


class _Silent(_Hostile):
    """A portal whose list answers, and whose articles never do."""

    def do_GET(self) -> None:
        if self.path.startswith("/zx/2021"):
            time.sleep(3600)
        super().do_GET()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.block_on_close = True, False
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def profile(folder: Path, portal: str, host: str, *more: str) -> None:
    folder.mkdir(exist_ok=True)
    lines = [f'id = "{portal}"', f'name = "{portal}"', f'hosts = ["{host.partition(":")[0]}"]', *more]
    lines += ["[[channels]]", 'name = "要闻"', f'url = "http://{host}/zx/"']
    (folder / f"{portal}.toml").write_text("\n".join(lines), "utf-8")


def flags(folder: Path) -> list[str]:
    return [
        "--all", "--profiles", str(folder / "profiles"), "--db", str(folder / "p.db"), "--archive", str(folder / "a"),
        "--allow-private", "--delay", "0", "--jobs", "2", "--metrics", str(folder / "m.prom"),
        "--heartbeat", str(folder / "beat.json"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def crawled(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    """A crawl of all portals: one that answers, one that refuses connections, and three profiles that are none."""
    folder = tmp_path_factory.mktemp("cron")
    with serving(_Hostile) as host:
        profile(folder / "profiles", "good", host)
        profile(folder / "profiles", "dead", "127.0.0.1:9", "verified = true")
        profile(folder / "profiles", "closed", host, "enabled = false")
        (folder / "profiles" / "nowhere.toml").write_text('id = "nowhere"\nname = "无处网"\n', "utf-8")
        (folder / "profiles" / "wrong.toml").write_text('id = "wrong"\nname = "错网"\nchanels = []\n', "utf-8")
        return folder, cli("crawl", *flags(folder), "--json", "--log-json")


def test_every_enabled_portal_is_crawled_whatever_becomes_of_the_others(crawled: tuple[Path, Finished]) -> None:
    _, result = crawled
    summary = json.loads(result.stdout.splitlines()[-1])
    codes = {run["portal"]: run["exit_code"] for run in summary["runs"]}
    assert codes == {"good": 0, "dead": 3, "wrong": 2}, result.stderr.decode()
    assert {item["portal"] for item in summary["left_out"]} == {"closed", "nowhere"}
    assert (result.returncode, summary["exit_code"]) == (2, 2)
    assert summary["total"]["articles"] == 2
    assert {run["portal"] for run in summary["runs"] if run["verified"]} == {"dead"}
    assert "1 unverified" in summary["outcome"] and "\n" not in summary["outcome"]


def test_the_log_is_json_and_says_what_became_of_each_url(crawled: tuple[Path, Finished]) -> None:
    events = [json.loads(line) for line in crawled[1].stderr.splitlines()]
    assert all({"time", "level", "portal", "event"} <= set(event) for event in events)
    stored = [event for event in events if event["event"] == "stored"]
    assert len(stored) == 2 and all(event["portal"] == "good" and event["url"] for event in stored)
    assert {event["portal"] for event in events if event["event"] == "ended"} == {"good", "dead", "wrong"}
    (last,) = (event for event in events if event["event"] == "crawl_ended")
    assert (last["portal"], last["exit_code"]) == (None, 2)


def test_a_log_holds_no_secrets_and_nothing_that_drives_a_terminal(cli: Cli, crawled: tuple[Path, Finished]) -> None:
    folder, result = crawled
    with serving(_Hostile) as host:
        profile(folder / "only", "good", host)
        places = ["--db", folder / "q.db", "--archive", folder / "b", "--allow-private", "--delay", "0"]
        text = cli("crawl", folder / "only" / "good.toml", *places)
    assert text.returncode == 0
    for output in (result.stderr, text.stdout, text.stderr):
        assert CANARY.encode() not in output
        assert UNSEEN.search(output.decode()) is None


@pytest.mark.parametrize(
    "text",
    [
        f"GET http://user:{CANARY}@news.example/a",
        f"<GET https://{CANARY}@news.example/>",
        f"//user:{CANARY}@host/",
        f"http://a@b:{CANARY}@host/",
        f"/list?page=2&access_token={CANARY}&x=1",
        f"/a;jsessionid={CANARY}?b=1",
        f"?PHPSESSID={CANARY}",
        f"Set-Cookie: a={CANARY}; path=/",
        f"{{b'Cookie': [b'wzws={CANARY}']}}",
        f"Proxy-Authorization: Basic {CANARY}",
    ],
)
def test_credentials_are_left_out_of_logs(text: str) -> None:
    assert CANARY not in redacted(text)


def test_the_address_itself_stays_in_the_log() -> None:
    url = "http://news.example:8080/a/2021-11-19/content_1.htm?id=5&page=2#top"
    assert redacted(url) == url
    assert (
        redacted(f"http://u:p@news.example/a?token=x&id=5 和 {url}")
        == f"http://***@news.example/a?token=***&id=5 和 {url}"
    )


@pytest.mark.parametrize("handler", [JsonLines, TextLines])
def test_a_record_is_one_line_whatever_it_holds(
    handler: type[JsonLines] | type[TextLines], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    name = JOURNAL if handler is JsonLines else "scrapy"
    everything = (
        "".join(map(chr, (*range(0x700), *range(0x2000, 0x2100)))) + "\U000e0041\ud800" + '\n{"event": "forged"}'
    )
    record = logging.makeLogRecord(
        {"name": name, "levelno": 30, "levelname": "WARNING", "msg": "%s", "args": (everything,)}
    )
    handler("p").handle(record)
    output = capfdbinary.readouterr().err
    assert UNSEEN.search(output.decode()) is None
    if handler is JsonLines:
        assert json.loads(output)["message"] == everything


def test_escapes_show_what_was_there() -> None:
    assert escaped("a\x1b[31m\u202e中") == "a\\u001b[31m\\u202e中"


def test_metrics_are_valid_and_hold_what_the_runs_came_to(crawled: tuple[Path, Finished]) -> None:
    folder, _ = crawled
    text = (folder / "m.prom").read_text(encoding="utf-8")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert set(families) == set(re.findall(r"^\| `(portal_crawler_\w+)`", DOCUMENT, re.MULTILINE))

    def values(name: str) -> dict[str | None, float]:
        return {sample.labels.get("portal"): sample.value for sample in families[f"portal_crawler_{name}"].samples}

    assert values("articles_new") == {"good": 2, "dead": 0}
    assert values("exit_code") == {"good": 0, "dead": 3, "wrong": 2}
    assert values("requests")["good"] >= 4
    assert values("received_bytes")["good"] > 1000
    assert values("crawl_exit_code") == {None: 2}
    success = values("last_success_timestamp_seconds")
    assert abs(success["good"] - time.time()) < 600 and success["dead"] == success["wrong"] == 0
    assert set(values("running").values()) == {0}
    assert (folder / "m.prom").stat().st_mode & 0o444 == 0o444
    assert [path for path in folder.iterdir() if path.suffix == ".tmp"] == []


def test_the_last_success_outlives_later_failures(cli: Cli, crawled: tuple[Path, Finished]) -> None:
    folder, _ = crawled
    before = metrics.past_runs(folder / "p.db")["good"]
    shutil.rmtree(folder / "profiles")
    profile(folder / "profiles", "good", "127.0.0.1:9")
    result = cli("crawl", *flags(folder))
    assert result.returncode == 3, result.stderr.decode()
    assert result.stdout.decode().splitlines()[-1].startswith("1 portals (1 unverified): 1 with failed URLs")
    text = (folder / "m.prom").read_text()
    assert f'last_success_timestamp_seconds{{portal="good"}} {before.succeeded_at:.3f}' in text
    assert 'exit_code{portal="good"} 3' in text


def test_a_heartbeat_ages_when_a_crawl_hangs_and_says_how_far_it_was(
    cli_environment: dict[str, str], tmp_path: Path
) -> None:
    with serving(_Silent) as host:
        profile(tmp_path / "profiles", "silent", host)
        command = [sys.executable, "-m", "portal_crawler", "crawl", *flags(tmp_path)]
        with subprocess.Popen(command, env=cli_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            path = tmp_path / "beat.json"
            beat: dict[str, Any] = {}
            until = time.monotonic() + 60
            while time.monotonic() < until and not (beat and beat["portals"][0]["listings"]):
                time.sleep(0.2)
                beat = json.loads(path.read_bytes()) if path.is_file() else {}
            time.sleep(3)
            written = path.stat().st_mtime_ns
            time.sleep(3)
            assert path.stat().st_mtime_ns == written
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    (portal,) = beat["portals"]
    assert (portal["portal"], portal["state"], portal["run_id"], portal["listings"]) == ("silent", "running", 1, 1)
    assert beat["exit_code"] is None and beat["pid"] == process.pid
    ended = json.loads(path.read_bytes())
    assert (process.returncode, ended["exit_code"], ended["portals"][0]["state"]) == (143, 143, "ended")


def test_only_a_count_that_moves_is_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "_PAUSE_S", 0.0)
    path = tmp_path / "beat.json"
    board = Board(["p"], [Heartbeat(path)])
    board.progress("p", {"run_id": 7, "articles": 1, "seconds": 1.0})
    assert json.loads(path.read_bytes())["portals"][0]["run_id"] == 7
    path.unlink()
    board.progress("p", {"run_id": 7, "articles": 1, "seconds": 2.0})
    assert not path.exists()
    board.progress("p", {"run_id": 7, "articles": 2, "seconds": 3.0})
    assert json.loads(path.read_bytes())["portals"][0]["articles"] == 2


def test_a_heartbeat_that_cannot_be_written_is_wrong_usage_at_first_and_no_trouble_later(
    cli: Cli, tmp_path: Path
) -> None:
    profile(tmp_path / "profiles", "dead", "127.0.0.1:9")
    result = cli("crawl", *flags(tmp_path), "--heartbeat", tmp_path / "none" / "beat.json", "--log-json")
    assert result.returncode == 2
    assert json.loads(result.stderr.splitlines()[-1])["event"] == "error"
    folder = tmp_path / "folder"
    folder.mkdir()
    board = Board(["p"], [Heartbeat(folder / "beat.json")])
    board.open()
    shutil.rmtree(folder)
    board.end("p", {"exit_code": 0})
    board.close(0)


class _Ears:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def hear(self, portal: str, line: str) -> None:
        self.heard.append(line)

    def last_error(self, portal: str) -> str | None:
        return None

    def ended(self, run: dict[str, Any]) -> None:
        pass


def job(portal: str, code: str) -> Job:
    return Job(portal, (sys.executable, "-c", code), ())


def test_a_hung_a_killed_and_a_missing_process_are_their_portals_outcome_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_PATIENCE_S", 1.0)
    good = 'print(\'{"portal": "good", "run_id": 1, "exit_code": 0}\')'
    jobs = [
        job("hangs", "import time; time.sleep(60)"),
        job("killed", f"import os; os.kill(os.getpid(), {signal.SIGKILL.value})"),
        Job("missing", ("/no/such/program",), ()),
        job("good", good),
    ]
    began = time.monotonic()
    runs = run_jobs(jobs, 4, _Ears(), deadline_s=8)
    assert time.monotonic() - began < 30
    assert [run["exit_code"] for run in runs] == [1, 1, 1, 0]
    assert all(str(signal.SIGKILL.value) in run["outcome"] for run in runs[:2])


def test_what_the_deadline_leaves_out_is_not_begun_and_no_failure() -> None:
    jobs = [job("first", "import time; time.sleep(1.5)"), job("second", "raise SystemExit(5)")]
    runs = run_jobs(jobs, 1, _Ears(), deadline_s=1)
    assert (runs[1]["exit_code"], runs[1]["outcome"].startswith("not begun before the deadline")) == (0, True)


def test_the_worst_exit_code_is_that_of_the_documented_order() -> None:
    order = [
        int(code) for cell in re.findall(r"^\| (\d[\d, ]*) \|", DOCUMENT, re.MULTILINE) for code in cell.split(", ")
    ]
    assert set(order) == {0, 1, 2, 3, 4, 5, 6, 7, 130, 143}
    for at, code in enumerate(order):
        assert worst(order[at:]) == code
        assert worst(reversed(order[at:])) == code


@pytest.mark.parametrize("arguments", [[], ["--all", "gscn"], ["--all", "--host", "news.example"]])
def test_all_stands_instead_of_targets(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    assert cli("crawl", *arguments, "--db", tmp_path / "p.db", cwd=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


def check_command(words: list[str]) -> None:
    """Whether the crawl's own parser takes a documented command."""
    at = words.index("crawl")
    assert words[at - 1].endswith("portal-crawler")
    # Below its group, whose settings a command remembers from the first time it is parsed.
    group = click.Context(main, **main.context_settings)
    with crawl.make_context("crawl", words[at + 1 :], parent=group) as context:
        assert context.params["everything"] and context.params["heartbeat"] and context.params["metrics"]


def test_the_units_are_valid(tmp_path: Path) -> None:
    service, timer = blocks("ini")
    parsed = ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(service)
    start = parsed["Service"]["ExecStart"]
    check_command(shlex.split(start))
    parsed.read_string(timer)
    assert parsed["Timer"]["OnCalendar"] and parsed["Install"]["WantedBy"] == "timers.target"
    if shutil.which("systemd-analyze"):
        program = shlex.split(start)[0]
        (tmp_path / "portal-crawler.service").write_text(service.replace(program, sys.executable))
        (tmp_path / "portal-crawler.timer").write_text(timer)
        units = [str(path) for path in tmp_path.iterdir()]
        found = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, timeout=60, env=os.environ)
        ours = [line for line in found.stderr.decode().splitlines() if "portal-crawler." in line]
        assert (found.returncode, ours) == (0, []), found.stderr.decode()


def test_the_crontab_line_is_valid() -> None:
    (block,) = blocks("crontab")
    (line,) = block.splitlines()
    *fields, command = line.split(None, 5)
    bounds = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    for field, (low, high) in zip(fields, bounds, strict=True):
        for part in field.split(","):
            match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/\d+)?", part)
            assert match, field
            assert all(low <= int(number) <= high for number in match.groups() if number)
    # cron turns a bare % into a line break.
    assert "%" not in command
    subprocess.run(["sh", "-n", "-c", command], check=True)
    words = shlex.split(command.split(" >> ")[0])
    check_command(words)


def test_the_example_of_the_document_is_valid() -> None:
    first, watchdog = blocks("sh")
    check_command(shlex.split(first))
    subprocess.run(["sh", "-n", "-c", watchdog], check=True)
