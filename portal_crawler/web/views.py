"""The pages of the web view: an address to what the database says, to a template."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from portal_crawler.article import BEIJING
from portal_crawler.charts import bar_chart
from portal_crawler.store import Store
from portal_crawler.store.history import UnknownArticle, find_article
from portal_crawler.web.article_page import article_page, web_address
from portal_crawler.web.captures import Archived, archived
from portal_crawler.web.find import MOST_PAGES, Asked, find
from portal_crawler.web.harmless import harmless
from portal_crawler.web.health import Health, health_of
from portal_crawler.web.overview import PERIODS, overview
from portal_crawler.web.reading import portals_of
from portal_crawler.web.reprints import reprints_of
from portal_crawler.web.site import DATABASE, Site

_T = TypeVar("_T")
_DAYS = 90
View = Callable[[Datasette, Request], Awaitable[Response]]


class Views:
    """The pages over one database and its archive."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[tuple[str, View]]:
        """What Datasette is to ask for which address."""
        return [
            (r"^/$", self.front),
            (r"^/portal/(?P<portal>[^/]+)$", self.portal),
            (r"^/search$", self.search),
            (r"^/article$", self.find_article),
            (r"^/article/(?P<id>\d{1,18})$", self.article),
            (r"^/capture/(?P<id>\d{1,18})$", self.capture),
            (r"^/capture/(?P<id>\d{1,18})/page$", self.capture_page),
            (r"^/capture/(?P<id>\d{1,18})/source$", self.capture_source),
            (r"^/capture/(?P<id>\d{1,18})/download$", self.capture_download),
        ]

    async def front(self, datasette: Datasette, request: Request) -> Response:
        """Articles by day, portal and channel, the newest of them, and how each portal fares."""
        period, now = _period(request), datetime.now(BEIJING)

        def read(store: Store) -> dict[str, Any]:
            portals = portals_of(store)
            findings = self._site.findings()
            healths = [health_of(store, portal, findings or [], now) for portal in portals]
            return {"overview": overview(store, portals, period, now), "healths": healths, "checked": findings}

        found = await self._read(datasette, read)
        found["healths"].sort(key=_worst_first)
        return await self._page(datasette, request, "front.html", **_with_chart(found), periods=PERIODS)

    async def portal(self, datasette: Datasette, request: Request) -> Response:
        """The same for one portal."""
        period, now = _period(request), datetime.now(BEIJING)
        portal = unquote(request.url_vars["portal"])

        def read(store: Store) -> dict[str, Any]:
            if portal not in portals_of(store):
                raise NotFound(f"There is no portal {portal} in this database.")
            findings = self._site.findings()
            health = health_of(store, portal, findings or [], now)
            return {"overview": overview(store, [portal], period, now), "health": health, "checked": findings}

        found = _with_chart(await self._read(datasette, read))
        return await self._page(datasette, request, "portal.html", **found, portal=portal, periods=PERIODS)

    async def search(self, datasette: Datasette, request: Request) -> Response:
        """Articles by a query, and by portal, channel, source and year."""
        asked = _asked(request)
        found = await self._read(datasette, lambda store: find(store, asked))
        return await self._page(
            datasette, request, "search.html", status=400 if found.error else 200, asked=asked, found=found
        )

    async def find_article(self, datasette: Datasette, request: Request) -> Response:
        """To the page of the article that an address belongs to."""
        url = request.args.get("url") or ""

        def read(store: Store) -> int:
            try:
                return find_article(store, url)
            except (UnknownArticle, ValueError) as error:
                raise NotFound(str(error)) from error

        return Response.redirect(f"/article/{await self._read(datasette, read)}")

    async def article(self, datasette: Datasette, request: Request) -> Response:
        """One article with everything around it."""
        number = int(request.url_vars["id"])

        def read(store: Store) -> dict[str, Any]:
            page = article_page(store, number)
            if page is None:
                raise NotFound(f"There is no article {number} in this database.")
            return {"page": page, "reprints": reprints_of(store, number)}

        return await self._page(datasette, request, "article.html", **await self._read(datasette, read))

    async def capture(self, datasette: Datasette, request: Request) -> Response:
        """An exchange as it was archived, with the page that it holds in a frame that runs and loads nothing."""
        capture = await self._archived(datasette, request)
        return await self._page(
            datasette, request, "capture.html", capture=capture, url=web_address(capture.row["url"])
        )

    async def capture_page(self, datasette: Datasette, request: Request) -> Response:
        """The page that a capture holds, to be looked at."""
        capture = await self._archived(datasette, request)
        if capture.text is None or capture.kind != "page":
            raise NotFound(capture.problem or "This capture holds no page.")
        shown = harmless(capture.text.text, capture.row["url"])
        return Response(shown, content_type="text/html; charset=utf-8")

    async def capture_source(self, datasette: Datasette, request: Request) -> Response:
        """What a capture holds, as plain text."""
        capture = await self._archived(datasette, request)
        if capture.text is None:
            raise NotFound(capture.problem or "This capture holds no text.")
        return Response(capture.text.utf8(), content_type="text/plain; charset=utf-8")

    async def capture_download(self, datasette: Datasette, request: Request) -> Response:
        """The body of a capture as it was received, content encoding and all."""
        capture = await self._archived(datasette, request)
        if capture.exchange is None:
            raise NotFound(capture.problem or "The archive does not have it.")
        name = f'attachment; filename="capture-{capture.row["id"]}.bin"'
        return Response(
            capture.exchange.body, headers={"content-disposition": name}, content_type="application/octet-stream"
        )

    async def _archived(self, datasette: Datasette, request: Request) -> Archived:
        number = int(request.url_vars["id"])
        capture = await self._read(datasette, lambda store: archived(store, self._site.archive, number))
        if capture is None:
            raise NotFound(f"There is no capture {number} in this database.")
        return capture

    async def _read(self, datasette: Datasette, read: Callable[[Store], _T]) -> _T:
        """What a function reads, in one of Datasette's threads."""
        database = datasette.get_database(DATABASE)
        found: _T = await database.execute_fn(lambda connection: read(Store(self._site.db, connection)))
        return found

    async def _page(
        self, datasette: Datasette, request: Request, template: str, *, status: int = 200, **context: Any
    ) -> Response:
        page = await datasette.render_template(template, {"site": self._site, **context}, request=request)
        return Response.html(page, status=status)


def _period(request: Request) -> int:
    text = request.args.get("days") or str(_DAYS)
    return int(text) if text in map(str, PERIODS) else _DAYS


def _asked(request: Request) -> Asked:
    given = {name: (request.args.get(name) or "").strip() for name in ("portal", "channel", "source", "year")}
    page = request.args.get("page") or ""
    number = min(int(page), MOST_PAGES) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    if not (len(given["year"]) == 4 and given["year"].isascii() and given["year"].isdigit()):
        given["year"] = ""
    return Asked(query=(request.args.get("q") or "").strip(), page=max(number, 1), **given)


def _with_chart(found: dict[str, Any]) -> dict[str, Any]:
    seen = found["overview"]
    title = f"Articles per {'day' if seen.period else 'month'}, {seen.first} to {seen.last}"
    return {**found, "chart": bar_chart(seen.bars, title=title)}


def _worst_first(health: Health) -> tuple[int, str]:
    return ("bad", "warn", "good").index(health.grade), health.portal
