"""Crawls of many portals on a cluster of this machine: throughput by workers, and what kills cost.

    .venv/bin/python -m benchmarks.cluster --portals 40 --workers 1 2 4

The portals answer after 100 ms, so that waiting is what takes the time, as it is with real ones. Each number of workers
crawls them all into a database of its own; the first crawl of all is one machine's, without a cluster, and every other
must come to the same articles. With --kill, the last crawl loses a worker and then the scheduler. Prints one line of
JSON for each crawl.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.cluster import Portals, cluster, crawl, finished, portals, until
from tests.test_cluster import articles, count, damage_of, stored

_ANSWER_S = 0.1
_LONG_S = 3600.0


def main() -> None:
    """Run all crawls and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=main.__doc__)
    parser.add_argument("--portals", type=int, default=40)
    parser.add_argument("--articles", type=int, default=40, help="of each portal, about")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds between two requests to one portal")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--kill", action="store_true", help="crawl once more, and kill a worker and the scheduler")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-cluster-") as place:
        folder = Path(place)
        with portals(folder, given.portals, given.articles, _ANSWER_S) as made:
            single = folder / "single"
            _report("one machine, 4 jobs", _timed(single, made, given.delay, "--jobs", "4"), made, given.delay)
            wanted = articles(single / "p.db")
            first = 0.0
            for workers in given.workers:
                figures = _on_cluster(folder, made, workers, given.delay)
                rate = figures["articles"] / figures["seconds"]
                first = first or rate
                same = articles(folder / f"with{workers}" / "p.db") == wanted
                figures |= {"times_the_first": round(rate / first, 2), "same_articles": same}
                _report(f"{workers} workers", figures, made, given.delay)
            if given.kill:
                figures = _with_kills(folder, made, given.delay)
                figures["same_articles"] = articles(folder / "kills" / "p.db") == wanted
                _report("4 workers, a worker and the scheduler killed", figures, made, given.delay)


def _timed(folder: Path, made: Portals, delay_s: float, *options: str) -> dict[str, Any]:
    began = time.monotonic()
    summary: Any = finished(crawl(folder, made, *options, delay_s=delay_s), _LONG_S)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "articles": summary["total"]["articles"],
        "requests": summary["total"]["requests"],
        "exit_code": summary["exit_code"],
        "wrong": [f"{run['portal']}: {run['outcome']}" for run in summary["runs"] if run["exit_code"]],
        "damage": len(damage_of(folder)),
        "began": began,
    }


def _on_cluster(folder: Path, made: Portals, workers: int, delay_s: float) -> dict[str, Any]:
    with cluster(folder / f"cluster{workers}", workers) as machines:
        return _timed(folder / f"with{workers}", made, delay_s, "--engine", machines.engine)


def _with_kills(folder: Path, made: Portals, delay_s: float) -> dict[str, Any]:
    place, began = folder / "kills", time.monotonic()
    with cluster(folder / "cluster-kills", 4) as machines:
        process = crawl(place, made, "--engine", machines.engine, delay_s=delay_s)
        until(lambda: stored(place) > 20, _LONG_S)
        machines.workers[0].kill()
        until(lambda: stored(place) > 60, _LONG_S)
        assert machines.scheduler is not None
        machines.scheduler.kill()
        stopped = finished(process, _LONG_S)["exit_code"]
        for worker in machines.workers:
            worker.wait(120)
        machines.scheduler.wait()
        machines.start_scheduler()
        machines.start_workers(4)
        figures = _timed(place, made, delay_s, "--engine", machines.engine)
    pending = count(place / "p.db", "ledger WHERE state = 'pending'")
    return figures | {"began": began, "exit_code_of_the_stopped": stopped, "pending": pending}


def _report(name: str, figures: dict[str, Any], made: Portals, delay_s: float) -> None:
    began = figures.pop("began")
    asked = sum(request.at >= began for log in made.requests.values() for request in log)
    gaps = made.gaps_s(began)
    beside = {
        "asked": asked,
        "least_gap_s": round(min(gaps), 3),
        "gaps_under_half_the_delay": sum(gap < delay_s / 2 for gap in gaps),
        "load": os.getloadavg()[0],
    }
    print(json.dumps({"crawl": name} | figures | beside), flush=True)


if __name__ == "__main__":
    main()
