"""The server: Datasette under uvicorn, on a socket of its own, until a signal ends it."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from portal_crawler.store import open_reader
from portal_crawler.web.plugin import ReadOnly, datasette_of
from portal_crawler.web.site import DATABASE, Site

# How long an answer that has begun may take to end when the server is stopped.
_GRACE_S = 1


class ListenError(Exception):
    """The server cannot listen where it was told to; the message says why."""


class Stopped(Exception):
    """The server was ended by a signal, whose number it is."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.number = number


def serve(db: Path, archive: Path, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve a database and its archive until a signal comes, and raise Stopped then.

    port: 0 takes a free one. announce: is called with the address once the server answers there. Raises StorageError
    when the database cannot be opened, ListenError when the address cannot be had.
    """
    open_reader(db).close()
    with _listening(host, port) as listener:
        site = Site(db, archive)
        datasette = datasette_of(site, host)
        config = uvicorn.Config(
            datasette.app(),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            lifespan="on",
        )
        database = datasette.get_database(DATABASE)
        assert isinstance(database, ReadOnly)
        address = _address(host, listener.getsockname()[1])

        def interrupt() -> None:
            database.interrupt()
            site.interrupt()

        server = _Server(config, lambda: announce(address), interrupt)
        site.findings()
        # uvicorn ends in good order and then raises the signal again, for whoever started it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        try:
            asyncio.run(server.serve(sockets=[listener]))
        finally:
            interrupt()
            datasette.executor.shutdown(cancel_futures=True)


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, when_started: Callable[[], None], when_told_to_end: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._when_started = when_started
        self._when_told_to_end = when_told_to_end

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._when_told_to_end()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise ListenError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)
