"""No crawl listens on a socket, in any of its processes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.faults.server import Asked, article, listing, portal


def _tree_of(pid: int) -> set[int]:
    """A process and all that it started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            if entry.name.isdigit():
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [pid]
    while waiting:
        found.add(one := waiting.pop())
        waiting += children.get(one, [])
    return found


def listeners_of(pid: int) -> list[str]:
    """The local addresses on which a process or what it started listens, or takes datagrams from anybody."""
    sockets = set()
    for one in _tree_of(pid):
        with contextlib.suppress(OSError):
            for handle in Path(f"/proc/{one}/fd").iterdir():
                with contextlib.suppress(OSError):
                    sockets.add(str(handle.readlink()))
    found = []
    # State 0A is LISTEN; a datagram socket that nobody connected is 07.
    for kind, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and f"socket:[{fields[9]}]" in sockets:
                found.append(f"{kind} {fields[1]}")
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        # The flag of a socket that accepts connections.
        if int(fields[3], 16) & 0x10000 and f"socket:[{fields[6]}]" in sockets:
            found.append(f"unix {fields[-1]}")
    return found


def test_a_listener_is_seen() -> None:
    code = "import socket, time; s = socket.create_server(('127.0.0.1', 0)); print('on', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline()
        try:
            assert len(listeners_of(process.pid)) == 1
        finally:
            process.kill()


@pytest.mark.skipif(not Path("/proc/net/tcp").is_file(), reason="needs /proc")
@pytest.mark.parametrize("several", [False, True])
def test_nothing_listens_while_portals_are_crawled(tmp_path: Path, several: bool) -> None:
    held: list[str] = []
    seen_enough = threading.Event()

    def hold(asked: Asked) -> None:
        held.append(asked.path)
        seen_enough.wait(60)
        asked.answer(article(9))

    pages = {"/gn/": lambda asked: asked.answer(listing("/2021/1119/9.html")), "/2021/1119/9.html": hold}
    with portal(pages) as one, portal(pages) as other:
        folder = tmp_path / "profiles"
        folder.mkdir()
        for name, running in (("one", one), ("two", other)):
            (folder / f"{name}.toml").write_text(
                f'id = "{name}"\nname = "{name}网"\nhosts = ["127.0.0.1"]\n'
                f'[[channels]]\nname = "国内"\nurl = "{running.url}/gn/"\n'
            )
        targets = ["--all", "--profiles", str(folder), "--jobs", "2"] if several else [f"{one.url}/gn/"]
        places = ["--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "a"), "--allow-private", "--delay", "0"]
        command = [sys.executable, "-m", "portal_crawler", "crawl", *targets, *places]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            deadline = time.monotonic() + 60
            seen: list[str] = []
            while len(held) < 1 + several and time.monotonic() < deadline and process.poll() is None:
                seen += listeners_of(process.pid)
                time.sleep(0.1)
            if len(held) < 1 + several:
                process.kill()
                pytest.fail(process.communicate()[1].decode())
            assert len(_tree_of(process.pid)) == 1 + 2 * several
            seen += listeners_of(process.pid)
            seen_enough.set()
            process.communicate(timeout=60)
    assert seen == []
