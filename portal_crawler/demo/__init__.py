"""A replica portal: a small news site as an old regional CMS makes them, served on loopback and crawled.

`build` makes the pages and the record expected of each article; `demo.server` serves them; `demo.run` crawls
them end to end. Tests and the `demo` command use the same one.
"""

from __future__ import annotations

from portal_crawler.demo.replica import Replica, ReplicaChannel, build
from portal_crawler.demo.truth import Truth, differences

__all__ = ["Replica", "ReplicaChannel", "Truth", "build", "differences"]
