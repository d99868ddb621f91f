"""`check` names what stopped coming in as it used to, and is silent over normal news."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from newsroom import HABITS, period

from portal_crawler.article import BEIJING
from portal_crawler.check import Finding, check, exit_code
from portal_crawler.check.fields import collapse_of
from portal_crawler.check.holidays import is_holiday
from portal_crawler.check.rhythm import quiet_of, rhythm_of
from portal_crawler.export import Selection
from portal_crawler.pipelines.check import habits
from portal_crawler.report import write_report
from portal_crawler.store import Store, open_store
from tests.test_crawl import article, crawl, listing, rows, site

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
TODAY = date(2026, 8, 20)
NOW = datetime.combine(TODAY, time(12), BEIJING)
FULL: dict[str, object] = {
    "title": "标题",
    "source": "甘肃日报",
    "editor": "赵小春",
    "author": None,
    "body": "正文" * 200,
}


def moment(day: date) -> str:
    return datetime.combine(day, time(9), BEIJING).isoformat()


class Newsdesk:
    """Fills a database the way hourly crawls would have, at whatever moment."""

    def __init__(self, path: Path) -> None:
        self.store: Store = open_store(path)
        self._count = 0
        with self.store.transaction() as rows:
            rows.execute("INSERT INTO runs VALUES (1,'gscn','[]',1,?,?,0,'done',0,0,0,0,0,0,0,0,0,'{}')", ("", ""))
            rows.execute("INSERT INTO segments VALUES ('f','gscn',1)")
            rows.execute("INSERT INTO captures VALUES (1,'gscn','u','',200,'','','f',0,1,1)")

    def channel(self, name: str, *, listed: date | None = TODAY, walks: int = 500, portal: str = "gscn") -> int:
        with self.store.transaction() as rows:
            cursor = rows.execute(
                "INSERT INTO channels (portal, name, path, url, walk, complete_walk, last_listed_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    portal,
                    name,
                    json.dumps(["资讯", name], ensure_ascii=False),
                    f"http://news.example/{portal}/{self._count}/{len(name)}/{rows.total_changes}/",
                    walks,
                    walks,
                    NOW.replace(year=listed.year, month=listed.month, day=listed.day).isoformat() if listed else None,
                ),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def articles(self, channel: int, days: Iterable[date], *, seen: date | None = None, **fields: object) -> None:
        """One article a day given, with all fields but author, or those that are given."""
        with self.store.transaction() as rows:
            portal = rows.execute("SELECT portal FROM channels WHERE id = ?", (channel,)).fetchone()[0]
            for day in days:
                self._count += 1
                values = {"published_at": moment(day), "images": "[]"} | FULL | fields
                seen_at = moment(seen or day)
                values |= {"url": f"http://news.example/{self._count}.html", "portal": portal, "first_seen_at": seen_at}
                values |= {"last_seen_at": seen_at, "capture_id": 1, "extractor": "test/1"}
                names, marks = ", ".join(values), ", ".join("?" * len(values))
                rows.execute(f"INSERT INTO articles ({names}) VALUES ({marks})", list(values.values()))
                rows.execute("INSERT INTO article_channels VALUES (last_insert_rowid(), ?)", (channel,))

    def listing(self, channel: int, state: str, reason: str) -> None:
        with self.store.transaction() as rows:
            rows.execute(
                "INSERT INTO ledger (url, portal, kind, state, reason, discovered_at, updated_at, run_id)"
                " SELECT url, portal, 'listing', ?, ?, '', '', 1 FROM channels WHERE id = ?",
                (state, reason, channel),
            )

    def run(self, channels: Iterable[int], empty: Iterable[str]) -> None:
        with self.store.transaction() as rows:
            urls = [rows.execute("SELECT url FROM channels WHERE id = ?", (one,)).fetchone()[0] for one in channels]
            rows.execute(
                "INSERT INTO runs (portal, targets, pid, started_at, summary) VALUES ('gscn', ?, 1, '', ?)",
                (json.dumps(urls, ensure_ascii=False), json.dumps({"empty_channels": list(empty)})),
            )

    def check(self, now: datetime = NOW, **options: object) -> list[Finding]:
        return check(self.store, now, **options)  # type: ignore[arg-type]

    def wrong(self, now: datetime = NOW) -> list[tuple[str, str, str | None]]:
        return [(found.problem, found.channel, found.field) for found in self.check(now) if found.kind != "note"]


@pytest.fixture
def desk(tmp_path: Path) -> Newsdesk:
    return Newsdesk(tmp_path / "p.db")


def until(last: date, days: int = 150) -> list[date]:
    return period(last, days)


# Staleness


def test_a_channel_with_news_up_to_yesterday_is_in_order(desk: Newsdesk) -> None:
    desk.articles(desk.channel("平凉市"), until(TODAY - timedelta(1)))
    assert desk.check() == []


def test_a_daily_channel_that_stopped_is_found_on_the_sixth_day_and_not_before(desk: Newsdesk) -> None:
    desk.articles(desk.channel("平凉市"), until(TODAY - timedelta(6)))
    for days_earlier in (1, 2, 3, 4):
        assert desk.check(NOW - timedelta(days_earlier)) == []
    (found,) = desk.check()
    assert (found.kind, found.problem, found.channel) == ("stale", "silent", "资讯 > 平凉市")
    assert (found.last_article, found.silent_days) == ((TODAY - timedelta(6)).isoformat(), 5)
    assert "no article since 2026-08-14, for 5 whole days" in found.text


def test_days_that_nobody_looked_at_are_no_silence(desk: Newsdesk) -> None:
    """A crawl that was down for four days learns of a channel's silence only from what it saw before."""
    desk.articles(desk.channel("平凉市", listed=TODAY - timedelta(2)), until(TODAY - timedelta(6)))
    assert desk.check() == []


