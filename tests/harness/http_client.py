"""HTTP clients for tests: one raw request, and a keep-alive client that sends exactly the bytes it is told."""

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Response:
    """A parsed response; header names in lower case, in order."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name.lower()), None)


def raw_request(port: int, data: bytes, timeout: float = 10.0) -> bytes:
    """Sends bytes on a new connection and returns everything up to the end of the stream."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.settimeout(timeout)
        connection.sendall(data)
        out = bytearray()
        while True:
            try:
                piece = connection.recv(1 << 16)
            except TimeoutError:
                if out:
                    return bytes(out)
                raise
            if not piece:
                return bytes(out)
            out += piece


def parse_response(data: bytes) -> Response:
    """Parses the head of `data`; the rest is the body, chunks put together."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = tuple(_header(line) for line in lines[1:])
    response = Response(int(lines[0].split(" ", 2)[1]), headers, body)
    if (response.header("transfer-encoding") or "").lower() == "chunked":
        return Response(response.status, headers, _dechunk(body))
    return response


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _dechunk(data: bytes) -> bytes:
    out = bytearray()
    while data:
        line, _, data = data.partition(b"\r\n")
        size = int(line.split(b";")[0] or b"0", 16)
        if size == 0:
            break
        out += data[:size]
        data = data[size + 2:]
    return bytes(out)


class HttpClient:
    """One keep-alive connection; connects again when the server has closed it. Not for several threads at once."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.port = port
        self.timeout = timeout
        self._socket: socket.socket | None = None
        self._reader = None

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, if one is open."""
        if self._reader is not None:
            self._reader.close()
        if self._socket is not None:
            self._socket.close()
        self._socket = self._reader = None

    def send(self, method: str = "POST", target: str = "/", body: bytes = b"",
             headers: list[tuple[str, str]] | None = None) -> Response:
        """Sends one request and reads its response. OSError when the connection breaks."""
        data = encode_request(method, target, body, headers or [], f"127.0.0.1:{self.port}")
        fresh = self._socket is None
        try:
            return self._exchange(method, data)
        except (ConnectionError, ValueError):
            self.close()
            if fresh:
                raise
        return self._exchange(method, data)

    def _exchange(self, method: str, data: bytes) -> Response:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = self._socket.makefile("rb")
        try:
            self._socket.sendall(data)
            return self._read(method)
        except BaseException:
            self.close()
            raise

    def _read(self, method: str) -> Response:
        line = self._reader.readline(65536)
        if not line:
            raise ConnectionResetError("connection closed before the response")
        status = int(line.split(b" ", 2)[1])
        headers = []
        while (line := self._reader.readline(65536)) not in (b"\r\n", b"\n"):
            if not line:
                raise ConnectionResetError("connection closed inside the headers")
            headers.append(_header(line.decode("latin-1")))
        response = Response(status, tuple(headers), b"")
        if status == 100:
            return self._read(method)
        body = b"" if method == "HEAD" or status in (204, 304) else self._read_body(response)
        if (response.header("connection") or "").lower() == "close":
            self.close()
        return Response(status, tuple(headers), body)

    def _read_body(self, response: Response) -> bytes:
        if (response.header("transfer-encoding") or "").lower() == "chunked":
            out = bytearray()
            while size := int(self._reader.readline(1024).split(b";")[0], 16):
                out += self._reader.read(size)
                self._reader.readline(8)
            self._reader.readline(8)
            return bytes(out)
        length = response.header("content-length")
        return self._reader.read() if length is None else self._reader.read(int(length))


def encode_request(method: str, target: str, body: bytes, headers: list[tuple[str, str]],
                   host: str, length: bool = True) -> bytes:
    """The bytes of a request; `headers` are written as they are, in order."""
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if length and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
