"""Work for other machines, through Dask distributed: the unit that travels is the crawl of one portal.

`unit` is what a worker does with it, `engine` hands units out and takes back what came of them, `shards` is the folder
that all machines share. Only `engine` and `unit` know Dask, which is an optional extra.
"""

from portal_crawler.cluster.engine import EngineError, EngineLost, connected, run_units, spread_over
from portal_crawler.cluster.shards import Shards, open_shards
from portal_crawler.cluster.unit import Ended, Unit

__all__ = [
    "Ended",
    "EngineError",
    "EngineLost",
    "Shards",
    "Unit",
    "connected",
    "open_shards",
    "run_units",
    "spread_over",
]
