#!/usr/bin/env python3
"""Runs `engine validate --no-environment` over the configurations of tests/validate and compares the whole text.

A configuration is a file `<name>.toml|yaml|json`, or a folder `<name>.files` whose files are given in the order of
their names; what is printed stands in `<file>.expected`, with the exit code in its last line. A first line
`# arguments: ...` (in a folder: of its first file) adds arguments to the command.
"""

import argparse
import difflib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from engine_process import default_binary  # noqa: E402

FOLDER = Path(__file__).resolve().parents[1] / "validate"
ENVIRONMENT = {"PATH": os.environ["PATH"], "TZ": "UTC", "CODEC": "json"}
ARGUMENTS = b"# arguments: "


def files_of(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def validate(binary: str, path: Path) -> str:
    """What the engine prints about a configuration, and its exit code."""
    files = files_of(path)
    first = files[0].read_bytes().split(b"\n", 1)[0]
    extra = first[len(ARGUMENTS):].decode().split() if first.startswith(ARGUMENTS) else []
    names = [str(file.relative_to(FOLDER)) for file in files]
    done = subprocess.run([binary, "validate", "--no-environment", *extra, *names], cwd=FOLDER, env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    return done.stdout.decode(errors="backslashreplace") + f"exit code {done.returncode}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", help="the engine (default: $ENGINE_BINARY, else the newest below build/*/)")
    parser.add_argument("--filter", default="*", metavar="GLOB", help="only configurations whose name matches")
    parser.add_argument("--update", action="store_true", help="write what is printed as the expected text")
    options = parser.parse_args()
    binary = str(Path(options.binary or default_binary()).resolve())
    paths = sorted(path for path in FOLDER.glob(options.filter) if path.suffix != ".expected")
    passed = failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, text in zip(paths, pool.map(lambda path: validate(binary, path), paths)):
            expected = path.with_name(path.name + ".expected")
            if options.update:
                expected.write_text(text)
            wanted = expected.read_text() if expected.exists() else ""
            if text == wanted:
                passed += 1
                continue
            failed += 1
            print(f"FAILED {path.name}")
            print("\n".join(difflib.unified_diff(wanted.splitlines(), text.splitlines(), "expected", "actual", lineterm="")))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
