"""Extraction again, over what the archive holds: no network.

`reextract` reads the stored articles again from their captures, with today's rules, profiles and templates, and
corrects their rows in place: a better reading is no change of the article. `rebuild.rebuild` makes a whole database
from the archive alone; it needs the spider, and so stands in a module that nobody imports without need.
"""

from portal_crawler.reextract.report import Change, Report
from portal_crawler.reextract.run import reextract

__all__ = ["Change", "Report", "reextract"]
