"""The processes of a measurement: the engine, and nginx as the receiver that answers everything."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

NGINX = """\
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    keepalive_requests 1000000000;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200; }}
    }}
}}
"""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child process with its own log, ended by its pid."""

    def __init__(self, command: list[str], folder: Path, stdin=subprocess.DEVNULL) -> None:
        self.log = folder / f"{Path(command[0]).name}.log"
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=folder, stdin=stdin, stdout=log, stderr=log)

    def wait_listening(self, port: int) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise SystemExit(f"{self.process.args[0]} does not listen:\n"
                                     f"{self.log.read_text(errors='replace')}") from None
                time.sleep(0.005)

    def cpu_seconds(self) -> float:
        """User and system time so far, of all threads (proc(5): fields 14 and 15 of stat)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, name: str) -> float:
        """VmRSS: the resident set; VmHWM: the largest so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) / 1024

    def context_switches(self) -> int:
        """Of all threads, so far."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            total += sum(int(line.split()[1]) for line in (task / "status").read_text().splitlines()
                         if "ctxt_switches" in line)
        return total

    def wait_idle(self, timeout: float = 20) -> float:
        """Until it uses no CPU any more: its queues are empty. Gives the time of its last use, to 20 ms."""
        deadline = time.monotonic() + timeout
        last = time.monotonic()
        before = self.cpu_seconds()
        while time.monotonic() < deadline and time.monotonic() - last < 0.4:
            time.sleep(0.02)
            now = self.cpu_seconds()
            if now - before >= 0.01:
                before, last = now, time.monotonic()
        return last

    def wait_end(self) -> tuple[float, float, float]:
        """Waits until it ends by itself: seconds since its start, CPU seconds, peak MiB."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            raise SystemExit(f"{self.process.args[0]} failed:\n{self.log.read_text(errors='replace')}")
        return time.monotonic() - self.started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_receiver(folder: Path) -> tuple[Process, int]:
    """nginx that answers everything with 200."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port))
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    process = Process([nginx, "-p", str(folder), "-e", str(folder / "nginx-error.log"), "-c", str(config)], folder)
    process.wait_listening(port)
    return process, port
