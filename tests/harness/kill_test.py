#!/usr/bin/env python3
"""The kill test: clients, an engine with a disk buffer that is killed again and again, a backend full of faults.

Each client is one ordering key and sends its numbers one after the other, whatever becomes of them. At the end an
oracle compares what was answered with 2xx to what the backend took: nothing accepted may be missing, the first
deliveries of each key must ascend, and repetitions are counted.
"""

import argparse
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from engine_process import Engine, free_port, wait_until  # noqa: E402

HARNESS = Path(__file__).resolve().parent

CONFIG = """\
data_dir = "@DIR@/data"

[sources.http_in]
type = "http_server"
address = "127.0.0.1:@PORT@"

[sinks.http_out]
type = "http"
inputs = ["http_in"]
uri = "@URL@"
@MODE@
backoff = { strategy = "exponential", initial_secs = 0.1, max_secs = 0.5 }
request.timeout_secs = 5

[sinks.http_out.buffer]
type = "disk"
max_size = 1_000_000_000
"""

MODES = {
    "forward": 'order_by = "{{ headers.x-key }}"',
    # One request at a time is what keeps the order of encoded events; a crash repeats a batch whole, so it is small.
    "events": 'encoding.codec = "text"\nframing.method = "newline_delimited"\nrequest.concurrency = 1\n'
              'batch.max_events = 100\nbatch.timeout_secs = 0.1',
}


@dataclass
class Report:
    """What the oracle found. Ids are "<key>-<number>"."""

    kills: int
    seconds: float
    accepted: set[str]
    delivered: list[str] = field(default_factory=list)
    slowest_start: float = 0.0

    def lost(self) -> set[str]:
        """Accepted and never delivered."""
        return self.accepted - set(self.delivered)

    def repetitions(self) -> int:
        """Deliveries beyond the first of each id."""
        return len(self.delivered) - len(set(self.delivered))

    def duplicates_share(self) -> float:
        """Repetitions as a share of the ids delivered."""
        return self.repetitions() / max(1, len(set(self.delivered)))

    def out_of_order(self) -> list[tuple[str, str]]:
        """Pairs of first deliveries of one key in which the later one has the smaller number."""
        last: dict[str, int] = {}
        seen: set[str] = set()
        found = []
        for each in self.delivered:
            if each in seen:
                continue
            seen.add(each)
            key, _, number = each.partition("-")
            if key in last and int(number) < last[key]:
                found.append((f"{key}-{last[key]:07}", each))
            last[key] = int(number)
        return found

    def text(self) -> str:
        """The figures, one to a line."""
        return "\n".join([
            f"kills            {self.kills} in {self.seconds:.0f} s",
            f"accepted         {len(self.accepted)}",
            f"delivered        {len(set(self.delivered))}",
            f"lost             {len(self.lost())}",
            f"out of order     {len(self.out_of_order())}",
            f"repetitions      {self.repetitions()} ({100 * self.duplicates_share():.2f} %)",
            f"slowest start    {self.slowest_start:.2f} s",
        ])

    def problems(self) -> list[str]:
        """What breaks a promise; empty is good."""
        found = []
        if lost := self.lost():
            found.append(f"{len(lost)} accepted ids lost, such as {sorted(lost)[:3]}")
        if wrong := self.out_of_order():
            found.append(f"{len(wrong)} deliveries out of order, such as {wrong[:3]}")
        if self.duplicates_share() >= 0.02:
            found.append(f"{100 * self.duplicates_share():.2f} % repetitions")
        return found


