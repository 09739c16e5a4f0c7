"""The first published configuration: one backend behind a disk buffer."""

import threading
import time
import unittest

from scenario import (Answer, EndToEndTest, HttpClient, Script, free_port, messages, numbered, single_backend,
                      wait_until)


class SingleBackendTest(EndToEndTest):
    def setUp(self) -> None:
        self.target = self.backend()
        self.port = free_port()
        self.pipeline = self.engine(single_backend(self.port, self.target))

    def arrived(self) -> list[str]:
        return messages(self.target.snapshot())

    def test_five_hundred_requests_pass(self) -> None:
        self.pipeline.start([self.port])
        sent = self.send(self.port, numbered(500))
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)
        self.assertEqual(len(self.arrived()), 500, "no duplicates without a failure")
        first = self.target.snapshot()[0]
        self.assertEqual((first.method, first.target), ("POST", "/"))
        self.assertEqual(first.header("content-type"), "application/json")
        self.assertEqual(self.pipeline.stop(), 0)

    def test_an_outage_and_a_crash_lose_nothing_that_was_accepted(self) -> None:
        self.pipeline.start([self.port])
        before = self.send(self.port, numbered(500, "before"))
        self.assert_all_accepted(before)
        self.target.stop()
        during = self.send(self.port, numbered(2000, "during"))
        self.assert_all_accepted(during, slowest=1.0)
        self.pipeline.kill()
        self.pipeline.start([self.port])
        self.target.start()
        self.assert_ids_arrive(before.accepted() | during.accepted(), self.arrived)

    def test_a_crash_under_load_loses_nothing_that_was_accepted(self) -> None:
        self.pipeline.start([self.port])
        results = []
        sender = threading.Thread(target=lambda: results.append(self.send(self.port, numbered(4000))))
        sender.start()
        self.target.wait_for(1, 20)
        self.pipeline.kill()
        sender.join()
        accepted = results[0].accepted()
        self.assertGreater(len(accepted), 0)
        self.pipeline.start([self.port])
        self.assert_ids_arrive(accepted, self.arrived)

    def test_repeated_crashes_during_an_outage_lose_nothing(self) -> None:
        self.target.stop()
        accepted: set[str] = set()
        for number in range(4):
            self.pipeline.start([self.port])
            sent = self.send(self.port, numbered(200, f"round{number}"))
            self.assert_all_accepted(sent)
            accepted |= sent.accepted()
            self.pipeline.kill()
        self.pipeline.start([self.port])
        self.target.start()
        self.assert_ids_arrive(accepted, self.arrived)

    def test_a_graceful_restart_neither_loses_nor_repeats(self) -> None:
        self.pipeline.start([self.port])
        sent = self.send(self.port, numbered(300))
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)
        self.assertEqual(self.pipeline.stop(), 0)
        self.pipeline.start([self.port])
        more = self.send(self.port, numbered(1, "more"))
        self.assert_ids_arrive(more.accepted(), self.arrived, 20)
        self.assertEqual(len(self.arrived()), 301)

    def test_the_events_of_one_connection_keep_their_order_within_each_batch(self) -> None:
        self.pipeline.start([self.port])
        sent = self.send(self.port, numbered(500), clients=1)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 20)
        batches = [messages([request]) for request in self.target.snapshot()]
        for batch in batches:
            self.assertEqual(batch, sorted(batch))
        self.assertEqual([each for batch in sorted(batches) for each in batch], sorted(self.arrived()))


