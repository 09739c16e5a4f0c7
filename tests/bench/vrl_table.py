#!/usr/bin/env python3
"""Runs vrl_bench and prints a table: events a second and nanoseconds an event on one core, beside plain C++."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

GOALS = {"json_reshape": 1200, "apache_log": 1500, "apache_combined": 1500}  # nanoseconds an event
MOST_TIMES_BY_HAND = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="folder of the release build")
    parser.add_argument("--filter", default=".", help="regular expression of benchmarks")
    parser.add_argument("--json", metavar="FILE", help="write the figures")
    options = parser.parse_args()
    output = subprocess.run([Path(options.build) / "tests" / "vrl_bench", "--benchmark_format=json",
                             f"--benchmark_filter={options.filter}", "--benchmark_repetitions=3"],
                            capture_output=True, text=True, check=True).stdout
    times: dict[str, float] = {}
    for each in json.loads(output)["benchmarks"]:
        if each.get("error_occurred"):
            raise SystemExit(f"{each['name']}: {each['error_message']}")
        if each.get("run_type") == "iteration":  # the best of the repetitions: others were disturbed
            name = each["run_name"]
            times[name] = min(times.get(name, float("inf")), 1e9 / each["items_per_second"])
    print(f"{'program':18} {'events/s':>12} {'ns/event':>9} {'by hand':>9} {'ratio':>6}  goal")
    missed = []
    for name, nanoseconds in times.items():
        if not name.startswith("vrl/"):
            continue
        short = name.removeprefix("vrl/")
        hand = times.get("hand/" + short)
        goal = GOALS.get(short)
        line = f"{short:18} {1e9 / nanoseconds:>12,.0f} {nanoseconds:>9.0f}"
        line += f" {hand:>9.0f} {nanoseconds / hand:>6.2f}" if hand else " " * 17
        print(line + (f"  {goal} ns" if goal else ""))
        if (goal and nanoseconds > goal) or (hand and nanoseconds > MOST_TIMES_BY_HAND * hand):
            missed.append(short)
    if missed:
        print("slower than the goal: " + ", ".join(missed))
    if options.json:
        Path(options.json).write_text(json.dumps(times, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
