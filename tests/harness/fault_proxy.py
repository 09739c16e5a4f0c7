"""A TCP proxy with faults, to stand between the engine and what it sends to (or between clients and the engine)."""

import socket
import struct
import threading
import time
from enum import Enum

LINGER_NONE = struct.pack("ii", 1, 0)


class Fault(Enum):
    """What happens to a connection. Without one it passes bytes both ways."""

    NONE = "none"
    REFUSE = "refuse"  # RST as soon as it is accepted
    RESET = "reset"  # RST once the request has begun to come
    RESET_ANSWER = "reset answer"  # the destination gets everything; RST instead of its answer
    HALF_CLOSE = "half close"  # FIN once the request has begun to come, reading on
    STALL = "stall"  # takes everything, answers nothing
    GARBAGE = "garbage"  # takes everything, answers what is no HTTP
    TRUNCATE = "truncate"  # the beginning of the answer, then FIN
    SLOW = "slow"  # reads 4 KiB every 20 ms


class FaultProxy:
    """Listens on 127.0.0.1. Connections take their fault from `faults`, in order; later ones have `default`."""

    def __init__(self, target: int, faults: list[Fault] | None = None, default: Fault = Fault.NONE) -> None:
        self.target = target
        self.faults = list(faults or [])
        self.default = default
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The base address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def heal(self) -> None:
        """New connections pass; those under way are cut."""
        with self._lock:
            self.faults, self.default = [], Fault.NONE
        self.cut()

    def cut(self) -> None:
        """Ends every connection."""
        with self._lock:
            for each in self._open:
                _shut(each)

    def stop(self) -> None:
        """Ends everything."""
        self._stopping.set()
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                fault = self.faults.pop(0) if self.faults else self.default
                self.connections += 1
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client, fault), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault) -> None:
        try:
            if fault in (Fault.NONE, Fault.SLOW, Fault.RESET_ANSWER, Fault.TRUNCATE):
                self._relay(client, fault)
            else:
                self._fail(client, fault)
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            client.close()

    def _fail(self, client: socket.socket, fault: Fault) -> None:
        if fault is Fault.REFUSE:
            return _reset(client)
        client.recv(1)
        if fault is Fault.RESET:
            return _reset(client)
        if fault is Fault.HALF_CLOSE:
            client.shutdown(socket.SHUT_WR)
        if fault is Fault.GARBAGE:
            client.recv(1 << 16)
            client.sendall(b"\x00\xff SMTP ready\r\n\r\n\x01\x02\x03" * 4)
        while client.recv(1 << 16):
            pass
        return None

    def _relay(self, client: socket.socket, fault: Fault) -> None:
        with socket.create_connection(("127.0.0.1", self.target), 10) as server:
            server.settimeout(None)
            with self._lock:
                self._open.add(server)
            back = threading.Thread(target=self._answers, args=(server, client, fault), daemon=True)
            back.start()
            try:
                while piece := client.recv(4096 if fault is Fault.SLOW else 1 << 16):
                    server.sendall(piece)
                    if fault is Fault.SLOW:
                        time.sleep(0.02)
                server.shutdown(socket.SHUT_WR)
            except OSError:
                _shut(server)
            back.join()
            with self._lock:
                self._open.discard(server)

    def _answers(self, server: socket.socket, client: socket.socket, fault: Fault) -> None:
        try:
            while piece := server.recv(1 << 16):
                if fault is Fault.RESET_ANSWER:
                    return _reset(client)
                if fault is Fault.TRUNCATE:
                    client.sendall(piece[:12])
                    break
                client.sendall(piece)
        except OSError:
            pass
        _shut(client)
        return None


def _reset(connection: socket.socket) -> None:
    """The last close sends RST; a reader that is blocked in another thread is woken first."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass
    connection.close()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