def test_one_rhythm_is_not_another(desk: Newsdesk) -> None:
    """Ten days without news: much for a daily channel, nothing for one of Mondays."""
    last = TODAY - timedelta(10)
    assert last.weekday() == 0
    desk.articles(desk.channel("每日"), until(last))
    desk.articles(desk.channel("周一"), (day for day in until(last) if day.weekday() == 0))
    assert desk.wrong() == [("silent", "资讯 > 每日", None)]


def test_the_national_holidays_are_no_silence(desk: Newsdesk) -> None:
    """30 September 2026 is a Wednesday; seven days later the daily channel still rests."""
    last = date(2026, 9, 30)
    back = datetime(2026, 10, 9, 12, tzinfo=BEIJING)
    desk.articles(desk.channel("平凉市", listed=back.date()), until(last))
    assert desk.check(back) == []


@pytest.mark.parametrize(
    ("first", "last"), [("2024-02-10", "2024-02-17"), ("2025-01-28", "2025-02-04"), ("2026-02-15", "2026-02-23")]
)
def test_the_spring_festivals_of_the_official_notices_are_holidays(first: str, last: str) -> None:
    days = period(date.fromisoformat(last), (date.fromisoformat(last) - date.fromisoformat(first)).days + 1)
    assert all(map(is_holiday, days))


def test_a_channel_that_still_writes_but_far_less_is_quiet(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    for day in until(TODAY - timedelta(20)):
        desk.articles(channel, [day] * 8)
    desk.articles(channel, until(TODAY - timedelta(1), 19))
    (found,) = desk.check()
    assert (found.kind, found.problem) == ("stale", "quiet")
    assert "14 articles in 14 days without holidays, 112 are usual" in found.text


def test_a_channel_that_is_not_listed_any_more_is_told_from_a_silent_one(desk: Newsdesk) -> None:
    last = TODAY - timedelta(30)
    desk.articles(desk.channel("静"), until(last))
    desk.articles(desk.channel("弃", listed=last), until(last))
    found = {one.channel: (one.kind, one.problem) for one in desk.check()}
    assert found == {"资讯 > 静": ("stale", "silent"), "资讯 > 弃": ("note", "left_out")}


def test_a_portal_that_is_not_crawled_any_more_is_stale_when_news_are_overdue(desk: Newsdesk) -> None:
    last = TODAY - timedelta(30)
    desk.articles(desk.channel("平凉市", listed=last), until(last))
    (found,) = desk.check()
    assert (found.kind, found.problem) == ("stale", "unlisted")
    assert "was not listed since 2026-07-21" in found.text


def test_a_portal_that_was_only_tried_out_is_a_note(desk: Newsdesk) -> None:
    last = TODAY - timedelta(30)
    desk.articles(desk.channel("平凉市", listed=last, walks=1), until(last))
    (found,) = desk.check()
    assert (found.kind, found.problem, exit_code([found])) == ("note", "unlisted", 0)


def test_a_listing_that_cannot_be_read_is_no_silence_of_the_channel(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(9)))
    desk.listing(channel, "blocked", "HTTP 521")
    (found,) = desk.check()
    assert (found.kind, found.problem) == ("stale", "unreadable")
    assert "blocked: HTTP 521" in found.text