class Client(threading.Thread):
    """One key: sends its numbers in order, connecting again after every failure."""

    def __init__(self, key: str, port: int, pause: float) -> None:
        super().__init__(daemon=True)
        self.key = key
        self.port = port
        self.pause = pause
        self.accepted: list[str] = []
        self.stopping = threading.Event()
        self._connection: socket.socket | None = None

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            each = f"{self.key}-{number:07}"
            try:
                if self._send(each):
                    self.accepted.append(each)
            except (OSError, ValueError):
                self._close()
                self.stopping.wait(0.02)
            self.stopping.wait(self.pause)
        self._close()

    def _send(self, each: str) -> bool:
        if self._connection is None:
            self._connection = socket.create_connection(("127.0.0.1", self.port), 60)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = each.encode()
        self._connection.sendall(b"POST / HTTP/1.1\r\nhost: engine\r\nx-key: %b\r\ncontent-length: %d\r\n\r\n%b"
                                 % (self.key.encode(), len(body), body))
        answer = bytearray()
        while b"\r\n\r\n" not in answer:
            piece = self._connection.recv(4096)
            if not piece:
                raise ConnectionResetError("closed before the answer")
            answer += piece
        head, _, rest = answer.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                missing = int(value) - len(rest)
                while missing > 0:
                    missing -= len(self._connection.recv(missing))
        return 200 <= int(head.split(b" ", 2)[1]) < 300

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Backend:
    """The faulty backend as a process, and its log."""

    def __init__(self, folder: Path, seed: int, options: list[str] | None = None) -> None:
        self.log = folder / "delivered.log"
        self.process = subprocess.Popen(
            [sys.executable, str(HARNESS / "faulty_backend.py"), "--log", str(self.log), "--seed", str(seed),
             *(options or [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def end_faults(self) -> None:
        """From now on it takes everything."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def delivered(self) -> list[str]:
        """The ids in the order in which they were taken."""
        return self.log.read_text().split()

    def close(self) -> None:
        """Ends the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


def run(kills: int, *, clients: int = 32, seed: int = 1, mode: str = "forward", pause: float = 0.01,
        shortest: float = 0.3, longest: float = 2.0, drain: float = 120.0, binary: str | None = None) -> Report:
    """Kills an engine under load `kills` times, lets everything drain, and reports what became of the ids."""
    draw = random.Random(seed)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="engine-kill-") as folder:
        backend = Backend(Path(folder), seed)
        config = CONFIG.replace("@PORT@", str(port)).replace("@URL@", f"http://127.0.0.1:{backend.port}")
        engine = Engine(config.replace("@MODE@", MODES[mode]), ["--quiet", "--config", "vector.toml"], binary=binary)
        (engine.folder / "data").mkdir()
        senders = [Client(f"{number:02}", port, pause) for number in range(clients)]
        began = time.monotonic()
        slowest = 0.0
        try:
            engine.start([port])
            for sender in senders:
                sender.start()
            for _ in range(kills):
                time.sleep(draw.uniform(shortest, longest))
                if engine.exited():
                    raise AssertionError(f"the engine ended by itself with {engine.process.returncode}:\n{engine.log()}")
                engine.kill()
                start = time.monotonic()
                engine.start([port])
                slowest = max(slowest, time.monotonic() - start)
            seconds = time.monotonic() - began
            for sender in senders:
                sender.stopping.set()
            for sender in senders:
                sender.join(90)
            backend.end_faults()
            accepted = {each for sender in senders for each in sender.accepted}
            try:
                wait_until(lambda: accepted <= set(backend.delivered()), drain, "accepted ids")
            except AssertionError:
                pass  # the report says what is missing
            if engine.stop() != 0:
                raise AssertionError(f"the engine ended with {engine.process.returncode}:\n{engine.log()}")
            return Report(kills, seconds, accepted, backend.delivered(), slowest)
        finally:
            for sender in senders:
                sender.stopping.set()
            engine.close()
            backend.close()


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--binary")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--mode", choices=MODES, default="forward")
    parser.add_argument("--pause", type=float, default=0.01, help="seconds between the requests of a client")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.clients} clients, mode {arguments.mode}", flush=True)
    report = run(arguments.kills, clients=arguments.clients, seed=arguments.seed, mode=arguments.mode,
                 pause=arguments.pause, drain=600,
                 binary=str(Path(arguments.binary).resolve()) if arguments.binary else None)
    print(report.text())
    problems = report.problems()
    print("\n".join(problems))
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
