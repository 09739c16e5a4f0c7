"""HTTP receivers for tests: they record requests as they came and answer as scripted."""

import re
import socket
import threading
import time
from dataclasses import dataclass, field

from ports import free_port


@dataclass(frozen=True)
class Answer:
    """What a backend sends back. `hang` keeps the connection open and never answers."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    delay: float = 0.0
    hang: bool = False

    @staticmethod
    def from_json(value: dict) -> "Answer":
        """An answer as case files write it: status, headers, body, delay."""
        return Answer(
            value.get("status", 200),
            tuple(value.get("headers", {}).items()),
            value.get("body", "").encode(),
            float(value.get("delay", 0)),
        )


@dataclass(frozen=True)
class Request:
    """One received request; `headers` keeps order, spelling and repetitions."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int
    at: float

    def header(self, name: str) -> str | None:
        """The first value of a header, names compared without case."""
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)

    def header_values(self, name: str) -> list[str]:
        """All values of a header in the order in which they came."""
        return [v for k, v in self.headers if k.lower() == name.lower()]


@dataclass
class Script:
    """Answers of a backend: first `paths`, then `script` in order, then `default`."""

    default: Answer = Answer()
    script: list[Answer] = field(default_factory=list)
    paths: dict[str, Answer] = field(default_factory=dict)


class HttpBackend:
    """A threaded HTTP/1.1 server on 127.0.0.1. `stop` closes every connection; `start` binds the same port again.

    `requests` grows in the order in which requests were read completely; it survives stop and start.
    """

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.requests: list[Request] = []
        self.port = free_port()
        self.changed = threading.Condition()
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._connection_count = 0
        self._stopping = threading.Event()
        self.start()

    def __enter__(self) -> "HttpBackend":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listens; after stop() on the same port as before."""
        deadline = time.monotonic() + 10
        while True:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", self.port))
                break
            except OSError:
                listener.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        listener.listen(1024)
        self._stopping = threading.Event()
        self._listener = listener
        thread = threading.Thread(target=self._accept, args=(listener, self._stopping), daemon=True)
        thread.start()
        self._threads = [thread]

    def stop(self) -> None:
        """Closes the listening socket and every connection, and waits for the threads."""
        if self._listener is None:
            return
        self._stopping.set()
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self._listener = None
        with self.changed:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        for thread in self._threads:
            thread.join(5)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Request]:
        """The requests once at least `count` have come; AssertionError at the deadline."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"backend {self.port}: {len(self.requests)} requests, expected {count}")
            return list(self.requests)

    def snapshot(self) -> list[Request]:
        """The requests so far."""
        with self.changed:
            return list(self.requests)

    def _accept(self, listener: socket.socket, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self._connections.add(connection)
                self._connection_count += 1
                number = self._connection_count
            thread = threading.Thread(target=self._serve, args=(connection, number, stopping), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket, number: int, stopping: threading.Event) -> None:
        reader = connection.makefile("rb")
        try:
            while not stopping.is_set():
                request = _read_request(reader, connection, number)
                if request is None:
                    return
                with self.changed:
                    if stopping.is_set():
                        return
                    self.requests.append(request)
                    answer = self._choose(request)
                    self.changed.notify_all()
                if answer.hang:
                    stopping.wait()
                    return
                if answer.delay and stopping.wait(answer.delay):
                    return
                connection.sendall(_answer_bytes(request, answer))
                if (request.header("connection") or "").lower() == "close":
                    return
        except (OSError, ValueError):
            return
        finally:
            reader.close()
            connection.close()
            with self.changed:
                self._connections.discard(connection)

    def _choose(self, request: Request) -> Answer:
        path = request.target.partition("?")[0]
        if path in self.script.paths:
            return self.script.paths[path]
        if self.script.script:
            return self.script.script.pop(0)
        return self.script.default


def _read_request(reader, connection: socket.socket, number: int) -> Request | None:
    line = reader.readline(65536)
    if not line:
        return None
    method, target, _ = line.decode("latin-1").rstrip("\r\n").split(" ", 2)
    headers = _read_headers(reader)
    names = {name.lower(): value for name, value in headers}
    if names.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in names.get("transfer-encoding", "").lower():
        body = _read_chunked(reader)
    else:
        length = int(names.get("content-length", "0"))
        body = reader.read(length)
        if len(body) != length:
            raise ValueError("truncated body")
    return Request(method, target, tuple(headers), body, number, time.monotonic())


def _read_headers(reader) -> list[tuple[str, str]]:
    headers = []
    while True:
        line = reader.readline(1 << 20)
        if not line:
            raise ValueError("truncated headers")
        line = line.decode("latin-1").rstrip("\r\n")
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers.append((name, value.strip(" \t")))


def _read_chunked(reader) -> bytes:
    body = bytearray()
    while True:
        size = int(re.split(rb"[;\r\n]", reader.readline(1024))[0], 16)
        if size == 0:
            _read_headers(reader)
            return bytes(body)
        piece = reader.read(size)
        if len(piece) != size:
            raise ValueError("truncated chunk")
        body += piece
        reader.readline(8)


def _answer_bytes(request: Request, answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} Scripted"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    empty = answer.status in (204, 304) or answer.status < 200
    if not empty:
        lines.append(f"content-length: {len(answer.body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head if empty or request.method == "HEAD" else head + answer.body
