"""One sink that is dead or slow, and what its buffer's policy means for the others of the same source."""

import threading
import time
import unittest

from scenario import Answer, EndToEndTest, Script, free_port, messages, numbered, wait_until

CONFIG = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sinks.ill]
type = "http"
inputs = ["in"]
uri = "{ill}"
encoding.codec = "json"
batch.max_events = 1
request.concurrency = 1
request.timeout_secs = 60
healthcheck.enabled = false
{buffer}

[sinks.well]
type = "http"
inputs = ["in"]
uri = "{well}"
encoding.codec = "json"
"""


class IsolationTest(EndToEndTest):
    def start(self, buffer: str) -> None:
        self.ill, self.well = self.backend(Script(Answer(200, hang=True))), self.backend()
        self.port = free_port()
        config = CONFIG.format(port=self.port, ill=self.ill.url, well=self.well.url, buffer=buffer)
        self.pipeline = self.engine(config).start([self.port])

    def recover(self) -> None:
        self.ill.stop()
        self.ill.script.default = Answer(200)
        self.ill.start()

    def arrived(self) -> list[str]:
        return messages(self.well.snapshot())

    def test_block_holds_back_the_source_and_so_the_other_sink(self) -> None:
        self.start('buffer = { type = "memory", max_events = 10, when_full = "block" }')
        results = []
        thread = threading.Thread(target=lambda: results.append(self.send(self.port, numbered(200), timeout=60)))
        thread.start()
        self.ill.wait_for(1, 10)
        time.sleep(1.5)
        count = len(self.arrived())
        self.assertLess(count, 60, "the clients wait")
        time.sleep(0.5)
        self.assertEqual(len(self.arrived()), count)
        self.recover()
        thread.join()
        self.assert_all_accepted(results[0])
        self.assert_ids_arrive(results[0].accepted(), self.arrived, 20)
        self.assert_ids_arrive(results[0].accepted(), lambda: messages(self.ill.snapshot()), 20)

    def test_drop_newest_lets_the_other_sink_go_on(self) -> None:
        self.start('buffer = { type = "memory", max_events = 10, when_full = "drop_newest" }')
        sent = self.send(self.port, numbered(500))
        self.assert_all_accepted(sent, slowest=2.0)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)

    def test_a_disk_buffer_lets_the_other_sink_go_on_and_loses_nothing(self) -> None:
        self.start('buffer = { type = "disk", max_size = 100_000_000 }')
        sent = self.send(self.port, numbered(1000))
        self.assert_all_accepted(sent, slowest=2.0)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)
        self.recover()
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.ill.snapshot()), 30)

    def test_a_dead_sink_behind_a_condition_stops_only_its_own_events(self) -> None:
        self.start('condition = \'.message == "ill"\'\n'
                   'buffer = { type = "memory", max_events = 1, when_full = "block" }')
        sent = self.send(self.port, numbered(500))
        self.assert_all_accepted(sent, slowest=2.0)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)

    def test_a_full_disk_buffer_that_drops_lets_the_other_sink_go_on(self) -> None:
        self.start('buffer = { type = "disk", max_size = 1_100_000, when_full = "drop_newest" }')
        sent = self.send(self.port, [each.__class__(each.id, each.body + b" " * 20_000) for each in numbered(200)])
        self.assert_all_accepted(sent, slowest=2.0)
        wait_until(lambda: {each.strip() for each in self.arrived()} >= sent.accepted(), 20, "ids")


if __name__ == "__main__":
    unittest.main()
