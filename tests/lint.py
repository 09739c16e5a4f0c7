#!/usr/bin/env python3
"""Rules of style.md that a compiler does not check: file sizes, layering, headers that compile alone."""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 800
# A third-party library stays behind one folder.
FENCES = {
    r"<antlr4-runtime|grammar/Vrl": ("engine/vrl/parser/",),
    r"<boost/beast": ("engine/io/",),
    r"<toml": ("engine/config/",),
    r"<yaml-cpp": ("engine/config/",),
    r"<histedit": ("engine/cli/vrl/",),
    r"<maxminddb": ("engine/enrichment/",),
    r"<simdjson": ("engine/codec/", "engine/config/", "tests/bench/", "tests/fuzz/"),
}
# Components see the contract, never the graph or each other.
COMPONENT_FOLDERS = ("sources/", "transforms/", "sinks/")
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|common|helpers?|manager|impl)(_|\.|$)")


def tracked(*patterns):
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return out.stdout.split()


def check_file(name):
    problems = []
    text = (ROOT / name).read_text()
    lines = text.count("\n")
    if lines > MAX_LINES:
        problems.append(f"{name}: {lines} lines, at most {MAX_LINES}")
    # Functions are named by the language.
    if not name.startswith("engine/vrl/functions/") and FORBIDDEN_NAMES.search(pathlib.Path(name).stem):
        problems.append(f"{name}: says nothing; name it after its main type or function")
    if name.endswith(".hpp") and not text.startswith("#pragma once"):
        problems.append(f"{name}: begins without #pragma once")
    for pattern, folders in FENCES.items():
        if re.search(r"#include\s+[\"<]?" + pattern.replace("<", "<?"), text) and not name.startswith(folders):
            problems.append(f"{name}: includes {pattern}, which stays in {', '.join(folders)}")
    if name.startswith(COMPONENT_FOLDERS) and re.search(r'#include "engine/(topology|cli)/', text):
        problems.append(f"{name}: a component includes the topology or the command line")
    return problems


def header_flags():
    import json
    database = json.loads((ROOT / "build/dev/compile_commands.json").read_text())
    entry = next(e for e in database if e["file"].endswith("engine/io/timer.cpp"))
    words = shlex.split(entry["command"])
    flags, skip = [], False
    for word in words[1:]:
        if skip:
            skip = False
        elif word in ("-o", "-c", "-MT", "-MF", "-include"):
            skip = word != "-c"
        elif word.startswith(("-I", "-D", "-isystem", "-std", "-W", "-f", "/usr/include")) or word == "-isystem":
            flags.append(word)
    return flags


def check_header(name, flags):
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write(f'#include "{name}"\n')
        source.flush()
        command = ["g++", *flags, "-fsyntax-only", source.name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return [] if done.returncode == 0 else [f"{name}: does not compile alone\n{done.stderr[:1500]}"]


def main():
    sources = tracked("*.cpp", "*.hpp")
    problems = [p for name in sources for p in check_file(name)]
    headers = [n for n in sources if n.endswith(".hpp") and not n.startswith("tests/")]
    if (ROOT / "build/dev/compile_commands.json").exists():
        flags = header_flags()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for found in pool.map(lambda n: check_header(n, flags), headers):
                problems += found
    for problem in problems:
        print(problem)
    print(f"{len(sources) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
