"""Lists that only a browser can show, for portals whose profile says `browser`.

A page of a list is fetched as every other is. Chromium then runs its scripts, without a network of its own: what they
ask for is fetched by the crawler, so that robots.txt, pauses, bounds and the guard against private addresses hold for
it, and it is archived as it came. The page as the browser shows it at the end is archived beside it, under a header of
its own that says that it never came over the wire.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from portal_crawler.article import Portal
from portal_crawler.portals import TargetError
from portal_crawler.urls import belongs_to, registered_domain

# In the archive's records of a page as the browser shows it: of its request and of its response.
RENDERED_BY = b"X-Rendered-By"
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# From the first script to the page that is read. Scripts wait for their turn among the crawl's requests.
_MOST_S = 120.0
# A page whose clock or counter never rests is read as it is by then.
_REST_S = 15.0
_MOST_REQUESTS = 100
_MOST_REDIRECTS = 5
_MOST_SCRIPTS = 200
# What can bring a list; pictures, fonts, films and styles cannot.
_USEFUL = frozenset(("document", "script", "xhr", "fetch"))
_ASKED_WITH = ("accept", "content-type", "referer", "x-requested-with")
# Of the wire, or undone already.
_NOT_PASSED_ON = frozenset(("content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie"))
# Neither goes through the requests that are judged.
_CLOSE_WAYS_OUT = (
    "for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport']) delete window[name]"
)

# Above all others, and just below the capture (890).
BROWSER_MIDDLEWARES = {
    "portal_crawler.middlewares.browser.BrowserMiddleware": 10,
    "portal_crawler.middlewares.browser.RenderedMiddleware": 895,
}

Answer = tuple[int, dict[str, str], bytes]
logger = logging.getLogger(__name__)


class BrowserUnavailable(TargetError):
    """The portal needs a browser, and there is none."""


def browser_settings(portal: Portal) -> dict[str, Any]:
    """The settings of a crawl whose lists a browser shows. Raises BrowserUnavailable."""
    if find_spec("scrapy_playwright") is None:
        raise BrowserUnavailable(
            f"portal {portal.id} needs a browser (browser = true): pip install 'portal-crawler[browser]'"
        )
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    # It says so with a traceback when a page does not load; the ledger has the reason.
    logging.getLogger("scrapy-playwright").setLevel(logging.CRITICAL)
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": _chromium(portal),
            "headless": True,
            # Chromium refuses to run its sandbox for root.
            "chromium_sandbox": os.geteuid() != 0,
            "args": [
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        },
        # Workers and downloads would go past what judges the requests.
        "PLAYWRIGHT_CONTEXTS": {"default": {"service_workers": "block", "accept_downloads": False}},
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": _MOST_S * 1000,
    }


def _chromium(portal: Portal) -> str:
    named = os.environ.get("PORTAL_CRAWLER_CHROMIUM")
    path = shutil.which(named) if named else next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        raise BrowserUnavailable(
            f"portal {portal.id} needs a browser (browser = true): there is no {named or 'chromium'};"
            " PORTAL_CRAWLER_CHROMIUM may name one"
        )
    return path


class PageNeverEnds(Exception):
    """The scripts of a page took longer than a page may."""


class BrowserMiddleware:
    """Gives the page that a browser makes of an answer in place of it, for requests with `meta["browser"]`.

    Above all others: the answer has been judged, followed, tried again, archived and unpacked. What is no page of HTML
    stays as it is. The page's capture is that of what the browser shows.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._scripts: dict[str, Answer] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BrowserMiddleware:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        kind = (response.headers.get(b"Content-Type") or b"text/html").lower()
        if not request.meta.get("browser") or response.status != 200 or b"html" not in kind:
            return response
        if not self._is_own(response.url):
            return response
        visit = _Visit(self, response)
        # A slot of its own: that of the host is needed by what the page asks for.
        meta = {**visit.meta, "download_slot": "browser", "is_awaited": True}
        rendering = Request(response.url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            shown = await self._crawler.engine.download_async(rendering)
        except Exception as error:
            if visit.is_over:
                raise PageNeverEnds(f"the browser has no page after {_MOST_S:.0f} seconds") from error
            raise
        finally:
            visit.leave()
        self._crawler.spider.session.answers.close(request.meta["capture"])  # type: ignore[union-attr]
        request.meta.update({name: rendering.meta[name] for name in ("capture", "fetched_at")})
        return shown.replace(request=request)

    def process_request(self, request: Request) -> None:
        """Mark what only a browser asks for, so that the archive's records of it say so."""
        if request.meta.get("playwright"):
            request.headers[RENDERED_BY] = b"chromium"

    async def fetch(self, url: str, kind: str, method: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """What the crawler gets for a request of a page's script. Raises ValueError for one that it does not make."""
        if url in self._scripts and method == "GET":
            return self._scripts[url]
        asked = url
        for _ in range(_MOST_REDIRECTS):
            if not self._is_own(asked):
                raise ValueError(f"foreign host: {asked}")
            request = Request(
                asked,
                method=method,
                headers={name: value for name, value in headers.items() if name in _ASKED_WITH},
                body=body,
                meta={"dont_redirect": True},
                callback=NO_CALLBACK,
                dont_filter=True,
            )
            response = await self._crawler.engine.download_async(request)
            location = response.headers.get(b"Location")
            if not 300 <= response.status < 400 or location is None:
                break
            asked, method, body = urljoin(asked, location.decode("latin-1")), "GET", None
        else:
            raise ValueError(f"redirected too often: {url}")
        answer = (response.status, _passed_on(response), response.body)
        if kind == "script" and method == "GET" and response.status == 200 and len(self._scripts) < _MOST_SCRIPTS:
            self._scripts[url] = answer
        return answer

    def headers_of(self, document: Response) -> dict[str, str]:
        """The headers that the browser gets of a page of a list, with the profile's word for its encoding."""
        encoding = self._portal.encoding
        return _passed_on(document) | ({"content-type": f"text/html; charset={encoding}"} if encoding else {})

    @property
    def _portal(self) -> Portal:
        portal: Portal = self._crawler.spider.session.portal  # type: ignore[union-attr]
        return portal

    def _is_own(self, url: str) -> bool:
        """Whether an address is of the portal's hosts or of the domains that these are registered under."""
        if urlsplit(url).scheme not in ("http", "https"):
            return False
        hosts = [host.partition(":")[0] for host in self._portal.hosts]
        return belongs_to(url, (*hosts, *map(registered_domain, hosts)))


class _Visit:
    """One page in the browser, from the document that the crawler fetched to what is shown at the end."""

    def __init__(self, middleware: BrowserMiddleware, document: Response) -> None:
        from scrapy_playwright.page import PageMethod

        self._middleware = middleware
        self._document: Response | None = document
        self._url = document.url
        self._page: Any = None
        self._requests = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Future[None] | None = None
        self.meta: dict[str, Any] = {
            "playwright": True,
            "playwright_page_init_callback": self._begin,
            "playwright_page_methods": [PageMethod(self._rest)],
            "dont_retry": True,
            "dont_redirect": True,
        }

    @property
    def is_over(self) -> bool:
        """Whether the page was closed before it was done."""
        return self._closing is not None

    def leave(self) -> None:
        """The page is read, or given up."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        """Close the page, whatever it does: the request for it fails."""
        self._closing = asyncio.ensure_future(self._page.close())

    async def _begin(self, page: Any, _request: Request) -> None:
        if self._closing is not None:
            # The page was closed, and the handler tries another one.
            await page.close()
            return
        self._page = page
        # From here, since other pages may have had to be shown before.
        self.leave()
        self._timer = asyncio.get_running_loop().call_later(_MOST_S, self._end)
        await page.add_init_script(_CLOSE_WAYS_OUT)
        await page.route_web_socket("**", lambda socket: socket.close())
        await page.route("**", self._answer)

    async def _rest(self, page: Any) -> None:
        """Wait until the page asks for nothing more, or has gone on asking for long enough."""
        from playwright.async_api import Error

        try:
            await page.wait_for_load_state("networkidle", timeout=_REST_S * 1000)
        except Error as error:
            logger.info("%s never rests: %s", self._url, error)

    async def _answer(self, route: Any) -> None:
        asked = route.request
        try:
            if self._document is not None and asked.is_navigation_request():
                document, self._document = self._document, None
                await route.fulfill(status=200, headers=self._middleware.headers_of(document), body=document.body)
                return
            self._requests += 1
            if asked.resource_type not in _USEFUL or self._requests > _MOST_REQUESTS:
                await route.abort()
                return
            status, headers, body = await self._middleware.fetch(
                asked.url, asked.resource_type, asked.method, asked.headers, asked.post_data_buffer
            )
            await route.fulfill(status=status, headers=headers, body=body)
        except Exception as error:
            logger.info("%s: no answer to its script for %s: %s", self._url, asked.url, error)
            try:
                await route.abort()
            except Exception as late:
                logger.debug("the page is gone: %s", late)


def _passed_on(response: Response) -> dict[str, str]:
    """The headers that the browser gets of an answer whose content encoding is undone."""
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in _NOT_PASSED_ON
    }


class RenderedMiddleware:
    """Below the capture: what the browser shows, as UTF-8 and with no header but those that are true of it."""

    def process_response(self, request: Request, response: Response) -> Response:
        if not request.meta.get("playwright"):
            return response
        encoding = getattr(response, "encoding", "utf-8")
        return response.replace(
            # The mark at the beginning outdoes whatever the page says of the encoding that it came in.
            body=b"\xef\xbb\xbf" + response.body.decode(encoding, "replace").encode(),
            headers={b"Content-Type": b"text/html; charset=utf-8", RENDERED_BY: b"chromium"},
            encoding="utf-8",
        )
