"""Reads and writes case files: one text file per recorded case (format: tests/cases/README.md)."""

import base64
import json
import re
import shlex
from dataclasses import dataclass, field

EXPECTATIONS = ("stdout", "stderr", "received", "files", "responses")
STEP_NAMES = {
    "http", "tcp", "udp", "unix", "wait_port", "sleep", "signal", "wait_exit", "write", "rename",
    "delete", "truncate", "restart", "alive", "wait_lines", "wait_received", "exec_bg", "exec_wait",
}
SCALAR_STEPS = {  # a step whose only argument is written bare
    "wait_port": ("port", str),
    "sleep": ("seconds", float),
    "signal": ("name", str),
    "wait_exit": ("timeout", float),
    "delete": ("path", str),
    "truncate": ("path", str),
    "wait_lines": ("count", int),
    "wait_received": ("count", int),
    "exec_bg": ("command", str),
}
SEPARATOR = re.compile(r"^--- ([a-z]+)(?: ([^()]+?))?(?: \(([a-z0-9, ]+)\))?$")


class CaseError(Exception):
    """A case file that does not follow the format."""


@dataclass
class CaseFile:
    """A file that exists in the case's folder before the engine starts."""

    content: bytes
    executable: bool = False


@dataclass
class Case:
    """One recorded case. `name` is `<area>/<case>`."""

    name: str
    command: list[str] = field(default_factory=list)
    exit: int = 0
    notes: str = ""
    env: dict[str, str] = field(default_factory=dict)
    directories: list[str] = field(default_factory=list)
    hold_stdin: float = 0.0
    unordered: bool = False
    collect: list[str] = field(default_factory=list)
    receivers: dict[str, dict] = field(default_factory=dict)
    redact: list[tuple[str, str]] = field(default_factory=list)
    request_times: list[float] = field(default_factory=list)
    files: dict[str, CaseFile] = field(default_factory=dict)
    input: bytes | None = None
    steps: list[dict] = field(default_factory=list)
    expect: dict[str, bytes] = field(default_factory=dict)
    mentions: list[str] | None = None
    reference: dict[str, bytes] = field(default_factory=dict)


def parse_case(name: str, text: str) -> Case:
    """Parses a case file; raises CaseError with the section that is wrong."""
    case = Case(name)
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    notes, start = [], 0
    while start < len(lines) and not lines[start].startswith("--- "):
        notes.append(lines[start].removeprefix("#").strip())
        start += 1
    case.notes = "\n".join(notes).strip()
    section, body = None, []
    for line in lines[start:] + [None]:
        if line is None or line.startswith("--- "):
            if section is not None:
                _add_section(case, section, body)
            if line is None:
                break
            section = SEPARATOR.match(line)
            if section is None:
                raise CaseError(f"{name}: bad section line: {line}")
            body = []
        else:
            body.append(line)
    if not case.command:
        raise CaseError(f"{name}: no command")
    return case


def _add_section(case: Case, section: re.Match, body: list[str]) -> None:
    kind, argument = section.group(1), section.group(2) or ""
    flags = {flag.strip() for flag in (section.group(3) or "").split(",") if flag.strip()}
    if kind == "meta":
        _read_meta(case, body)
    elif kind == "file":
        case.files[argument] = CaseFile(_content(body, flags), "executable" in flags)
    elif kind == "input":
        case.input = _content(body, flags)
    elif kind == "steps":
        case.steps = [_read_step(case.name, line) for line in body if line.strip()]
    elif kind == "expect" and argument == "mentions":
        case.mentions = [line for line in body if line]
    elif kind == "expect" and argument in EXPECTATIONS:
        case.expect[argument] = _content(body, flags)
    elif kind == "reference" and argument in EXPECTATIONS:
        case.reference[argument] = _content(body, flags)
    else:
        raise CaseError(f"{case.name}: unknown section: {section.group(0)}")


def _content(body: list[str], flags: set[str]) -> bytes:
    if "base64" in flags:
        return base64.b64decode("".join(body))
    text = "\n".join(line[1:] if re.match(r"\\+--- ", line) else line for line in body)
    if body and "no newline" not in flags:
        text += "\n"
    return text.encode()


