"""A report on the collection as one HTML file: what it covers, how full its fields are, and what went wrong.

`figures_of` reads the figures from a database, `page_of` makes the page of them, `write_report` puts it in place whole.
"""

from portal_crawler.report.figures import Figures
from portal_crawler.report.page import page_of
from portal_crawler.report.reading import figures_of
from portal_crawler.report.run import write_report

__all__ = ["Figures", "figures_of", "page_of", "write_report"]
