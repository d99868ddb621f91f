"""Whether archive and database are whole and agree, byte for byte and row for row.

`verify` reads everything and gives what is wrong as it finds it; `repair` queues what was lost for the next crawl and
cuts off torn tails. Neither deletes text of an article.
"""

from portal_crawler.verify.finding import Figures, Finding
from portal_crawler.verify.repair import Repair, repair
from portal_crawler.verify.whole import verify

__all__ = ["Figures", "Finding", "Repair", "repair", "verify"]
