#!/usr/bin/env python3
"""Measures the engine: JSON in memory, and whole pipelines over real sockets (wrk in front, nginx behind).

Every run also measures its bounds, wrk against nginx without an engine between, because absolute figures mean nothing
on another machine. CPU is user and system time of the engine's process for each event, until it has nothing left to do.
"""

import argparse
import fnmatch
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

EVENT = json.dumps({
    "timestamp": "2026-03-04T05:06:07.123Z", "level": "info", "service": "checkout",
    "request_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "user": {"id": 12345, "plan": "pro"},
    "path": "/api/v1/orders/4711", "method": "POST", "status": 201, "latency_ms": 12.75, "bytes": 4821,
    "tags": ["a", "b"], "message": "order 4711 accepted"}, separators=(",", ":"))

SOURCE = """\
data_dir = "{folder}/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
decoding.codec = "json"
framing.method = "newline_delimited"
"""
BLACKHOLE = """
[sinks.out]
type = "blackhole"
inputs = ["in"]
"""
HTTP = """
[sinks.out]
type = "http"
inputs = ["in"]
uri = "http://127.0.0.1:{receiver}/"
encoding.codec = "json"
framing.method = "newline_delimited"
"""
ACKNOWLEDGED = "acknowledgements.enabled = true\n"
DISK = 'buffer = {{ type = "disk", max_size = 1_073_741_824 }}\n'

