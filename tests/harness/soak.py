#!/usr/bin/env python3
"""The soak: one engine process under a steady load while its destination fails in every way (`./dev soak faults`).

Two pipelines run side by side. Clients send numbered events over http_server, through a disk buffer, to a backend
that goes from fault to fault; a writer appends numbered lines to a file that is rotated, and a file source, a remap
and a file sink carry them on. Memory, descriptors and threads are sampled. At the end an oracle says whether
everything accepted was delivered, in order, and whether the process stayed as large as it was.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from deliveries import Deliveries, Ranges, runs_of  # noqa: E402
from engine_process import Engine, free_port, wait_until  # noqa: E402
from http_client import HttpClient  # noqa: E402
from kill_test import Backend  # noqa: E402

CONFIG = """\
data_dir = "@DIR@/data"

[sources.http_in]
type = "http_server"
address = "127.0.0.1:@PORT@"
framing.method = "newline_delimited"

[sinks.http_out]
type = "http"
inputs = ["http_in"]
uri = "@URL@"
encoding.codec = "text"
framing.method = "newline_delimited"
acknowledgements.enabled = true
batch.max_events = 2000
batch.timeout_secs = 0.05
request.concurrency = 1
request.timeout_secs = 2
backoff = { strategy = "exponential", initial_secs = 0.1, max_secs = 0.5 }
healthcheck.enabled = false
buffer = { type = "disk", max_size = 1_000_000_000 }

[sources.file_in]
type = "file"
include = ["@DIR@/lines/current.log"]
glob_minimum_cooldown_ms = 100

[transforms.mark]
type = "remap"
inputs = ["file_in"]
source = '.message = upcase(string!(.message))'

[sinks.file_out]
type = "file"
inputs = ["mark"]
path = "@DIR@/lines.txt"
encoding.codec = "text"
acknowledgements.enabled = true
"""

CLIENTS = 4
EVENTS_OF_A_REQUEST = 500
KEY = 10**12
PADDING = b" " + b"x" * 80 + b"\n"
LINES_PER_SECOND = 2_000
LINES_OF_A_FILE = 20_000
SAMPLES = 200
# What a small process may grow by all the same: the cache of what was just written (16 MiB) and the allocator's free
# lists follow the phases of the backend. At the usual rate a leak of one byte an event between the two quarters is
# 57 MiB.
SMALL_GROWTH = 16 << 20
SHORT = 60.0  # a run under a minute says nothing about memory


class Client(threading.Thread):
    """One key: sends its numbers in order, at most so many events a second; what was refused is not sent again."""

    def __init__(self, key: int, port: int, rate: float) -> None:
        super().__init__(daemon=True)
        self.base = key * KEY
        self.port = port
        self.rate = rate
        self.accepted = Ranges()
        self.refused = 0
        self.stopping = threading.Event()

    def run(self) -> None:
        number = self.base
        due = time.monotonic()
        with HttpClient(self.port, 60) as client:
            while not self.stopping.is_set():
                last = number + EVENTS_OF_A_REQUEST - 1
                if self._send(client, number, last):
                    self.accepted.add(number, last)
                else:
                    self.refused += EVENTS_OF_A_REQUEST
                number = last + 1
                due = max(due + EVENTS_OF_A_REQUEST / self.rate, time.monotonic() - 1)
                self.stopping.wait(max(0.0, due - time.monotonic()))

    def _send(self, client: HttpClient, first: int, last: int) -> bool:
        body = b"".join([b"%d%b" % (number, PADDING) for number in range(first, last + 1)])
        try:
            return 200 <= client.send(body=body).status < 300
        except (OSError, ValueError):
            return False


class LineWriter(threading.Thread):
    """Appends numbered lines to a file and renames it now and then; files that were delivered whole are removed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder = folder
        self.written = 0
        self.rotated: list[tuple[int, Path]] = []
        self.stopping = threading.Event()
        folder.mkdir()

    def run(self) -> None:
        current = self.folder / "current.log"
        step = LINES_PER_SECOND // 10
        while not self.stopping.wait(0.1):
            with current.open("a") as file:
                file.writelines(f"line {number:012}\n" for number in range(self.written, self.written + step))
            self.written += step
            if self.written % LINES_OF_A_FILE == 0:
                rotated = self.folder / f"old-{self.written}"
                os.replace(current, rotated)
                self.rotated.append((self.written, rotated))

    def remove_delivered(self, deliveries: Deliveries) -> None:
        """Removes what the sink has written all of."""
        while self.rotated and deliveries.keys[0].highest() + 1 >= self.rotated[0][0]:
            self.rotated.pop(0)[1].unlink()


