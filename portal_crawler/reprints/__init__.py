"""Reprints (转载): which articles are one text, and which outlets their sources name.

`text` folds, `signing` hashes and `compare` judges texts and `outlets` reads source names, all of them without a
database; `run` reads what is queued in the store. docs/reprints.md says by which rules, and why.
"""

from portal_crawler.reprints.after_crawl import group_after_crawl
from portal_crawler.reprints.run import Grouped, GroupingElsewhere, group_reprints

__all__ = ["Grouped", "GroupingElsewhere", "group_after_crawl", "group_reprints"]
