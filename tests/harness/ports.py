"""Ports of 127.0.0.1 for tests that need to know them before something listens, or again after it has ended."""

import random
import socket
import threading
from pathlib import Path

_claims: list[socket.socket] = []
_lock = threading.Lock()


def free_port() -> int:
    """A port that is this process's until it ends, whether something listens on it or not.

    Tests run side by side, and an engine or a backend that is down for a moment must find its port again: one that
    the system gave out would go to whoever asks next, and the test would talk to a stranger. So it lies outside the
    system's range, and an abstract socket of its number keeps the other tests of this machine away.
    """
    low, high = _range()
    while True:
        port = random.randrange(low, high)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0engine-test-port-{port}")
            _probe(port, socket.SOCK_STREAM)
            _probe(port, socket.SOCK_DGRAM)
        except OSError:
            claim.close()
            continue
        with _lock:
            _claims.append(claim)
        return port


def _range() -> tuple[int, int]:
    system = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    first = int(system[0])
    return (12_000, first) if first > 16_000 else (12_000, 60_000)


def _probe(port: int, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", port))


def listens(pid: int, port: int) -> bool:
    """Whether the process itself listens on the TCP port; not when it has ended."""
    wanted = f":{port:04X}"
    sockets = set()
    try:
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(wanted) and fields[3] == "0A":
                    sockets.add(f"socket:[{fields[9]}]")
        return bool(sockets) and any(_target(each) in sockets for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""
