"""When a client gets its answer, and which."""

import json
import time
import unittest

from scenario import Answer, EndToEndTest, HttpClient, Response, Script, free_port, messages, numbered

SOURCE = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
"""

SINK = """
[sinks.{name}]
type = "http"
inputs = ["{input}"]
uri = "{uri}"
encoding.codec = "text"
batch.max_events = 1
healthcheck.enabled = false
"""

ACKNOWLEDGED = "acknowledgements.enabled = true\n"
DISK = "buffer = { type = \"disk\", max_size = 10_000_000 }\n"


class AcknowledgementTest(EndToEndTest):
    def start(self, config: str) -> None:
        self.port = free_port()
        self.pipeline = self.engine(SOURCE.format(port=self.port) + config).start([self.port])

    def sink(self, target, name: str = "out", extra: str = "", input: str = "in") -> str:
        return SINK.format(name=name, uri=target.url, input=input) + extra

    def post(self, body: bytes = b"x") -> tuple[Response, float]:
        """The response and how long it took."""
        began = time.monotonic()
        with HttpClient(self.port) as client:
            response = client.send(body=body)
        return response, time.monotonic() - began

    def test_without_acknowledgements_the_answer_does_not_wait_for_the_backend(self) -> None:
        target = self.backend(Script(Answer(200, delay=2)))
        self.start(self.sink(target))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertLess(seconds, 1.0)
        target.wait_for(1)

    def test_with_acknowledgements_the_answer_waits_for_delivery(self) -> None:
        self.start(self.sink(self.backend(Script(Answer(200, delay=1.5))), extra=ACKNOWLEDGED))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertGreater(seconds, 1.4)

    def test_a_refused_delivery_is_400(self) -> None:
        self.start(self.sink(self.backend(Script(Answer(400))), extra=ACKNOWLEDGED))
        response, _ = self.post()
        self.assertEqual(response.status, 400)
        self.assertEqual(json.loads(response.body), {"code": 400, "message": "Contents failed to deliver to sink"})

    def test_one_failing_sink_of_two_is_400(self) -> None:
        good, bad = self.backend(), self.backend(Script(Answer(400)))
        self.start(self.sink(good, "good", ACKNOWLEDGED) + self.sink(bad, "bad", ACKNOWLEDGED))
        self.assertEqual(self.post()[0].status, 400)
        good.wait_for(1)

    def test_the_slowest_acknowledged_sink_decides(self) -> None:
        fast, slow = self.backend(), self.backend(Script(Answer(200, delay=1.5)))
        self.start(self.sink(fast, "fast", ACKNOWLEDGED) + self.sink(slow, "slow", ACKNOWLEDGED))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertGreater(seconds, 1.4)

    def test_a_disk_buffer_answers_once_stored_although_the_backend_is_down(self) -> None:
        target = self.backend()
        target.stop()
        self.start(self.sink(target, extra=DISK + ACKNOWLEDGED))
        sent = self.send(self.port, numbered(200))
        self.assert_all_accepted(sent, slowest=1.0)
        self.pipeline.kill()
        self.pipeline.start([self.port])
        target.start()
        self.assert_ids_arrive(sent.accepted(), lambda: [r.body.decode().strip() for r in target.snapshot()])

    def test_filtered_events_count_as_delivered(self) -> None:
        target = self.backend(Script(Answer(400)))
        self.start('[transforms.none]\ntype = "filter"\ninputs = ["in"]\ncondition = "false"\n'
                   + self.sink(target, extra=ACKNOWLEDGED, input="none"))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertLess(seconds, 1.0)
        self.assertEqual(target.snapshot(), [])

    def test_events_that_a_program_drops_count_as_delivered(self) -> None:
        target = self.backend(Script(Answer(400)))
        self.start('[transforms.none]\ntype = "remap"\ninputs = ["in"]\nsource = "abort"\ndrop_on_abort = true\n'
                   + self.sink(target, extra=ACKNOWLEDGED, input="none"))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertLess(seconds, 1.0)
        self.assertEqual(target.snapshot(), [])

    def test_dropped_events_that_are_rerouted_decide_as_others(self) -> None:
        target, other = self.backend(), self.backend(Script(Answer(400)))
        self.start('[transforms.some]\ntype = "remap"\ninputs = ["in"]\nreroute_dropped = true\ndrop_on_abort = true\n'
                   'source = \'if .message == "bad" { abort }\'\n'
                   + self.sink(target, extra=ACKNOWLEDGED, input="some")
                   + self.sink(other, "other", ACKNOWLEDGED, "some.dropped"))
        self.assertEqual(self.post(b"good")[0].status, 200)
        self.assertEqual(self.post(b"bad")[0].status, 400)
        self.assertEqual(len(target.snapshot()), 1)

    def test_routes_wait_for_the_sink_of_their_events_only(self) -> None:
        fast, slow = self.backend(), self.backend(Script(Answer(200, delay=1.5)))
        self.start('[transforms.by]\ntype = "route"\ninputs = ["in"]\n'
                   'route.fast = \'.message == "fast"\'\nroute.slow = \'.message == "slow"\'\n'
                   + self.sink(fast, "fast", ACKNOWLEDGED, "by.fast") + self.sink(slow, "slow", ACKNOWLEDGED, "by.slow"))
        for body, least, most in ((b"fast", 0, 1.0), (b"slow", 1.4, 10), (b"neither", 0, 1.0)):
            response, seconds = self.post(body)
            self.assertEqual(response.status, 200)
            self.assertGreaterEqual(seconds, least)
            self.assertLess(seconds, most)

    def test_one_request_on_two_routes_waits_for_both(self) -> None:
        good, bad = self.backend(), self.backend(Script(Answer(400)))
        config = ('[transforms.by]\ntype = "route"\ninputs = ["in"]\n'
                  'route.good = \'.message == "good"\'\nroute.bad = \'.message == "bad"\'\n'
                  + self.sink(good, "good", ACKNOWLEDGED, "by.good") + self.sink(bad, "bad", ACKNOWLEDGED, "by.bad"))
        self.port = free_port()
        source = SOURCE.format(port=self.port) + 'framing.method = "newline_delimited"\n'
        self.pipeline = self.engine(source + config).start([self.port])
        self.assertEqual(self.post(b"good\ngood")[0].status, 200)
        self.assertEqual(self.post(b"good\nbad")[0].status, 400)

    def test_a_disk_buffer_and_an_acknowledged_sink_are_waited_for_both(self) -> None:
        down, slow = self.backend(), self.backend(Script(Answer(200, delay=1.5)))
        down.stop()
        self.start(self.sink(down, "stored", DISK) + self.sink(slow, "slow", ACKNOWLEDGED))
        response, seconds = self.post()
        self.assertEqual(response.status, 200)
        self.assertGreater(seconds, 1.4)
        self.pipeline.kill()
        self.pipeline.start([self.port])
        down.start()
        down.wait_for(1, 10)

    def test_each_request_gets_its_own_answer(self) -> None:
        target = self.backend(Script(Answer(200), [Answer(200), Answer(400), Answer(200)]))
        self.start(self.sink(target, extra=ACKNOWLEDGED + "request.concurrency = 1\n"))
        self.assertEqual([self.post()[0].status for _ in range(4)], [200, 400, 200, 200])

    def test_an_undecodable_body_is_400_and_delivers_nothing(self) -> None:
        target = self.backend()
        self.port = free_port()
        source = SOURCE.format(port=self.port) + 'decoding.codec = "json"\n'
        sink = self.sink(target).replace('"text"', '"json"')
        self.pipeline = self.engine(source + sink).start([self.port])
        self.assertEqual(self.post(b'{"message": "good"}\n{broken')[0].status, 400)
        self.assertEqual(self.post(b'{"message": "next"}')[0].status, 200)
        target.wait_for(1)
        self.assertEqual(messages(target.snapshot()), ["next"])


if __name__ == "__main__":
    unittest.main()
