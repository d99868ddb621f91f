"""Manners towards each host: pauses that it asks for, refusals, and robots.txt by RFC 9309."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from portal_crawler.hosts import REFUSALS, Hosts
from portal_crawler.middlewares.retry import retry_after_s
from tests.command_line import run_text
from tests.faults.server import Answer, Asked, Portal, article, listing, portal

OTHER = "localhost"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Times(dict[str, list[float]]):
    """When each path was asked for, in seconds."""

    def wraps(self, answer: Answer) -> Answer:
        def timed(asked: Asked) -> None:
            self.setdefault(asked.path, []).append(time.monotonic())
            answer(asked)

        return timed


def crawl(folder: Path, running: Portal, *flags: str, prelude: str = "") -> dict[str, Any]:
    """Crawl the portal, whose hosts are 127.0.0.1 and localhost. prelude: what Python runs first."""
    profile = folder / "p.toml"
    profile.write_text(
        f'id = "p"\nname = "p"\nhosts = ["127.0.0.1", "{OTHER}", "nowhere.invalid"]\n[[channels]]\nname = "gn"\nurl = "{running.url}/gn/"\n',
        "utf-8",
    )
    program = f"{prelude}\nfrom portal_crawler.cli import main\nmain()"
    places = ("--db", folder / "p.db", "--archive", folder / "a")
    manners = ("--delay", "0", "--allow-private", "--json", "--no-recheck")
    environment = os.environ | {"no_proxy": f"127.0.0.1,{OTHER}"}
    result = run_text("crawl", profile, *places, *manners, *flags, program=program, env=environment, timeout=90)
    assert result.stdout, result.stderr
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert "Traceback" not in result.stderr, result.stderr
    return found


def states(folder: Path, like: str) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "p.db")) as database:
        found = "SELECT state, count(*) FROM ledger WHERE kind = 'article' AND url LIKE ? GROUP BY state"
        return dict(database.execute(found, (like,)).fetchall())


def at_other(asked: Asked, path: str) -> str:
    return f"http://{OTHER}:{asked.port}{path}"


def test_a_pause_that_a_host_asks_for_is_kept_by_all_its_requests_and_by_no_other_host(tmp_path: Path) -> None:
    times = Times()
    busy, quiet = ([f"/2021/{name}/{n}.html" for n in range(12)] for name in ("busy", "quiet"))

    def answer_busy(asked: Asked) -> None:
        if len(times) and sum(len(found) for path, found in times.items() if "busy" in path) == 1:
            asked.answer("later", "503 Service Unavailable", retry_after="3")
        else:
            asked.answer(article(asked.path))

    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(listing(*busy, *(at_other(a, path) for path in quiet))),
        "/2021/busy/*": times.wraps(answer_busy),
        "/2021/quiet/*": times.wraps(lambda a: a.answer(article(a.path))),
    }
    # One request at a time, as without --delay 0.
    prelude = "import portal_crawler.settings as s; s.CONCURRENT_REQUESTS_PER_DOMAIN = 1"
    with portal(answers) as running:
        found = crawl(tmp_path, running, "--delay", "0.02", prelude=prelude)
    assert (found["exit_code"], found["articles"]) == (0, 24)
    asked_busy = sorted(moment for path, moments in times.items() if "busy" in path for moment in moments)
    asked_quiet = sorted(moment for path, moments in times.items() if "quiet" in path for moment in moments)
    assert asked_busy[1] - asked_busy[0] >= 3
    assert asked_quiet[-1] < asked_busy[1]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_host_that_wants_an_hour_is_left_alone_for_the_rest_of_the_run(tmp_path: Path, status: str) -> None:
    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(
            listing(*(f"/2021/1/{n}.html" for n in range(30)), *(at_other(a, f"/2021/2/{n}.html") for n in range(5)))
        ),
        "/2021/1/*": lambda a: a.answer("later", status, retry_after="3600"),
        "/2021/2/*": lambda a: a.answer(article(a.path)),
    }
    with portal(answers) as running:
        found = crawl(tmp_path, running)
        asked = [path for path in running.asked if path.startswith("/2021/1/")]
    assert found["articles"] == 5 and found["exit_code"] == (4 if status.startswith("429") else 3)
    # Those under way when the first answer came.
    assert len(asked) <= 8
    assert states(tmp_path, "%/2021/1/%")["pending"] == 30 - len(asked)
    assert found["seconds"] < 20


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_host_that_wants_two_hours_is_left_alone_by_the_runs_that_follow_until_then(
    tmp_path: Path, status: str
) -> None:
    busy = True
    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(listing("/2021/1/1.html", "/2021/1/2.html", at_other(a, "/2021/2/1.html"))),
        "/2021/2/*": lambda a: a.answer("later", status, retry_after="7200") if busy else a.answer(article(a.path)),
        "/2021/1/*": lambda a: a.answer(article(a.path)),
    }
    with portal(answers) as running:
        first = crawl(tmp_path, running)
        assert first["articles"] == 2 and list(first["resting"]) == [OTHER]
        until = datetime.fromisoformat(first["resting"][OTHER])
        assert timedelta(minutes=118) < until - datetime.now(UTC) <= timedelta(hours=2)
        # As if the pause before another try of the address itself were over.
        change(tmp_path, "UPDATE ledger SET retry_at = '2021-11-19T00:00:00+08:00' WHERE retry_at IS NOT NULL")
        running.asked.clear()
        for _ in range(2):
            again = crawl(tmp_path, running)
            assert (again["exit_code"], again["resting"]) == (3, first["resting"])
            assert f"{OTHER} asked to be left alone until {until:%Y-%m-%d %H:%M}" in again["outcome"]
        assert not [path for path in running.asked if path.startswith("/2021/2/")]
        assert states(tmp_path, "%/2021/2/%") == {"pending": 1}
        busy = False
        # The time has come, or a clock that has been set back makes it look far away.
        for moment in (datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=3)):
            change(
                tmp_path,
                "UPDATE runs SET summary = json_set(summary, '$.resting', json(?))",
                json.dumps({OTHER: moment.isoformat()}),
            )
            change(tmp_path, "UPDATE ledger SET state = 'pending', retry_at = NULL WHERE url LIKE '%/2021/2/%'")
            last = crawl(tmp_path, running)
            assert (last["exit_code"], last["resting"]) == (0, {})


def change(tmp_path: Path, sql: str, *values: str) -> None:
    connection = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    connection.execute(sql, values)
    connection.close()


def test_absurd_pauses_hold_up_nobody(tmp_path: Path) -> None:
    absurd = [
        "9" * 400,
        "315360000",
        "-5",
        "bald",
        "",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT",
    ]
    absurd += ["Fri, 32 Foo 2026 99:99:99 GMT"]
    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(listing(*(f"/2021/{n}.html" for n in range(len(absurd) + 3)))),
        **{
            f"/2021/{n}.html": lambda a, value=value: a.answer("no", "503 Service Unavailable", retry_after=value)  # type: ignore[misc]
            for n, value in enumerate(absurd)
        },
        "/2021/*": lambda a: a.answer(article(a.path)),
    }
    with portal(answers) as running:
        found = crawl(tmp_path, running)
    assert (found["exit_code"], found["articles"], found["failed"]) == (3, 3, len(absurd))
    assert found["seconds"] < 30


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 0.0),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_wish_for_a_pause_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s(value.encode(), NOW) == seconds


def test_a_host_that_refuses_is_asked_ever_more_slowly_and_then_no_more_and_others_go_on(tmp_path: Path) -> None:
    times = Times()
    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(
            listing(*(f"/2021/1/{n}.html" for n in range(40)), *(at_other(a, f"/2021/2/{n}.html") for n in range(40)))
        ),
        "/2021/1/*": times.wraps(lambda a: a.answer("no", "403 Forbidden")),
        "/2021/2/*": lambda a: a.answer(article(a.path)),
    }
    with portal(answers) as running:
        found = crawl(tmp_path, running, "--delay", "0.1")
    assert (found["exit_code"], found["articles"]) == (4, 40)
    assert "gave up" in found["outcome"]
    # One may be on its way while the fifth answer is read.
    assert REFUSALS <= found["blocked"] <= REFUSALS + 1
    assert states(tmp_path, "%/2021/1/%") == {"blocked": found["blocked"], "pending": 40 - found["blocked"]}
    gaps = [later - earlier for earlier, later in pairwise(sorted(moments[0] for moments in times.values()))]
    assert max(gaps) >= 0.1 * 2 ** (REFUSALS - 1) and max(gaps) in gaps[-2:]


def test_refusals_in_a_row_are_counted_for_each_host() -> None:
    hosts = Hosts(0.0)
    for _ in range(REFUSALS - 1):
        hosts.count("a.cn", is_refusal=True)
        hosts.count("b.cn", is_refusal=True)
        hosts.count("b.cn", is_refusal=False)
    hosts.count("b.cn", is_refusal=True)
    assert hosts.closed("a.cn") is None
    hosts.count("a.cn", is_refusal=True)
    assert hosts.closed("a.cn") and hosts.closed("b.cn") is None
    assert hosts.refusing == ["a.cn"]


def test_hosts_without_a_name_or_that_refuse_connections_wait_for_the_next_run_and_others_go_on(tmp_path: Path) -> None:
    lost = ("http://nowhere.invalid/2021/1.html", f"http://{OTHER}:9/2021/2.html")
    answers: dict[str, Answer] = {
        "/gn/": lambda a: a.answer(listing(*lost, "/2021/3.html")),
        "/2021/*": lambda a: a.answer(article(a.path)),
    }
    with portal(answers) as running:
        found = crawl(tmp_path, running)
    assert (found["exit_code"], found["articles"], found["pending"]) == (3, 1, 2)
    assert "2 hosts not ready" in found["outcome"]
    with closing(sqlite3.connect(tmp_path / "p.db")) as database:
        rows = dict(database.execute("SELECT url, reason FROM ledger WHERE state = 'pending'").fetchall())
    assert "nowhere.invalid" in rows[lost[0]] and "refused" in rows[lost[1]].lower()


ARTICLES: dict[str, Answer] = {
    "/gn/": lambda a: a.answer(listing("/2021/1.html", "/2021/2.html")),
    "/2021/*": lambda a: a.answer(article(a.path)),
}


def robots(text: str | bytes, status: str = "200 OK", **headers: str) -> dict[str, Answer]:
    return {"/robots.txt": lambda a: a.answer(text, status, content_type="text/plain", **headers), **ARTICLES}


def _on_to(number: int) -> Answer:
    return lambda asked: asked.answer("", "302 Found", location=f"/r{number}")


FORBIDS = "User-agent: *\nDisallow: /2021/1.html\n"
REDIRECTED = {
    "/robots.txt": lambda a: a.answer("", "301 Moved Permanently", location="/r1"),
    **{f"/r{n}": _on_to(n + 1) for n in range(1, 5)},
    "/r5": lambda a: a.answer(FORBIDS, content_type="text/plain"),
    **ARTICLES,
}
RULES = {
    "over five redirects": (REDIRECTED, 0, 1),
    "in a ring of redirects": (robots("", "302 Found", location="/robots.txt"), 0, 2),
    "of a lost page": (robots("no", "404 Not Found"), 0, 2),
    "behind a wall": (robots("<script>document.cookie=1</script>", "521 Origin Down"), 4, 0),
    "from a busy host": (robots("", "429 Too Many Requests"), 4, 0),
    "with a mark of byte order": (robots(b"\xef\xbb\xbf" + FORBIDS.encode()), 0, 1),
    "of more than 500 KB, cut in an address": (
        robots(f"User-agent: *\nDisallow: /2021/1.html\n#{'x' * (500 * 1024 - 52)}\nDisallow: /nowhere\n"), 0, 1,
    ),
    "with a rule behind 500 KB": (robots(f"User-agent: *\n#{'x' * 512_000}\nDisallow: /\n"), 0, 2),
    "that is a page": (robots("<html><body>Disallow: /</body></html>"), 0, 2),
    "of NUL bytes": (robots(b"\0" * 5000), 0, 2),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_rules_for_robots(tmp_path: Path, name: str) -> None:
    answers, exit_code, articles = RULES[name]
    with portal(dict(answers)) as running:
        found = crawl(tmp_path, running)
    assert (found["exit_code"], found["articles"]) == (exit_code, articles), found["outcome"]


@pytest.mark.slow
def test_rules_are_read_again_when_they_are_a_day_old_and_kept_while_new_ones_cannot_be_had(tmp_path: Path) -> None:
    def rules(asked: Asked) -> None:
        if asked.count == 2:
            asked.answer("", "500 Internal Server Error")
        else:
            asked.answer("User-agent: *\n" + ("Disallow: /2021/" if asked.count > 2 else "Allow: /"))

    def slow(asked: Asked) -> None:
        time.sleep(0.4)
        asked.answer(article(asked.path))

    answers: dict[str, Answer] = {
        "/robots.txt": rules,
        "/gn/": lambda a: a.answer(listing(*(f"/2021/{n}.html" for n in range(12)))),
        "/2021/*": slow,
    }
    # A day of a second, and no retries.
    prelude = "import portal_crawler.middlewares.robots as r; r._MOST_AGE_S = r._NEXT_TRY_S = 1.0\n"
    prelude += "import portal_crawler.settings as s; s.RETRY_TIMES = 0"
    with portal(answers) as running:
        found = crawl(tmp_path, running, "--delay", "0.01", prelude=prelude)
        assert running.asked.count("/robots.txt") >= 3
    assert 3 <= found["articles"] <= 9
    assert states(tmp_path, "%/2021/%") == {"done": found["articles"], "skipped": 12 - found["articles"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wanted", "least_s", "most_s"), [("1.5", 1.5, 3), ("999999999", 1.0, 2.5), ("-3", 0, 1), ("nan", 0, 1)]
)
def test_a_delay_is_kept_within_reason(tmp_path: Path, wanted: str, least_s: float, most_s: float) -> None:
    times = Times()
    answers = robots(f"User-agent: *\nCrawl-delay: {wanted}\n") | {"/2021/*": times.wraps(ARTICLES["/2021/*"])}
    # Half a minute, at most, is shortened to a second for those who ask for years.
    prelude = "import portal_crawler.middlewares.robots_txt as r; r._MOST_DELAY_S = 1.0" if len(wanted) > 4 else ""
    with portal(answers) as running:
        assert crawl(tmp_path, running, prelude=prelude)["articles"] == 2
    one, other = sorted(moments[0] for moments in times.values())
    assert least_s <= other - one + 0.01 and other - one < most_s
