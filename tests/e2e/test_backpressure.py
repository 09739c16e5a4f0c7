"""Full buffers slow clients down; they neither lose nor refuse what can wait."""

import os
import subprocess
import threading
import time
import unittest

from scenario import Answer, EndToEndTest, Script, free_port, messages, numbered, wait_until

HTTP_TO_HTTP = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
batch.max_events = 1
request.concurrency = 1
request.timeout_secs = 60

[sinks.out.buffer]
{buffer}
"""

STDIN_TO_HTTP = """\
[sources.in]
type = "stdin"

[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
batch.max_events = 100
request.concurrency = 1
request.timeout_secs = 60
buffer = {{ type = "memory", max_events = 500, when_full = "block" }}
"""


class BackpressureTest(EndToEndTest):
    def start(self, buffer: str) -> None:
        self.target = self.backend(Script(Answer(200, hang=True)))
        self.port = free_port()
        self.pipeline = self.engine(HTTP_TO_HTTP.format(port=self.port, uri=self.target.url, buffer=buffer))
        self.pipeline.start([self.port])

    def release(self) -> None:
        """The backend answers from now on; hanging connections break."""
        self.target.stop()
        self.target.script.default = Answer(200)
        self.target.start()

    def send_in_background(self, count: int, clients: int) -> tuple[threading.Thread, list]:
        results: list = []
        thread = threading.Thread(
            target=lambda: results.append(self.send(self.port, numbered(count), clients, timeout=60)))
        thread.start()
        return thread, results

    def test_clients_wait_while_a_memory_buffer_is_full_and_nothing_is_lost(self) -> None:
        self.start('type = "memory"\nmax_events = 50\nwhen_full = "block"')
        thread, results = self.send_in_background(3000, clients=20)
        thread.join(4)
        self.assertTrue(thread.is_alive(), "clients must wait for space")
        self.release()
        thread.join(60)
        self.assertFalse(thread.is_alive())
        self.assert_all_accepted(results[0])
        self.assert_ids_arrive(results[0].accepted(), lambda: messages(self.target.snapshot()))

    def test_drop_newest_answers_at_once_and_keeps_what_was_first(self) -> None:
        self.start('type = "memory"\nmax_events = 50\nwhen_full = "drop_newest"')
        sent = self.send(self.port, numbered(3000))
        self.assert_all_accepted(sent, slowest=2.0)
        self.release()
        self.target.wait_for(50, 30)
        time.sleep(1.0)
        arrived = set(messages(self.target.snapshot()))
        self.assertLess(len(arrived), 3000)
        self.assertIn("id-00000", arrived)

    def test_a_full_disk_buffer_stays_within_its_size(self) -> None:
        self.start('type = "disk"\nmax_size = 2_000_000\nwhen_full = "block"')
        requests = [type(r)(r.id, (r.id + ":" + "x" * 20_000).encode()) for r in numbered(300)]
        results: list = []
        thread = threading.Thread(target=lambda: results.append(self.send(self.port, requests, 10, timeout=60)))
        thread.start()
        thread.join(4)
        self.assertTrue(thread.is_alive(), "6 MB do not fit into 2 MB")
        self.assertLessEqual(self.stored_bytes(), 2_100_000)
        self.release()
        thread.join(60)
        self.assertFalse(thread.is_alive())
        self.assert_all_accepted(results[0])
        self.assert_ids_arrive(results[0].accepted(),
                               lambda: [m.partition(":")[0] for m in messages(self.target.snapshot())])

    def stored_bytes(self) -> int:
        """Bytes that the data folder holds, segment files and all."""
        total = 0
        for path in (self.pipeline.folder / "data").rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:
                continue
        return total

    def test_stdin_is_read_no_faster_than_the_sink_takes(self) -> None:
        target = self.backend(Script(Answer(200, hang=True)))
        pipeline = self.engine(STDIN_TO_HTTP.format(uri=target.url)).start(stdin=subprocess.PIPE)
        written, count = 0, 0
        descriptor = pipeline.process.stdin.fileno()
        os.set_blocking(descriptor, False)
        idle_since = time.monotonic()
        line = b"x" * 4000 + b"\n"
        while time.monotonic() - idle_since < 1.5:
            try:
                size = os.write(descriptor, line)
                self.assertEqual(size, len(line))
                written, count, idle_since = written + size, count + 1, time.monotonic()
            except BlockingIOError:
                time.sleep(0.005)
            self.assertLess(written, 200_000_000, "the pipe never filled up")
        target.stop()
        target.script.default = Answer(200)
        target.start()
        os.set_blocking(descriptor, True)
        pipeline.process.stdin.close()
        pipeline.process.stdin = None
        self.assertEqual(pipeline.wait(60), 0)
        self.assertGreaterEqual(len(messages(target.snapshot())), count)

    def test_a_slow_sink_does_not_slow_the_source_of_another_pipeline(self) -> None:
        slow, fast = self.backend(Script(Answer(200, hang=True))), self.backend()
        ports = [free_port(), free_port()]
        config = "".join(
            f'[sources.in{n}]\ntype = "http_server"\naddress = "127.0.0.1:{port}"\n'
            f'[sinks.out{n}]\ntype = "http"\ninputs = ["in{n}"]\nuri = "{target.url}"\nencoding.codec = "json"\n'
            f'buffer = {{ type = "memory", max_events = 10, when_full = "block" }}\n'
            for n, (port, target) in enumerate(zip(ports, (slow, fast))))
        self.engine(config).start(ports)
        self.port = ports[0]
        self.target = slow
        thread, _ = self.send_in_background(5000, clients=20)
        slow.wait_for(1, 20)
        sent = self.send(ports[1], numbered(500))
        self.assert_all_accepted(sent, slowest=2.0)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(fast.snapshot()), 20)
        self.release()
        thread.join(60)
        wait_until(lambda: not thread.is_alive(), 1, "the slow clients")


if __name__ == "__main__":
    unittest.main()
