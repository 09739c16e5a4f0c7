"""Starts and stops the engine for tests, always by pid, and waits for conditions with a deadline."""

import mmap
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ports import free_port, listens  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
PASSED_ENVIRONMENT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")


def default_binary() -> str:
    """$ENGINE_BINARY, else the newest engine below build/*/."""
    if "ENGINE_BINARY" in os.environ:
        return os.environ["ENGINE_BINARY"]
    found = [path for path in ROOT.glob("build/*/engine") if path.is_file()]
    found += [path for path in ROOT.glob("build/*/bin/engine") if path.is_file()]
    if not found:
        raise SystemExit("no engine below build/*/: build it first, or pass --binary PATH")
    return str(max(found, key=lambda path: path.stat().st_mtime))


def is_sanitized() -> bool:
    """Whether the engine is built with a sanitizer, which takes memory and time of its own."""
    with open(default_binary(), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as binary:
        return any(binary.find(symbol) >= 0 for symbol in (b"__asan_init", b"__tsan_init"))


def wait_until(condition: Callable[[], object], timeout: float = 10.0, what: str = "condition") -> None:
    """Polls until `condition()` is true; AssertionError at the deadline."""
    deadline = time.monotonic() + timeout
    pause = 0.002
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"timed out after {timeout:g} s waiting for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def udp_port_bound(port: int) -> bool:
    """Whether some socket of this machine is bound to the port: nothing answers a datagram."""
    tables = [table for table in map(Path, ("/proc/net/udp", "/proc/net/udp6")) if table.exists()]
    lines = [line for table in tables for line in table.read_text().splitlines()[1:]]
    return any(int(line.split()[1].rpartition(":")[2], 16) == port for line in lines)


def port_open(port: int) -> bool:
    """Whether something accepts connections on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


class Engine:
    """One engine process in its own folder. `kill` and `stop` act on its pid only.

    The folder holds the configuration and everything that the process writes; `start` after `stop` or `kill`
    runs it again in the same folder.
    """

    def __init__(self, config: str, arguments: list[str] | None = None, binary: str | None = None,
                 environment: dict[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="engine-e2e-")
        self.folder = Path(self._folder.name)
        self.arguments = arguments if arguments is not None else ["--config", "vector.toml"]
        self.binary = binary or default_binary()
        self.environment = environment or {}
        self.write_config(config)
        self.process: subprocess.Popen | None = None
        self._logs: list[Path] = []

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_config(self, config: str) -> None:
        """Replaces vector.toml; `@DIR@` stands for the folder."""
        (self.folder / "vector.toml").write_text(config.replace("@DIR@", str(self.folder)))

    def start(self, ports: list[int] | None = None, timeout: float = 20.0,
              stdin: int = subprocess.DEVNULL) -> "Engine":
        """Starts the process and waits until it accepts connections on `ports`; stdin as subprocess.Popen takes it.

        It must be the process itself that does: a stranger on its port would take what the test sends.
        """
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TZ": "UTC"}
        environment |= {k: os.environ[k] for k in PASSED_ENVIRONMENT if k in os.environ} | self.environment
        log = self.folder / f"stderr-{len(self._logs)}.log"
        self._logs.append(log)
        with log.open("wb") as stderr, (self.folder / "stdout.log").open("ab") as stdout:
            self.process = subprocess.Popen(
                [self.binary, *self.arguments], cwd=self.folder, env=environment,
                stdin=stdin, stdout=stdout, stderr=stderr)
        for port in ports or []:
            wait_until(lambda: self.exited() or (listens(self.pid, port) and port_open(port)), timeout,
                       f"port {port}\n{self.log()}")
            if self.exited():
                raise AssertionError(f"engine ended with {self.process.returncode}:\n{self.log()}")
        return self

    @property
    def pid(self) -> int:
        """The pid of the running process."""
        return self.process.pid

    def exited(self) -> bool:
        """Whether the process has ended."""
        return self.process is None or self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to this process."""
        self.process.send_signal(number)

    def wait(self, timeout: float = 30.0) -> int:
        """Waits for the end; the exit code, negative for a signal."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"engine still runs after {timeout:g} s\n{self.log()}") from None

    def stop(self, timeout: float = 30.0) -> int:
        """SIGTERM and wait: the graceful way."""
        # Before it logs it may not have come to take signals, and would die of this one.
        patience = time.monotonic() + 3
        while not self.exited() and self._logs[-1].stat().st_size == 0 and time.monotonic() < patience:
            time.sleep(0.002)
        if not self.exited():
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """SIGKILL and reap: a crash."""
        if not self.exited():
            self.process.kill()
        self.process.wait()

    def log(self) -> str:
        """Everything on stderr so far, of all starts."""
        return "".join(path.read_text(errors="replace") for path in self._logs if path.exists())

    def stdout(self) -> str:
        """Everything on stdout so far, of all starts."""
        path = self.folder / "stdout.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        """Ends the process if it still runs and removes the folder."""
        if self.process is not None:
            self.kill()
            if self.process.stdin is not None:
                self.process.stdin.close()
        self._folder.cleanup()
