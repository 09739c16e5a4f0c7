#!/usr/bin/env python3
"""Measures the engine: JSON in memory, whole pipelines over real sockets (wrk in front, nginx behind), files and pipes.

Every run also measures its bounds, wrk against nginx without an engine between, because absolute figures mean nothing
on another machine. CPU is user and system time of the engine's process for each event, until it has nothing left to do.
"""

import argparse
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from cases import CASES, Case
from drivers import Measured, measure, start_and_idle
from processes import start_receiver


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


HEAD = f"{'case':22} {'events/s':>12} {'CPU us/ev':>10} {'peak MiB':>9} {'p50 ms':>8} {'p99 ms':>8}"


def row(name: str, one: Measured, old: dict | None = None) -> str:
    """A line of the table, with the change against an older run."""
    line = (f"{name:22} {show(one.events_per_second):>12} {show(one.cpu_us_per_event, 2):>10} {show(one.peak_mib, 1):>9} "
            f"{show(one.p50_ms, 2):>8} {show(one.p99_ms, 2):>8}")
    if old is not None:
        line += f"  {one.events_per_second / old['events_per_second'] - 1:+.0%} events/s"
        if one.cpu_us_per_event is not None and old["cpu_us_per_event"]:
            line += f", {one.cpu_us_per_event / old['cpu_us_per_event'] - 1:+.0%} CPU"
    if one.refused or one.broken:
        line += f"  ({one.refused} refused, {one.broken} broken)"
    return line


def spread(ratios: list[float]) -> str:
    middle = statistics.median(ratios)
    return f"{middle:.2f}x" + (f" ({min(ratios):.2f}–{max(ratios):.2f})" if len(ratios) > 1 else "")


def compare(case: Case, ours: str, other: str, receiver: int, options: argparse.Namespace) -> list[Measured]:
    """Runs both in turns and prints the ratios with their spread; gives our measurements."""
    mine: list[Measured] = []
    theirs: list[Measured] = []
    for turn in range(options.rounds):
        for binary, results in ((ours, mine), (other, theirs))[:: 1 if turn % 2 == 0 else -1]:
            results.append(measure(case, binary, receiver, options.seconds))
    for name, results in ((case.name, mine), ("  other", theirs)):
        print(row(name, results[-1]), flush=True)
    rates = [a.events_per_second / b.events_per_second for a, b in zip(mine, theirs)]
    line = f"  events/s {spread(rates)}"
    if case.driver != "bound":
        line += f", CPU an event 1/{spread([b.cpu_us_per_event / max(a.cpu_us_per_event, 1e-9) for a, b in zip(mine, theirs)])}"
    print(line, flush=True)
    return mine


def chosen_cases(names: list[str], comparing: bool) -> list[Case]:
    if not names:
        return [case for case in CASES if not case.extra and not (comparing and case.ours)]
    return [case for case in CASES if any(fnmatch.fnmatchcase(case.name, pattern) for pattern in names)]


def measure_cases(chosen: list[Case], options: argparse.Namespace, report: dict) -> list[str]:
    """Prints a line a case; gives the cases whose CPU an event grew against the older run."""
    binary = str((Path(options.build) / "engine").resolve())
    old = json.loads(Path(options.against).read_text()) if options.against else {}
    old_cases = {each["case"]: each for each in old.get("cases", [])}
    grown = []
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as folder:
        receiver, port = start_receiver(Path(folder))
        try:
            print(HEAD)
            for case in chosen:
                if options.compare and case.driver != "bound":
                    one = compare(case, binary, options.compare, port, options)[-1]
                else:
                    one = measure(case, binary, port, options.seconds)
                    print(row(case.name, one, old_cases.get(case.name)), flush=True)
                report["cases"].append(asdict(one))
                before = old_cases.get(case.name)
                if before and one.cpu_us_per_event and before["cpu_us_per_event"] \
                        and one.cpu_us_per_event > before["cpu_us_per_event"] * (1 + options.tolerance):
                    grown.append(case.name)
        finally:
            receiver.stop()
    return grown


def run(options: argparse.Namespace) -> int:
    report: dict = {"seconds": options.seconds, "cores": os.cpu_count(), "cases": []}
    if not options.cases or any(fnmatch.fnmatchcase("json", pattern) for pattern in options.cases):
        report["json"] = in_memory = json_in_memory(Path(options.build))
        print("JSON in memory: json_bench is not built" if in_memory is None else
              "JSON in memory: decode and encode {decode_and_encode_ns:.0f} ns/event, simdjson parse and minify "
              "{simdjson_ns:.0f}: {ratio:.2f} times the lower bound".format(**in_memory), flush=True)
    if not options.cases or any(fnmatch.fnmatchcase("start", pattern) for pattern in options.cases):
        report["start"] = start_and_idle(str((Path(options.build) / "engine").resolve()))
        print("Start: ready in {ready_ms:.0f} ms; idle {idle_mib:.1f} MiB, {wakeups_per_second:.1f} wake-ups/s; "
              "validate {validate_ms:.0f} ms".format(**report["start"]), flush=True)
    chosen = chosen_cases(options.cases, bool(options.compare))
    grown = measure_cases(chosen, options, report) if chosen else []
    if options.save:
        Path(options.save).write_text(json.dumps(report, indent=1) + "\n")
    if grown:
        print(f"CPU per event grew by more than {options.tolerance:.0%}: {', '.join(grown)}")
    return 1 if grown else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="globs of cases (default: all that the reference's table has): json, start, "
                        + ", ".join(case.name for case in CASES))
    parser.add_argument("--build", default="build/release", help="folder of the release build")
    parser.add_argument("--seconds", type=float, default=4, help="load of each case")
    parser.add_argument("--compare", metavar="BINARY", help="run the same configurations through another binary, in turns")
    parser.add_argument("--rounds", type=int, default=3, help="turns of --compare")
    parser.add_argument("--save", metavar="FILE", help="write the figures")
    parser.add_argument("--against", metavar="FILE", help="compare with figures written by --save; fails when CPU grew")
    parser.add_argument("--tolerance", type=float, default=0.25, help="growth of CPU per event that --against forgives")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
