"""What the hosts of a crawl have asked for: to be left alone for a while, or for the rest of the run and longer.

Times within a run are those of a clock that only runs forward: nobody who sets the machine's clock makes a crawl wait
for years. What outlasts the run is kept by the machine's clock, and believed for a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from time import monotonic

from portal_crawler.article import BEIJING

# So many refusals one after the other are the host's answer to the crawl.
REFUSALS = 5
# A host that asks for more than this has made a mistake, or this machine's clock has been set back.
LONGEST_REST = timedelta(days=1)
# Between two refusals the pause doubles from the usual one up to this.
_LONGEST_PAUSE_S = 120.0


class Hosts:
    """The hosts of one crawl. pause_s: seconds between requests to a host, when all is well.

    refusing: those that refused so often that they are not asked any more. resting: until when (ISO 8601) those are
    to be left alone that asked for more than a run waits; given to a crawl, what earlier runs were asked for.
    """

    def __init__(self, pause_s: float, resting: Mapping[str, str] | None = None) -> None:
        self._pause_s = max(pause_s, 0.05)
        self._rest_until_s: dict[str, float] = {}
        self._closed: dict[str, str] = {}
        self._refused: dict[str, int] = {}
        self.refusing: list[str] = []
        self.resting: dict[str, str] = {}
        now = datetime.now(BEIJING)
        for host, until in (resting or {}).items():
            if now < datetime.fromisoformat(until) <= now + LONGEST_REST:
                self.close_until(host, until)

    def back_off_s(self, times: int) -> float:
        """How long to wait before a host is asked again that did not give what was asked for so many times."""
        return float(min(self._pause_s * 2 ** min(times, 20), _LONGEST_PAUSE_S))

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        self._rest_until_s[host] = max(self._rest_until_s.get(host, 0.0), monotonic() + seconds)

    def waits_s(self, host: str) -> float:
        """For how long a host is still to be left alone; 0 when it is not."""
        return max(self._rest_until_s.get(host, 0.0) - monotonic(), 0.0)

    def close(self, host: str, reason: str) -> None:
        """Leave a host alone for the rest of the run."""
        self._closed.setdefault(host, reason)

    def close_until(self, host: str, until: str) -> None:
        """Leave a host alone until a moment, given as ISO 8601, that is beyond this run."""
        self.resting[host] = until
        self.close(host, f"{host} asked to be left alone until {until.replace('T', ' ')[:19]}")

    def closed(self, host: str) -> str | None:
        """Why a host is not asked any more in this run, None if it is."""
        return self._closed.get(host)

    def count(self, host: str, *, is_refusal: bool) -> None:
        """Count what an address came to: each refusal in a row makes its host's pause longer, and some are the end."""
        if not is_refusal:
            self._refused.pop(host, None)
            return
        times = self._refused[host] = self._refused.get(host, 0) + 1
        self.rest(host, self.back_off_s(times))
        if times >= REFUSALS and host not in self.refusing:
            self.refusing.append(host)
            self.close(host, f"{host} refused {times} times in a row")
