"""One stream is worked on by all workers, and arrives in order all the same."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import unittest
from contextlib import closing
from pathlib import Path

from scenario import Answer, EndToEndTest, Script, free_port, wait_until

TRANSFORMS_AND_SINK = """
[transforms.some]
type = "filter"
inputs = ["in"]
condition = 'mod(to_int!(.message), 7) != 0'

[transforms.numbers]
type = "remap"
inputs = ["some"]
source = '. = {"n": to_int!(.message)}'

[sinks.out]
type = "file"
inputs = ["numbers"]
path = "@DIR@/out.jsonl"
encoding.codec = "json"
"""

STDIN = """\
[sources.in]
type = "stdin"
"""

SOCKET = """\
[sources.in]
type = "socket"
mode = "tcp"
address = "127.0.0.1:{port}"
"""

HTTP = """\
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
decoding.codec = "json"
framing.method = "newline_delimited"

[transforms.some]
type = "filter"
inputs = ["in"]
condition = 'mod(int!(.n), 7) != 0'

[sinks.out]
type = "file"
inputs = ["some"]
path = "@DIR@/out.jsonl"
encoding.codec = "json"
encoding.only_fields = ["n"]
acknowledgements.enabled = {acknowledged}
"""

FILE = """\
data_dir = "@DIR@/data"

[sources.in]
type = "file"
include = ["@DIR@/in.log"]
"""

SLOW = """\
[sources.in]
type = "stdin"

[transforms.same]
type = "remap"
inputs = ["in"]
source = '.seen = true'

