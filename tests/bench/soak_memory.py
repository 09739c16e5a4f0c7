#!/usr/bin/env python3
"""Whether resident memory stays flat over millions of events: HTTP to HTTP through a program, and standard input.

The median of the samples in the last third of a run may be 5 % above that of the third before, after a third of warm-up.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cases import EVENT, HTTP_IN, HTTP_REMAP, JSON_REMAP, STDIN, Case, blackhole, http, http_out
from drivers import Run
from processes import Process, start_receiver

TOLERANCE = 0.05


class Samples:
    """Resident MiB of a process, every 100 ms while in use."""

    def __init__(self, process: Process) -> None:
        self.process, self.found, self.ended = process, [], threading.Event()
        self.thread = threading.Thread(target=self.take)

    def take(self) -> None:
        while not self.ended.wait(0.1):
            self.found.append(self.process.memory_mib("VmRSS"))

    def __enter__(self) -> "Samples":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()

    def thirds(self) -> list[float]:
        third = len(self.found) // 3
        return [statistics.median(self.found[i * third:(i + 1) * third]) for i in range(3)]


def over_http(run: Run, events: int) -> Samples:
    engine = run.start()
    try:
        engine.wait_listening(run.port)
        with Samples(engine) as samples:
            done = 0
            while done < events:
                result = run.wrk(run.port, 5)
                if result["status"]:
                    raise SystemExit(f"{result['status']} requests were refused")
                done += result["requests"] * run.case.events
        return samples
    finally:
        engine.stop()


def over_stdin(run: Run, events: int) -> Samples:
    engine = run.start(subprocess.PIPE)
    try:
        block = (run.case.line + "\n").encode() * 1_000
        with engine.process.stdin as pipe, Samples(engine) as samples:
            for _ in range(events // 1_000):
                pipe.write(block)
        engine.process.wait(60)
        return samples
    finally:
        engine.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", nargs="?", type=int, default=10_000_000)
    parser.add_argument("--build", default="build/release", help="folder of the release build")
    options = parser.parse_args()
    binary = str((Path(options.build) / "engine").resolve())
    failed = 0
    with tempfile.TemporaryDirectory(prefix="engine-soak-") as folder:
        receiver, port = start_receiver(Path(folder))
        try:
            for name, drive, case in (
                    ("http", over_http, http("http", 100, 16, HTTP_IN + HTTP_REMAP + http_out("change"))),
                    ("stdin", over_stdin, Case("stdin", "stdin", STDIN + JSON_REMAP + blackhole("change"), line=EVENT))):
                own = Path(folder) / name
                own.mkdir()
                begin = time.monotonic()
                thirds = drive(Run(case, binary, port, 0, own), options.events).thirds()
                growth = thirds[2] / thirds[1] - 1
                failed += growth > TOLERANCE
                print(f"{name}: {options.events:,} events in {time.monotonic() - begin:.0f} s; resident MiB by thirds: "
                      f"{', '.join(f'{each:.1f}' for each in thirds)}; {growth:+.1%}", flush=True)
        finally:
            receiver.stop()
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
