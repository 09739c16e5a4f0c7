#!/usr/bin/env python3
"""Runs tests/e2e/test_*.py in parallel, each test in a process of its own. The last line is `N passed, N failed`."""

import argparse
import fnmatch
import os
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from engine_process import default_binary  # noqa: E402

E2E = Path(__file__).resolve().parents[1] / "e2e"


def find_tests(suite: unittest.TestSuite) -> list[str]:
    """The ids of all tests of a suite."""
    out = []
    for test in suite:
        out += find_tests(test) if isinstance(test, unittest.TestSuite) else [test.id()]
    return out


def run_test(name: str, binary: str, timeout: float) -> tuple[bool, str, float]:
    """Runs one test; whether it passed, its output and its time. A test that hangs is ended with all it started."""
    began = time.monotonic()
    environment = os.environ | {"ENGINE_BINARY": binary, "PYTHONPATH": str(E2E)}
    process = subprocess.Popen([sys.executable, "-m", "unittest", "-q", name], cwd=E2E, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=timeout)
        passed = process.returncode == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        output, _ = process.communicate()
        output += f"\nended after {timeout:g} s\n".encode()
        passed = False
    return passed, output.decode(errors="replace"), time.monotonic() - began


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the engine (default: $ENGINE_BINARY, else the newest below build/*/)")
    parser.add_argument("--filter", default="*", metavar="GLOB", help="only tests whose id (module.class.test) matches")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="tests at the same time")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one test")
    parser.add_argument("--list", action="store_true", help="print the tests, run nothing")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(E2E))
    names = find_tests(unittest.defaultTestLoader.discover(str(E2E), "test_*.py"))
    names = [name for name in names if fnmatch.fnmatchcase(name, options.filter)]
    if options.list:
        print("\n".join(names))
        return 0
    binary = str(Path(options.binary or default_binary()).resolve())
    passed = 0
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for name, result in zip(names, pool.map(lambda name: run_test(name, binary, options.timeout), names)):
            good, output, seconds = result
            passed += good
            print(f"{'passed' if good else 'FAILED'} {name} ({seconds:.1f} s)", flush=True)
            if not good:
                print("    " + "\n    ".join(output.strip().splitlines()[-60:]))
    print(f"{passed} passed, {len(names) - passed} failed")
    return 0 if passed == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