[sinks.out]
type = "http"
inputs = ["same"]
uri = "{uri}"
encoding.codec = "json"
request.concurrency = 1
request.timeout_secs = 60
"""


def lines(count: int) -> bytes:
    """The numbers from 0, one a line."""
    return "".join(f"{number}\n" for number in range(count)).encode()


def expected(count: int) -> list[int]:
    """What is left of them."""
    return [number for number in range(count) if number % 7]


class OrderedStreamTest(EndToEndTest):
    def run_engine(self, source: str, ports: list[int] | None = None, **options):
        self.pipeline = self.engine(source + TRANSFORMS_AND_SINK,
                                    ["--threads", "4", "--config", "vector.toml"]).start(ports, **options)
        return self.pipeline

    def arrived(self) -> list[int]:
        """The numbers in the sink's file, without a line that is still being written."""
        path: Path = self.pipeline.folder / "out.jsonl"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line)["n"] for line in text[:text.rfind("\n") + 1].splitlines()]

    def assert_in_order(self, count: int) -> None:
        arrived = self.arrived()
        self.assertEqual(len(arrived), len(expected(count)))
        self.assertTrue(arrived == expected(count), "out of order")

    def test_stdin_keeps_its_order(self) -> None:
        count = 1_000_000
        pipeline = self.run_engine(STDIN, stdin=subprocess.PIPE)
        pipeline.process.stdin.write(lines(count))
        pipeline.process.stdin.close()
        self.assertEqual(pipeline.wait(120), 0)
        self.assert_in_order(count)

    def test_one_connection_keeps_its_order(self) -> None:
        count = 300_000
        port = free_port()
        pipeline = self.run_engine(SOCKET.format(port=port), [port])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(lines(count))
        wait_until(lambda: (self.arrived() or [0])[-1] == expected(count)[-1], 60, "the last line")
        self.assert_in_order(count)
        pipeline.signal(signal.SIGTERM)
        self.assertEqual(pipeline.wait(30), 0)

    def post(self, port: int, body: bytes) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as client:
            client.request("POST", "/", body)
            return client.getresponse().status

    def check_large_bodies(self, acknowledged: str) -> None:
        count, bodies = 40_000, 3
        port = free_port()
        config = HTTP.format(port=port, acknowledged=acknowledged)
        self.pipeline = self.engine(config, ["--threads", "4", "--config", "vector.toml"]).start([port])
        for first in range(0, bodies * count, count):
            body = "".join(f'{{"n":{number}}}\n' for number in range(first, first + count))
            self.assertGreater(len(body), 400_000)
            self.assertEqual(self.post(port, body.encode()), 200)
        wait_until(lambda: (self.arrived() or [0])[-1] == expected(bodies * count)[-1], 60, "the last line")
        self.assert_in_order(bodies * count)

    def test_large_bodies_keep_their_order(self) -> None:
        self.check_large_bodies("false")

    def test_large_bodies_keep_their_order_with_acknowledgements(self) -> None:
        self.check_large_bodies("true")

    def test_a_large_body_with_a_bad_line_is_refused_whole(self) -> None:
        port = free_port()
        config = HTTP.format(port=port, acknowledged="false")
        self.pipeline = self.engine(config, ["--threads", "4", "--config", "vector.toml"]).start([port])
        lines = [f'{{"n":{number}}}\n' for number in range(60_000)]
        lines[30_000] = '{"n":\n'
        self.assertEqual(self.post(port, "".join(lines).encode()), 400)
        self.assertEqual(self.post(port, b'{"n":1}\n'), 200)
        wait_until(lambda: self.arrived() != [], 30, "the event after it")
        self.assertEqual(self.arrived(), [1])

    def test_one_file_keeps_its_order(self) -> None:
        count = 300_000
        pipeline = self.engine(FILE + TRANSFORMS_AND_SINK, ["--threads", "4", "--config", "vector.toml"])
        (pipeline.folder / "in.log").write_bytes(lines(count))
        self.pipeline = pipeline.start()
        wait_until(lambda: (self.arrived() or [0])[-1] == expected(count)[-1], 60, "the last line")
        self.assert_in_order(count)
        pipeline.signal(signal.SIGTERM)
        self.assertEqual(pipeline.wait(30), 0)
        # The checkpoint is behind all of it.
        (pipeline.folder / "out.jsonl").unlink()
        with (pipeline.folder / "in.log").open("ab") as log:
            log.write(f"{count + 1}\n".encode())
        pipeline.start()
        wait_until(lambda: self.arrived() != [], 30, "the line that was added")
        self.assertEqual(self.arrived(), [count + 1])

    def test_a_stop_in_mid_stream_delivers_what_was_read(self) -> None:
        pipeline = self.run_engine(STDIN, stdin=subprocess.PIPE)

        def write() -> None:
            try:
                pipeline.process.stdin.write(lines(5_000_000))
            except BrokenPipeError:
                pass

        writer = threading.Thread(target=write)
        writer.start()
        wait_until(lambda: len(self.arrived()) > 20_000, 60, "events")
        pipeline.signal(signal.SIGTERM)
        self.assertEqual(pipeline.wait(60), 0)
        writer.join()
        arrived = self.arrived()
        # The line that the stop cut in two comes as what there is of it.
        whole = arrived[:-1]
        self.assertTrue(whole == expected(5_000_000)[:len(whole)], "a gap, or out of order")

    def test_a_sink_that_stands_still_bounds_what_is_read(self) -> None:
        target = self.backend(Script(Answer(200, hang=True)))
        pipeline = self.engine(SLOW.format(uri=target.url),
                               ["--threads", "4", "--config", "vector.toml"]).start(stdin=subprocess.PIPE)
        descriptor = pipeline.process.stdin.fileno()
        os.set_blocking(descriptor, False)
        line = b"x" * 999 + b"\n"
        written, quiet = 0, 0
        while quiet < 20 and written < 100_000_000:
            try:
                written += os.write(descriptor, line * 64)
                quiet = 0
            except BlockingIOError:
                quiet += 1
                threading.Event().wait(0.1)
        # Eight tickets, what is read ahead, the pipe, the sink's queue and a request under way.
        self.assertLess(written, 20_000_000)
        resident = int(Path(f"/proc/{pipeline.process.pid}/statm").read_text().split()[1]) * 4096
        self.assertLess(resident, 300 << 20)


if __name__ == "__main__":
    unittest.main()
