"""The plugin: what Datasette is told so that its pages and this project's are one site."""

from __future__ import annotations

import sqlite3
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError
from jinja2 import Environment

from portal_crawler.charts import share_bar
from portal_crawler.store import StorageError, open_reader, register_search
from portal_crawler.store.dictionary import metadata_of
from portal_crawler.web.formats import FILTERS
from portal_crawler.web.guard import App, guarded
from portal_crawler.web.reading import is_interrupted
from portal_crawler.web.site import DATABASE, Site
from portal_crawler.web.views import View, Views

# Of one value, so that a query cannot fill the memory with what it makes up.
_MOST_VALUE_BYTES = 64 * 1024 * 1024
# Prints every error with all its variables; this plugin's own says less.
_LOUD = "datasette.handle_exception"
_SQL_SECONDS = 5
_ELSEWHERE = "The sqlite3 command and any SQLite library can ask the database the same without a limit."
_STATIC = Path(__file__).parent / "static"
# SQLite's code for opening a second file, which its authorizer is asked about.
_ATTACH = 24


class ReadOnly(Database):
    """A database that only ever opens connections that cannot write."""

    def connect(self, write: bool = False) -> sqlite3.Connection:
        if write:
            raise StorageError(f"{self.path}: served for reading only")
        connection = open_reader(Path(self.path)).connection
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_VALUE_BYTES)
        connection.set_authorizer(_no_other_file)
        self._all_file_connections.append(connection)
        return connection

    def interrupt(self) -> None:
        """End what runs on the connections."""
        for connection in self._all_file_connections:
            connection.interrupt()


def _no_other_file(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action == _ATTACH else sqlite3.SQLITE_OK


class Plugin:
    """The hooks. host: what the server listens on."""

    # Datasette looks for templates and static files in the package of a plugin's name.
    __name__ = "portal_crawler.web"

    def __init__(self, site: Site, host: str) -> None:
        self._views = Views(site)
        self._host = host

    @hookimpl
    def prepare_connection(self, conn: sqlite3.Connection, database: str) -> None:
        """The functions of search, for those who write SQL."""
        if database == DATABASE:
            register_search(conn)

    @hookimpl
    def get_metadata(self) -> dict[str, Any]:
        """What each table and column means."""
        metadata = metadata_of(DATABASE)
        metadata["title"] = "Portal archive"
        return metadata

    @hookimpl
    def register_routes(self) -> list[tuple[str, View]]:
        """The pages."""
        return self._views.routes()

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        """How times, fields and marked texts are written."""
        env.filters.update(FILTERS)
        env.globals["share_bar"] = share_bar
        # In the order in which a reader needs them.
        env.globals["described"] = metadata_of(DATABASE)["databases"][DATABASE]["tables"]

    @hookimpl
    def asgi_wrapper(self) -> Callable[[App], App]:
        """Nothing gets in or out past the guard."""
        return lambda app: guarded(app, self._host)

    @hookimpl
    def handle_exception(
        self, datasette: Datasette, request: Request, exception: Exception
    ) -> Callable[[], Awaitable[Response]]:
        """An error as a page, or as JSON for programs. A bug is told on standard error and not to the reader."""

        async def answer() -> Response:
            status, message = _told(exception)
            if request.path.endswith(".json"):
                return Response.json({"ok": False, "error": message, "status": status}, status=status)
            context = {"title": None, "status": status, "error": message}
            page = await datasette.render_template("error.html", context, request=request)
            return Response.html(page, status=status)

        return answer


def _told(exception: Exception) -> tuple[int, str]:
    if isinstance(exception, DatasetteError):
        # Of all its messages, markup has the one about its time limit.
        if exception.message_is_html:
            return 400, f"This took longer than the {_SQL_SECONDS} s that a query has here. {_ELSEWHERE}"
        return exception.status, str(exception.message)
    if isinstance(exception, Base400):
        text = str(exception.args[0]) if exception.args else ""
        return exception.status, text if text not in ("", "404") else "There is no such page."
    if isinstance(exception, StorageError):
        if is_interrupted(exception.__cause__):
            return 503, "This took too long."
        print(exception, file=sys.stderr)
        return 503, f"The database cannot be read now: {exception}"
    traceback.print_exception(exception)
    return 500, "This page has a bug; the server has written down what happened."


def datasette_of(site: Site, host: str) -> Datasette:
    """Datasette over a site, with the plugin registered. It is registered for the process: one site a process."""
    if pm.get_plugin(_LOUD):
        pm.unregister(name=_LOUD)
    pm.register(Plugin(site, host), "portal_crawler.web")
    datasette = Datasette(
        static_mounts=[("-/site", str(_STATIC))],
        settings={
            "allow_download": False,
            "num_sql_threads": 4,
            "sql_time_limit_ms": _SQL_SECONDS * 1000,
            "facet_time_limit_ms": 500,
            "suggest_facets": False,
            "default_page_size": 50,
            "truncate_cells_html": 300,
            "default_cache_ttl": 0,
        },
    )
    datasette.remove_database("_memory")
    datasette.add_database(ReadOnly(datasette, str(site.db)), name=DATABASE)
    return datasette
