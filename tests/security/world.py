"""A whole internet on one machine: every address there is answers, and the test says which of them are public hosts.

`run_world` starts this module in a network namespace of its own, where the kernel takes every IPv4 and IPv6 address for
the machine's own. So a portal can stand on a public address, without `--allow-private`, and whatever else is connected
to is a canary that sings. Names are resolved by the system's resolver, which asks a name server of the test's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PUBLIC = "93.184.216.34"
PROXY = ("10.77.0.1", 3128)
_NAME_SERVER = "127.0.0.53"
_CANARY_PORTS = (80, 443, 6379, 8080, 9222)
_STUN_PORT = 3478
_START = """
ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo
mount --bind "$1/resolv.conf" /etc/resolv.conf && mount --bind "$1/hosts" /etc/hosts || exit 99
exec "$2" -m tests.security.world "$1"
"""

# Status, headers, body. Names: the answers of the name server in turn, the last one for good.
Answer = tuple[int, dict[str, str], str]
Pages = dict[str, "Answer | str"]
Names = dict[str, list[str]]


@dataclass(frozen=True)
class Step:
    """One command line of portal-crawler, and what changes in the world before it runs."""

    arguments: tuple[str, ...]
    names: Names
    pages: Pages
    environment: dict[str, str]


@dataclass(frozen=True)
class Ended:
    """What a command came to, and what it touched.

    canaries: connections to addresses that are not the portal's, with the first line that came. asked: what the portal
    and the proxy were asked for.
    """

    code: int
    stdout: str
    stderr: str
    canaries: list[str]
    asked: list[str]


def step(
    *arguments: str | Path,
    names: Names | None = None,
    pages: Pages | None = None,
    environment: dict[str, str] | None = None,
) -> Step:
    """A step of `run_world`. names, pages, environment: added to those before, of this step on."""
    return Step(tuple(map(str, arguments)), names or {}, pages or {}, environment or {})


def is_possible() -> bool:
    """Whether this machine lets a test have a network of its own."""
    if not shutil.which("unshare") or not shutil.which("ip"):
        return False
    tried = subprocess.run(["unshare", "-rnm", "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    return tried.returncode == 0


def run_world(*steps: Step, timeout_s: float = 90) -> list[Ended]:
    """Run command lines one after the other in a world of their own."""
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        place = Path(folder)
        (place / "resolv.conf").write_text(f"nameserver {_NAME_SERVER}\noptions timeout:2 attempts:1\n")
        (place / "hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.7 inside\n")
        (place / "steps.json").write_text(json.dumps([vars(one) for one in steps]))
        command = ["unshare", "-rnm", "--fork", "--kill-child", "sh", "-c", _START, "sh", folder, sys.executable]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return [Ended(**found) for found in json.loads((place / "ended.json").read_text())]


class _World:
    """The servers behind all addresses."""

    def __init__(self) -> None:
        self.pages: Pages = {}
        self.names: Names = {}
        self.canaries: list[str] = []
        self.asked: list[str] = []
        for port in _CANARY_PORTS:
            server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=100)
            self._begin(self._accept, server, self._answer_direct)
        self._begin(self._accept, socket.create_server(PROXY), self._answer_for_others)
        datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        datagrams.bind(("::", _STUN_PORT))
        self._begin(self._count_datagrams, datagrams)
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind((_NAME_SERVER, 53))
        self._begin(self._resolve, names)

    def _begin(self, target: Any, *arguments: Any) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def _accept(self, server: socket.socket, answer: Any) -> None:
        while True:
            connection, _ = server.accept()
            self._begin(self._serve, connection, answer)

    def _serve(self, connection: socket.socket, answer: Any) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            place = connection.getsockname()
            address: Any = ip_address(place[0].partition("%")[0])
            if isinstance(address, IPv6Address) and address.ipv4_mapped:
                address = address.ipv4_mapped
            is_portal = str(address) == PUBLIC or tuple(place[:2]) == PROXY
            if not is_portal:
                # Now, not when a request comes: a connection alone is too much.
                self.canaries.append(f"{address}:{place[1]}")
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            line, *fields = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            host = next((field[5:].strip() for field in fields if field.lower().startswith("host:")), "")
            if is_portal:
                answer(connection, line.split(" ")[0], line.split(" ")[1], host)

    def _answer_direct(self, connection: socket.socket, _method: str, path: str, host: str) -> None:
        self.asked.append(f"{host}{path}")
        self._send(connection, f"{host}{path}")

    def _answer_for_others(self, connection: socket.socket, method: str, target: str, _host: str) -> None:
        """What a proxy does: it connects to whatever it is told to."""
        self.asked.append(target)
        place = target.partition("://")[2]
        if method == "CONNECT" or not place.partition("/")[0].endswith("example.cn"):
            self.canaries.append(f"proxy to {target}")
            return
        self._send(connection, place)

    def _send(self, connection: socket.socket, place: str) -> None:
        found = self.pages.get(place, (404, {}, ""))
        status, headers, text = (200, {}, found) if isinstance(found, str) else found
        body = text.encode()
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        fields = {"Content-Type": "text/html; charset=utf-8"} | headers
        lines += [f"{name}: {value}" for name, value in fields.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def _count_datagrams(self, server: socket.socket) -> None:
        while True:
            server.recvfrom(2048)
            self.canaries.append(f"datagram to port {_STUN_PORT}")

    def _resolve(self, server: socket.socket) -> None:
        while True:
            question, peer = server.recvfrom(2048)
            labels, at = [], 12
            while size := question[at]:
                labels.append(question[at + 1 : at + 1 + size].decode("latin-1").lower())
                at += size + 1
            (kind,) = struct.unpack("!H", question[at + 1 : at + 3])
            answers = [ip_address(text) for text in self._addresses(".".join(labels), kind)]
            head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(answers), 0, 0)
            records = b"".join(
                b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 0, len(one.packed)) + one.packed for one in answers
            )
            server.sendto(head + question[12 : at + 5] + records, peer)

    def _addresses(self, name: str, kind: int) -> list[str]:
        known = self.names.get(name, [])
        if kind == 28:
            return [text for text in known if ":" in text]
        fours = [text for text in known if ":" not in text]
        if kind != 1 or not fours:
            return []
        if len(fours) > 1:
            known.remove(fours[0])
        return fours[:1]


def _main(folder: Path) -> None:
    world = _World()
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    ended = []
    for found in json.loads((folder / "steps.json").read_text()):
        world.pages |= found["pages"]
        world.names |= found["names"]
        environment |= found["environment"]
        del world.canaries[:], world.asked[:]
        done = subprocess.run(
            [sys.executable, "-m", "portal_crawler", *found["arguments"]],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=80,
            env=environment,
            check=False,
        )
        ended.append(
            {
                "code": done.returncode,
                "stdout": done.stdout,
                "stderr": done.stderr,
                "canaries": list(world.canaries),
                "asked": list(world.asked),
            }
        )
    (folder / "ended.json").write_text(json.dumps(ended))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
