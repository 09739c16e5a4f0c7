"""Receivers for tests that record bytes from TCP connections, UDP datagrams and Unix sockets."""

import os
import socket
import threading


class SocketReceiver:
    """Records what arrives. Each TCP or Unix stream connection is one record, each datagram one."""

    def __init__(self, kind: str, datagram: bool = False, path: str | None = None) -> None:
        self.kind = kind
        self.datagram = datagram or kind == "udp"
        self.records: list[bytearray] = []
        self.port = 0
        self._path = path
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM if self.datagram else socket.SOCK_STREAM)
        if path is not None:
            self._socket.bind(path)
        else:
            self._socket.bind(("127.0.0.1", 0))
            self.port = self._socket.getsockname()[1]
        if not self.datagram:
            self._socket.listen(64)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def snapshot(self) -> list[bytes]:
        """The records so far."""
        with self._lock:
            return [bytes(record) for record in self.records]

    def stop(self) -> None:
        """Closes everything."""
        self._stopping = True
        with self._lock:
            sockets = [self._socket, *self._open]
        for each in sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join(2)
        self._socket.close()
        if self._path is not None and os.path.exists(self._path):
            os.unlink(self._path)

    def _run(self) -> None:
        self._socket.settimeout(0.1)
        while not self._stopping:
            try:
                if self.datagram:
                    data = self._socket.recv(1 << 16)
                    if data or not self._stopping:
                        with self._lock:
                            self.records.append(bytearray(data))
                    continue
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            connection.settimeout(None)
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        record = bytearray()
        with self._lock:
            self._open.add(connection)
            self.records.append(record)
        try:
            while data := connection.recv(1 << 16):
                with self._lock:
                    record += data
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()
