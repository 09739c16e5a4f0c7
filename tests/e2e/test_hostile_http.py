"""Hostile input to http_server: each has a defined end, the process lives, others are served, memory is bounded."""

import gzip
import json
import os
import socket
import unittest
import zlib
from pathlib import Path

from scenario import EndToEndTest, HttpClient, free_port, is_sanitized, wait_until

CONFIG = """\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
strict_path = false
{options}
[sinks.out]
type = "{sink}"
inputs = ["in"]
{sink_options}
"""
FILE = 'path = "@DIR@/out.txt"\nencoding.codec = "json"'
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
SMUGGLED = b"POST /smuggled HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
MIB = 1 << 20
# Address space that sanitizers keep for themselves makes their memory no measure.
SANITIZED = is_sanitized()


class HostileHttpTest(EndToEndTest):
    def serve(self, options: str = "", sink: str = "file", sink_options: str = FILE, arguments=None) -> None:
        self.port = free_port()
        config = CONFIG.format(port=self.port, options=options, sink=sink, sink_options=sink_options)
        self.instance = self.engine(config, arguments).start([self.port])

    def memory(self, kind: str = "VmHWM") -> int:
        """Bytes of the process; VmHWM is the most that it ever had."""
        for line in Path(f"/proc/{self.instance.pid}/status").read_text().splitlines():
            if line.startswith(kind + ":"):
                return int(line.split()[1]) * 1024
        raise AssertionError(kind)

    def statuses(self, *pieces: bytes, half_close: bool = False) -> list[int]:
        """The statuses that one connection answers until it closes or has been quiet for a while."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            out = b""
            try:
                for piece in pieces:
                    connection.sendall(piece)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it was refused before all was sent: the answer may still be there
            connection.settimeout(1.5)
            self.closed = False
            try:
                while piece := connection.recv(1 << 16):
                    out += piece
                self.closed = True
            except TimeoutError:
                pass
            except ConnectionResetError:
                self.closed = True
        return [int(line.split()[1]) for line in out.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]

    def paths(self) -> list[str]:
        file = self.instance.folder / "out.txt"
        return [json.loads(line)["path"] for line in file.read_text().splitlines()] if file.exists() else []

    def assert_serves(self) -> None:
        self.assertFalse(self.instance.exited(), self.instance.log())
        with HttpClient(self.port) as client:
            self.assertEqual(client.send(body=b"{}", target="/good").status, 200)
        self.assertNotIn("/smuggled", self.paths())

    def assert_refused(self, request: bytes, status: int | tuple[int, ...] = 400) -> None:
        """One answer, of that status, and the connection is closed: nothing behind it is looked at."""
        wanted = status if isinstance(status, tuple) else (status,)
        with self.subTest(request=request[:120]):
            got = self.statuses(request)
            self.assertEqual(len(got), 1, got)
            self.assertIn(got[0], wanted)
            self.assertTrue(self.closed, "still open")
            self.assert_serves()

    def test_forms_of_request_smuggling_are_refused(self) -> None:
        self.serve()
        chunks = b"0\r\n\r\n" + SMUGGLED
        for fields in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                       b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                       b"Content-Length: 5\r\nContent-Length: 6\r\n",
                       b"Content-Length: 5, 6\r\n",
                       b"Content-Length: +5\r\n",
                       b"Content-Length: -5\r\n",
                       b"Content-Length: 0x5\r\n",
                       b"Content-Length: 5 5\r\n",
                       b"Content-Length: five\r\n",
                       b"Content-Length:\r\n",
                       b"Content-Length: 99999999999999999999999\r\n",
                       b"Content-Length : 5\r\n",
                       b"Transfer-Encoding : chunked\r\n",
                       b" Transfer-Encoding: chunked\r\n",
                       b"X: a\r\n Transfer-Encoding: chunked\r\n",
                       b"X: a\r\n\tfolded\r\n",
                       b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                       b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                       b"No colon\r\n",
                       b": no name\r\n",
                       b"X\x00: a\r\n",
                       b"X: a\x00b\r\n",
                       b"X: a\nTransfer-Encoding: chunked\r\n",
                       b"X: a\rTransfer-Encoding: chunked\r\n"):
            self.assert_refused(HEAD + fields + b"\r\n" + chunks)

    def test_transfer_codings_other_than_chunked_are_refused(self) -> None:
        self.serve()
        for coding in (b"xchunked", b"identity", b"gzip, chunked", b"chunked, identity", b"chunked;q=1", b"\"chunked\"",
                       b"chunked chunked", b"\x0bchunked", b"chunke\xe4", b",chunked"):
            self.assert_refused(HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n" + SMUGGLED, (400, 501))
        self.assert_refused(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED)

    def test_bad_chunks_are_refused(self) -> None:
        self.serve()
        head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
        for chunk in (b"g\r\n", b"-1\r\na", b"+1\r\na", b"0x1\r\na", b"ffffffffffffffffff\r\na", b" 1\r\na", b"\r\n",
                      b"1\ra\r\n0\r\n\r\n", b"1\r\nab\r\n0\r\n\r\n", b"3\r\nabc0\r\n\r\n", b"1;\x00\r\na\r\n0\r\n\r\n"):
            self.assert_refused(head + chunk + b"\r\n" + SMUGGLED)
        self.assert_refused(head + b"7fffffff\r\n" + b"a" * 64, 413)
        self.assert_refused(head + b"1;" + b"x" * 100_000 + b"\r\na\r\n0\r\n\r\n", (400, 431))
        self.assert_refused(head + b"0\r\n" + b"Trailer: x\r\n" * 20_000 + b"\r\n", (400, 431))
        self.assertEqual(self.statuses(head + b"3;name=value\r\n{ }\r\n0\r\nTrailer: x\r\n\r\n"), [200])

    def test_malformed_heads_are_refused(self) -> None:
        self.serve()
        for head in (b"POST / HTTP/1.1\nHost: a\nContent-Length: 0\n\n", b"\x00\x00\x00\x00\r\n\r\n",
                     b"POST  / HTTP/1.1\r\n\r\n", b"POST /\r\n\r\n", b"POST / HTTP/3.0\r\n\r\n", b"POST / HTTP/1.1 \r\n\r\n",
                     b"POST /a b HTTP/1.1\r\n\r\n", b"POST /\x00 HTTP/1.1\r\n\r\n", b"P\xffST / HTTP/1.1\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
                     b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2):
            self.assert_refused(head, (400, 505))

    def test_oversized_heads_are_refused(self) -> None:
        self.serve()
        self.assert_refused(b"POST /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414)
        self.assert_refused(b"A" * 200_000, (400, 414))
        self.assert_refused(HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431)
        self.assert_refused(HEAD + b"".join(b"X%d: a\r\n" % n for n in range(10_000)) + b"\r\n", 431)
        self.assert_refused(HEAD + b"a:b\r\n" * 1_500 + b"\r\n", 431)
        self.assertEqual(self.statuses(HEAD + b"a:b\r\n" * 900 + b"Content-Length: 0\r\n\r\n"), [200])

    def test_oversized_bodies_are_refused_before_they_are_read(self) -> None:
        self.serve()
        for length in (101 * MIB, 1 << 40, (1 << 63) - 1, (1 << 64) - 1):
            self.assert_refused(HEAD + b"Content-Length: %d\r\n\r\n" % length, 413)
        before = self.memory("VmRSS")
        idle = [socket.create_connection(("127.0.0.1", self.port), 10) for _ in range(64)]
        for connection in idle:
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\nx" % (100 * MIB))
        self.assert_serves()  # announcing 6 GiB takes neither memory nor the others' budget
        if not SANITIZED:
            self.assertLess(self.memory("VmRSS") - before, 64 * MIB)
        for connection in idle:
            connection.close()
        self.assert_serves()

    def test_large_bodies_arrive_whole_within_the_budget(self) -> None:
        self.serve('decoding.codec = "bytes"', "blackhole", "")
        body = os.urandom(MIB) * 40
        with HttpClient(self.port, 60) as client:
            for _ in range(4):
                self.assertEqual(client.send(body=body).status, 200)
        if not SANITIZED:
            self.assertLess(self.memory(), 500 * MIB)

    def test_bombs_are_refused_within_bounded_memory(self) -> None:
        self.serve('decoding.codec = "bytes"', "blackhole", "", ["--config", "vector.toml",
                                                                 "--max-decompressed-size-bytes", str(32 * MIB)])
        bomb = gzip.compress(bytes(200 * MIB), 9)
        nested = gzip.compress(gzip.compress(gzip.compress(bytes(64 * MIB), 9), 9), 9)
        before = self.memory("VmRSS")
        forms = ((b"gzip", bomb, 413), (b"deflate", zlib.compress(bytes(64 * MIB), 9), 413),
                 (b"gzip, gzip, gzip", nested, 413), (b"gzip," * 20 + b"gzip", nested, 415), (b"br", b"x", 415),
                 (b"gzip", bomb[:1000], 422), (b"zstd", b"\x28\xb5\x2f\xfd\xff" * 10, 422), (b"snappy", b"\xff\xff\xff\xff\x0f", (413, 422)))
        for encoding, body, status in forms:
            with self.subTest(encoding=encoding):
                request = HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body)) + body
                got = self.statuses(request)
                self.assertEqual(len(got), 1)
                self.assertIn(got[0], status if isinstance(status, tuple) else (status,))
        request = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
        many = [socket.create_connection(("127.0.0.1", self.port), 60) for _ in range(32)]
        for connection in many:
            connection.sendall(request)
        for connection in many:
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413"))
            connection.close()
        if not SANITIZED:
            self.assertLess(self.memory() - before, 400 * MIB)
        self.assert_serves()

    def test_good_compressed_bodies_of_any_ratio_are_taken(self) -> None:
        self.serve('decoding.codec = "bytes"', "blackhole", "")
        for size in (0, 1, 5_000, 100_000, 90 * MIB):
            body = gzip.compress(bytes(size), 9)
            with HttpClient(self.port, 60) as client:
                self.assertEqual(client.send(body=body, headers=[("Content-Encoding", "gzip")]).status, 200)

    def test_bytes_that_are_no_utf8_and_nul_are_only_bytes(self) -> None:
        self.serve('decoding.codec = "bytes"\nheaders = ["*"]\nquery_parameters = ["*"]')
        self.assertEqual(self.statuses(b"POST /\xff\xfe?a=%ff&b=%zz&%00=\xc3 HTTP/1.1\r\nHost: \xff\r\nX: \xc3\x28\r\n"
                                       b"Content-Length: 4\r\n\r\n\x00\xff\xc3\x28"), [200])
        wait_until(lambda: len(self.paths()) == 1, 20, self.instance.log())
        self.assert_serves()

    def test_deep_json_is_refused(self) -> None:
        self.serve('decoding.codec = "json"')
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            for depth in (200, 100_000, 1_000_000):
                body = opening * depth + b"1" + closing * depth
                request = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
                with self.subTest(depth=depth, opening=opening):
                    self.assertEqual(self.statuses(request), [400])
        for body in (b"[" * 1_000_000, b"\x00", b"{\"a\":\"\xff\"", b"nul", b"1e999999999", b"{\"a\":1,}"):
            request = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
            with self.subTest(body=body[:20]):
                self.assertIn(self.statuses(request), ([400], [200]))
        self.assert_serves()

    def test_a_line_of_a_hundred_mebibytes_is_taken_or_refused_within_bounded_memory(self) -> None:
        self.serve('framing.method = "newline_delimited"\ndecoding.codec = "bytes"', "blackhole", "")
        line = b"x" * MIB
        self.assertEqual(self.statuses(HEAD + b"Content-Length: %d\r\n\r\n" % (99 * MIB), *[line] * 99), [200])
        chunk = b"%x\r\n" % MIB + line + b"\r\n"
        self.assertEqual(self.statuses(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 110), [413])
        if not SANITIZED:
            self.assertLess(self.memory(), 700 * MIB)
        self.assert_serves()

    def test_a_connection_that_ends_early_leaves_nothing(self) -> None:
        self.serve()
        for piece in (b"", b"P", HEAD, HEAD + b"Content-Length: 10\r\n\r\nhalf",
                      HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha", HEAD + b"Transfer-Encoding: chunked\r\n\r\n"):
            with self.subTest(piece=piece):
                self.assertEqual(self.statuses(piece, half_close=True), [])
                self.assertTrue(self.closed)
                connection = socket.create_connection(("127.0.0.1", self.port), 10)
                connection.sendall(piece)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
                connection.close()  # a reset
        self.assert_serves()
        wait_until(self.paths, 10, "the event of the good request")
        self.assertEqual(set(self.paths()), {"/good"})

    def test_half_closed_connections_still_get_their_answers(self) -> None:
        self.serve()
        request = HEAD + b"Content-Length: 2\r\n\r\n{}"
        self.assertEqual(self.statuses(request * 3, half_close=True), [200] * 3)

    def test_a_thousand_pipelined_requests_are_answered(self) -> None:
        self.serve("", "blackhole", "")
        request = HEAD + b"Content-Length: 2\r\n\r\n{}"
        self.assertEqual(self.statuses(request * 1000), [200] * 1000)
        self.assertEqual(self.statuses(request * 500 + b"GARBAGE\r\n\r\n" + request * 500), [200] * 500 + [400])

    def test_credentials_are_compared_whole(self) -> None:
        self.serve('auth.strategy = "basic"\nauth.username = "user"\nauth.password = "secret-word"', "blackhole", "")
        right = b"dXNlcjpzZWNyZXQtd29yZA=="
        for value in (b"", b"Basic", b"Basic " + right[:-4], b"Basic " + right + b"x", b"Bearer " + right, b"Basic " + right * 2,
                      b"Basic " + b"A" * 20_000, b"Basic \xff\xff"):
            self.assertEqual(self.statuses(HEAD + b"Authorization: %s\r\nContent-Length: 0\r\n\r\n" % value), [401])
        self.assertEqual(self.statuses(HEAD + b"Authorization: Basic %s\r\nContent-Length: 0\r\n\r\n" % right), [200])
        self.assertNotIn("secret-word", self.instance.log())
        self.assertNotIn(right.decode(), self.instance.log())


if __name__ == "__main__":
    unittest.main()