class RetryTest(EndToEndTest):
    """`retries` and `backoff`, seen from the backend."""

    def start(self, script: Script, retry: str, disk: bool = True) -> None:
        self.target = self.backend(script)
        self.port = free_port()
        config = single_backend(self.port, self.target)
        config = config.replace('retries = 5\nbackoff = "exponential"', retry + "\nbatch.max_events = 1")
        if not disk:
            config = config.partition("[sinks.http_out.buffer]")[0]
        self.pipeline = self.engine(config).start([self.port])

    def gaps(self, count: int, timeout: float) -> list[float]:
        """Seconds between the first `count` requests."""
        times = [request.at for request in self.target.wait_for(count, timeout)]
        return [after - before for before, after in zip(times, times[1:])]

    def post(self, body: bytes = b"x") -> int:
        with HttpClient(self.port) as client:
            return client.send(body=body).status

    def check_delays(self, strategy: str, expected: list[float]) -> None:
        retry = f'retries = 8\nbackoff = {{ strategy = "{strategy}", initial_secs = 1, jitter = "none" }}'
        self.start(Script(Answer(200), [Answer(503)] * len(expected)), retry)
        self.assertEqual(self.post(), 200)
        for gap, delay in zip(self.gaps(len(expected) + 1, sum(expected) + 15), expected):
            self.assertGreater(gap, delay - 0.2)
            self.assertLess(gap, delay + 1.0)
        self.assertEqual(messages(self.target.snapshot()), ["x"] * (len(expected) + 1))

    def test_exponential_backoff_doubles(self) -> None:
        self.check_delays("exponential", [1, 2, 4])

    def test_fibonacci_backoff_grows_as_recorded(self) -> None:
        self.check_delays("fibonacci", [1, 2, 3])

    def test_constant_backoff_stays(self) -> None:
        self.check_delays("constant", [1, 1, 1])

    def test_full_jitter_never_waits_longer_than_the_strategy(self) -> None:
        self.start(Script(Answer(200), [Answer(503)] * 3), 'retries = 5\nbackoff = "exponential"')
        self.assertEqual(self.post(), 200)
        for gap, delay in zip(self.gaps(4, 25), [1, 2, 4]):
            self.assertLess(gap, delay + 1.0)

    def test_exhausted_retries_start_a_new_round_with_a_disk_buffer(self) -> None:
        self.start(Script(Answer(503)), 'retries = 1\nbackoff = { strategy = "constant", initial_secs = 1, jitter = "none" }')
        self.assertEqual(self.post(b"kept"), 200)
        self.target.wait_for(4, 20)
        self.target.script.default = Answer(200)
        count = len(self.target.snapshot())
        self.target.wait_for(count + 1, 10)
        time.sleep(2.0)
        self.assertEqual(len(self.target.snapshot()), count + 1, "delivered once, then finished")

    def test_exhausted_retries_drop_with_a_memory_buffer(self) -> None:
        self.start(Script(Answer(200), [Answer(503)] * 3),
                   'retries = 2\nbackoff = { strategy = "constant", initial_secs = 1, jitter = "none" }', disk=False)
        self.assertEqual(self.post(b"dropped"), 200)
        self.target.wait_for(3, 20)
        self.assertEqual(self.post(b"next"), 200)
        self.target.wait_for(4, 10)
        self.assertEqual(messages(self.target.snapshot()), ["dropped"] * 3 + ["next"])

    def test_a_refused_request_is_not_repeated_and_does_not_block_the_next(self) -> None:
        self.start(Script(Answer(200), [Answer(400)]), "retries = 5")
        self.assertEqual(self.post(b"refused"), 200)
        self.assertEqual(self.post(b"next"), 200)
        self.target.wait_for(2, 10)
        self.assertEqual(messages(self.target.snapshot()), ["refused", "next"])

    def test_retry_after_is_honoured(self) -> None:
        self.start(Script(Answer(200), [Answer(429, (("retry-after", "3"),))]),
                   'retries = 5\nbackoff = { strategy = "constant", initial_secs = 1, jitter = "none" }')
        self.assertEqual(self.post(), 200)
        self.assertGreater(self.gaps(2, 15)[0], 2.8)

    def test_retries_and_retry_attempts_together_are_a_configuration_error(self) -> None:
        target = self.backend()
        config = single_backend(free_port(), target).replace("retries = 5", "retries = 5\nrequest.retry_attempts = 3")
        pipeline = self.engine(config).start()
        self.assertEqual(pipeline.wait(), 78)
        self.assertIn("retry_attempts", pipeline.log() + pipeline.stdout())


class ValidateTest(EndToEndTest):
    def test_the_published_configuration_is_valid(self) -> None:
        config = single_backend(free_port(), self.backend())
        pipeline = self.engine(config, ["validate", "vector.toml"]).start()
        self.assertEqual(pipeline.wait(), 0, pipeline.log() + pipeline.stdout())

    def test_a_second_engine_cannot_take_the_port(self) -> None:
        port, target = free_port(), self.backend()
        self.engine(single_backend(port, target)).start([port])
        second = self.engine(single_backend(port, target)).start()
        self.assertEqual(second.wait(), 1)
        wait_until(lambda: str(port) in second.log(), 1, "the port in the message")


if __name__ == "__main__":
    unittest.main()
