"""What several test modules need."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import command_line

ROOT = Path(__file__).parents[1]
Finished = subprocess.CompletedProcess[bytes]


# What the tests read exports with. sqlite-utils loads it wherever it is, a third of a second at every start.
NOT_REQUIRED = ("pandas", "numpy")


@pytest.fixture(scope="session", autouse=True)
def users_libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes that a test starts have the libraries that a user has, not those of the tests alone."""
    folder = tmp_path_factory.mktemp("libraries")
    for name in NOT_REQUIRED:
        (folder / f"{name}.py").write_text(f'raise ModuleNotFoundError("only tests have {name}", name="{name}")\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")
        yield


@pytest.fixture(scope="session")
def cli_environment(users_libraries: None) -> dict[str, str]:
    """The environment in which the command line of this checkout runs, loopback never through a proxy."""
    return os.environ | {"no_proxy": "127.0.0.1,localhost"}


@pytest.fixture(scope="session")
def cli(cli_environment: dict[str, str]) -> Callable[..., Finished]:
    """Runs the command line as a process, with its arguments, standard input and working directory."""

    def run(*arguments: str | Path, stdin: bytes = b"", cwd: Path = ROOT) -> Finished:
        return command_line.run(*arguments, stdin=stdin, cwd=cwd, timeout=120, env=cli_environment)

    return run


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout; where it is absent, the test is skipped."""
    folder = Path(os.environ.get("PORTAL_CRAWLER_SHARED") or ROOT.parent / "shared")
    if not (folder / "corpus" / "manifest.jsonl").is_file():
        pytest.skip(f"no reference material in {folder} (PORTAL_CRAWLER_SHARED names another place)")
    return folder
