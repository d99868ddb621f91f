"""The raw archive: every HTTP exchange as received, in WARC 1.1 files, one gzip member a record.

`ArchiveWriter` appends exchanges to the segments of one run, `read_exchange` gives one back from its place,
and `recover` cuts off what a killed run left behind the last record that the database knows.
"""

from portal_crawler.archive.exchange import ArchiveError, Exchange
from portal_crawler.archive.read import read_exchange
from portal_crawler.archive.recover import Recovery, recover
from portal_crawler.archive.write import ArchiveWriter

__all__ = ["ArchiveError", "ArchiveWriter", "Exchange", "Recovery", "read_exchange", "recover"]