@pytest.mark.parametrize(
    "value", ["gestern", "2021-13-45T99:99:99+08:00", "0000-00", "0001-01-01T00:00:00+14:00", "-1"]
)
def test_what_is_no_time_is_named_and_all_else_judged(desk: Newsdesk, tmp_path: Path, value: str) -> None:
    broken, silent = desk.channel("要闻"), desk.channel("快报")
    for channel in (broken, silent):
        desk.articles(channel, until(TODAY - timedelta(40)))
    with desk.store.transaction() as rows:
        rows.execute("UPDATE channels SET last_listed_at = ? WHERE id = ?", (value, broken))
        for column in ("published_at", "first_seen_at", "last_seen_at"):
            rows.execute(f"UPDATE articles SET {column} = ? WHERE id % 10 = 1", (value,))
    assert [(found.kind, found.problem, found.channel) for found in desk.check()] == [
        ("note", "no_time", "资讯 > 要闻"),
        ("stale", "silent", "资讯 > 快报"),
    ]
    write_report(desk.store, tmp_path / "report.html", Selection(), NOW)
    assert "资讯 &gt; 快报" in (tmp_path / "report.html").read_text("utf-8")


def test_a_time_without_a_zone_is_beijings(desk: Newsdesk) -> None:
    desk.articles(desk.channel("要闻"), until(TODAY - timedelta(1)))
    with desk.store.transaction() as rows:
        rows.execute("UPDATE channels SET last_listed_at = substr(last_listed_at, 1, 19)")
    assert desk.check() == []


def test_a_channel_of_which_little_is_known_is_left_alone(desk: Newsdesk) -> None:
    desk.articles(desk.channel("平凉市"), until(TODAY - timedelta(60), 6))
    assert desk.check() == []


def test_a_column_that_ended_years_ago_is_left_alone(desk: Newsdesk) -> None:
    desk.articles(desk.channel("抗疫"), until(date(2021, 6, 1)), seen=TODAY)
    assert desk.check() == []


def test_articles_without_a_date_count_on_the_day_on_which_they_were_found(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(10)))
    for day in until(TODAY - timedelta(1), 9):
        desk.articles(channel, [day], published_at=None)
    assert not [found for found in desk.check() if found.kind == "stale"]


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("month", [date(2026, 2, 1), date(2026, 5, 20), date(2025, 9, 15)], ids=str)
def test_a_month_of_normal_news_raises_no_alarm(habit: str, month: date) -> None:
    """Checked on every day of it, with Spring Festival, Labour Day and National Day in the months."""
    for seed in range(4):
        counts = HABITS[habit](random.Random(f"{habit} {month} {seed}"), period(month + timedelta(30), 365))
        for number in range(31):
            today = month + timedelta(number)
            seen = Counter({day: count for day, count in counts.items() if count and day <= today})
            rhythm = rhythm_of(seen)
            assert rhythm is None or rhythm.weight(max(seen) + timedelta(1), today) < rhythm.limit, (seed, today)
            assert quiet_of(seen, today) is None, (seed, today)


@pytest.mark.parametrize(
    ("habit", "days"),
    [("busy", 8), ("daily", 14), ("office hours", 21), ("twice a week", 60), ("mondays", 70), ("once a week", 120)],
)
def test_a_channel_that_stopped_is_found_within_days_that_fit_its_rhythm(habit: str, days: int) -> None:
    last = date(2026, 6, 24)
    for seed in range(5):
        counts = HABITS[habit](random.Random(f"{habit} {seed}"), period(last, 365))
        rhythm = rhythm_of(counts)
        assert rhythm is not None
        assert rhythm.patience(last) <= days


