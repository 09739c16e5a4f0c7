#!/usr/bin/env python3
"""Rules that a compiler does not check: file sizes, layering, headers that compile alone, promises with tests."""
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


def named_tests():
    """Everything that docs/guarantees.md may call a test: functions, classes and files of tests/e2e, GoogleTests."""
    names = {pathlib.Path(name).stem for name in tracked("tests/e2e/test_*.py")}
    for name in tracked("tests/e2e/*.py"):
        text = (ROOT / name).read_text()
        names |= set(re.findall(r"def test_(\w+)", text)) | set(re.findall(r"^class (\w+)", text, re.M))
    for name in tracked("tests/*.cpp"):
        for suite, case in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", (ROOT / name).read_text()):
            names |= {suite, case, f"{suite}.{case}"}
    return names


def check_guarantees(text=None):
    """A promise names its test, and the test is there."""
    name = "docs/guarantees.md"
    text = (ROOT / name).read_text() if text is None else text
    tests = named_tests()
    sources = tracked("engine/*.[ch]pp", "sources/*.[ch]pp", "transforms/*.[ch]pp", "sinks/*.[ch]pp")
    # Names of options and metrics look like names of tests.
    words = {word for each in sources for word in re.findall(r'"([a-z0-9_]+)"', (ROOT / each).read_text())}
    problems = []
    for word in re.findall(r"`([^`\n]+)`", text):
        is_test = re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", word) and word not in words
        is_test = is_test or re.fullmatch(r"([A-Z]+[a-z0-9]+){2,}(\.\w+)?|\w+\.([A-Z]+[a-z0-9]+){2,}", word)
        if is_test and word not in tests:
            problems.append(f"{name}: there is no test {word}")
    for row in re.findall(r"^\|(.*)\|$", "\n".join(promise_tables(text)), re.M):
        if not tests & set(re.findall(r"`([^`]+)`", row.split("|")[-1])):
            problems.append(f"{name}: a promise without a test: {row.strip()[:80]}")
    return problems


def promise_tables(text):
    """The rows of the tables whose last column is `test`."""
    for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
        head, _, *rows = table.splitlines()
        if head.split("|")[-2].strip() == "test":
            yield from rows


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
    problems += check_guarantees()
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