class Tail:
    """Whole new lines of a growing file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def lines(self) -> list[bytes]:
        """Those since the last call."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(64 << 20)
        data = data[:data.rfind(b"\n") + 1]
        self.offset += len(data)
        return data.splitlines()


@dataclass
class Sample:
    """The process at one time."""

    seconds: float
    resident: int
    descriptors: int
    threads: int

    @staticmethod
    def of(pid: int, seconds: float) -> "Sample":
        """The process now."""
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        return Sample(seconds, int(status["VmRSS"].split()[0]) << 10, len(os.listdir(f"/proc/{pid}/fd")),
                      int(status["Threads"]))


@dataclass
class Report:
    """What the oracle found."""

    seconds: float = 0.0
    accepted: int = 0
    refused: int = 0
    lost: int = 0
    http: Deliveries = field(default_factory=Deliveries)
    lines_written: int = 0
    lines: Deliveries = field(default_factory=Deliveries)
    samples: list[Sample] = field(default_factory=list)
    before: Sample | None = None
    after: Sample | None = None

    def quarter(self, number: int, attribute: str) -> float:
        """The median of a quarter of the samples, the first is 0."""
        size = max(1, len(self.samples) // 4)
        return statistics.median(getattr(each, attribute) for each in self.samples[number * size:(number + 1) * size])

    def text(self) -> str:
        """The figures, one to a line."""
        rate = (self.accepted + self.lines_written) / max(self.seconds, 0.001)
        memory = ", ".join(f"{self.quarter(number, 'resident') / (1 << 20):.1f}" for number in range(4))
        peak = max(each.resident for each in self.samples) / (1 << 20)
        return "\n".join([
            f"events           {self.accepted + self.lines_written} in {self.seconds:.0f} s: {rate:.0f} a second, "
            f"or {(self.accepted + self.lines_written) / 28_800:.0f} a second for eight hours",
            f"accepted         {self.accepted} over HTTP, {self.refused} refused",
            f"lost             {self.lost}",
            f"late             {self.http.late}",
            f"repetitions      {self.http.repetitions} ({100 * self.repeated():.2f} %)",
            f"lines            {self.lines_written} written, {self.lines.events} delivered, {self.lines.late} late",
            f"memory MiB       {memory} (medians of the quarters), {peak:.1f} at most, {self.after.resident / (1 << 20):.1f} after",
            f"descriptors      {self.before.descriptors} before, {self.quarter(1, 'descriptors'):.0f} and "
            f"{self.quarter(3, 'descriptors'):.0f} under load, {self.after.descriptors} after",
            f"threads          {self.before.threads} before, {self.after.threads} after",
        ])

    def repeated(self) -> float:
        """Repetitions as a share of the deliveries."""
        return self.http.repetitions / max(1, self.http.events)

    def problems(self) -> list[str]:
        """What breaks a promise; empty is good."""
        found = []
        if self.lost:
            found.append(f"{self.lost} accepted events lost")
        if self.http.late:
            found.append(f"{self.http.late} events out of order")
        if self.repeated() >= 0.02:
            found.append(f"{100 * self.repeated():.2f} % repetitions")
        if (self.lines.events, self.lines.late, self.lines.repetitions) != (self.lines_written, 0, 0):
            found.append(f"of {self.lines_written} lines {self.lines.events} were delivered, {self.lines.late} late, "
                         f"{self.lines.repetitions} again")
        # A worker opens its event loop's descriptors when it is first used: what there was before says too little.
        if self.after.descriptors > self.quarter(1, "descriptors"):
            found.append(f"{self.after.descriptors} descriptors without load, "
                         f"{self.quarter(1, 'descriptors'):.0f} under load before")
        if self.after.threads > self.before.threads + 2:
            found.append(f"{self.after.threads} threads at the end, {self.before.threads} before the load")
        return found + ([] if self.seconds < SHORT else self.growth())

    def growth(self) -> list[str]:
        """Whether the last quarter needs more than the second: the first is for warming up."""
        found = []
        early, late = self.quarter(1, "resident"), self.quarter(3, "resident")
        if late > early * 1.05 and late - early > SMALL_GROWTH:
            found.append(f"memory grew from {early / (1 << 20):.1f} to {late / (1 << 20):.1f} MiB")
        if self.quarter(3, "descriptors") > self.quarter(1, "descriptors") + 4:
            found.append("descriptors grew")
        return found


class Soak:
    """The parts of a run, and what they have done so far."""

    def __init__(self, folder: Path, *, rate: float, seed: int, longest: float, binary: str | None) -> None:
        self.report = Report()
        self.backend = Backend(folder, seed, ["--runs", "--longest", str(longest)])
        self.port = free_port()
        config = CONFIG.replace("@PORT@", str(self.port)).replace("@URL@", f"http://127.0.0.1:{self.backend.port}")
        self.engine = Engine(config, ["--config", "vector.toml"], binary=binary)
        (self.engine.folder / "data").mkdir()
        self.clients = [Client(key + 1, self.port, rate / CLIENTS) for key in range(CLIENTS)]
        self.writer = LineWriter(self.engine.folder / "lines")
        self.taken = Tail(self.backend.log)
        self.lines = Tail(self.engine.folder / "lines.txt")

    def read(self) -> None:
        """Takes up what has been delivered since the last time."""
        for line in self.taken.lines():
            first, last = map(int, line.split())
            self.report.http.add(first // KEY, first, last)
        for first, last in runs_of([int(line[5:]) for line in self.lines.lines()]):
            self.report.lines.add(0, first, last)
        self.writer.remove_delivered(self.report.lines)

    def run(self, seconds: float, drain: float) -> Report:
        """Load, drain, verdict."""
        self.engine.start([self.port])
        self.report.before = Sample.of(self.engine.pid, 0)
        began = time.monotonic()
        for each in [*self.clients, self.writer]:
            each.start()
        while (elapsed := time.monotonic() - began) < seconds:
            if self.engine.exited():
                raise AssertionError(f"the engine ended with {self.engine.process.returncode}:\n{self.engine.log()}")
            self.report.samples.append(Sample.of(self.engine.pid, elapsed))
            self.read()
            time.sleep(max(0.02, seconds / SAMPLES))
        self.report.seconds = time.monotonic() - began
        self._drain(drain)
        self.report.after = Sample.of(self.engine.pid, time.monotonic() - began)
        if self.engine.stop() != 0:
            raise AssertionError(f"the engine ended with {self.engine.process.returncode}:\n{self.engine.log()}")
        return self.report

    def _drain(self, seconds: float) -> None:
        for each in [*self.clients, self.writer]:
            each.stopping.set()
        for each in [*self.clients, self.writer]:
            each.join(90)
        self.backend.end_faults()
        accepted = {each.base // KEY: each.accepted for each in self.clients}
        self.report.accepted = sum(map(len, accepted.values()))
        self.report.refused = sum(each.refused for each in self.clients)
        self.report.lines_written = self.writer.written

        def delivered() -> bool:
            self.read()
            return self.report.http.lost(accepted) == 0 and self.report.lines.events >= self.writer.written
        try:
            wait_until(delivered, seconds, "what was accepted")
        except AssertionError:
            pass  # the report says what is missing
        self.report.lost = self.report.http.lost(accepted)

    def close(self) -> None:
        """Ends everything."""
        for each in [*self.clients, self.writer]:
            each.stopping.set()
        self.engine.close()
        self.backend.close()


def run(seconds: float, *, rate: float = 100_000, seed: int = 1, longest: float = 4.0, drain: float = 120.0,
        binary: str | None = None) -> Report:
    """A soak of so many seconds; phases of the backend last up to `longest`."""
    with tempfile.TemporaryDirectory(prefix="engine-soak-") as folder:
        soak = Soak(Path(folder), rate=rate, seed=seed, longest=longest, binary=binary)
        try:
            return soak.run(seconds, drain)
        finally:
            soak.close()


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=20)
    parser.add_argument("--binary")
    parser.add_argument("--rate", type=float, default=100_000, help="events a second over HTTP, at most")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}, {arguments.minutes:g} minutes", flush=True)
    report = run(arguments.minutes * 60, rate=arguments.rate, seed=arguments.seed, drain=600,
                 binary=str(Path(arguments.binary).resolve()) if arguments.binary else None)
    print(report.text())
    problems = report.problems()
    print("\n".join(problems))
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