def test_a_channel_that_slows_down_is_given_time_by_its_last_month() -> None:
    last = date(2026, 6, 24)
    days = period(last, 365)
    rng = random.Random(1)
    steady = Counter({day: 1 for day in days[:-30] if rng.random() < 0.9})
    slowed = steady + Counter({day: 1 for day in days[-30:] if rng.random() < 0.3})
    before, after = rhythm_of(steady), rhythm_of(slowed)
    assert before is not None and after is not None
    assert after.patience(last) > 2 * before.patience(last)


# Drift


def test_a_field_that_stopped_filling_is_named_with_its_shares(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(13), 100))
    desk.articles(channel, until(TODAY - timedelta(1), 12), editor=None)
    (found,) = desk.check()
    assert (found.kind, found.problem, found.portal, found.channel) == ("drift", "field", "gscn", "资讯 > 平凉市")
    assert (found.field, found.before, found.now) == ("editor", 1.0, 0.0)
    assert "editor: 100% of 100 articles before, 0% of the newest 12" in found.text


@pytest.mark.parametrize(
    ("field", "lost"),
    [
        ("title", None),
        ("published_at", None),
        ("source", None),
        ("images", "[]"),
        ("body", None),
        ("body_length", "更多内容请点击下方链接查看全文，或者扫描二维码下载客户端。" * 2),
    ],
)
def test_every_field_is_watched(desk: Newsdesk, field: str, lost: str | None) -> None:
    channel = desk.channel("平凉市")
    image = json.dumps([{"url": "http://news.example/1.jpg", "caption": None}])
    desk.articles(channel, until(TODAY - timedelta(16), 100), images=image)
    broken = {"images": image, "body" if field == "body_length" else field: lost}
    desk.articles(channel, until(TODAY - timedelta(1), 15), **broken)
    assert desk.wrong() == [("field", "资讯 > 平凉市", field)]


def test_small_channels_show_a_drift_together_and_are_each_named(desk: Newsdesk) -> None:
    names = ("平凉市", "白银市", "定西市", "陇南市")
    for name in names:
        channel = desk.channel(name)
        desk.articles(channel, until(TODAY - timedelta(4), 12))
        desk.articles(channel, until(TODAY - timedelta(1), 3), source=None)
    assert desk.wrong() == [("field", f"资讯 > {name}", "source") for name in names]


def test_a_channel_that_never_had_editors_is_no_drift_wherever_it_comes_in_the_crawl(desk: Newsdesk) -> None:
    for name, editor in (("平凉市", "赵小春"), ("白银市", "赵小春"), ("专题", None)):
        desk.articles(desk.channel(name), until(TODAY - timedelta(1), 60), seen=TODAY, editor=editor)
    assert desk.check() == []


def test_a_few_articles_are_no_drift(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(4), 100))
    desk.articles(channel, until(TODAY - timedelta(1), 3), editor=None)
    assert desk.check() == []


def test_a_first_crawl_that_reaches_years_without_editors_is_no_drift(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, reversed(until(TODAY - timedelta(1), 100)), seen=TODAY)
    desk.articles(channel, reversed(until(date(2019, 6, 1), 60)), seen=TODAY, editor=None)
    assert desk.check() == []


def test_pages_on_which_no_text_is_found_are_a_drift_of_the_body(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(2), 60))
    with desk.store.transaction() as rows:
        for number in range(12):
            rows.execute(
                "INSERT INTO ledger (url, portal, kind, state, reason, discovered_at, updated_at, run_id)"
                " VALUES (?, 'gscn', 'article', 'failed', 'no text found', ?, ?, 1)",
                (f"http://news.example/empty/{number}", moment(TODAY), moment(TODAY)),
            )
            rows.execute("INSERT INTO channel_entries VALUES (?, last_insert_rowid(), 1, '', '')", (channel,))
    assert desk.wrong() == [("field", "资讯 > 平凉市", "body")]


def test_a_listing_that_matched_nothing_is_named_until_it_matches_again(desk: Newsdesk) -> None:
    channel, other = desk.channel("平凉市"), desk.channel("白银市")
    for one in (channel, other):
        desk.articles(one, until(TODAY - timedelta(1)))
    desk.run([channel, other], ["平凉市"])
    desk.run([other], [])
    assert desk.wrong() == [("empty_listing", "资讯 > 平凉市", None)]
    desk.run([channel], [])
    assert desk.wrong() == []


