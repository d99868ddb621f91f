"""Whole portals in the manner of the CMSs in use, as real pages with what a perfect crawl stores of them.

`MANNERS[name]()` gives one, the same bytes each time; `.served()` its files for `portal_maker.web.serve`,
`.channels()` every list and `.truth()` every article.
"""

from __future__ import annotations

from portal_maker.dede import Dede
from portal_maker.dynamic import Dynamic
from portal_maker.empire import Empire, Unturned
from portal_maker.founder import Founder
from portal_maker.manner import Manner, TrueChannel
from portal_maker.modern import Modern, Numbered
from portal_maker.people import People
from portal_maker.phpcms import Phpcms
from portal_maker.system import System
from portal_maker.trs import Trs

__all__ = ["MANNERS", "Manner", "TrueChannel"]

MANNERS: dict[str, type[Manner]] = {
    manner.name: manner
    for manner in (Empire, Unturned, Dede, Phpcms, Trs, System, Founder, Modern, Numbered, People, Dynamic)
}
