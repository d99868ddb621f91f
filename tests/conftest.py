"""What several test modules need."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import BaseServer
from typing import Any

import pytest

from tests import command_line

ROOT = Path(__file__).parents[1]
Finished = subprocess.CompletedProcess[bytes]


@pytest.fixture(scope="session", autouse=True)
def checkout() -> Iterator[None]:
    """Processes that a test starts run this checkout, in whatever directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="session", autouse=True)
def silence_on_lost_clients() -> Iterator[None]:
    """Servers say nothing of a crawl that was killed: their threads would, in the middle of whatever test is next."""
    say = BaseServer.handle_error

    def handle_error(server: BaseServer, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            say(server, request, client_address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseServer, "handle_error", handle_error)
        yield


@pytest.fixture(scope="session")
def cli_environment(checkout: None) -> dict[str, str]:
    """The environment in which the command line of this checkout runs, loopback never through a proxy."""
    return os.environ | {"no_proxy": "127.0.0.1,localhost"}


@pytest.fixture(scope="session")
def cli(cli_environment: dict[str, str]) -> Callable[..., Finished]:
    """Runs the command line as a process, with its arguments, standard input and working directory."""

    def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Finished:
        if arguments[0] == "reextract":
            # It has workers of its own, and multiprocessing is not made for forks that start others.
            command = [sys.executable, "-m", "portal_crawler", *map(str, arguments)]
            return subprocess.run(command, input=stdin, capture_output=True, cwd=cwd, timeout=120, env=cli_environment)
        return command_line.run(*arguments, stdin=stdin, cwd=cwd, timeout=120, env=cli_environment)

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout; where it is absent, the test is skipped."""
    folder = Path(os.environ.get("PORTAL_CRAWLER_SHARED") or ROOT.parent / "shared")
    if not (folder / "corpus" / "manifest.jsonl").is_file():
        pytest.skip(f"no reference material in {folder} (PORTAL_CRAWLER_SHARED names another place)")
    return folder