NGINX = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200; }}
    }}
}}
"""

WRK_SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
function done(summary, latency, requests)
    io.write(string.format('RESULT {{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"status":%d,"broken":%d}}\\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Case:
    """One pipeline under load; without a configuration wrk talks to nginx."""

    name: str
    events: int  # in one request
    connections: int
    config: str | None


CASES = [
    Case("bound-1", 1, 64, None),
    Case("bound-100", 100, 16, None),
    Case("in-1", 1, 64, SOURCE + BLACKHOLE),
    Case("in-100", 100, 16, SOURCE + BLACKHOLE),
    Case("http-1", 1, 64, SOURCE + HTTP),
    Case("http-100", 100, 16, SOURCE + HTTP),
    Case("ack-1", 1, 64, SOURCE + HTTP + ACKNOWLEDGED),
    Case("ack-100", 100, 16, SOURCE + HTTP + ACKNOWLEDGED),
    Case("disk-1", 1, 64, SOURCE + HTTP + ACKNOWLEDGED + DISK),
    Case("disk-100", 100, 16, SOURCE + HTTP + ACKNOWLEDGED + DISK),
]


@dataclass
class Measured:
    """What a case came to; times in milliseconds unless said. Fields that a case lacks are None."""

    case: str
    events_per_second: float
    requests_per_second: float
    cpu_us_per_event: float | None
    peak_mib: float | None
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int


class Process:
    """A child process with its own log, ended by its pid."""

    def __init__(self, command: list[str], folder: Path, port: int) -> None:
        self.log = folder / f"{Path(command[0]).name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise SystemExit(f"{command[0]} does not listen:\n{self.log.read_text(errors='replace')}") from None
                time.sleep(0.02)

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads (proc(5): fields 14 and 15 of stat)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float:
        """The largest resident set so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024

    def wait_idle(self, timeout: float = 20) -> None:
        """Until it uses no CPU any more: its queues are empty."""
        deadline = time.monotonic() + timeout
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.3)
            now = self.cpu_seconds()
            if now - before < 0.02:
                return
            before = now

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def load(port: int, case: Case, seconds: float, folder: Path) -> dict:
    """Drives `port` with wrk: one thread, `case.connections` connections."""
    body = folder / f"body-{case.events}"
    body.write_text((EVENT + "\n") * case.events)
    script = folder / f"post-{case.events}.lua"
    script.write_text(WRK_SCRIPT.format(body=body))
    command = ["wrk", "-t1", f"-c{case.connections}", f"-d{max(1, round(seconds))}s", "-s", str(script),
               f"http://127.0.0.1:{port}/"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(next(line for line in output.splitlines() if line.startswith("RESULT ")).partition(" ")[2])


def start_receiver(folder: Path) -> tuple[Process, int]:
    """nginx that answers everything with 200."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    return Process([nginx, "-p", str(folder), "-e", str(folder / "nginx-error.log"), "-c", str(config)], folder, port), port


def measure(case: Case, binary: str, receiver: int, seconds: float) -> Measured:
    """Runs one case with a fresh engine."""
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as name:
        folder = Path(name)
        if case.config is None:
            load(receiver, case, 1, folder)
            return measured(case, load(receiver, case, seconds, folder), None, None)
        port = free_port()
        (folder / "data").mkdir()
        config = folder / "vector.toml"
        config.write_text(case.config.format(folder=folder, port=port, receiver=receiver))
        engine = Process([binary, "-q", "--config", str(config)], folder, port)
        try:
            load(port, case, 1, folder)
            engine.wait_idle()
            before = engine.cpu_seconds()
            result = load(port, case, seconds, folder)
            engine.wait_idle()
            return measured(case, result, engine.cpu_seconds() - before, engine.peak_mib())
        finally:
            engine.stop()


def measured(case: Case, result: dict, cpu: float | None, peak: float | None) -> Measured:
    """The figures of a case from wrk's result."""
    accepted = max(1, result["requests"] - result["status"])
    rate = accepted / result["seconds"]
    return Measured(case.name, rate * case.events, rate,
                    None if cpu is None else cpu * 1e6 / (accepted * case.events), peak,
                    result["p50"], result["p99"], result["status"], result["broken"])


def json_in_memory(build: Path) -> dict | None:
    """Nanoseconds an event of decoding and encoding JSON, and of the lower bound (simdjson); None when not built."""
    binary = build / "tests" / "json_bench"
    if not binary.exists():
        return None
    output = subprocess.run([binary, "--benchmark_format=json", "--benchmark_filter=^(simdjson_parse_and_minify|decode_and_encode)$"],
                            capture_output=True, text=True, check=True).stdout
    times = {each["name"]: each["events"] * 1e9 for each in json.loads(output)["benchmarks"]}
    engine, bound = times["decode_and_encode"], times["simdjson_parse_and_minify"]
    return {"decode_and_encode_ns": engine, "simdjson_ns": bound, "ratio": engine / bound}


def show(value: float | None, digits: int = 0) -> str:
    return "" if value is None else f"{value:,.{digits}f}"


def row(one: Measured, old: dict | None) -> str:
    """A line of the table, with the change against an older run."""
    line = (f"{one.case:10} {show(one.events_per_second):>12} {show(one.requests_per_second):>10} "
            f"{show(one.cpu_us_per_event, 2):>10} {show(one.peak_mib, 1):>9} {one.p50_ms:>8.2f} {one.p99_ms:>8.2f}")
    if old is not None:
        line += f"  {one.events_per_second / old['events_per_second'] - 1:+.0%} events/s"
        if one.cpu_us_per_event is not None and old["cpu_us_per_event"]:
            line += f", {one.cpu_us_per_event / old['cpu_us_per_event'] - 1:+.0%} CPU"
    if one.refused or one.broken:
        line += f"  ({one.refused} refused, {one.broken} broken)"
    return line


def run(options: argparse.Namespace) -> int:
    old = json.loads(Path(options.against).read_text()) if options.against else {}
    old_cases = {each["case"]: each for each in old.get("cases", [])}
    report: dict = {"seconds": options.seconds, "cores": os.cpu_count(), "cases": []}
    chosen = [case for case in CASES if not options.cases or any(fnmatch.fnmatchcase(case.name, p) for p in options.cases)]
    if not options.cases or any(fnmatch.fnmatchcase("json", pattern) for pattern in options.cases):
        report["json"] = in_memory = json_in_memory(Path(options.build))
        print("JSON in memory: json_bench is not built" if in_memory is None else
              "JSON in memory: decode and encode {decode_and_encode_ns:.0f} ns/event, simdjson parse and minify "
              "{simdjson_ns:.0f}: {ratio:.2f} times the lower bound".format(**in_memory), flush=True)
    grown = []
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as folder:
        receiver, port = start_receiver(Path(folder)) if chosen else (None, 0)
        try:
            if chosen:
                print(f"{'case':10} {'events/s':>12} {'requests/s':>10} {'CPU us/ev':>10} {'peak MiB':>9} {'p50 ms':>8} {'p99 ms':>8}")
            for case in chosen:
                one = measure(case, str((Path(options.build) / "engine").resolve()), port, options.seconds)
                before = old_cases.get(case.name)
                print(row(one, before), flush=True)
                report["cases"].append(asdict(one))
                if before and one.cpu_us_per_event and before["cpu_us_per_event"] \
                        and one.cpu_us_per_event > before["cpu_us_per_event"] * (1 + options.tolerance):
                    grown.append(case.name)
        finally:
            if receiver is not None:
                receiver.stop()
    if options.json:
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    if grown:
        print(f"CPU per event grew by more than {options.tolerance:.0%}: {', '.join(grown)}")
    return 1 if grown else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help=f"globs of cases: json, {', '.join(case.name for case in CASES)} (default: all)")
    parser.add_argument("--build", default="build/release", help="folder of the release build")
    parser.add_argument("--seconds", type=float, default=4, help="load of each case")
    parser.add_argument("--json", metavar="FILE", help="write the figures")
    parser.add_argument("--against", metavar="FILE", help="compare with figures written by --json; fails when CPU grew")
    parser.add_argument("--tolerance", type=float, default=0.25, help="growth of CPU per event that --against forgives")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
