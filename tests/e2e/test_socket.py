"""Source and sink `socket` beyond their recorded cases: reconnecting, many connections, backpressure, TLS, stopping."""

import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest
from pathlib import Path

from scenario import EndToEndTest, Engine, free_port, wait_until

SOURCE = """\
data_dir = "@DIR@/data"
[sources.in]
type = "socket"
mode = "tcp"
address = "127.0.0.1:{port}"
{options}
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/out.txt"
encoding.codec = "text"
"""
RELAY = """\
data_dir = "@DIR@/data"
[sources.in]
type = "socket"
mode = "{mode}"
{listen}
[sinks.out]
type = "socket"
mode = "{mode}"
inputs = ["in"]
{target}
encoding.codec = "text"
{options}
"""


class Receiver:
    """A TCP server that keeps the lines of all connections; `stop` breaks them off."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: list[str] = []
        self._open: list[socket.socket] = []
        self.start()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection, connection.makefile() as lines:
            try:
                for line in lines:
                    self.lines.append(line.rstrip("\n"))
            except OSError:
                pass


class SocketTest(EndToEndTest):
    def source(self, options: str = "") -> Engine:
        self.port = free_port()
        return self.engine(SOURCE.format(port=self.port, options=options))

    def arrived(self, engine: Engine) -> list[str]:
        path = engine.folder / "out.txt"
        return path.read_text().splitlines() if path.exists() else []

    def write(self, first: int, last: int) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as sender:
            sender.sendall("".join(f"line {number:06}\n" for number in range(first, last)).encode())

    def test_many_connections_at_once_lose_nothing_and_keep_their_order(self) -> None:
        engine = self.source().start([self.port])
        threads = [threading.Thread(target=self.write, args=(n * 1000, n * 1000 + 1000)) for n in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: len(self.arrived(engine)) >= 64_000, 30, engine.log())
        numbers = [int(line.split()[1]) for line in self.arrived(engine)]
        self.assertEqual(sorted(numbers), list(range(64_000)))
        for start in range(0, 64_000, 1000):
            own = [number for number in numbers if start <= number < start + 1000]
            self.assertEqual(own, sorted(own))
        self.assertEqual(engine.stop(), 0)

    def test_a_stop_hands_over_what_open_connections_have_sent(self) -> None:
        engine = self.source().start([self.port])
        with socket.create_connection(("127.0.0.1", self.port)) as sender:
            sender.sendall(b"one\ntwo\nthree, not ended")
            wait_until(lambda: len(self.arrived(engine)) >= 2, 20, engine.log())
            began = time.monotonic()
            engine.signal(signal.SIGTERM)
            self.assertEqual(engine.wait(), 0)
            self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.arrived(engine), ["one", "two", "three, not ended"])

    def test_a_connection_that_is_too_old_is_closed(self) -> None:
        engine = self.source("max_connection_duration_secs = 1").start([self.port])
        with socket.create_connection(("127.0.0.1", self.port)) as sender:
            sender.sendall(b"one\n")
            sender.settimeout(10)
            self.assertEqual(sender.recv(1), b"")
        wait_until(lambda: self.arrived(engine) == ["one"], 20, engine.log())

    def test_further_clients_wait_at_the_connection_limit(self) -> None:
        engine = self.source("connection_limit = 1").start()
        wait_until(lambda: "has started" in engine.log(), 20, "the start")
        with socket.create_connection(("127.0.0.1", self.port)) as first:
            first.sendall(b"first\n")
            wait_until(lambda: self.arrived(engine) == ["first"], 20, engine.log())
            second = socket.create_connection(("127.0.0.1", self.port))
            second.sendall(b"second\n")
            time.sleep(0.3)
            self.assertEqual(self.arrived(engine), ["first"])
        with second:
            wait_until(lambda: self.arrived(engine) == ["first", "second"], 20, engine.log())

    def test_other_origins_are_refused(self) -> None:
        engine = self.source('permit_origin = ["10.0.0.0/8", "192.168.1.7"]').start([self.port])
        with socket.create_connection(("127.0.0.1", self.port)) as sender:
            sender.settimeout(10)
            self.assertEqual(sender.recv(1), b"")
        wait_until(lambda: "permit_origin" in engine.log(), 20, "the log")

    def test_tls_both_ways(self) -> None:
        self.port, target = free_port(), free_port()
        certificate = 'enabled = true, crt_file = "@DIR@/c.crt", key_file = "@DIR@/c.key"'
        engine = self.engine(SOURCE.format(port=self.port, options=f"tls = {{ {certificate} }}"))
        relay = self.engine(RELAY.format(
            mode="tcp", listen=f'address = "127.0.0.1:{target}"', target=f'address = "127.0.0.1:{self.port}"',
            options=f'tls = {{ enabled = true, ca_file = "{engine.folder}/c.crt" }}'))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "c.key", "-out",
                        "c.crt"], cwd=engine.folder, check=True, capture_output=True)
        engine.start([self.port])
        relay.start([target])
        with socket.create_connection(("127.0.0.1", target)) as sender:
            sender.sendall(b"".join(b"secret %d\n" % number for number in range(2000)))
        wait_until(lambda: len(self.arrived(engine)) == 2000, 20, engine.log() + relay.log())
        context = ssl.create_default_context(cafile=str(engine.folder / "c.crt"))
        with socket.create_connection(("127.0.0.1", self.port)) as plain:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as sender:
                sender.sendall(b"direct\n")
                wait_until(lambda: "direct" in self.arrived(engine), 20, engine.log())

    def sent_to(self, path: Path, data: bytes) -> bool:
        with socket.socket(socket.AF_UNIX) as sender:
            try:
                sender.connect(str(path))
            except OSError:
                return False
            sender.sendall(data)
            return True

    def relay(self, options: str = "") -> tuple[Engine, Receiver, socket.socket]:
        port, target = free_port(), free_port()
        receiver = Receiver(target)
        self.addCleanup(receiver.stop)
        engine = self.engine(RELAY.format(mode="tcp", listen=f'address = "127.0.0.1:{port}"',
                                          target=f'address = "127.0.0.1:{target}"', options=options))
        engine.start([port])
        sender = socket.create_connection(("127.0.0.1", port))
        self.addCleanup(sender.close)
        return engine, receiver, sender

    def test_the_sink_connects_again_and_sends_what_has_waited(self) -> None:
        engine, receiver, sender = self.relay('buffer = { type = "disk", max_size = 10_000_000 }')
        sender.sendall(b"before\n")
        wait_until(lambda: receiver.lines == ["before"], 20, engine.log())
        for outage in range(2):
            receiver.stop()
            time.sleep(0.3)  # the sink sees the end of the connection
            lines = [f"during {outage} {number}" for number in range(500)]
            sender.sendall(("\n".join(lines) + "\n").encode())
            wait_until(lambda: "Unable to connect" in engine.log(), 20, engine.log())
            receiver.start()
            wait_until(lambda: set(lines) <= set(receiver.lines), 30, engine.log())
        self.assertEqual(engine.stop(), 0)

    def test_a_destination_that_is_down_at_shutdown_does_not_hold_the_process(self) -> None:
        engine, receiver, sender = self.relay('buffer = { type = "disk", max_size = 10_000_000 }')
        receiver.stop()
        time.sleep(0.3)
        sender.sendall(b"kept\n")
        wait_until(lambda: "Unable to connect" in engine.log(), 20, engine.log())
        self.assertEqual(engine.stop(), 0)
        receiver.start()
        engine.start()
        wait_until(lambda: "kept" in receiver.lines, 20, engine.log())

    def test_datagrams_are_relayed(self) -> None:
        port, target = free_port(), free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", target))
            receiver.settimeout(20)
            engine = self.engine(RELAY.format(mode="udp", listen=f'address = "127.0.0.1:{port}"',
                                              target=f'address = "127.0.0.1:{target}"', options="")).start()
            wait_until(lambda: "has started" in engine.log(), 20, "the start")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for number in range(100):
                    sender.sendto(b"datagram %d" % number, ("127.0.0.1", port))
            self.assertEqual([receiver.recv(100) for _ in range(100)], [b"datagram %d" % n for n in range(100)])
            self.assertEqual(engine.stop(), 0)

    def test_a_unix_socket_that_a_killed_process_left_behind_is_replaced(self) -> None:
        engine = self.source().start([self.port])
        engine.write_config(engine.folder.joinpath("vector.toml").read_text().replace(
            'mode = "tcp"', 'mode = "unix_stream"').replace(
            f'address = "127.0.0.1:{self.port}"', f'path = "{engine.folder}/in.sock"'))
        engine.stop()
        for line in (b"one\n", b"two\n"):
            engine.start()
            wait_until(lambda: self.sent_to(engine.folder / "in.sock", line), 20, engine.log())
            wait_until(lambda: line.decode().strip() in self.arrived(engine), 20, engine.log())
            engine.kill()


if __name__ == "__main__":
    unittest.main()
