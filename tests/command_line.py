"""The command line in processes of their own, forked from one that has loaded it already.

Loading takes nine tenths of a short crawl. Tests of signals, terminals and environments start real ones.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

forked = multiprocessing.get_context("forkserver")
# What multiprocessing loads of the tests themselves, and what commands load when they run.
forked.set_forkserver_preload(["pytest", "tests.loaded", "tests.crawl_process"])
_COMMAND = "from portal_crawler.cli import main; main(prog_name='portal-crawler')"
_STREAMS = (("in", os.O_RDONLY), ("out", os.O_WRONLY), ("err", os.O_WRONLY))


def run(
    *arguments: str | Path,
    program: str = _COMMAND,
    stdin: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[bytes]:
    """What `portal-crawler`, or another Python program, says with these arguments, and what it exits with.

    Raises TimeoutExpired, and then has killed it.
    """
    words = [str(one) for one in arguments]
    with tempfile.TemporaryDirectory() as place:
        for name, _ in _STREAMS:
            Path(place, name).write_bytes(stdin if name == "in" else b"")
        surroundings = dict(os.environ if env is None else env)
        process = forked.Process(target=_main, args=(program, words, place, cwd or Path.cwd(), surroundings))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout, stderr=Path(place, "err").read_bytes())
        out, err = (Path(place, name).read_bytes() for name in ("out", "err"))
        return subprocess.CompletedProcess(words, process.exitcode, out, err)


def run_text(
    *arguments: str | Path, program: str = _COMMAND, env: Mapping[str, str] | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """As `run`, with what it says as text."""
    done = run(*arguments, program=program, env=env, timeout=timeout)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def _main(program: str, words: list[str], place: str, cwd: Path, surroundings: dict[str, str]) -> None:
    for number, (name, flags) in enumerate(_STREAMS):
        handle = os.open(Path(place, name), flags)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(surroundings)
    sys.argv = ["portal-crawler", *words]
    exec(program, {"__name__": "__main__"})
