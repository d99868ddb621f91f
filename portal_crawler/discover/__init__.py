"""From a portal's front page to its profile: which links are channels, checked on a sample of pages.

`discover` asks for pages through a function that it is given, so that it knows no network; `profile_toml` writes
what it found as a profile. Which links may be channels, and why one is none, is decided in `menu` and `survey`.
"""

from portal_crawler.discover.profile import profile_toml
from portal_crawler.discover.records import Checked, Discovery, Rejected
from portal_crawler.discover.run import MOST_REQUESTS, NoFrontPage, discover
from portal_crawler.discover.visits import Answer, Fetch, NoAnswer

__all__ = [
    "MOST_REQUESTS",
    "Answer",
    "Checked",
    "Discovery",
    "Fetch",
    "NoAnswer",
    "NoFrontPage",
    "Rejected",
    "discover",
    "profile_toml",
]
