#!/usr/bin/env python3
"""Runs tests/vrl/cli/*.txt: programs whose input, messages or exit code only `engine vrl` as a whole can show.

The format is that of tests/vrl/README.md; the last line is `N passed, N failed`.
"""

import argparse
import base64
import fnmatch
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from engine_process import default_binary  # noqa: E402

FOLDER = Path(__file__).resolve().parents[1] / "vrl" / "cli"
STANDING_NOTES = (
    "\n  = see language documentation at https://vrl.dev",
    "\n  = try your code in the VRL REPL, learn more at https://vrl.dev/examples",
)


@dataclass
class Case:
    """One program with what the command must do."""

    name: str
    program: str = ""
    sections: dict[str, str] = field(default_factory=dict)


def read_cases(path: Path) -> list[Case]:
    """The cases of one file."""
    cases: list[Case] = []
    lines: list[str] = []

    def store(section: str | None, lines: list[str]) -> None:
        text = "\n".join(lines)
        if cases and section is None:
            cases[-1].program = text
        elif cases:
            cases[-1].sections[section] = text

    section: str | None = None
    for line in path.read_bytes().decode().split("\n"):
        if line.startswith(("=== ", "--- ")):
            store(section, lines)
            lines = []
            section = line[4:] if line.startswith("--- ") else None
            if section is None:
                cases.append(Case(f"{path.stem}/{line[4:]}"))
        else:
            lines.append(line[1:] if line.startswith("\\") else line)
    store(section, lines[:-1])
    return cases


def write_files(case: Case, folder: Path) -> None:
    """The case's files, its input and its program."""
    for section, text in case.sections.items():
        if section.startswith("file "):
            name = section[5:].removesuffix(" (base64)")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(text) if section.endswith(" (base64)") else text.encode())
    text = json.loads(case.sections["input"]) if "input" in case.sections else case.sections.get("event", "{}")
    (folder / "input.json").write_bytes(text.encode())
    (folder / "program.vrl").write_bytes(case.program.encode())


def run(case: Case, binary: str, *flags: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr without the line breaks that end them."""
    with tempfile.TemporaryDirectory() as folder:
        write_files(case, Path(folder))
        command = [binary, "vrl", "--input", "input.json", "--program", "program.vrl", "--timezone", "UTC", *flags]
        environment = {"PATH": os.environ["PATH"], "TZ": "UTC", "GOLDEN_ENV": "from the environment"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60)
    error = done.stderr.decode(errors="replace").strip("\n")
    for note in STANDING_NOTES:
        error = error.replace(note, "")
    return done.returncode, done.stdout.decode(errors="replace").removesuffix("\n"), error


def problems_of(case: Case, binary: str) -> list[str]:
    """What differs from the case's expectations."""
    code, output, error = run(case, binary)
    if "fails" in case.sections:
        good = code in (0, 70) and output == "" and error != ""
        return [] if good else [f"an error is expected, got exit code {code}, {output!r}, {error!r}"]
    found = [("exit code", str(code), case.sections.get("exit", "0")),
             ("stdout", output, case.sections.get("result", "")),
             ("stderr", error, case.sections.get("stderr", ""))]
    if "after" in case.sections:
        found.append(("event afterwards", run(case, binary, "--print-object")[1], case.sections["after"]))
    return [f"{what}: expected\n{want}\ngot\n{got}" for what, got, want in found if got != want]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the engine (default: $ENGINE_BINARY, else the newest below build/*/)")
    parser.add_argument("--filter", default="*", metavar="GLOB")
    options = parser.parse_args()
    binary = str(Path(options.binary or default_binary()).resolve())
    cases = [case for path in sorted(FOLDER.glob("*.txt")) for case in read_cases(path)
             if fnmatch.fnmatchcase(case.name, options.filter)]
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, problems in zip(cases, pool.map(lambda case: problems_of(case, binary), cases)):
            failed += bool(problems)
            for problem in problems:
                print(f"FAILED {case.name}\n  {problem}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
