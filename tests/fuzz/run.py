#!/usr/bin/env python3
"""Runs every fuzzer for some seconds, several at a time. The last line is `N passed, N failed`."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor


def run(fuzzer: pathlib.Path, seconds: int) -> tuple[str, bool, str]:
    with tempfile.TemporaryDirectory() as corpus:
        seeds = pathlib.Path(__file__).parent / "corpus" / fuzzer.name
        command = [str(fuzzer), f"-max_total_time={seconds}", "-rss_limit_mb=4096", "-timeout=25",
                   f"-artifact_prefix={corpus}/", "-print_final_stats=1", corpus]
        if seeds.is_dir():
            command.append(str(seeds))
        # Leaks are looked for by the unit tests; here the check would run after every input.
        environment = os.environ | {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment,
                              timeout=seconds * 3 + 120)
        return fuzzer.name, done.returncode == 0, done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    options = parser.parse_args()
    fuzzers = sorted(p for p in (options.build / "tests").glob("*_fuzz") if os.access(p, os.X_OK))
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for name, good, output in pool.map(lambda f: run(f, options.seconds), fuzzers):
            runs = next((line.split()[-1] for line in output.splitlines() if "number_of_executed_units" in line), "?")
            print(f"{name}: {runs} inputs{'' if good else ', FAILED'}")
            if not good:
                failed += 1
                print("\n".join(output.splitlines()[-60:]))
    print(f"{len(fuzzers) - failed} passed, {failed} failed")
    return 1 if failed or not fuzzers else 0


if __name__ == "__main__":
    sys.exit(main())