def _read_meta(case: Case, body: list[str]) -> None:
    for line in body:
        key, separator, value = line.partition(":")
        value = value.strip()
        if not separator:
            raise CaseError(f"{case.name}: meta line without a colon: {line}")
        if key == "command":
            case.command = json.loads(value) if value.startswith("[") else shlex.split(value)
        elif key == "exit":
            case.exit = int(value)
        elif key.startswith("env."):
            case.env[key[4:]] = json.loads(value) if value.startswith('"') else value
        elif key == "mkdir":
            case.directories.append(value)
        elif key == "hold_stdin":
            case.hold_stdin = float(value)
        elif key == "unordered":
            case.unordered = value == "yes"
        elif key == "collect":
            case.collect.append(value)
        elif key.startswith("receiver."):
            case.receivers[key[9:]] = json.loads(value)
        elif key == "redact":
            pattern, replacement = json.loads(value)
            case.redact.append((pattern, replacement))
        elif key == "request_times":
            case.request_times = json.loads(value)
        else:
            raise CaseError(f"{case.name}: unknown meta key: {key}")


def _read_step(name: str, line: str) -> dict:
    operation, _, argument = line.partition(" ")
    if operation not in STEP_NAMES:
        raise CaseError(f"{name}: unknown step: {line}")
    step = {"op": operation}
    if argument.startswith("{"):
        step.update(json.loads(argument))
    elif argument:
        key, convert = SCALAR_STEPS[operation]
        step[key] = convert(argument)
    return step


def format_case(case: Case) -> str:
    """The inverse of parse_case."""
    out = [f"# {line}" for line in case.notes.splitlines()]
    in_one_line = not any("\n" in word for word in case.command)
    out += ["--- meta", f"command: {shlex.join(case.command) if in_one_line else json.dumps(case.command)}"]
    if case.exit:
        out.append(f"exit: {case.exit}")
    out += [f"env.{key}: {_plain_or_json(value)}" for key, value in case.env.items()]
    out += [f"mkdir: {path}" for path in case.directories]
    if case.hold_stdin:
        out.append(f"hold_stdin: {case.hold_stdin:g}")
    if case.unordered:
        out.append("unordered: yes")
    out += [f"collect: {pattern}" for pattern in case.collect]
    out += [f"receiver.{key}: {json.dumps(value)}" for key, value in case.receivers.items()]
    out += [f"redact: {json.dumps(list(pair))}" for pair in case.redact]
    if case.request_times:
        out.append(f"request_times: {json.dumps(case.request_times)}")
    for path, file in case.files.items():
        _write_section(out, f"file {path}", file.content, ["executable"] if file.executable else [])
    if case.input is not None:
        _write_section(out, "input", case.input, [])
    if case.steps:
        out.append("--- steps")
        out += [_write_step(step) for step in case.steps]
    if case.mentions is not None:
        out.append("--- expect mentions")
        out += case.mentions
    for kind, content in case.expect.items():
        _write_section(out, f"expect {kind}", content, [])
    for kind, content in case.reference.items():
        _write_section(out, f"reference {kind}", content, [])
    return "\n".join(out) + "\n"


def _plain_or_json(value: str) -> str:
    return value if value == value.strip() and "\n" not in value and value[:1] != '"' else json.dumps(value)


def _write_section(out: list[str], title: str, content: bytes, flags: list[str]) -> None:
    try:
        text = content.decode()
        binary = any(ord(c) < 32 and c not in "\n\t" or c in "\x7f\ufeff\x85\u2028" for c in text)
    except UnicodeDecodeError:
        binary = True
    if binary:
        encoded = base64.b64encode(content).decode()
        lines = [encoded[i:i + 96] for i in range(0, len(encoded), 96)]
        flags = flags + ["base64"]
    else:
        lines = text.split("\n") if text else []
        if text.endswith("\n"):
            lines.pop()
        elif text:
            flags = flags + ["no newline"]
        lines = ["\\" + line if re.match(r"\\*--- ", line) else line for line in lines]
    out.append(f"--- {title}" + (f" ({', '.join(flags)})" if flags else ""))
    out.extend(lines)


def _write_step(step: dict) -> str:
    operation = step["op"]
    arguments = {key: value for key, value in step.items() if key != "op"}
    if not arguments:
        return operation
    if operation in SCALAR_STEPS and list(arguments) == [SCALAR_STEPS[operation][0]]:
        value = next(iter(arguments.values()))
        return f"{operation} {value:g}" if isinstance(value, float) else f"{operation} {value}"
    return f"{operation} {json.dumps(arguments, ensure_ascii=False)}"
