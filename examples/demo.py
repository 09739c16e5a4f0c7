#!/usr/bin/env python3
"""Three backends, clients that never stop sending, and an outage: nothing may be lost.

Runs the published configuration for partitioned routing (partitioned_routing.toml) with addresses of this machine and
disk buffers, stops one backend for a while, and counts at the end. Exits with 1 when anything was lost.
"""

import argparse
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

EXAMPLE = Path(__file__).with_name("partitioned_routing.toml")
BACKENDS = 3
CLIENTS = 6
KEYS_PER_CLIENT = 5
PAUSE = 0.02  # between two requests of a client, seconds
ADDED_TOP = 'data_dir = "{folder}"\n'
ADDED_SINK = """\
backoff = {{ strategy = "exponential", initial_secs = 1, max_secs = 2 }}
buffer = {{ type = "disk", max_size = 67_108_864 }}
"""


class Terminal:
    """Paints a block of lines in place on a terminal, or prints one now and then where there is none."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.color = self.live and "NO_COLOR" not in os.environ
        self._lines = 0

    def style(self, text: str, code: str) -> str:
        """The text in an ANSI style: 1 bold, 2 dim, 31 red, 32 green, 33 yellow."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def say(self, text: str = "") -> None:
        """A line that stays."""
        self._lines = 0
        print(text, flush=True)

    def paint(self, lines: list[str]) -> None:
        """Replaces the block painted last; only on a terminal."""
        if self._lines:
            sys.stdout.write(f"\x1b[{self._lines}A")
        sys.stdout.write("".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stdout.flush()
        self._lines = len(lines)


class BackendProcess:
    """A backend in a process of its own, so that stopping it is what an outage is. `received` survives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.received: list[str] = []
        self._process: subprocess.Popen | None = None
        self._reader: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, __file__, "--backend", str(self.port)],
                                         stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()
        wait_for_port(self.port)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._process = None

    def _read(self, lines) -> None:
        for line in lines:
            if line.endswith("\n"):
                self.received.append(line.strip())


class Handler(http.server.BaseHTTPRequestHandler):
    """Prints the id of each request, then answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Any path."""
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sys.stdout.write(event["id"] + "\n")
        sys.stdout.flush()
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args) -> None:
        """Quiet: stdout is for ids."""


class Clients:
    """Threads that send until told to stop. An id is `key/number`; a key's requests go one after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._stop = threading.Event()
        self.accepted: list[str] = []
        self.refused: Counter = Counter()
        self.seconds: list[float] = []
        self._threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _send(self, client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        number = 0
        while not self._stop.wait(PAUSE):
            key = f"process-{client * KEYS_PER_CLIENT + number % KEYS_PER_CLIENT}"
            name = f"{key}/{number}"
            began = time.monotonic()
            try:
                connection.request("POST", "/", json.dumps({"id": name}), {"X-Process-Id": key})
                response = connection.getresponse()
                response.read()
                outcome = "" if 200 <= response.status < 300 else f"status {response.status}"
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                outcome = type(error).__name__
            self.seconds.append(time.monotonic() - began)
            if outcome:
                self.refused[outcome] += 1
            else:
                self.accepted.append(name)
            number += 1
        connection.close()


class Demo:
    """The whole performance; `close` stops all that was started, by pid."""

    def __init__(self, binary: str, seconds: float) -> None:
        self.binary = str(Path(binary).resolve())
        self.seconds = seconds
        self.terminal = Terminal()
        self.folder = tempfile.TemporaryDirectory(prefix="engine-demo-")
        self.backends = [BackendProcess(f"api-flow-{number}") for number in range(BACKENDS)]
        self.port = free_port()
        self.clients = Clients(self.port)
        self.engine: subprocess.Popen | None = None

    def configuration(self) -> str:
        """The published configuration with our addresses and what was added."""
        config = EXAMPLE.read_text().replace("0.0.0.0:8080", f"127.0.0.1:{self.port}")
        for backend in self.backends:
            config = config.replace(f"http://{backend.name}:8080", f"http://127.0.0.1:{backend.port}")
        config = re.sub(r"^(condition = .*\n)", r"\1" + ADDED_SINK.format(), config, flags=re.MULTILINE)
        return ADDED_TOP.format(folder=self.folder.name) + config

    def run(self) -> int:
        say, style = self.terminal.say, self.terminal.style
        say(style("Partitioned routing with an outage", "1"))
        say(f"Configuration: {EXAMPLE.name}, addresses mapped to 127.0.0.1, and these lines added so that an outage loses nothing:")
        for line in (ADDED_TOP + ADDED_SINK).format(folder=self.folder.name).splitlines():
            say(style(f"  + {line}", "32") + ("" if line.startswith("data_dir") else style("   (each sink)", "2")))
        for backend in self.backends:
            backend.start()
        self._start_engine()
        say(f"engine pid {self.engine.pid} on port {self.port}, {BACKENDS} backends, {CLIENTS} clients, "
            f"{CLIENTS * KEYS_PER_CLIENT} process ids\n")
        self.clients.start()
        victim = self.backends[1]
        self._watch("all backends up", self.seconds * 0.25)
        victim.stop()
        self._watch(style(f"{victim.name} is down", "31") + ": its requests are stored, the others flow on",
                    self.seconds * 0.35)
        victim.start()
        self._watch(style(f"{victim.name} is back", "32") + ": its queue drains in order", self.seconds * 0.4)
        self.clients.stop()
        self._watch("clients have stopped, waiting for the rest", 60, until_empty=True)
        return self._report()

    def _start_engine(self) -> None:
        path = Path(self.folder.name) / "vector.toml"
        path.write_text(self.configuration())
        log = (Path(self.folder.name) / "engine.log").open("wb")
        with log:
            self.engine = subprocess.Popen([self.binary, "--config", str(path)], stdin=subprocess.DEVNULL,
                                           stdout=log, stderr=log)
        try:
            wait_for_port(self.port, lambda: self.engine.poll() is not None)
        except OSError:
            sys.exit("the engine did not start:\n" + (Path(self.folder.name) / "engine.log").read_text())

    def _watch(self, title: str, seconds: float, until_empty: bool = False) -> None:
        """Shows what happens for a while."""
        deadline = time.monotonic() + seconds
        next_line = 0.0
        if not self.terminal.live:
            self.terminal.say(f"-- {title}")
        while (now := time.monotonic()) < deadline:
            waiting = self._waiting()
            if until_empty and sum(waiting) == 0:
                break
            if self.terminal.live:
                self.terminal.paint(self._block(title, waiting))
            elif now >= next_line:
                next_line = now + 1
                self.terminal.say(self._line(waiting))
            time.sleep(0.1)
        if self.terminal.live:
            self.terminal.paint(self._block(title, self._waiting()))
        else:
            self.terminal.say(self._line(self._waiting()))

    def _owners(self) -> dict[str, int]:
        """The backend of each process id: a key sticks to one, so its first delivery tells."""
        return {name.partition("/")[0]: number
                for number, backend in enumerate(self.backends) for name in list(backend.received)}

    def _waiting(self) -> list[int]:
        """Accepted but not delivered, by backend."""
        accepted = list(self.clients.accepted)
        delivered = {name for backend in self.backends for name in list(backend.received)}
        owners = self._owners()
        waiting = [0] * BACKENDS
        for name in accepted:
            if name not in delivered:
                waiting[owners.get(name.partition("/")[0], 0)] += 1
        return waiting

    def _block(self, title: str, waiting: list[int]) -> list[str]:
        style = self.terminal.style
        lines = [style(title, "1"), f"clients   {len(self.clients.accepted):6} accepted   "
                                    f"{sum(self.clients.refused.values())} refused"]
        widest = max(0, shutil.get_terminal_size().columns - 56)
        for backend, queue in zip(self.backends, waiting):
            state = style("up  ", "32") if backend.running else style("DOWN", "31")
            bar = style("#" * min(widest, (queue + 9) // 10), "33")
            lines.append(f"{backend.name} {state} {len(backend.received):6} delivered  {queue:5} waiting {bar}")
        return lines

    def _line(self, waiting: list[int]) -> str:
        parts = [f"{backend.name} {'up' if backend.running else 'DOWN'} {len(backend.received)} delivered, {queue} waiting"
                 for backend, queue in zip(self.backends, waiting)]
        return f"accepted {len(self.clients.accepted)} | " + " | ".join(parts)

    def _report(self) -> int:
        say, style = self.terminal.say, self.terminal.style
        accepted = set(self.clients.accepted)
        received = [name for backend in self.backends for name in backend.received]
        lost = accepted - set(received)
        times = sorted(self.clients.seconds) or [0.0]
        say()
        rows = [("accepted (2xx to the client)", len(accepted)), ("refused", sum(self.clients.refused.values())),
                ("delivered", len(accepted & set(received))), ("lost", len(lost)),
                ("duplicates", len(received) - len(set(received))), ("out of order within a process id", self._disorder()),
                *((f"received by {backend.name}", len(backend.received)) for backend in self.backends),
                ("client latency p50", f"{percentile(times, 0.50) * 1000:.1f} ms"),
                ("client latency p99", f"{percentile(times, 0.99) * 1000:.1f} ms")]
        for name, value in rows:
            say(f"  {name:34} {value:>10}")
        if self.clients.refused:
            say(f"  refused because: {dict(self.clients.refused)}")
        good = not lost and bool(accepted)
        say(style("nothing was lost" if good else f"LOST {len(lost)}: {sorted(lost)[:3]}" if accepted
                  else "no request was accepted", "32" if good else "31"))
        return 0 if good else 1

    def _disorder(self) -> int:
        """Requests that came after a later one of the same process id; repetitions aside."""
        wrong = 0
        for backend in self.backends:
            latest: dict[str, int] = defaultdict(lambda: -1)
            for name in dict.fromkeys(backend.received):
                key, _, number = name.partition("/")
                wrong += int(number) < latest[key]
                latest[key] = max(latest[key], int(number))
        return wrong

    def close(self) -> None:
        """Stops all that was started."""
        self.clients.stop()
        if self.engine is not None:
            self.engine.terminate()
            try:
                self.engine.wait(15)
            except subprocess.TimeoutExpired:
                self.engine.kill()
                self.engine.wait()
        for backend in self.backends:
            backend.stop()
        self.folder.cleanup()


def percentile(ordered: list[float], part: float) -> float:
    """Of sorted values."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, given_up=lambda: False) -> None:
    """Until something accepts connections; OSError after 20 s, or when `given_up()`."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline or given_up():
                raise
            time.sleep(0.02)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default="build/release/engine", help="the engine")
    parser.add_argument("--seconds", type=float, default=15, help="how long the clients send")
    parser.add_argument("--backend", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.backend:
        http.server.ThreadingHTTPServer(("127.0.0.1", options.backend), Handler).serve_forever()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    demo = Demo(options.binary, options.seconds)
    try:
        return demo.run()
    except KeyboardInterrupt:
        return 130
    finally:
        demo.close()


if __name__ == "__main__":
    sys.exit(main())
