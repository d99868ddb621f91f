"""The way from a site's address to its front page, where another page stands before it."""

from __future__ import annotations

import re

from portal_crawler.discover.words import tidy
from portal_crawler.extract import Page, refresh_target
from portal_crawler.extract.page_links import absolute
from portal_crawler.portals.site import site_of

# A page with more links than this is no mere entrance.
_FEW_LINKS = 6
_SENT_ON = re.compile(
    r"""location(?:\.href)?\s*=\s*["']([^"'\s]+)["']|location\.(?:replace|assign)\(\s*["']([^"'\s]+)["']"""
)
_ENTER = re.compile(r"进入|首页|点击|欢迎|中文|enter|index", re.I)


def way_in(page: Page) -> str | None:
    """Where a page that is only an entrance leads: by a refresh, a script, a frame or its one link to enter."""
    if target := refresh_target(page):
        return target
    links = list(page.root.iterfind(".//a[@href]"))
    if len(links) > _FEW_LINKS:
        return None
    scripts = " ".join(script.text or "" for script in page.root.iter("script"))
    sent = _SENT_ON.search(scripts)
    if sent and (target := _absolute(page, sent[1] or sent[2])):
        return target
    hrefs = [frame.get("src") for frame in page.root.iter("frame", "iframe") if frame.get("src")]
    hrefs += [link.get("href") for link in links if _ENTER.search(tidy("".join(link.itertext())) or link.get("href"))]
    targets = (_absolute(page, href) for href in hrefs)
    # A frame of another site is an advert, and so may be the one link.
    return next((target for target in targets if target and site_of(target) == site_of(page.url)), None)


def _absolute(page: Page, href: str) -> str | None:
    """Where an address leads, None for this page itself and for what is no page."""
    try:
        url = absolute(page, href)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) and url != page.url else None
