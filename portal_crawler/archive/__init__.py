"""The raw archive: every HTTP exchange as received, in WARC 1.1 files, each record packed by itself.

`ArchiveWriter` appends exchanges to the segments of one run, `read_exchange` gives one back from its place,
`scan_segment` reads a segment from end to end, and `recover` cuts off what a killed run left behind the last record
that the database knows.
"""

from portal_crawler.archive.exchange import MOST_DECODED_BYTES, MOST_ENCODINGS, ArchiveError, Exchange
from portal_crawler.archive.mend import mend_dictionary
from portal_crawler.archive.naming import segment_path, segments_below
from portal_crawler.archive.read import body_of_revisit, original_of, read_exchange
from portal_crawler.archive.record import Record, sha1_of
from portal_crawler.archive.recover import Recovery, recover
from portal_crawler.archive.replay import Archived, exchanges_of
from portal_crawler.archive.scan import Scanned, scan_segment
from portal_crawler.archive.write import ArchiveWriter, Compression

__all__ = [
    "MOST_DECODED_BYTES",
    "MOST_ENCODINGS",
    "ArchiveError",
    "ArchiveWriter",
    "Archived",
    "Compression",
    "Exchange",
    "Record",
    "Recovery",
    "Scanned",
    "body_of_revisit",
    "exchanges_of",
    "mend_dictionary",
    "original_of",
    "read_exchange",
    "recover",
    "scan_segment",
    "segment_path",
    "segments_below",
    "sha1_of",
]
