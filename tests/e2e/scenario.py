"""What the end-to-end tests share: the two published configurations, engines, backends and clients with clean-up."""

import json
import sys
import threading
import time
import unittest
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "harness"))
from engine_process import Engine, free_port, is_sanitized, port_open, wait_until  # noqa: E402, F401
from http_backend import Answer, HttpBackend, Request, Script  # noqa: E402, F401
from http_client import HttpClient, Response  # noqa: E402, F401

SINGLE_BACKEND = """\
[sources.http_in]
type = "http_server"
address = "0.0.0.0:8080"

[sinks.http_out]
type = "http"
inputs = ["http_in"]
uri = "http://api-flow:8080"
encoding.codec = "json"

retries = 5
backoff = "exponential"

[sinks.http_out.buffer]
type = "disk"
max_size = 100_000_000 # 100 MB
"""

PARTITIONED = """\
[sources.http_in]
type = "http_server"
address = "0.0.0.0:8080"

[transforms.partition]
type = "partition"
inputs = ["http_in"]
partition.key = "{{ headers.x-process-id }}"
partitions = 3

# Sink pre partition 0
[sinks.http_0]
type = "http"
inputs = ["partition"]
uri = "http://api-flow-0:8080"
condition = "partition == 0"

# Sink pre partition 1
[sinks.http_1]
type = "http"
inputs = ["partition"]
uri = "http://api-flow-1:8080"
condition = "partition == 1"

# Sink pre partition 2
[sinks.http_2]
type = "http"
inputs = ["partition"]
uri = "http://api-flow-2:8080"
condition = "partition == 2"
"""


@dataclass(frozen=True)
class Outgoing:
    """A request that a test sends; `id` is how the test recognises it."""

    id: str
    body: bytes = b""
    method: str = "POST"
    target: str = "/"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Sent:
    """What became of the requests: a status (0 when the connection broke) and a duration per id."""

    status: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def accepted(self) -> set[str]:
        """The ids that were answered with 2xx."""
        return {each for each, status in self.status.items() if 200 <= status < 300}


def port_refused(port: int) -> bool:
    """Whether nothing accepts connections on the port any more."""
    return not port_open(port)


def numbered(count: int, prefix: str = "id") -> list[Outgoing]:
    """Requests whose body is their id."""
    return [Outgoing(f"{prefix}-{number:05}", f"{prefix}-{number:05}".encode()) for number in range(count)]


def single_backend(port: int, backend: HttpBackend) -> str:
    """The first published configuration with addresses of this machine and a data_dir of its own."""
    config = SINGLE_BACKEND.replace("0.0.0.0:8080", f"127.0.0.1:{port}")
    return 'data_dir = "@DIR@/data"\n' + config.replace("http://api-flow:8080", backend.url)


def partitioned(port: int, backends: list[HttpBackend]) -> str:
    """The second published configuration with addresses of this machine."""
    config = PARTITIONED.replace("0.0.0.0:8080", f"127.0.0.1:{port}")
    for number, backend in enumerate(backends):
        config = config.replace(f"http://api-flow-{number}:8080", backend.url)
    return config


def any_request(config: str) -> str:
    """Lets the http_server source of a configuration take every path and method."""
    return config.replace('type = "http_server"\n', 'type = "http_server"\nstrict_path = false\nmethod = "ANY"\n', 1)


def messages(requests: Iterable[Request]) -> list[str]:
    """The `message` fields of all events in JSON array bodies, in order."""
    return [event["message"] for request in requests for event in json.loads(request.body)]


class EndToEndTest(unittest.TestCase):
    """Base of all end-to-end tests: everything started through it ends with the test."""

    def backend(self, script: Script | None = None) -> HttpBackend:
        """A running backend."""
        backend = HttpBackend(script)
        self.addCleanup(backend.stop)
        return backend

    def engine(self, config: str, arguments: list[str] | None = None) -> Engine:
        """An engine that is not started yet, with an empty `data` folder."""
        engine = Engine(config, arguments)
        self.addCleanup(engine.close)
        (engine.folder / "data").mkdir()
        return engine

    def send(self, port: int, requests: list[Outgoing], clients: int = 8, timeout: float = 30.0) -> Sent:
        """Sends requests over `clients` keep-alive connections, spread in turn; returns when all are answered."""
        return self.send_lanes(port, [requests[number::clients] for number in range(clients)], timeout)

    def send_lanes(self, port: int, lanes: list[list[Outgoing]], timeout: float = 30.0) -> Sent:
        """Sends each lane over a keep-alive connection of its own, one request after the other."""
        sent = Sent()
        threads = [threading.Thread(target=self._send_lane, args=(port, lane, sent, timeout)) for lane in lanes if lane]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sent

    def _send_lane(self, port: int, lane: list[Outgoing], sent: Sent, timeout: float) -> None:
        with HttpClient(port, timeout) as client:
            for request in lane:
                began = time.monotonic()
                try:
                    response = client.send(request.method, request.target, request.body, list(request.headers))
                    sent.status[request.id] = response.status
                except (OSError, ValueError):
                    sent.status[request.id] = 0
                sent.seconds[request.id] = time.monotonic() - began

    def assert_all_accepted(self, sent: Sent, slowest: float | None = None) -> None:
        """Every request was answered with 2xx, none slower than `slowest` seconds."""
        refused = {each: status for each, status in sent.status.items() if not 200 <= status < 300}
        self.assertEqual(refused, {}, f"{len(refused)} of {len(sent.status)} not accepted")
        if slowest is not None:
            self.assertLess(max(sent.seconds.values()), slowest)

    def assert_ids_arrive(self, wanted: set[str], arrived, timeout: float = 60.0) -> None:
        """Every wanted id is in `arrived()` before the deadline."""
        try:
            wait_until(lambda: wanted <= set(arrived()), timeout, "ids")
        except AssertionError:
            missing = wanted - set(arrived())
            self.fail(f"{len(missing)} of {len(wanted)} ids lost, such as {sorted(missing)[:3]}")
