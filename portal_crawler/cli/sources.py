"""What a command reads a page from: a file, standard input, or a URL."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from portal_crawler.article import Portal
from portal_crawler.extract import Page, read_page, refresh_target, refusal
from portal_crawler.portals import TargetError, find_portal, load_profiles

# Between two requests to one host, as a crawl does by default.
_DELAY_S = 1.0
_MOST_STUBS = 3


class SourceError(Exception):
    """A page that cannot be read: which, and why."""


class Blocked(SourceError):
    """A page in whose place the portal shows what keeps the crawler out."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page's bytes and what is known about them. url: None where nobody named one."""

    body: bytes
    url: str | None
    content_type: str | None = None
    fetched_at: datetime | None = None


class Sources:
    """Reads pages from where a command line names them, and keeps the pause between requests to a host."""

    def __init__(self, *, allow_private: bool, delay_s: float | None) -> None:
        self._allow_private = allow_private
        self._delay_s = _DELAY_S if delay_s is None else delay_s
        self._asked: dict[str, float] = {}

    def read(self, name: str, url: str | None = None) -> Source:
        """The page that an argument names: `-`, an http(s) URL, or a file. Raises SourceError."""
        if name == "-":
            return Source(sys.stdin.buffer.read(), url)
        if is_url(name):
            return self._fetch(name)
        return read_file(Path(name), url)

    def _fetch(self, url: str) -> Source:
        # Not on top: it brings the crawl side with it, which reading a file does not need.
        from portal_crawler.cli.fetch import FetchError, fetch
        from portal_crawler.spiders.answers import BLOCKED

        try:
            host = urlsplit(url).netloc
        except ValueError as error:
            raise SourceError(f"{url!r} is no http(s) URL") from error
        if host in self._asked:
            time.sleep(max(self._asked[host] + self._delay_s - time.monotonic(), 0))
        try:
            fetched = fetch(url, allow_private=self._allow_private)
        except FetchError as error:
            if error.status in BLOCKED:
                raise Blocked(f"{url}: blocked: {error}") from error
            raise SourceError(f"{url}: {error}") from error
        finally:
            self._asked[host] = time.monotonic()
        return Source(fetched.body, fetched.url, fetched.content_type, datetime.now(UTC))

    def answer(self, url: str, portal: Portal | None) -> Page:
        """What an address answers, a page or what scripts ask for. Raises SourceError."""
        source = self._fetch(url)
        return read_page(source.body, source.url or url, content_type=source.content_type, portal=portal)

    def page(self, source: Source, portal: Portal | None) -> Page:
        """The page that a source holds, or the one that a stub from the net leads to. Raises SourceError."""
        stubs = _MOST_STUBS
        while True:
            page = read_page(
                source.body,
                source.url or "",
                content_type=source.content_type,
                portal=portal,
                fetched_at=source.fetched_at,
            )
            target = refresh_target(page) if source.fetched_at is not None else None
            if target is None:
                break
            if not stubs:
                raise SourceError(f"{source.url}: stubs that lead to stubs")
            stubs -= 1
            source = self._fetch(target)
        return page


def refuse_wall(page: Page) -> None:
    """Raises Blocked for a page that is a wall."""
    if kind := refusal(page):
        raise Blocked(f"{page.url or 'the page'}: blocked: {kind}")


def read_file(path: Path, url: str | None, content_type: str | None = None) -> Source:
    """A saved page; without a URL of its own it is known by the file's. Raises SourceError."""
    try:
        return Source(path.read_bytes(), url or path.resolve().as_uri(), content_type)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def is_url(name: str) -> bool:
    """Whether an argument is an http(s) URL and not a file."""
    return name.lower().startswith(("http://", "https://"))


class Profiles:
    """Which portal a page belongs to; the profiles are read once."""

    def __init__(self) -> None:
        self._profiles = load_profiles()

    def portal_of(self, url: str | None) -> Portal | None:
        """The portal of an http(s) URL; None for what is on none."""
        if url is None or not is_url(url):
            return None
        try:
            return find_portal(url, profiles=self._profiles)[0]
        except TargetError:
            return None
