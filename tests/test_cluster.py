"""`--engine dask://…`: portals are crawled by the workers of a cluster, and what comes of it is what one machine has."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal_crawler.cluster.shards import open_shards
from portal_crawler.cluster.unit import Unit
from portal_crawler.cluster.unit import crawl as crawl_unit
from portal_crawler.store.locks import is_held, take_lock
from portal_crawler.verify import verify
from tests.cluster import ENVIRONMENT, ROOT, Portals, cluster, crawl, finished, portals, until

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
DELAY_S = 0.15
# Everything that an article's row says of the article, not of when and where it was read.
FIELDS = """url, portal, title, published_at, published_precision, published_raw, source, editor, author, body,
            channel_path, images, page_count, state, revision, extractor, provenance, warnings"""


def articles(db: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(db) as connection:
        return connection.execute(f"SELECT {FIELDS} FROM articles ORDER BY url").fetchall()


def count(db: Path, what: str) -> int:
    try:
        with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0])
    except sqlite3.Error:
        return 0


def stored(folder: Path) -> int:
    """How many articles all shards have so far."""
    return sum(count(path, "articles") for path in (folder / "p.db.shards").glob("*.db"))


def damage_of(folder: Path) -> list[str]:
    from portal_crawler.store import open_reader

    store = open_reader(folder / "p.db")
    try:
        return [found.problem for found in verify(store, folder / "archive") if found.is_damage]
    finally:
        store.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Portals, Path]]:
    """Portals, and a database into which this machine alone has crawled them."""
    folder = tmp_path_factory.mktemp("world")
    with portals(folder, 5, 7, 0.01) as made:
        summary = finished(crawl(folder / "single", made, "--jobs", "3"))
        assert summary["exit_code"] == 0, summary
        yield made, folder / "single" / "p.db"


@pytest.mark.slow
def test_killed_worker_and_killed_scheduler_cost_nothing(world: tuple[Portals, Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    made, single = world
    began = time.monotonic()
    folder = tmp_path / "crawl"
    # How the archive is packed makes no difference to what is stored.
    zstd = ("--archive-compression", "zstd")
    with cluster(tmp_path / "cluster", 4) as machines:
        process = crawl(folder, made, "--engine", machines.engine, *zstd, delay_s=DELAY_S)
        until(lambda: stored(folder) >= 4)
        machines.workers[0].kill()
        until(lambda: stored(folder) >= 12)
        assert machines.scheduler is not None
        machines.scheduler.kill()
        summary = finished(process)
        assert (process.returncode, summary["exit_code"]) == (143, 143), summary
        assert "the same command goes on" in str(summary["runs"])
        assert 12 <= len(articles(folder / "p.db")) <= len(articles(single))
        assert damage_of(folder) == []
        for worker in machines.workers[1:]:
            worker.wait(60)
        machines.scheduler.wait()
        machines.start_scheduler()
        machines.start_workers(2)
        process = crawl(folder, made, "--engine", machines.engine, *zstd, delay_s=DELAY_S)
        machines.wait_for_workers(2)
        # One of the two dies as well, while it has a portal.
        until(lambda: any(is_held(path, path.stem) for path in (folder / "p.db.shards").glob("*.db")))
        machines.workers[-1].kill()
        summary = finished(process)
    assert (process.returncode, summary["exit_code"]) == (0, 0), summary
    # Of five portals, each in its own process and on whatever worker, none was ever asked faster than allowed.
    assert min(made.gaps_s(began)) > 0.45 * DELAY_S
    assert articles(folder / "p.db") == articles(single)
    assert count(folder / "p.db", "ledger WHERE state = 'pending'") == 0
    assert damage_of(folder) == []
    assert {path.suffix for path in (folder / "archive").glob("*/*")} == {".zst"}
    # What was crawled was not crawled again: a kill costs what was under way.
    asked = [request.path for log in made.requests.values() for request in log if request.at >= began]
    assert len(asked) < 1.6 * count(single, "captures")


@pytest.mark.slow
def test_shard_begins_with_what_the_database_has_and_one_target_is_enough(
    world: tuple[Portals, Path], tmp_path: Path, cli: Cli
) -> None:
    pytest.importorskip("distributed", reason="the cluster extra is not installed")
    made, _ = world
    folder = tmp_path / "crawl"
    first = finished(crawl(folder, made, "--limit", "3", targets=("portal01",)))
    assert first["exit_code"] == 0 and count(folder / "p.db", "articles") == 3
    before = len(made.requests["portal01"])
    with cluster(tmp_path / "cluster", 1) as machines:
        summary = finished(crawl(folder, made, "--engine", machines.engine, targets=("portal01",)))
        assert summary["exit_code"] == 0 and summary["total"]["articles"] == 4, summary  # type: ignore[index]
        assert summary["runs"][0]["run_id"] == 2  # type: ignore[index]
        assert count(folder / "p.db", "articles") == 7
        asked = [request.path for request in made.requests["portal01"][before:]]
        with sqlite3.connect(folder / "p.db") as database:
            (known,) = database.execute("SELECT url FROM articles ORDER BY id LIMIT 1").fetchone()
        assert not any(known.endswith(path) for path in asked)
        assert damage_of(folder) == []
        # Its workers also read again what is stored.
        with sqlite3.connect(folder / "p.db") as database:
            database.execute("UPDATE articles SET extractor = 'portal-crawler/1'")
        options = ("--engine", machines.engine, "--db", folder / "p.db", "--archive", folder / "archive", "--json")
        again = cli("reextract", "--profile", made.profiles / "portal01.toml", *options)
        assert again.returncode == 0, again.stderr.decode()
        assert json.loads(again.stdout)["changed"] == {"extractor": 7}
        # Whoever crawls a portal into the database itself keeps the cluster from it, too.
        lock = take_lock(folder / "p.db", "portal01")
        held = finished(crawl(folder, made, "--engine", machines.engine, targets=("portal01", "portal02")))
        lock.release()
        assert held["exit_code"] == 6
        assert [run["exit_code"] for run in held["runs"]] == [6, 0]  # type: ignore[attr-defined]
        # A stop reaches the workers: their crawls save their state and end.
        process = crawl(folder, made, "--engine", machines.engine, delay_s=3, targets=("portal03",))
        until(lambda: is_held(folder / "p.db.shards" / "portal03.db", "portal03"))
        process.send_signal(signal.SIGTERM)
        assert finished(process)["exit_code"] == 143
        assert not is_held(folder / "p.db.shards" / "portal03.db", "portal03")
        # Without any worker, a command waits for one, and can be stopped.
        machines.workers[0].kill()
        machines.workers[0].wait()
        process = crawl(folder, made, "--engine", machines.engine, targets=("portal04",))
        until(lambda: is_held(folder / "p.db", "portal04"))
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        told = finished(process)
        assert told["exit_code"] == 130 and "has no workers" in str(told["stderr"])


def test_engine_that_is_not_there_is_a_usage_error(tmp_path: Path, cli: Cli) -> None:
    profile = tmp_path / "gscn.toml"
    profile.write_text(
        'id = "gscn"\nname = "x"\nprovince = "甘肃"\nhosts = ["news.example"]\n'
        '[[channels]]\nname = "a"\nurl = "http://news.example/a/"\n',
        encoding="utf-8",
    )
    options = ("--db", tmp_path / "p.db", "--archive", tmp_path / "archive")
    for engine in ("ray://127.0.0.1:1", "dask://127.0.0.1:1"):
        done = cli("crawl", profile, "--engine", engine, *options)
        assert done.returncode == 2 and engine.encode() in done.stderr, done.stderr.decode()
    both = cli("crawl", profile, "--engine", "dask://127.0.0.1:1", "--jobs", "2", *options)
    assert both.returncode == 2 and b"--jobs" in both.stderr


def unit_of(folder: Path, **changes: str) -> tuple[Unit, Path]:
    with open_shards(folder) as shards:
        values = {"token": shards.token, "mark": str(shards.mark)} | changes
        mark = shards.mark
    return Unit("gscn", ("portals",), str(folder / "gscn.db"), **values), mark  # type: ignore[arg-type]


def test_worker_that_does_not_share_the_folder_or_the_version_refuses(tmp_path: Path) -> None:
    for changes, complaint in (({"token": "another"}, "does not share the folder"), ({"version": "0.0"}, "has portal")):
        unit, _ = unit_of(tmp_path / "shards", **changes)
        ended = crawl_unit(unit, print, lambda: True, "tcp://far:1")
        assert ended.code == 2 and ended.complaint is not None
        assert complaint in ended.complaint and "tcp://far:1" in ended.complaint


def test_unit_waits_until_a_lost_workers_crawl_is_gone(tmp_path: Path) -> None:
    unit, _ = unit_of(tmp_path / "shards")
    lock = take_lock(Path(unit.shard), "gscn")
    lines: list[str] = []
    ended: list[object] = []
    thread = threading.Thread(target=lambda: ended.append(crawl_unit(unit, lines.append, lambda: True, "here")))
    thread.start()
    time.sleep(1.5)
    assert not ended
    lock.release()
    thread.join(60)
    assert [one.code for one in ended] == [0]  # type: ignore[attr-defined]


def test_process_on_a_leash_ends_when_the_other_end_is_gone(tmp_path: Path) -> None:
    # As a worker that is killed: its child has nobody at the other end any more.
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-m', 'portal_crawler.cli.leashed', 'serve', '--port', '0', "
        "'--db', sys.argv[1]], stdin=subprocess.PIPE); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    from portal_crawler.store import open_store

    open_store(tmp_path / "p.db").close()
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "p.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd=ROOT,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(0.5)
    assert is_alive(child)
    parent.kill()
    parent.wait()
    until(lambda: not is_alive(child), 30)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
