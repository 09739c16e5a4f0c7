"""Hostile input to socket, stdin and file: bounded memory, the process lives, others are served."""

import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from certificates import Authority
from scenario import EndToEndTest, Engine, free_port, is_sanitized, wait_until

CONFIG = """\
data_dir = "@DIR@/data"
[sources.in]
{source}
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/out.txt"
encoding.codec = "text"
"""
MIB = 1 << 20
LINE = 100  # MiB without a newline
BLOCK = b"x" * MIB


def most_memory(engine: Engine) -> int:
    """Bytes that the process ever had in memory."""
    for line in Path(f"/proc/{engine.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


class HostileStreamsTest(EndToEndTest):
    def run_source(self, source: str, **start) -> Engine:
        self.port = free_port()
        return self.engine(CONFIG.format(source=source.replace("@PORT@", str(self.port)))).start(**start)

    def lines(self, engine: Engine) -> list[int]:
        """Lengths of the lines that arrived."""
        path = engine.folder / "out.txt"
        return [len(line) for line in path.read_bytes().splitlines()] if path.exists() else []

    def socket_source(self, options: str = "") -> Engine:
        engine = self.run_source(f'type = "socket"\nmode = "tcp"\naddress = "127.0.0.1:@PORT@"\n{options}')
        wait_until(lambda: "has started" in engine.log(), 20, engine.log())
        return engine

    def send(self, *pieces: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
            except OSError:
                pass  # it was closed before all was sent

    def assert_serves(self, engine: Engine, line: bytes = b"good\n", length: int = 4) -> None:
        before = self.lines(engine).count(length)
        self.assertFalse(engine.exited(), engine.log())
        self.send(line)
        wait_until(lambda: self.lines(engine).count(length) > before, 30, engine.log())

    def test_a_line_without_end_over_tcp(self) -> None:
        engine = self.socket_source('framing = { method = "newline_delimited", newline_delimited.max_length = 102_400 }')
        self.send(*[BLOCK] * LINE, b"\nshort\n")
        wait_until(lambda: 5 in self.lines(engine), 60, engine.log())
        self.assertNotIn(LINE * MIB, self.lines(engine))
        if not is_sanitized():
            self.assertLess(most_memory(engine), 300 * MIB)
        self.assert_serves(engine)

    def test_a_line_within_no_limit_over_tcp_is_bounded_by_its_own_size(self) -> None:
        engine = self.socket_source()
        self.send(*[BLOCK] * LINE, b"\n")
        wait_until(lambda: self.lines(engine), 60, engine.log())
        if not is_sanitized():
            self.assertLess(most_memory(engine), 700 * MIB)
        self.assert_serves(engine)

    def test_lengths_that_lie_over_tcp(self) -> None:
        engine = self.socket_source('framing = { method = "length_delimited", length_delimited = {} }')
        for head in (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff" + BLOCK, b"\x00\x80\x00\x01" + BLOCK * 9, b"\x00"):
            self.send(head)
            self.assert_serves(engine, b"\x00\x00\x00\x04good")
        if not is_sanitized():
            self.assertLess(most_memory(engine), 200 * MIB)

    def test_octet_counts_that_lie_over_tcp(self) -> None:
        engine = self.socket_source('framing.method = "octet_counting"\nframing.octet_counting.max_length = 1024')
        for head in (b"99999999999999999999999 x\n", b"-1 x\n", b"1" * 100_000, b"4294967296 x", b"7 a"):
            self.send(head)
            self.assert_serves(engine, b"4 good")

    def test_bytes_of_other_protocols_over_tcp(self) -> None:
        engine = self.socket_source('decoding.codec = "json"')
        for bytes_ in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
                       b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00" * 4096 + b"\n", b"\xff\xfe\xfd\n",
                       b"[" * 1_000_000 + b"\n", b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"):
            self.send(bytes_)
        self.assert_serves(engine, b'{"message":"good"}\n')

    def test_many_silent_connections_over_tcp(self) -> None:
        engine = self.socket_source()
        silent = [socket.create_connection(("127.0.0.1", self.port), 30) for _ in range(500)]
        self.assert_serves(engine)
        for connection in silent:
            connection.close()
        if not is_sanitized():
            self.assertLess(most_memory(engine), 300 * MIB)
        self.assert_serves(engine)

    def test_a_line_without_end_on_stdin(self) -> None:
        engine = self.run_source('type = "stdin"\nframing = { method = "newline_delimited", newline_delimited.max_length = 102_400 }', stdin=subprocess.PIPE)
        pipe = engine.process.stdin
        for _ in range(LINE):
            pipe.write(BLOCK)
        pipe.write(b"\ngood\n")
        pipe.flush()
        wait_until(lambda: 4 in self.lines(engine), 60, engine.log())
        self.assertEqual(self.lines(engine), [4])
        if not is_sanitized():
            self.assertLess(most_memory(engine), 300 * MIB)

    def test_a_line_without_end_in_a_file(self) -> None:
        engine = self.engine(CONFIG.format(source='type = "file"\ninclude = ["@DIR@/in.log"]\nread_from = "beginning"\n'
                                           'glob_minimum_cooldown_ms = 50'))
        with (engine.folder / "in.log").open("wb") as file:
            file.write(b"first\n")
            for _ in range(LINE):
                file.write(BLOCK)
            file.write(b"\ngood\n\x00\xff\xfe\n")
        engine.start()
        wait_until(lambda: len(self.lines(engine)) >= 3, 60, engine.log())
        self.assertEqual(self.lines(engine)[:2], [5, 4])
        if not is_sanitized():
            self.assertLess(most_memory(engine), 300 * MIB)

    def test_a_peer_that_does_not_end_its_tls_handshake(self) -> None:
        engine = self.engine("")
        identity = Authority(engine.folder).issue("server")
        self.port = free_port()
        engine.write_config(CONFIG.format(source=f'type = "socket"\nmode = "tcp"\naddress = "127.0.0.1:{self.port}"\n'
                                          f'tls.enabled = true\ntls.crt_file = "{identity.certificate}"\n'
                                          f'tls.key_file = "{identity.key}"'))
        engine.start()
        wait_until(lambda: "has started" in engine.log(), 20, engine.log())
        self.send(b"plain text\n")
        with socket.create_connection(("127.0.0.1", self.port), 30):
            context = ssl.create_default_context(cafile=str(identity.certificate.parent / "ca.crt"))
            with context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 30),
                                     server_hostname="localhost") as secured:
                secured.sendall(b"good\n")
            wait_until(lambda: self.lines(engine) == [4], 20, engine.log())


class FilePathTest(EndToEndTest):
    def test_events_cannot_lead_a_file_sink_out_of_its_folder(self) -> None:
        port = free_port()
        engine = self.engine(f"""
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
decoding.codec = "json"
framing.method = "newline_delimited"
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/logs/{{{{ name }}}}.log"
encoding.codec = "json"
""")
        engine.start([port])
        names = ["../outside", "../../outside", "a/../../outside", "/etc/outside", "..", "a/..", "a/../b", "./../outside",
                 "x\\u0000y", "good"]
        body = "\n".join('{"name":"%s"}' % name for name in names).encode()
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            self.assertTrue(connection.recv(1000).startswith(b"HTTP/1.1 200"))
        wait_until(lambda: (engine.folder / "logs/good.log").exists(), 20, engine.log())
        self.assertEqual(engine.stop(), 0)
        written = {str(path.relative_to(engine.folder)) for path in engine.folder.rglob("*.log")}
        self.assertEqual({name for name in written if "outside" in name} - {"logs/etc/outside.log"}, set())
        self.assertEqual([path for path in engine.folder.parent.glob("outside*")], [])
        self.assertIn("outside the configured base directory", engine.log())

    def test_what_lies_in_the_data_folder_is_for_its_owner_only(self) -> None:
        engine = self.engine("""
data_dir = "@DIR@/data"
[sources.in]
type = "file"
include = ["@DIR@/in.log"]
[sinks.out]
type = "http"
inputs = ["in"]
uri = "http://127.0.0.1:9"
encoding.codec = "text"
buffer = { type = "disk", max_size = 10_000_000 }
""")
        (engine.folder / "in.log").write_text("a line\n")
        engine.start()
        data = engine.folder / "data"
        wait_until(lambda: any(data.rglob("*.json")) and len(list(data.rglob("*"))) > 4, 20, engine.log())
        time.sleep(0.2)
        engine.stop()
        for path in data.rglob("*"):
            with self.subTest(path=str(path.relative_to(data))):
                self.assertEqual(path.stat().st_mode & 0o077, 0)

    def test_no_output_shows_a_secret(self) -> None:
        secrets = ("s3cret-pass", "s3cret-token", "s3cret-key")
        engine = self.engine("""
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:99999"
auth = { strategy = "basic", username = "u", password = "s3cret-pass", extra = 1 }
tls = { enabled = "yes", key_pass = "s3cret-key" }
[sinks.out]
type = "http"
inputs = ["in"]
uri = "nonsense"
auth = { strategy = "bearer", token = "s3cret-token", user = 7 }
encoding.codec = "text"
""")
        for arguments in (["validate", "vector.toml"], ["--config", "vector.toml"], ["graph", "--config", "vector.toml"]):
            done = subprocess.run([engine.binary, *arguments], cwd=engine.folder, capture_output=True, text=True, timeout=30)
            for secret in secrets:
                with self.subTest(arguments=arguments, secret=secret):
                    self.assertNotIn(secret, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
