"""Simulates crawls of hundreds of portals on a cluster, and prints the tables of docs/scale.md.

    python -m benchmarks.scale

A unit of work is the crawl of one portal, which asks its host at its own pace: that is what cannot be hurried. Workers
have cores and threads; a thread crawls one portal at a time, and the crawls of a worker share its cores. Units wait in
a queue; a lost worker's units go to its front with what they had done. Ended units are merged by one process. Between
two events (a unit ends, a worker is lost or replaced) all paces are constant, so the simulation goes from event to
event. The same seed gives the same figures.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import NormalDist, mean

from benchmarks.scale_inputs import Assumed, Measured

DAY_S, HOUR_S = 86_400, 3_600
_HANG_S = 40.0
# Below this share of a second nothing is left to do.
_NOTHING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Portal:
    """pages: all it ever published. answer_s: until a page is there, hangs included."""

    pages: int
    answer_s: float


@dataclass(frozen=True, slots=True)
class Unit:
    """A crawl of a portal. page_s: between two pages when no core is lacking. articles: that it brings to be merged."""

    pages: int
    page_s: float
    page_cpu_s: float
    articles: float
    start_s: float = 0.0

    @property
    def alone_s(self) -> float:
        """How long it takes with a core of its own."""
        return self.start_s + self.pages * self.page_s

    @property
    def cpu_share(self) -> float:
        """What it keeps busy of a core meanwhile."""
        return (self.start_s + self.pages * self.page_cpu_s) / self.alone_s if self.alone_s else 0.0


@dataclass(frozen=True, slots=True)
class Workers:
    """So many workers of so many cores and threads. lost_at_s: when which of them is lost.

    repair_s: until it is replaced. lost_s: until another worker goes on with a lost one's unit.
    """

    count: int
    cores: float
    threads: int
    lost_at_s: Sequence[tuple[float, int]] = ()
    repair_s: float = 600.0
    lost_s: float = 2.0


@dataclass(slots=True)
class _Crawl:
    unit: int
    left_s: float
    worker: int = -1


@dataclass(frozen=True, slots=True)
class Course:
    """What came of a simulation. ends_s: of each unit. cpu_s: used. again: units that were taken over."""

    ends_s: tuple[float, ...]
    merged_s: float
    cpu_s: float
    again: int

    @property
    def seconds(self) -> float:
        """Until the last unit has ended."""
        return max(self.ends_s, default=0.0)


def simulate(units: Sequence[Unit], workers: Workers, merge_s: float = 0.0) -> Course:
    """Run all units, taken in their order. merge_s: to merge an article; units are merged one after the other."""
    return _Simulation(units, workers, merge_s).run()


@dataclass(slots=True)
class _Simulation:
    units: Sequence[Unit]
    workers: Workers
    merge_s: float
    now: float = 0.0
    merged: float = 0.0
    cpu_s: float = 0.0
    again: int = 0
    running: list[_Crawl] = field(default_factory=list)

    def run(self) -> Course:
        waiting = [_Crawl(number, unit.alone_s) for number, unit in enumerate(self.units)]
        waiting.reverse()
        ends = [0.0] * len(self.units)
        events = [(at, "lost", worker) for at, worker in self.workers.lost_at_s]
        heapq.heapify(events)
        room = dict.fromkeys(range(self.workers.count), self.workers.threads)
        while waiting or self.running:
            self._fill(waiting, room)
            paces = self._paces()
            step = min(
                (one.left_s / paces[one.worker] for one in self.running),
                default=math.inf,
            )
            if events and events[0][0] <= self.now + step:
                at, kind, worker = heapq.heappop(events)
                self._go_on(max(at - self.now, 0.0), paces)
                if kind == "back":
                    room[worker] = self.workers.threads
                elif room.pop(worker, None) is not None:
                    waiting += self._lose(worker)
                    heapq.heappush(events, (self.now + self.workers.repair_s, "back", worker))
                continue
            if math.isinf(step):
                raise ValueError("there is work and no worker")
            self._go_on(step, paces)
            for one in [one for one in self.running if one.left_s <= _NOTHING_S]:
                self.running.remove(one)
                room[one.worker] += 1
                ends[one.unit] = self.now
                self.merged = max(self.merged, self.now) + self.units[one.unit].articles * self.merge_s
        return Course(tuple(ends), self.merged, self.cpu_s, self.again)

    def _fill(self, waiting: list[_Crawl], room: dict[int, int]) -> None:
        while waiting and room:
            worker = max(room, key=lambda one: (room[one], -one))
            if room[worker] == 0:
                return
            crawl = waiting.pop()
            crawl.worker = worker
            room[worker] -= 1
            self.running.append(crawl)

    def _paces(self) -> dict[int, float]:
        """By worker: 1 when its cores suffice for all of its crawls, less when they do not."""
        wanted: dict[int, float] = {}
        for one in self.running:
            wanted[one.worker] = wanted.get(one.worker, 0.0) + self.units[one.unit].cpu_share
        return {worker: min(1.0, self.workers.cores / share) if share else 1.0 for worker, share in wanted.items()}

    def _go_on(self, seconds: float, paces: dict[int, float]) -> None:
        for one in self.running:
            done_s = seconds * paces[one.worker]
            one.left_s -= done_s
            self.cpu_s += done_s * self.units[one.unit].cpu_share
        self.now += seconds

    def _lose(self, worker: int) -> list[_Crawl]:
        """The crawls of a lost worker: each begins once more, and fetches the page again that was under way."""
        lost = [one for one in self.running if one.worker == worker]
        self.running = [one for one in self.running if one.worker != worker]
        for one in lost:
            unit = self.units[one.unit]
            one.left_s += self.workers.lost_s + unit.start_s + unit.page_s
        self.again += len(lost)
        return lost


def draw_portals(assumed: Assumed, seed: int = 1) -> list[Portal]:
    """Portals in no order, their sizes at even quantiles of a log-normal law: luck should not decide the largest."""
    made_by = Random(seed)
    count = int(assumed.portals)
    normal = NormalDist()
    weights = [math.exp(assumed.spread * normal.inv_cdf((number + 0.5) / count)) for number in range(count)]
    one = assumed.pages / sum(weights)
    made_by.shuffle(weights)
    return [
        Portal(
            round(weight * one),
            assumed.answer_s * math.exp(assumed.answer_spread * made_by.gauss(0, 1)),
        )
        for weight in weights
    ]


def page_s(portal: Portal, assumed: Assumed, delay_s: float | None = None) -> float:
    """Seconds between two pages: the delay runs while the answer comes, and a slow answer takes its place."""
    usual_s = max(assumed.delay_s if delay_s is None else delay_s, portal.answer_s)
    return usual_s + assumed.hang_share * max(_HANG_S - usual_s, 0.0)


def back_fill(
    portal: Portal, measured: Measured, assumed: Assumed, delay_s: float | None = None, hosts: int = 1
) -> Unit:
    """The crawl of all that a portal has. hosts: over which its pages are spread evenly, each with its own delay."""
    return Unit(
        portal.pages,
        page_s(portal, assumed, delay_s) / hosts,
        measured.page_cpu_s,
        portal.pages * assumed.article_share,
        measured.start_s,
    )


def hourly(portal: Portal, measured: Measured, assumed: Assumed, made_by: Random) -> Unit:
    """The crawl of a portal in the busiest hour of a day: its lists, what is new, and what is to be asked for again."""
    a_day = portal.pages * assumed.article_share / (assumed.years * 365)
    new = _poisson(a_day * assumed.rush_share, made_by)
    again = _poisson(a_day / 24 * assumed.rechecks, made_by)
    pages = round(assumed.lists + new / assumed.article_share + again)
    return Unit(pages, page_s(portal, assumed), measured.page_cpu_s, new, measured.start_s)


def losses(count: int, seconds: float, assumed: Assumed, seed: int = 1) -> list[tuple[float, int]]:
    """When workers are lost in so long a time, each at any moment as likely as at another."""
    made_by = Random(seed)
    lost = []
    for worker in range(count):
        at = made_by.expovariate(1 / (assumed.worker_days * DAY_S))
        while at < seconds:
            lost.append((at, worker))
            at += made_by.expovariate(1 / (assumed.worker_days * DAY_S))
    return lost


def largest_first(units: Sequence[Unit]) -> list[Unit]:
    """The order in which the longest crawl begins first."""
    return sorted(units, key=lambda unit: -unit.alone_s)


def mean_share(units: Sequence[Unit]) -> float:
    """What a unit keeps busy of a core, on average."""
    return mean(unit.cpu_share for unit in units)


def _poisson(expected: float, made_by: Random) -> int:
    if expected > 50:
        return max(round(made_by.gauss(expected, math.sqrt(expected))), 0)
    limit, count, product = math.exp(-expected), 0, made_by.random()
    while product > limit:
        count += 1
        product *= made_by.random()
    return count


def main() -> None:
    """Print the tables of docs/scale.md."""
    from benchmarks.scale_tables import tables

    for name, table in tables().items():
        print(f"{name}\n\n{table}\n")


if __name__ == "__main__":
    main()