@pytest.mark.parametrize("share", [0.99, 0.9, 0.5, 0.2])
def test_a_field_that_fills_as_ever_is_no_drift(share: float) -> None:
    for seed in range(10):
        rng = random.Random(f"{share} {seed}")
        filled = [rng.random() < share for _ in range(500)]
        assert [end for end in range(40, 500, 7) if collapse_of(filled[:end])] == []


# In a crawl


def test_a_portal_that_renames_its_containers_is_flagged_row_by_row_and_named(cli: Cli, tmp_path: Path) -> None:
    numbers, renamed = list(range(30)), 1000

    def answer(path: str) -> str | None:
        if path == "/l/":
            return listing(*reversed(numbers))
        if not path.endswith(".html"):
            return None
        number = int(path.rsplit("/", 1)[1].removesuffix(".html"))
        page = article(number)
        return page.replace("来源：", "").replace("编辑：", "") if number >= renamed else page

    with site(answer) as (base, _):
        assert crawl(tmp_path, f"{base}/l/", "--allow-private").returncode == 0
        assert cli("check", "--db", tmp_path / "p.db").returncode == 0
        renamed = 30
        numbers += range(30, 45)
        second = crawl(tmp_path, f"{base}/l/", "--allow-private")
    assert (second.returncode, "editor (15 of 15 pages)" in second.stdout) == (5, True)
    flags = rows(tmp_path, "SELECT editor, warnings FROM articles ORDER BY id")
    assert [(row["editor"] is None, '"drift_editor"' in row["warnings"]) for row in flags] == [(False, False)] * 30 + [
        (True, True)
    ] * 15
    found = cli("check", "--db", tmp_path / "p.db", "--json")
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.returncode == 5
    assert ("editor", 1.0, 0.0) in [(line.get("field"), line.get("before"), line.get("now")) for line in lines]


def test_the_articles_of_a_channel_that_never_had_editors_are_not_flagged(desk: Newsdesk) -> None:
    with_editors, without = desk.channel("平凉市"), desk.channel("专题")
    desk.articles(with_editors, until(TODAY, 40))
    desk.articles(without, until(TODAY, 40), editor=None)
    expected = {"published_at", "source"}
    assert habits(desk.store, "gscn") == {with_editors: expected | {"editor"}, without: expected}


def test_what_a_portal_gave_up_is_flagged_no_more_in_the_end(desk: Newsdesk) -> None:
    channel = desk.channel("平凉市")
    desk.articles(channel, until(TODAY - timedelta(100), 100))
    desk.articles(channel, until(TODAY, 99), editor=None, warnings='["drift_editor"]')
    assert "editor" in habits(desk.store, "gscn")[channel]
    desk.articles(channel, until(TODAY, 2), editor=None, warnings='["drift_editor"]')
    assert "editor" not in habits(desk.store, "gscn")[channel]


# The command


def test_the_command_says_what_is_wrong_and_exits_by_the_worst(cli: Cli, tmp_path: Path) -> None:
    desk = Newsdesk(tmp_path / "p.db")
    desk.articles(desk.channel("静", portal="a"), until(TODAY - timedelta(9)))
    drifted = desk.channel("变", portal="b")
    desk.articles(drifted, until(TODAY - timedelta(13), 100))
    desk.articles(drifted, until(TODAY - timedelta(1), 12), editor=None)
    desk.store.close()

    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return cli("check", "--db", tmp_path / "p.db", "--now", "2026-08-20T12:00", *arguments)

    both = run()
    assert both.returncode == 5, both.stderr.decode()
    assert both.stdout.decode().splitlines()[-1] == "1 drift, 1 stale, 0 notes"
    assert (run("--portal", "a").returncode, run("--portal", "c").returncode) == (8, 2)
    lines = [json.loads(line) for line in run("--portal", "b", "--json").stdout.splitlines()]
    assert (lines[0]["channel"], lines[0]["field"], lines[0]["before"], lines[0]["now"]) == (
        "资讯 > 变",
        "editor",
        1,
        0,
    )
    assert lines[-1] == {"drift": 1, "stale": 0, "notes": 0, "exit_code": 5}
    assert cli("check", "--db", tmp_path / "none.db").returncode == 7
