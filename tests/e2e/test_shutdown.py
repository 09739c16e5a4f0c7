"""SIGTERM and SIGINT finish what was accepted; a second signal ends at once."""

import signal
import socket
import time
import unittest

from scenario import Answer, EndToEndTest, HttpClient, Script, free_port, messages, numbered, port_refused, wait_until

CONFIG = """\
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
batch.max_events = 1
request.timeout_secs = 60
healthcheck.enabled = false
"""


class ShutdownTest(EndToEndTest):
    def start(self, answer: Answer, arguments: list[str] | None = None) -> None:
        self.target = self.backend(Script(answer))
        self.port = free_port()
        config = CONFIG.format(port=self.port, uri=self.target.url)
        self.pipeline = self.engine(config, (arguments or []) + ["--config", "vector.toml"]).start([self.port])

    def check_graceful(self, number: signal.Signals) -> None:
        self.start(Answer(200, delay=0.3))
        sent = self.send(self.port, numbered(20))
        self.assert_all_accepted(sent)
        self.pipeline.signal(number)
        self.assertEqual(self.pipeline.wait(30), 0)
        self.assertEqual(set(messages(self.target.snapshot())), sent.accepted())

    def test_sigterm_delivers_what_was_accepted(self) -> None:
        self.check_graceful(signal.SIGTERM)

    def test_sigint_delivers_what_was_accepted(self) -> None:
        self.check_graceful(signal.SIGINT)

    def test_new_connections_are_refused_while_shutting_down(self) -> None:
        self.start(Answer(200, delay=3))
        self.assert_all_accepted(self.send(self.port, numbered(1)))
        self.target.wait_for(1)
        self.pipeline.signal(signal.SIGTERM)
        wait_until(lambda: port_refused(self.port), 2, "the port to close")
        self.assertFalse(self.pipeline.exited(), "the request to the sink is still under way")
        self.assertEqual(self.pipeline.wait(15), 0)

    def test_an_idle_connection_does_not_hold_up_the_shutdown(self) -> None:
        self.start(Answer(200))
        with HttpClient(self.port) as client, socket.create_connection(("127.0.0.1", self.port)):
            self.assertEqual(client.send(body=b"x").status, 200)
            self.pipeline.signal(signal.SIGTERM)
            self.assertEqual(self.pipeline.wait(5), 0)

    def check_second_signal(self, first: signal.Signals, second: signal.Signals) -> None:
        self.start(Answer(200, hang=True))
        self.assert_all_accepted(self.send(self.port, numbered(1)))
        self.target.wait_for(1)
        self.pipeline.signal(first)
        time.sleep(0.5)
        self.assertFalse(self.pipeline.exited(), "the first signal waits for the sink")
        began = time.monotonic()
        self.pipeline.signal(second)
        self.assertEqual(self.pipeline.wait(5), 0)
        self.assertLess(time.monotonic() - began, 1.0)

    def test_a_second_sigterm_ends_at_once(self) -> None:
        self.check_second_signal(signal.SIGTERM, signal.SIGTERM)

    def test_sigint_after_sigterm_ends_at_once(self) -> None:
        self.check_second_signal(signal.SIGTERM, signal.SIGINT)

    def test_sigquit_ends_at_once(self) -> None:
        self.start(Answer(200, hang=True))
        self.assert_all_accepted(self.send(self.port, numbered(1)))
        self.target.wait_for(1)
        began = time.monotonic()
        self.pipeline.signal(signal.SIGQUIT)
        self.assertEqual(self.pipeline.wait(5), 0)
        self.assertLess(time.monotonic() - began, 1.0)

    def test_the_limit_ends_a_stuck_sink(self) -> None:
        self.start(Answer(200, hang=True), ["--graceful-shutdown-limit-secs", "2"])
        self.assert_all_accepted(self.send(self.port, numbered(1)))
        self.target.wait_for(1)
        began = time.monotonic()
        self.pipeline.signal(signal.SIGTERM)
        self.assertEqual(self.pipeline.wait(10), 0)
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertLess(time.monotonic() - began, 4.0)

    def test_an_idle_engine_ends_quickly(self) -> None:
        self.start(Answer(200))
        began = time.monotonic()
        self.assertEqual(self.pipeline.stop(5), 0)
        self.assertLess(time.monotonic() - began, 1.0)


if __name__ == "__main__":
    unittest.main()
