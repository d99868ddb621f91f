"""Lists without end: what ends a walk of one, and what does not end the walk of a long one (`make faults` has more)."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from portal_crawler.spiders.trail import Trail
from portal_crawler.store import Found
from tests.command_line import run_text
from tests.faults.server import Asked, article, listing, portal
from tests.faults.traps import TRAPS


def crawl(folder: Path, base: str, *flags: str) -> dict[str, Any]:
    places = ("--db", folder / "p.db", "--archive", folder / "a")
    manners = ("--allow-private", "--delay", "0", "--json", "--no-recheck")
    environment = os.environ | {"no_proxy": "127.0.0.1"}
    result = run_text("crawl", f"{base}/gn/", *places, *flags, *manners, env=environment)
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def page(number: int, size: int = 20, title: str = "靖远县引进企业第{}批落地") -> list[Found]:
    first = number * size
    return [Found(f"http://n.cn/2021/{n}.html", title.format(n), "2021-11-19") for n in range(first, first + size)]


def walked(trail: Trail, entries: list[Found], number: int) -> str | None:
    trail.asks(f"http://n.cn/gn/index_{number}.html")
    trail.fresh(entries)
    return trail.trap(f"http://n.cn/gn/index_{number + 1}.html")


def test_a_channel_of_thousands_of_pages_is_walked_to_its_end() -> None:
    trail = Trail()
    for number in range(6000):
        trail.harvest.stored += 20
        assert walked(trail, page(number), number) is None


def test_a_channel_of_which_all_is_known_by_its_address_is_walked_on() -> None:
    trail = Trail()
    assert all(walked(trail, page(number), number) is None for number in range(3000))


def test_an_old_part_whose_articles_were_deleted_does_not_end_a_channel() -> None:
    trail = Trail()
    for number in range(200):
        trail.harvest.absent += 20
        trail.harvest.stored += number % 25 == 0
        assert walked(trail, page(number), number) is None


def test_titles_that_come_again_and_again_do_not_end_a_channel() -> None:
    trail = Trail()
    assert all(walked(trail, page(number, title="图片新闻"), number) is None for number in range(50))


def test_what_goes_on_and_on_and_brings_something_each_time_is_cut_in_the_end() -> None:
    trail = Trail()
    number = 0
    while (reason := walked(trail, page(number, size=1), number)) is None:
        number += 1
    assert number == 19_999 and "20000 pages" in reason


def test_articles_behind_ever_new_tokens_are_stored_once_by_all_runs_and_each_ends(tmp_path: Path) -> None:
    (trap,) = (trap for trap in TRAPS if trap.name == "tokens and counters")
    with portal(trap.answers) as running:
        first = crawl(tmp_path, running.url)
        second = crawl(tmp_path, running.url)
    assert (first["articles"], second["articles"]) == (3, 0)
    assert second["listings"] <= 5 and second["exit_code"] == 0 and second["traps"]
    with closing(sqlite3.connect(tmp_path / "p.db")) as database:
        reasons = {row[0] for row in database.execute("SELECT reason FROM ledger WHERE reason LIKE '%same article%'")}
        (known,) = database.execute("SELECT count(*) FROM articles").fetchone()
    assert known == 3 and len(reasons) == 3


def test_articles_behind_session_numbers_cost_a_later_run_nothing(tmp_path: Path) -> None:
    (trap,) = (trap for trap in TRAPS if trap.name == "sessions in addresses")
    with portal(trap.answers) as running:
        assert crawl(tmp_path, running.url)["articles"] == 3
        running.asked.clear()
        assert crawl(tmp_path, running.url)["articles"] == 0
        assert [path.partition("?")[0] for path in running.asked] == ["/robots.txt", "/gn/"]


def test_pages_of_newer_days_do_not_end_a_walk_for_older_ones(tmp_path: Path) -> None:
    def answer(asked: Asked) -> None:
        number = int(asked.path.partition("=")[2] or 1)
        links = listing(f"/2021/11{31 - number}/1.html", f"/2021/11{31 - number}/2.html")
        links = links.replace("2021-11-19", f"2021-11-{31 - number}").replace("批落地", f"批落地{number}")
        following = f'<a href="/gn/?page={number + 1}">下一页</a></div>' if number < 8 else "</div>"
        asked.answer(links.replace("</div>", following))

    with portal({"/gn/*": answer, "/2021/*": lambda asked: asked.answer(article(asked.path))}) as running:
        found = crawl(tmp_path, running.url, "--until", "2021-11-24")
    assert (found["listings"], found["articles"], found["traps"]) == (8, 4, [])
