"""One source, several readers: each gets every event, and what one changes the others do not see."""

import json
import unittest

from scenario import Answer, EndToEndTest, Script, free_port, messages, numbered

SOURCE = """\
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
"""

HTTP = """
[sinks.{name}]
type = "http"
inputs = {inputs}
uri = "{uri}"
encoding.codec = "json"
healthcheck.enabled = false
"""


class FanOutTest(EndToEndTest):
    def setUp(self) -> None:
        self.port = free_port()

    def start(self, config: str) -> None:
        self.pipeline = self.engine(SOURCE.format(port=self.port) + config).start([self.port])

    def http(self, name: str, target, inputs: list[str]) -> str:
        return HTTP.format(name=name, uri=target.url, inputs=json.dumps(inputs))

    def test_every_sink_gets_every_event(self) -> None:
        one, two = self.backend(), self.backend()
        self.start(self.http("one", one, ["in"]) + self.http("two", two, ["in"])
                   + '[sinks.file]\ntype = "file"\ninputs = ["in"]\npath = "@DIR@/out.log"\nencoding.codec = "text"\n'
                   + '[sinks.console]\ntype = "console"\ninputs = ["in"]\nencoding.codec = "text"\n'
                   + '[sinks.nothing]\ntype = "blackhole"\ninputs = ["in"]\n')
        sent = self.send(self.port, numbered(500))
        self.assert_all_accepted(sent)
        self.assertEqual(self.pipeline.stop(), 0)
        for target in (one, two):
            self.assertEqual(sorted(messages(target.snapshot())), sorted(sent.accepted()))
        self.assertEqual(sorted((self.pipeline.folder / "out.log").read_text().split()), sorted(sent.accepted()))
        self.assertEqual(sorted(self.pipeline.stdout().split()), sorted(sent.accepted()))

    def test_a_change_on_one_branch_is_not_seen_on_the_other(self) -> None:
        plain, changed = self.backend(), self.backend()
        self.start('[transforms.change]\ntype = "remap"\ninputs = ["in"]\nsource = \'\'\'.message = "changed"\n.added = 1\'\'\'\n'
                   + self.http("plain", plain, ["in"]) + self.http("changed", changed, ["change"]))
        sent = self.send(self.port, numbered(200))
        self.assertEqual(self.pipeline.stop(), 0)
        self.assertEqual(sorted(messages(plain.snapshot())), sorted(sent.accepted()))
        self.assertFalse(any("added" in event for r in plain.snapshot() for event in json.loads(r.body)))
        self.assertEqual(messages(changed.snapshot()), ["changed"] * 200)

    def test_conditions_choose_per_event(self) -> None:
        even, odd = self.backend(), self.backend()
        config = SOURCE.format(port=self.port) + 'decoding.codec = "json"\n'
        config += self.http("even", even, ["in"]) + 'condition = ".n == 0"\n'
        config += self.http("odd", odd, ["in"]) + 'condition = { type = "vrl", source = ".n != 0" }\n'
        self.pipeline = self.engine(config).start([self.port])
        requests = [type(r)(r.id, json.dumps({"message": r.id, "n": i % 2}).encode())
                    for i, r in enumerate(numbered(200))]
        self.assert_all_accepted(self.send(self.port, requests))
        self.assertEqual(self.pipeline.stop(), 0)
        self.assertEqual(sorted(messages(even.snapshot())), [r.id for r in requests[0::2]])
        self.assertEqual(sorted(messages(odd.snapshot())), [r.id for r in requests[1::2]])

    def test_a_sink_that_fails_does_not_take_events_from_another(self) -> None:
        good, bad = self.backend(), self.backend(Script(Answer(400)))
        self.start(self.http("good", good, ["in"]) + self.http("bad", bad, ["in"]))
        sent = self.send(self.port, numbered(300))
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(good.snapshot()), 20)

    def test_two_sources_into_one_sink(self) -> None:
        target, other = self.backend(), free_port()
        config = (f'[sources.second]\ntype = "http_server"\naddress = "127.0.0.1:{other}"\n'
                  + self.http("out", target, ["in", "second"]))
        self.pipeline = self.engine(SOURCE.format(port=self.port) + config).start([self.port, other])
        first, second = self.send(self.port, numbered(100, "first")), self.send(other, numbered(100, "second"))
        self.assert_ids_arrive(first.accepted() | second.accepted(), lambda: messages(target.snapshot()), 20)
        self.assertEqual(len(first.accepted() | second.accepted()), 200)


if __name__ == "__main__":
    unittest.main()
