"""Drives an engine with a case and measures it."""

import itertools
import json
import multiprocessing
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cases import Case
from processes import Process, free_port

WRK_SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
local keys = {keys}
if keys > 0 then
    local requests, at = {{}}, 0
    local remembered = keys <= 10000  -- beyond that they are made as they are needed
    request = function()
        at = at % keys + 1
        local text = requests[at]
        if not text then
            wrk.headers["X-Key"] = "key-" .. at
            text = wrk.format()
            if remembered then
                requests[at] = text
            end
        end
        return text
    end
end
function done(summary, latency, requests)
    io.write(string.format('RESULT {{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"status":%d,"broken":%d}}\\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass
class Measured:
    """What a case came to. Fields that a case lacks are None."""

    case: str
    events_per_second: float
    cpu_us_per_event: float | None
    peak_mib: float | None
    p50_ms: float | None = None
    p99_ms: float | None = None
    requests_per_second: float | None = None
    refused: int = 0
    broken: int = 0


class Run:
    """One case with a fresh engine in a folder of its own."""

    def __init__(self, case: Case, binary: str, receiver: int, seconds: float, folder: Path) -> None:
        self.case, self.binary, self.seconds, self.folder = case, binary, seconds, folder
        self.port, self.receiver = free_port(), receiver
        (folder / "data").mkdir()

    def start(self, stdin=subprocess.DEVNULL) -> Process:
        config = self.folder / "vector.toml"
        text = f'data_dir = "{self.folder}/data"\n' + self.case.config
        config.write_text(text.format(folder=self.folder, port=self.port, receiver=self.receiver))
        threads = [] if self.case.threads is None else ["--threads", str(self.case.threads)]
        return Process([self.binary, "-q", "--config", str(config), *threads], self.folder, stdin)

    def wrk(self, port: int, seconds: float) -> dict:
        """One thread, `case.connections` connections."""
        body = self.folder / "body"
        body.write_text((self.case.line + "\n") * self.case.events)
        script = self.folder / "post.lua"
        script.write_text(WRK_SCRIPT.format(body=body, keys=self.case.distinct))
        command = ["wrk", "-t1", f"-c{self.case.connections}", f"-d{max(1, round(seconds))}s", "-s", str(script),
                   f"http://127.0.0.1:{port}/"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return json.loads(next(line for line in output.splitlines() if line.startswith("RESULT ")).partition(" ")[2])

    def measured_http(self, result: dict, cpu: float | None, peak: float | None) -> Measured:
        accepted = max(1, result["requests"] - result["status"])
        rate = accepted / result["seconds"]
        # When wrk ends each connection has a request under way, which the engine handles all the same.
        handled = (accepted + self.case.connections) * self.case.events
        per_event = None if cpu is None else cpu * 1e6 / handled
        return Measured(self.case.name, rate * self.case.events, per_event, peak, result["p50"], result["p99"], rate,
                        result["status"], result["broken"])

    def bound(self) -> Measured:
        self.wrk(self.receiver, 1)
        return self.measured_http(self.wrk(self.receiver, self.seconds), None, None)

    def http(self) -> Measured:
        engine = self.start()
        try:
            engine.wait_listening(self.port)
            self.wrk(self.port, 1)
            engine.wait_idle()
            before = engine.cpu_seconds()
            result = self.wrk(self.port, self.seconds)
            engine.wait_idle()
            return self.measured_http(result, engine.cpu_seconds() - before, engine.memory_mib("VmHWM"))
        finally:
            engine.stop()

    def write_input(self) -> Path:
        """The lines of the case in a file, its size bounded by what the case says."""
        path = self.folder / "input"
        distinct = self.case.distinct
        with path.open("w") as file:
            if distinct:  # one after the other: a list would count as the engine's memory, whose peak includes its parent's
                file.writelines(self.case.line.replace("#", str(i % distinct)) + "\n" for i in range(self.case.lines))
            else:
                file.writelines(itertools.repeat(self.case.line + "\n", self.case.lines))
        return path

    def of_lines(self, seconds: float, cpu: float, peak: float) -> Measured:
        return Measured(self.case.name, self.case.lines / seconds, cpu * 1e6 / self.case.lines, peak)

    def stdin(self) -> Measured:
        """From its start to its end: the whole input comes from a file."""
        with self.write_input().open("rb") as input_file:
            return self.of_lines(*self.start(input_file).wait_end())

    def file(self) -> Measured:
        """From its start until it uses no CPU any more."""
        self.write_input()
        engine = self.start()
        try:
            last = engine.wait_idle(60)
            return self.of_lines(last - engine.started, engine.cpu_seconds(), engine.memory_mib("VmHWM"))
        finally:
            engine.stop()

    def tcp(self) -> Measured:
        """From the first byte sent until the last has come out behind the engine."""
        each = self.case.lines // self.case.connections
        total = each * self.case.connections * (len(self.case.line) + 1)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.receiver = server.getsockname()[1]
            done = multiprocessing.Event()
            counter = multiprocessing.Process(target=count_bytes, args=(server, total, done), daemon=True)
            counter.start()
            engine = self.start()
            senders = []
            try:
                engine.wait_listening(self.port)
                before, begin = engine.cpu_seconds(), time.monotonic()
                senders = [multiprocessing.Process(target=send_lines, args=(self.port, self.case.line, each), daemon=True)
                           for _ in range(self.case.connections)]
                for sender in senders:
                    sender.start()
                if not done.wait(120):
                    raise SystemExit(f"{self.case.name}: not everything came out\n{engine.log.read_text(errors='replace')}")
                seconds = time.monotonic() - begin
                return self.of_lines(seconds, engine.cpu_seconds() - before, engine.memory_mib("VmHWM"))
            finally:
                engine.stop()
                for process in [*senders, counter]:
                    process.terminate()
                    process.join()


def send_lines(port: int, line: str, count: int) -> None:
    block = (line + "\n").encode() * 500
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(count // 500):
            connection.sendall(block)


def count_bytes(server: socket.socket, total: int, done) -> None:
    """Reads from whoever connects, health checks included, until `total` bytes have come."""
    buffer = bytearray(1 << 20)
    received = 0
    while received < total:
        connection, _ = server.accept()
        with connection:
            while count := connection.recv_into(buffer):
                received += count
                if received >= total:
                    break
    done.set()


def measure(case: Case, binary: str, receiver: int, seconds: float) -> Measured:
    """Runs one case with a fresh engine."""
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as name:
        return getattr(Run(case, binary, receiver, seconds, Path(name)), case.driver)()


def start_and_idle(binary: str) -> dict:
    """Milliseconds from exec to listening, `validate`'s time, resident MiB and wake-ups a second of an idle engine."""
    config = ('[sources.in]\ntype = "http_server"\naddress = "127.0.0.1:{port}"\n'
              '\n[sinks.out]\ntype = "blackhole"\ninputs = ["in"]\n')
    case = Case("start", "http", config)
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as name:
        run = Run(case, binary, 0, 0, Path(name))
        engine = run.start()
        try:
            engine.wait_listening(run.port)
            ready = time.monotonic() - engine.started
            time.sleep(1)
            before = engine.context_switches()
            time.sleep(3)
            wakeups = (engine.context_switches() - before) / 3
            memory = engine.memory_mib("VmRSS")
        finally:
            engine.stop()
        begin = time.monotonic()
        subprocess.run([binary, "validate", "--no-environment", str(run.folder / "vector.toml")], check=True,
                       capture_output=True)
        return {"ready_ms": ready * 1e3, "validate_ms": (time.monotonic() - begin) * 1e3, "idle_mib": memory,
                "wakeups_per_second": wakeups}
