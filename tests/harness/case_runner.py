"""Runs one recorded case against a binary and says what differs."""

import json
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from case_file import Case
from compare import Context, diff_log, diff_records, diff_text
from compression import compress
from engine_process import PASSED_ENVIRONMENT, free_port, port_open, udp_port_bound
from http_backend import Answer, HttpBackend, Script
from http_client import encode_request, raw_request
from records import (bytes_record, clean_records, file_record, number_connections, parse_records, payload_of,
                     request_record, response_record, text_or_base64)
from socket_receiver import SocketReceiver

EXIT_DEADLINE = 30.0
EARLY, LATE = 0.25, 2.0
START_DEADLINE = 10.0


@dataclass
class Outcome:
    """The result of one run: `problems` is empty when the case passed."""

    problems: list[str]
    stderr: str
    seconds: float


class StepFailed(Exception):
    """A step could not be carried out; the message says why."""


def run_case(case: Case, binary: str) -> Outcome:
    """Runs the case in a temporary folder of its own; every process it started has ended when this returns."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="engine-case-") as folder:
        run = _Run(case, binary, Path(folder).resolve())
        try:
            problems = run.execute()
        finally:
            run.release()
        return Outcome(problems, run.output("stderr"), time.monotonic() - began)


class _Run:
    """One run of one case: owns the folder's processes, receivers and output files."""

    def __init__(self, case: Case, binary: str, folder: Path) -> None:
        self.case = case
        self.binary = str(Path(binary).resolve())
        self.folder = folder
        self.logs = Path(tempfile.mkdtemp(prefix="engine-case-output-"))
        self.ports: dict[str, int] = {}
        self.receivers: dict[str, HttpBackend | SocketReceiver] = {}
        self.process: subprocess.Popen | None = None
        self.background: list[subprocess.Popen] = []
        self.responses: list[dict] = []
        self.problems: list[str] = []
        self.feeder: threading.Thread | None = None
        self.signalled = threading.Event()

    # -- life of a run ---------------------------------------------------------------------------------------------

    def execute(self) -> list[str]:
        self._open_receivers()
        self._assign_ports()
        self._write_files()
        self._start(self.case.input)
        try:
            for index, step in enumerate(self.case.steps):
                self._step(step, self._ends_run(index))
        except StepFailed as failure:
            self.problems.append(str(failure))
        code = self._finish()
        if code != self.case.exit:
            self.problems.insert(0, f"exit code {code}, expected {self.case.exit}")
        return self.problems + self._compare()

    def release(self) -> None:
        """Ends what still runs and removes the captured output."""
        for process in [self.process, *self.background]:
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if self.feeder is not None:
            self.signalled.set()
            self.feeder.join(5)
        for receiver in self.receivers.values():
            receiver.stop()
        self._stderr = self._read("stderr")
        for path in self.logs.iterdir():
            path.unlink()
        self.logs.rmdir()

    def output(self, stream: str) -> str:
        """The captured stderr after release()."""
        return self._stderr.decode(errors="replace") if stream == "stderr" else ""

    def _open_receivers(self) -> None:
        for name, options in self.case.receivers.items():
            kind = options.get("kind", "http")
            if kind == "http":
                script = Script(
                    Answer.from_json(options.get("default", {})),
                    [Answer.from_json(answer) for answer in options.get("script", [])],
                    {path: Answer.from_json(answer) for path, answer in options.get("paths", {}).items()})
                receiver = HttpBackend(script)
            else:
                path = str(self.folder / name) if kind == "unix" else None
                receiver = SocketReceiver(kind, options.get("dgram", False), path)
            self.receivers[name] = receiver
            if kind != "unix":
                self.ports[name] = receiver.port

    def _assign_ports(self) -> None:
        texts = [file.content for file in self.case.files.values()]
        texts += [json.dumps(self.case.steps).encode(), " ".join(self.case.command).encode()]
        texts += [self.case.input or b"", json.dumps(self.case.env).encode()]
        for number in range(1, 10):
            name = f"PORT{number}"
            if name not in self.ports and any(f"__{name}__".encode() in text for text in texts):
                self.ports[name] = free_port()

    def _write_files(self) -> None:
        for name in self.case.directories:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name, file in self.case.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._fill(file.content))
            if file.executable:
                path.chmod(0o755)

    def _fill(self, value):
        """Puts this run's ports and folder into a text, bytes or a JSON value."""
        if isinstance(value, bytes):
            for name, port in self.ports.items():
                value = value.replace(f"__{name}__".encode(), str(port).encode())
            return value.replace(b"__DIR__", str(self.folder).encode())
        if isinstance(value, str):
            return self._fill(value.encode(errors="surrogateescape")).decode(errors="surrogateescape")
        if isinstance(value, dict):
            return {key: self._fill(each) for key, each in value.items()}
        return [self._fill(each) for each in value] if isinstance(value, list) else value

    def _environment(self) -> dict[str, str]:
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TZ": "UTC"}
        environment |= {key: os.environ[key] for key in PASSED_ENVIRONMENT if key in os.environ}
        return environment | {key: self._fill(value) for key, value in self.case.env.items()}

    def _command(self, words: list[str]) -> list[str]:
        return [self.binary if word == "engine" and i == 0 else self._fill(word) for i, word in enumerate(words)]

    def _start(self, data: bytes | None) -> None:
        with (self.logs / "stdout").open("ab") as stdout, (self.logs / "stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                self._command(self.case.command), cwd=self.folder, env=self._environment(),
                stdin=subprocess.PIPE, stdout=stdout, stderr=stderr)
        stdin = self.process.stdin
        self.process.stdin = None
        self.feeder = threading.Thread(target=self._feed, args=(stdin, self._fill(data or b"")), daemon=True)
        self.feeder.start()

    def _feed(self, stdin, data: bytes) -> None:
        try:
            stdin.write(data)
            stdin.flush()
            self._hold(self.case.hold_stdin)
        except OSError:
            pass
        finally:
            try:
                stdin.close()
            except OSError:
                pass

    def _hold(self, seconds: float) -> None:
        """Keeps stdin open for `seconds`, or until all that the case expects has been seen."""
        if seconds <= 0:
            return
        observable = any(kind in self.case.expect for kind in ("stdout", "received", "files"))
        deadline = time.monotonic() + (max(seconds, 2.0) if observable else seconds)
        while time.monotonic() < deadline and not self.signalled.wait(0.01):
            if observable and "stderr" not in self.case.expect and self._arrived():
                return

    def _finish(self) -> int | None:
        """Waits for the process; SIGTERM first when the case has steps and none of them is a signal."""
        has_signal = any(step["op"] == "signal" for step in self.case.steps)
        if self.case.steps and not has_signal:
            self._signal(signal.SIGTERM)
        try:
            return self.process.wait(EXIT_DEADLINE)
        except subprocess.TimeoutExpired:
            self.problems.append(f"still running after {EXIT_DEADLINE:g} s")
            self.process.kill()
            return self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(number)

    # -- steps -----------------------------------------------------------------------------------------------------

    def _ends_run(self, index: int) -> bool:
        """Whether only the end of the run follows this step."""
        rest = [step["op"] for step in self.case.steps[index + 1:]]
        return all(name in ("sleep", "signal", "wait_exit") for name in rest)

    def _step(self, step: dict, ends_run: bool) -> None:
        step = self._fill(step)
        getattr(self, "_step_" + step["op"])(step, ends_run)

    def _wait(self, condition, timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise StepFailed(f"timed out waiting for {what}")
            time.sleep(0.005)

    def _step_sleep(self, step: dict, ends_run: bool) -> None:
        seconds = step["seconds"]
        observable = any(kind in self.case.expect for kind in ("stdout", "received", "files"))
        if not ends_run or not observable:
            time.sleep(seconds)
            return
        settle = time.monotonic() + min(seconds, 0.1)
        deadline = time.monotonic() + max(2.0, 2 * seconds)
        while time.monotonic() < deadline and self.process.poll() is None:
            if self._arrived() and time.monotonic() >= settle:
                return
            time.sleep(0.005)

    def _step_wait_port(self, step: dict, _: bool) -> None:
        port = int(step["port"]) if "port" in step else 0
        self._wait(lambda: self.process.poll() is not None or port_open(port), START_DEADLINE, f"port {port}")

    def _step_wait_exit(self, step: dict, _: bool) -> None:
        self._wait(lambda: self.process.poll() is not None, step.get("timeout", 10.0) + 5, "the process to end")

    def _step_waitlines(self, step: dict, _: bool) -> None:
        self._wait(lambda: self._read("stdout").count(b"\n") >= step["count"], 15, f"{step['count']} lines")

    def _step_wait_received(self, step: dict, _: bool) -> None:
        self._wait(lambda: len(self._received()) >= step["count"], 15, f"{step['count']} requests")

    def _step_signal(self, step: dict, _: bool) -> None:
        self._signal(signal.Signals[step["name"]])

    def _step_alive(self, _: dict, __: bool) -> None:
        self.responses.append({"alive": self.process.poll() is None})

    def _step_restart(self, _: dict, __: bool) -> None:
        self._signal(signal.SIGTERM)
        self._step_wait_exit({}, False)
        self.feeder.join(5)
        self._start(None)

    def _step_write(self, step: dict, _: bool) -> None:
        path = self.folder / step["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if step.get("append") else "wb") as file:
            file.write(payload_of(step))

    def _step_rename(self, step: dict, _: bool) -> None:
        (self.folder / step["from"]).rename(self.folder / step["to"])

    def _step_delete(self, step: dict, _: bool) -> None:
        (self.folder / step["path"]).unlink()

    def _step_truncate(self, step: dict, _: bool) -> None:
        os.truncate(self.folder / step["path"], 0)

    def _step_exec_bg(self, step: dict, _: bool) -> None:
        self.background.append(subprocess.Popen(
            self._command(shlex.split(step["command"])), cwd=self.folder, env=self._environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))

    def _step_exec_wait(self, _: dict, __: bool) -> None:
        for process in self.background:
            try:
                out, err = process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                raise StepFailed("a background command did not end") from None
            self.responses.append({"exec_exit": process.returncode, "stdout": out.decode(errors="replace"),
                                   "stderr": err.decode(errors="replace")})
        self.background.clear()

    def _step_http(self, step: dict, _: bool) -> None:
        body = payload_of(step, "body")
        compressions = step.get("compress", [])
        for encoding in [compressions] if isinstance(compressions, str) else compressions:
            body = compress(encoding, body)
        headers = [("connection", "close")]
        for name, value in step.get("headers", {}).items():
            headers += [(name, each) for each in (value if isinstance(value, list) else [value])]
        data = encode_request(step.get("method", "POST"), step.get("path", "/"), body, headers, "127.0.0.1",
                              length=not step.get("no_length"))
        try:
            answer = raw_request(int(step["port"]), data, step.get("timeout", 5.0) + 5)
            if not answer:
                raise ConnectionResetError("no answer")
            self.responses.append(response_record(answer))
        except (OSError, ValueError) as error:
            self.responses.append({"error": f"{type(error).__name__}: {error}"})

    def _step_tcp(self, step: dict, _: bool) -> None:
        parts = [part.encode() for part in step["parts"]] if "parts" in step else [payload_of(step)]
        try:
            with socket.create_connection(("127.0.0.1", int(step["port"])), 5) as connection:
                for number, part in enumerate(parts):
                    if number:
                        time.sleep(0.05)
                    connection.sendall(part)
                if step.get("read"):
                    connection.settimeout(3)
                    self.responses.append({"tcp": bytes_record(connection.recv(1 << 16))})
                else:
                    connection.shutdown(socket.SHUT_WR)
                    time.sleep(0.02)
        except OSError as error:
            self.responses.append({"error": f"{type(error).__name__}: {error}"})

    def _step_udp(self, step: dict, _: bool) -> None:
        port = int(step["port"])
        self._wait(lambda: self.process.poll() is not None or udp_port_bound(port), START_DEADLINE, f"UDP port {port}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(payload_of(step), ("127.0.0.1", port))
        time.sleep(0.02)

    def _step_unix(self, step: dict, _: bool) -> None:
        path = self.folder / step["path"]
        self._wait(path.exists, START_DEADLINE, str(step["path"]))
        kind = socket.SOCK_DGRAM if step.get("dgram") else socket.SOCK_STREAM
        with socket.socket(socket.AF_UNIX, kind) as sender:
            sender.connect(str(path))
            sender.sendall(payload_of(step))

    # -- what was seen ---------------------------------------------------------------------------------------------

    def _read(self, stream: str) -> bytes:
        path = self.logs / stream
        return path.read_bytes() if path.exists() else b""

    def _received(self) -> list[dict]:
        out = []
        for receiver in self.receivers.values():
            if isinstance(receiver, HttpBackend):
                out += [request_record(request) for request in receiver.snapshot()]
            else:
                label = "datagram" if receiver.kind == "udp" else "connection"
                out += [{label: number} | bytes_record(data)
                        for number, data in enumerate(receiver.snapshot(), 1)]
        return number_connections(out)

    def _files(self) -> str:
        paths = {path for pattern in self.case.collect for path in self.folder.glob(pattern) if path.is_file()}
        return "".join(file_record(path, self.folder) for path in sorted(paths))

    def _arrived(self) -> bool:
        """Whether as much as the case expects is there (how much, not what)."""
        expect = self.case.expect
        if "stdout" in expect and not expect["stdout"].startswith(b"base64:"):
            if self._read("stdout").count(b"\n") < expect["stdout"].count(b"\n"):
                return False
        if "received" in expect and len(self._received()) < expect["received"].count(b"\n"):
            return False
        if "files" in expect and len(self._files()) < len(expect["files"]) - 1:
            return False
        return True

    def _late_or_early(self) -> str:
        """Compares when requests came, counted from the first, with the recording."""
        times = sorted(request.at for receiver in self.receivers.values() if isinstance(receiver, HttpBackend)
                       for request in receiver.snapshot())
        wrong = [f"request {number}: after {at - times[0]:.2f} s, recorded {recorded:g} s"
                 for number, (at, recorded) in enumerate(zip(times, self.case.request_times), 1)
                 if not recorded - EARLY <= at - times[0] <= recorded + LATE]
        return "\n".join(wrong)

    def _compare(self) -> list[str]:
        case, expect = self.case, self.case.expect
        context = Context(self.ports, str(self.folder), case.redact)
        problems = []

        def check(kind: str, difference: str) -> None:
            if difference:
                problems.append(f"{kind} differs:\n{difference}")

        if case.mentions is not None:
            text = context.clean((self._read("stdout") + self._read("stderr")).decode(errors="replace"))
            missing = [word for word in case.mentions if word not in text]
            check("output", "\n".join(f"-does not mention: {word}" for word in missing))
        else:
            expected = expect.get("stdout", b"").decode()
            actual = context.clean(text_or_base64(self._read("stdout"), expected.startswith("base64:")))
            check("stdout", diff_text(expected, actual, case.unordered))
        if "stderr" in expect:
            check("stderr", diff_log(expect["stderr"].decode(), context.clean(self._read("stderr").decode(errors="replace"))))
        if "received" in expect or self.receivers:
            expected = number_connections(parse_records(expect.get("received", b"")))
            check("received", diff_records(expected, clean_records(self._received(), context), case.unordered))
        check("request times", self._late_or_early())
        if "responses" in expect or self.responses:
            want = parse_records(expect.get("responses", b""))
            check("responses", diff_records(want, clean_records(self.responses, context), case.unordered))
        if "files" in expect or case.collect:
            actual = context.clean(self._files())
            check("files", diff_text(expect.get("files", b"").decode(), actual, case.unordered))
        return problems
