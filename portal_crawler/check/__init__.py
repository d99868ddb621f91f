"""Whether what is stored still comes in as it used to: no field that stopped filling, no channel fallen silent.

`check` reads a database and gives what is wrong. It asks nobody: neither the portals nor, since the time is passed in,
the clock.
"""

from portal_crawler.check.finding import DRIFT, STALE, Finding, exit_code
from portal_crawler.check.run import DAYS, check

__all__ = ["DAYS", "DRIFT", "STALE", "Finding", "check", "exit_code"]
