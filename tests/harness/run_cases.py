#!/usr/bin/env python3
"""Runs the recorded cases below tests/cases against an engine binary. See tests/cases/README.md."""

import argparse
import collections
import fnmatch
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from case_file import Case, parse_case  # noqa: E402
from case_runner import Outcome, run_case  # noqa: E402
from engine_process import default_binary  # noqa: E402

CASES = Path(__file__).resolve().parents[1] / "cases"
PORT_TAKEN = ("Address already in use", "address in use")


@dataclass
class Status:
    """One line of status.txt: the state of all cases whose name matches `pattern`."""

    state: str
    pattern: str
    reason: str


def read_status(path: Path) -> list[Status]:
    """Reads status.txt: `waiting|different <area>/<case>: <reason>`; later lines win."""
    out = []
    for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
        if not line.strip() or line.startswith("#"):
            continue
        head, separator, reason = line.partition(": ")
        words = head.split()
        if not separator or len(words) != 2 or words[0] not in ("waiting", "different"):
            raise SystemExit(f"{path}:{number}: expected `waiting|different <area>/<case>: <reason>`")
        out.append(Status(words[0], words[1], reason))
    return out


def status_of(name: str, statuses: list[Status]) -> Status | None:
    """The last status line that matches."""
    return next((s for s in reversed(statuses) if fnmatch.fnmatchcase(name, s.pattern)), None)


def load_cases(folder: Path, pattern: str) -> list[Case]:
    """Every case whose name, or name without area, matches the pattern."""
    out = []
    for path in sorted(folder.glob("*/*.case")):
        name = f"{path.parent.name}/{path.stem}"
        if fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(path.stem, pattern):
            out.append(parse_case(name, path.read_bytes().decode()))
    return out


def run_with_retry(case: Case, binary: str) -> Outcome:
    """Runs a case; once more when another program took one of its ports in between."""
    outcome = run_case(case, binary)
    if outcome.problems and any(text in outcome.stderr for text in PORT_TAKEN):
        outcome = run_case(case, binary)
    return outcome


def report_failure(case: Case, outcome: Outcome) -> None:
    """Prints what differs, with stderr and the reference's wording as help."""
    print(f"FAILED {case.name} ({outcome.seconds:.1f} s)" + (f"\n  note: {case.notes}" if case.notes else ""))
    for problem in outcome.problems:
        print("  " + problem.replace("\n", "\n    "))
    if outcome.stderr:
        print("  stderr:\n    " + "\n    ".join(outcome.stderr.splitlines()[-15:]))
    for kind, content in case.reference.items():
        lines = content.decode(errors="replace").splitlines()[:8]
        print(f"  reference {kind} (not compared):\n    " + "\n    ".join(lines))


def update_waiting(path: Path, passed: set[str]) -> int:
    """Removes the waiting lines (written for one case each) of cases that pass; the number removed."""
    kept, removed = [], 0
    for line in path.read_text().splitlines():
        words = line.partition(": ")[0].split()
        if len(words) == 2 and words[0] == "waiting" and words[1] in passed:
            removed += 1
        else:
            kept.append(line)
    path.write_text("\n".join(kept) + "\n")
    return removed


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the engine (default: $ENGINE_BINARY, else the newest below build/*/)")
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of cases (default: tests/cases)")
    parser.add_argument("--filter", default="*", metavar="GLOB", help="only <area>/<case> or <case> that match")
    parser.add_argument("--jobs", type=int, default=2 * (os.cpu_count() or 2), help="cases at the same time")
    parser.add_argument("--list", action="store_true", help="print names and states, run nothing")
    parser.add_argument("--skip-waiting", action="store_true", help="do not run waiting cases")
    parser.add_argument("--update-waiting", action="store_true", help="drop waiting lines of cases that pass")
    parser.add_argument("--strict", action="store_true", help="a waiting case that passes is a failure")
    parser.add_argument("--quiet", action="store_true", help="names of failed cases without details")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    status_path = options.cases / "status.txt"
    statuses = read_status(status_path)
    cases = load_cases(options.cases, options.filter)
    states = {case.name: status_of(case.name, statuses) for case in cases}
    if options.list:
        for case in cases:
            state = states[case.name]
            print(case.name + (f"  {state.state}: {state.reason}" if state else ""))
        return 0
    binary = options.binary or default_binary()
    skipped = {"different"} | ({"waiting"} if options.skip_waiting else set())
    runnable = [case for case in cases if not (states[case.name] and states[case.name].state in skipped)]
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for case in cases:
        if case not in runnable:
            counts[case.name.split("/")[0]][states[case.name].state] += 1
    unexpected = []
    with ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for case, outcome in zip(runnable, pool.map(lambda case: run_with_retry(case, binary), runnable)):
            count = counts[case.name.split("/")[0]]
            if states[case.name]:
                count["waiting"] += 1
                if not outcome.problems:
                    unexpected.append(case.name)
            elif outcome.problems:
                count["failed"] += 1
                print(f"FAILED {case.name}") if options.quiet else report_failure(case, outcome)
            else:
                count["passed"] += 1
    for name in unexpected:
        print(f"PASSED UNEXPECTEDLY {name} (waiting: {states[name].reason})")
    if options.update_waiting:
        print(f"{update_waiting(status_path, set(unexpected))} lines removed from {status_path}")
    return print_summary(counts, len(unexpected), options.strict)


def print_summary(counts: dict[str, collections.Counter], unexpected: int, strict: bool) -> int:
    """Prints a line per area and the closing line; the exit code."""
    for area in sorted(counts):
        count = counts[area]
        print(f"{area}: {count['passed']} passed, {count['failed']} failed, "
              f"{count['waiting']} waiting, {count['different']} different")
    failed = sum(count["failed"] for count in counts.values()) + (unexpected if strict else 0)
    if unexpected:
        print(f"{unexpected} waiting cases pass now: run with --update-waiting")
    print(f"{sum(count['passed'] for count in counts.values())} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
