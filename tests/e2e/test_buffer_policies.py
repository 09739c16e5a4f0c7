"""What buffers do when they are full, compressed, or too small for an event, with their metrics."""

import json
import subprocess
import unittest

from scenario import (Answer, EndToEndTest, HttpClient, Outgoing, Response, Script, free_port, messages, numbered,
                      wait_until)

SOURCE = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sources.ask]
type = "http_server"
address = "127.0.0.1:{ask}"

[transforms.metrics]
type = "remap"
inputs = ["ask"]
source = '''
. = {{
    "question": .message,
    "found": find_vector_metrics("buffer_discarded_events_total", tags: {{ "component_id": "out" }})
}}
'''

[sinks.answers]
type = "console"
inputs = ["metrics"]
encoding.codec = "json"
"""

SINK = """
[sinks.{name}]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
batch.max_events = 1
request.concurrency = 1
request.timeout_secs = 60
healthcheck.enabled = false
buffer = {buffer}
"""

STDIN = """\
data_dir = "@DIR@/data"

[sources.in]
type = "stdin"
max_length = 10_000_000
"""


def large(name: str, size: int) -> bytes:
    """A body that begins with its name."""
    return name.encode() + b":" + b"x" * size


class BufferPolicyTest(EndToEndTest):
    def start(self, sinks: str) -> None:
        self.port, self.ask = free_port(), free_port()
        self.pipeline = self.engine(SOURCE.format(port=self.port, ask=self.ask) + sinks)
        self.pipeline.start([self.port, self.ask])
        self.questions = 0

    def sink(self, target, buffer: str, name: str = "out") -> str:
        return SINK.format(name=name, uri=target.url, buffer=buffer)

    def hanging(self):
        return self.backend(Script(Answer(200, hang=True)))

    def release(self, target) -> None:
        """The backend answers from now on; hanging connections break."""
        target.stop()
        target.script.default = Answer(200)
        target.start()

    def post(self, body: bytes) -> Response:
        with HttpClient(self.port) as client:
            return client.send(body=body)

    def discarded(self, intentional: bool = True) -> int:
        """The sink's `buffer_discarded_events_total`, as the engine itself tells."""
        self.questions += 1
        question = str(self.questions)
        with HttpClient(self.ask) as client:
            self.assertEqual(client.send(body=question.encode()).status, 200)
        found = []

        def answered() -> bool:
            events = [json.loads(line) for line in self.pipeline.stdout().splitlines() if line.endswith("}")]
            found[:] = [event["found"] for event in events if event["question"] == question]
            return bool(found)
        wait_until(answered, 20, "the metrics")
        wanted = "true" if intentional else "false"
        return sum(int(metric["value"]) for metric in found[0] if wanted in str(metric["tags"]["intentional"]))

    def ids(self, target) -> list[str]:
        return [message.partition(":")[0] for message in messages(target.snapshot())]

    # Memory

    def test_a_memory_buffer_that_rejects_answers_503_at_once_and_discards_nothing(self) -> None:
        target = self.hanging()
        self.start(self.sink(target, '{ type = "memory", max_events = 20, when_full = "reject" }'))
        sent = self.send(self.port, numbered(1500), 20)
        self.assertEqual(set(sent.status.values()), {200, 503})
        self.assertLess(max(sent.seconds.values()), 10, "nobody waits")
        self.assertIsNotNone(self.post(b"more").header("retry-after"))
        self.assertEqual(self.discarded(), 0)
        self.release(target)
        self.assert_ids_arrive(sent.accepted(), lambda: self.ids(target))
        self.assertEqual(set(self.ids(target)), sent.accepted(), "what was refused is not delivered")

    def test_a_memory_buffer_that_drops_the_oldest_keeps_the_newest_and_counts_the_rest(self) -> None:
        target = self.hanging()
        self.start(self.sink(target, '{ type = "memory", max_events = 20, when_full = "drop_oldest" }'))
        requests = numbered(1500)
        self.assert_all_accepted(self.send(self.port, requests, 1))
        discarded = self.discarded()
        self.assertGreater(discarded, 0)
        self.release(target)
        kept = {request.id for request in requests[-20:]} | {requests[0].id}
        self.assert_ids_arrive(kept, lambda: self.ids(target))
        wait_until(lambda: len(set(self.ids(target))) == len(requests) - discarded, 20, "what was not discarded")
        self.assertEqual(self.discarded(), discarded)

    # Disk

    def test_a_disk_buffer_that_drops_the_oldest_counts_each_event_once(self) -> None:
        target = self.hanging()
        self.start(self.sink(target, '{ type = "disk", max_size = 1_000_000, when_full = "drop_oldest" }'))
        requests = [Outgoing(r.id, large(r.id, 20_000)) for r in numbered(150)]
        self.assert_all_accepted(self.send(self.port, requests, 1))
        discarded = self.discarded()
        self.assertGreater(discarded, 50, "3 MB do not fit into 1 MB")
        self.release(target)
        wait_until(lambda: len(set(self.ids(target))) == len(requests) - discarded, 30, "what was not discarded")

    def test_a_compressed_disk_buffer_is_smaller_and_is_read_after_kills(self) -> None:
        target = self.hanging()
        self.start(self.sink(target, '{ type = "disk", max_size = 4_000_000, compression = "zstd" }'))
        requests = [Outgoing(r.id, large(r.id, 50_000)) for r in numbered(400)]
        for part in (requests[:200], requests[200:]):
            self.assert_all_accepted(self.send(self.port, part, 8))
            self.pipeline.kill()
            self.pipeline.start([self.port])
        segments = list((self.pipeline.folder / "data" / "engine" / "buffer" / "out").glob("segment-*"))
        self.assertLess(sum(file.stat().st_size for file in segments), 2_000_000, "20 MB of one letter")
        self.release(target)
        self.assert_ids_arrive({request.id for request in requests}, lambda: self.ids(target))
        self.assertEqual({len(message) for message in messages(target.snapshot())}, {50_009})

    def test_an_event_larger_than_the_disk_buffer_is_413_and_counted(self) -> None:
        target = self.backend()
        self.start(self.sink(target, '{ type = "disk", max_size = 1_100_000 }'))
        self.assertEqual(self.post(large("huge", 2_000_000)).status, 413)
        self.assertEqual(self.discarded(intentional=False), 1)
        self.assertEqual(self.post(b"small").status, 200)
        self.assert_ids_arrive({"small"}, lambda: self.ids(target))
        self.assertEqual(self.ids(target), ["small"])

    def test_an_event_larger_than_one_of_two_disk_buffers_is_413_and_in_neither(self) -> None:
        roomy, narrow = self.backend(), self.backend()
        self.start(self.sink(roomy, '{ type = "disk", max_size = 20_000_000 }', "roomy") +
                   self.sink(narrow, '{ type = "disk", max_size = 1_100_000 }'))
        self.assertEqual(self.post(large("huge", 2_000_000)).status, 413)
        self.assertEqual(self.discarded(intentional=False), 1)
        self.assertEqual(self.post(b"small").status, 200)
        for target in (roomy, narrow):
            self.assert_ids_arrive({"small"}, lambda: self.ids(target))
            self.assertEqual(self.ids(target), ["small"])

    def read_stdin(self, sinks: str, lines: bytes) -> None:
        """An engine that reads these lines. At the end of its input it leaves on disk what it has not sent."""
        self.pipeline = self.engine(STDIN + sinks).start(stdin=subprocess.PIPE)
        self.pipeline.process.stdin.write(lines)
        self.pipeline.process.stdin.flush()

    def assert_arrive(self, target, names: list[str]) -> None:
        wait_until(lambda: len(self.ids(target)) >= len(names), 20, f"{names}\n{self.pipeline.log()}")
        self.assertEqual(self.ids(target), names, self.pipeline.log())

    def test_an_event_larger_than_the_disk_buffer_is_dropped_alone_where_nobody_can_be_told(self) -> None:
        lines = b"before\n" + large("huge", 2_000_000) + b"\nafter\n"
        for names in (["out"], ["out", "other"]):
            targets = [self.backend() for _ in names]
            self.read_stdin("".join(self.sink(target, '{ type = "disk", max_size = 1_100_000 }', name)
                                    for name, target in zip(names, targets)), lines)
            for target in targets:
                self.assert_arrive(target, ["before", "after"])
            self.assertEqual(self.pipeline.log().count("larger than the disk buffer. count=1"), len(names))

    def test_events_that_fit_one_by_one_are_stored_although_they_came_together(self) -> None:
        target = self.backend()
        names = [f"line-{number}" for number in range(12)]
        self.read_stdin(self.sink(target, '{ type = "disk", max_size = 1_100_000 }'),
                        b"".join(large(name, 500_000) + b"\n" for name in names))
        self.assert_arrive(target, names)


if __name__ == "__main__":
    unittest.main()
