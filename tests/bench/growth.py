#!/usr/bin/env python3
"""Whether the cost of an event grows with how many there are of something: events, connections, components, keys.

CPU is user and system time of the engine for each event (and for each filter, key … of it, where a series says so), the
median of several rounds. A step is marked when its cost is above the cheapest earlier one by more than the tolerance for
each decade between them.
"""

import argparse
import fnmatch
import json
import math
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from drivers import Measured, measure
from growth_cases import SERIES, Series
from processes import start_receiver


def without_events(series: Series, binary: str) -> float:
    """CPU microseconds of a run that has one event."""
    return measure(replace(series.steps[0][1], lines=1), binary, 0, 0).cpu_us_per_event


def step_cost(one: Measured, events: int, idle: float, share: int) -> float:
    return (one.cpu_us_per_event - idle / max(events, 1)) / share


def excess(costs: list[tuple[int, float]], tolerance: float) -> bool:
    """Whether the last cost is above what the cheapest before it allows."""
    step, cost = costs[-1]
    return any(cost > before * (1 + tolerance) ** math.log10(step / at) for at, before in costs[:-1])


def measure_series(series: Series, binary: str, receiver: int, options: argparse.Namespace) -> dict:
    """Prints a line a step and one for the whole series."""
    print(f"\n{series.name}: CPU us for each {series.per}")
    costs: list[tuple[int, float]] = []
    peaks, grown = [], []
    for step, case in series.steps:
        # Thousands of connections take seconds to open and to fill.
        seconds = options.seconds * (4 if case.connections >= 1_000 else 1)
        rounds = [measure(replace(case, name=f"{series.name} {step}"), binary, receiver, seconds)
                  for _ in range(options.rounds)]
        idle = without_events(series, binary) if series.idle else 0
        found = [step_cost(one, case.lines, idle, series.share(step)) for one in rounds]
        costs.append((step, statistics.median(found)))
        peaks.append(statistics.median(one.peak_mib for one in rounds))
        if excess(costs, options.tolerance):
            grown.append(step)
        spread = f" ({min(found):.3f}–{max(found):.3f})" if len(found) > 1 else ""
        print(f"  {step:>12,} {costs[-1][1]:>10.3f}{spread} {peaks[-1]:>8.1f} MiB{'  grows' if step in grown else ''}", flush=True)
    decades = math.log10(costs[-1][0] / costs[0][0])
    factor = (costs[-1][1] / costs[0][1]) ** (1 / decades)
    print(f"  {factor:.2f} times for each decade, {(peaks[-1] - peaks[0]) / decades:+.1f} MiB")
    return {"series": series.name, "per": series.per, "factor_per_decade": factor, "grown": grown,
            "steps": [{"step": step, "cpu_us": cost, "peak_mib": peak} for (step, cost), peak in zip(costs, peaks)]}


def run(options: argparse.Namespace) -> int:
    binary = str((Path(options.build) / "engine").resolve())
    chosen = [each for each in SERIES if not options.series or any(fnmatch.fnmatchcase(each.name, p) for p in options.series)]
    with tempfile.TemporaryDirectory(prefix="engine-bench-") as folder:
        receiver, port = start_receiver(Path(folder))
        try:
            report = [measure_series(series, binary, port, options) for series in chosen]
        finally:
            receiver.stop()
    if options.save:
        Path(options.save).write_text(json.dumps(report, indent=1) + "\n")
    grown = [each["series"] for each in report if each["grown"]]
    print(f"\n{len(report) - len(grown)} of {len(report)} series stay within {1 + options.tolerance:.2f} times a decade"
          + (f"; not: {', '.join(grown)}" if grown else ""))
    return 1 if grown else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="*", help="globs of series (default: all): " + "; ".join(each.name for each in SERIES))
    parser.add_argument("--build", default="build/release", help="folder of the release build")
    parser.add_argument("--seconds", type=float, default=3, help="load of each step over HTTP")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each step")
    parser.add_argument("--tolerance", type=float, default=0.15, help="growth for each decade that is not marked")
    parser.add_argument("--save", metavar="FILE", help="write the figures")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
