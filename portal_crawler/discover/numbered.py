"""A pager found by trying: where a list shows no way on, its next page may answer under a number all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from portal_crawler.discover.visits import NoAnswer, Visits
from portal_crawler.extract import listing_of

# A list this long may go on; a shorter one has ended.
_FULL = 10
_INDEX = re.compile(r"(?:(?P<stem>index|default)\.(?P<suffix>\w+))?$", re.I)


def find_pager(url: str, entries: Iterable[str], visits: Visits) -> str | None:
    """The template (`index_{page}.html`) under which a list's second page answers with new entries, None for none.

    entries: addresses on the first page. Pages counted from 0 are tried first: there, index_2 is the third page and
    would answer, too.
    """
    seen = set(entries)
    if len(seen) < _FULL:
        return None
    for template in _templates(url):
        address = urljoin(url, template.replace("{page-1}", "1").replace("{page}", "2"))
        try:
            listing = listing_of(visits.page(address))
        except NoAnswer as error:
            if error.status in (404, 410):
                continue
            return None
        listed = {entry.url for entry in listing.entries}
        if listed and not listed & seen:
            return template
    return None


def _templates(url: str) -> list[str]:
    """Names of second pages in the CMSs in use; only those that hold for every channel of a portal."""
    name = _INDEX.match(urlsplit(url).path.rpartition("/")[2])
    if urlsplit(url).query or name is None:
        return []
    stem, suffix = name["stem"] or "index", name["suffix"] or "html"
    return [
        f"{stem}_{{page-1}}.{suffix}",
        f"{stem}_{{page}}.{suffix}",
        f"list_{{page}}.{suffix}",
        f"{{page}}.{suffix}",
        "?page={page}",
    ]
