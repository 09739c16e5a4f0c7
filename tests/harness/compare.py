"""Compares what a run did with what a case recorded: placeholders, redactions, unordered lines."""

import difflib
import json
import re
import socket
from dataclasses import dataclass, field

PLACEHOLDERS = {
    "TIMESTAMP": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?",
    "DATE": r"\d{4}-\d\d-\d\d",
    "HTTPDATE": r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT",
    "SYSLOGDATE": r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d",
    "UNIX_S": r"\d{10}",
    "UNIX_MS": r"\d{13}",
    "UNIX_US": r"\d{16}",
    "UNIX_NS": r"\d{19}",
    "UNIX_FLOAT": r"\d{10}(?:\.\d+)?",
    "UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "HOST": re.escape(socket.gethostname()),
    "PID": r"\d+",
    "SRC_PORT": r"\d+",
    "LEN": r"\d+",
    "TID": r"\d+",
    "YEAR": r"\d{4}",
    "USER_AGENT": r"engine/\S+(?: \([^)]*\))?",
}
TOKEN = re.compile("<(" + "|".join(PLACEHOLDERS) + ")>")
LOG_LINE = re.compile(r"^(?:<TIMESTAMP>|\d{4}-\d\d-\d\dT\S+?Z?) +(TRACE|DEBUG|INFO|WARN|ERROR) ")
ANSI = re.compile(r"\x1b\[[\d;]*m")
LEVELS = ("none", "TRACE", "DEBUG", "INFO", "WARN", "ERROR")
QUIET = LEVELS.index("DEBUG")


@dataclass
class Context:
    """What a run chose by itself and a recording therefore calls by a placeholder."""

    ports: dict[str, int] = field(default_factory=dict)
    directory: str = ""
    redact: list[tuple[str, str]] = field(default_factory=list)

    def clean(self, text: str) -> str:
        """Puts placeholders for the run's folder and ports, then applies the case's redactions."""
        if self.directory:
            text = text.replace(self.directory, "<DIR>")
        for name, port in self.ports.items():
            text = re.sub(rf"(?<!\d){port}(?!\d)", f"<{name}>", text)
        for pattern, replacement in self.redact:
            text = re.sub(pattern, replacement, text)
        return text


def pattern_of(expected: str) -> re.Pattern:
    """A regular expression for a recorded text with placeholders."""
    out, position = [], 0
    for token in TOKEN.finditer(expected):
        out.append(re.escape(expected[position:token.start()]))
        out.append(f"(?:{re.escape(token.group(0))}|{PLACEHOLDERS[token.group(1)]})")
        position = token.end()
    out.append(re.escape(expected[position:]))
    return re.compile("".join(out), re.DOTALL)


def matches(expected: str, actual: str) -> bool:
    """Whether `actual` is `expected` up to placeholders."""
    return expected == actual or pattern_of(expected).fullmatch(actual) is not None


def diff_lines(expected: list[str], actual: list[str], unordered: bool = False) -> str:
    """Empty when equal; else a readable difference in which matching lines look the same."""
    if unordered:
        left, rest = [], list(actual)
        for line in expected:
            found = next((i for i, other in enumerate(rest) if matches(line, other)), None)
            if found is None:
                left.append(line)
            else:
                rest.pop(found)
        return "\n".join([f"-{line}" for line in left] + [f"+{line}" for line in rest])
    if len(expected) == len(actual) and all(map(matches, expected, actual)):
        return ""
    patterns = {line: pattern_of(line) for line in expected}
    shown = []
    for line in actual:
        same = next((text for text, pattern in patterns.items() if pattern.fullmatch(line)), line)
        shown.append(same)
    lines = difflib.unified_diff(expected, shown, "expected", "actual", lineterm="", n=2)
    return "\n".join(lines) or "same lines, other values"


def diff_text(expected: str, actual: str, unordered: bool = False) -> str:
    """Compares texts line by line; a missing last newline counts."""
    if unordered:
        return diff_lines(expected.splitlines(), actual.splitlines(), True)
    return diff_lines(expected.split("\n"), actual.split("\n"))


def equal_json(expected: object, actual: object) -> bool:
    """Deep comparison in which recorded strings may hold placeholders."""
    if isinstance(expected, dict):
        return (isinstance(actual, dict) and expected.keys() == actual.keys()
                and all(equal_json(value, actual[key]) for key, value in expected.items()))
    if isinstance(expected, list):
        return (isinstance(actual, list) and len(expected) == len(actual)
                and all(map(equal_json, expected, actual)))
    if isinstance(expected, str) and isinstance(actual, str):
        return matches(expected, actual)
    return type(expected) is type(actual) and expected == actual


def diff_records(expected: list[dict], actual: list[dict], unordered: bool = False) -> str:
    """Compares JSON records. Order counts among records of one method and path only (see README)."""
    groups: dict[str, tuple[list[dict], list[dict]]] = {}
    for side, records in ((0, expected), (1, actual)):
        for record in records:
            key = "" if unordered else f"{record.get('method')} {record.get('path')}"
            groups.setdefault(key, ([], []))[side].append(record)
    out = []
    for want, got in groups.values():
        if unordered:
            got = _align(want, got)
        if len(want) == len(got) and all(map(equal_json, want, got)):
            continue
        left = [_show(record) for record in want]
        right = [_show(next((w for w in want if equal_json(w, record)), record)) for record in got]
        out += difflib.unified_diff(left, right, "expected", "actual", lineterm="", n=1)
    return "\n".join(out)


def _align(want: list[dict], got: list[dict]) -> list[dict]:
    aligned, rest = [], list(got)
    for record in want:
        found = next((i for i, other in enumerate(rest) if equal_json(record, other)), None)
        if found is not None:
            aligned.append(rest.pop(found))
    return aligned + rest


def _show(record: dict) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def diff_log(expected: str, actual: str) -> str:
    """Loose comparison of stderr: log lines count by their worst level only, all other lines exactly."""
    worst, plain = [], []
    for text in (expected, ANSI.sub("", actual)):
        levels = [LOG_LINE.match(line) for line in text.splitlines()]
        worst.append(max((LEVELS.index(level.group(1)) for level in levels if level), default=0))
        plain.append([line for line, level in zip(text.splitlines(), levels) if not level])
    out = diff_lines(plain[0], plain[1], True)
    if max(worst[0], QUIET) != max(worst[1], QUIET):
        out += f"\nworst log level: expected {LEVELS[worst[0]]}, actual {LEVELS[worst[1]]}"
    return out.strip("\n")
