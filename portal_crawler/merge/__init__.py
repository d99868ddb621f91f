"""Joining databases: what was crawled into others (shards) becomes part of one, as if it had been crawled into it.

`merge_shard` takes one shard, in any order, as often as wanted, also while crawls write to either database. Rows find
their counterparts by what they are (address, place in the archive, a run's token), never by their ids. What both have
is joined so that neither the order nor a repetition matters: `articles` and `ledger` say how.
"""

from portal_crawler.merge.run import Merged, merge_shard
from portal_crawler.merge.shard import ShardElsewhere

__all__ = ["Merged", "ShardElsewhere", "merge_shard"]
