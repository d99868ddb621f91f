"""What work costs: seconds on the clock, seconds of CPU, and the most memory held."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a crawl of so many pages. cpu_ms: of this process alone, a page. memory_mb: at the peak."""

    pages: int
    pages_per_s: float
    cpu_ms: float
    memory_mb: float


class Meter:
    """Measures the block it is the context of."""

    def __enter__(self) -> Meter:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self._wall, self._cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu

    def to_json(self, pages: int) -> str:
        """The cost as one line of JSON, for so many pages."""
        memory_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return json.dumps(asdict(Cost(pages, pages / self._wall, self._cpu * 1000 / pages, memory_kb / 1024)))
