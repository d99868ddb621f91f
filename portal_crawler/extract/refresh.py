"""Pages that are no page: a stub that sends its reader on."""

from __future__ import annotations

import re

from portal_crawler.extract.page import Page
from portal_crawler.extract.page_links import absolute

_CONTENT = re.compile(r"^\s*(?P<seconds>\d{1,3})(?:\.\d*)?\s*[;,]\s*url\s*=\s*['\"]?(?P<url>[^'\"]+)", re.I)
_LOCATION = re.compile(
    r"\blocation(?:\s*\.\s*(?:href|replace|assign))?\s*(?:=|\()\s*(?P<quote>[\"'])(?P<url>[^\"'\s<>]{1,500})(?P=quote)(?!\s*\+)"
)
# A page with more text than this is read before it is left; a stub says at most where it leads.
_STUB_CHARACTERS = 120
_SOON_S = 10
_USERINFO = re.compile(r"(?<=:)//[^/?#@]*@")


def refresh_target(page: Page) -> str | None:
    """Where a stub sends its reader on, as an absolute URL; None for a page with text of its own.

    By `<meta http-equiv="refresh">`, or by a script that sets `location` to an address written out.
    """
    if sum(len(line.text) for line in page.lines[:50]) > _STUB_CHARACTERS:
        return None
    for element in page.root.iter("meta"):
        if (element.get("http-equiv") or "").lower() != "refresh":
            continue
        match = _CONTENT.match(element.get("content") or "")
        if match and int(match["seconds"]) <= _SOON_S:
            return _other(page, match["url"])
    for script in page.root.iter("script"):
        if match := _LOCATION.search(script.text or ""):
            return _other(page, match["url"])
    return None


def _other(page: Page, address: str) -> str | None:
    try:
        # Without a user and a password, which would stand in every reason and log.
        url = _USERINFO.sub("//", absolute(page, address.strip()), count=1)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) and url != page.url else None
