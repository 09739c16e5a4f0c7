"""Events that a destination refuses go to the `rejected` output; those it is too ill for go to the fallback."""

import json
import time
import unittest

from scenario import Answer, EndToEndTest, HttpClient, Outgoing, Script, free_port, messages, numbered, wait_until

SOURCE = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
"""

SINK = """
[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
batch.max_events = 1
healthcheck.enabled = false
backoff = {{ strategy = "constant", initial_secs = 0.05, jitter = "none" }}
{more}
"""

DISK = '[sinks.out.buffer]\ntype = "disk"\nmax_size = 100_000_000\n'

DEAD_LETTERS = """
[transforms.why]
type = "remap"
inputs = ["out.rejected"]
source = ".rejected = %rejected"

[sinks.dead]
type = "file"
inputs = ["why"]
path = "@DIR@/dead.log"
encoding.codec = "json"
"""


class RejectedTest(EndToEndTest):
    def start(self, script: Script, more: str = "", rest: str = DISK + DEAD_LETTERS) -> None:
        self.target = self.backend(script)
        self.port = free_port()
        config = SOURCE.format(port=self.port) + SINK.format(uri=self.target.url, more=more) + rest
        self.pipeline = self.engine(config).start([self.port])

    def dead(self) -> list[dict]:
        path = self.pipeline.folder / "dead.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def test_a_refused_event_becomes_a_dead_letter_with_its_reason(self) -> None:
        self.start(Script(Answer(200), [Answer(422)]))
        self.assert_all_accepted(self.send(self.port, numbered(3), clients=1))
        wait_until(lambda: len(self.dead()) == 1, 10, "dead letter")
        letter = self.dead()[0]
        self.assertEqual(letter["message"], "id-00000")
        self.assertEqual(letter["rejected"], {"attempts": 1, "reason": "refused: Unprocessable Entity",
                                              "sink": "out", "status": 422})
        self.target.wait_for(3, 10)
        self.assertEqual(self.pipeline.stop(), 0)

    def test_a_dead_letter_is_not_counted_as_dropped(self) -> None:
        self.start(Script(Answer(200), [Answer(400)]))
        self.assert_all_accepted(self.send(self.port, numbered(2), clients=1))
        wait_until(lambda: len(self.dead()) == 1, 10, "dead letter")
        self.assertNotIn("Events dropped", self.pipeline.log())

    def test_exhausted_retries_become_dead_letters_on_demand(self) -> None:
        self.start(Script(Answer(500)), 'retries = 2\non_exhausted = "dead_letter"')
        self.assert_all_accepted(self.send(self.port, numbered(2), clients=1))
        wait_until(lambda: len(self.dead()) == 2, 10, "dead letters")
        self.assertEqual(self.dead()[0]["rejected"],
                         {"attempts": 3, "reason": "retries exhausted", "sink": "out", "status": 500})
        self.assertEqual(len(self.target.snapshot()), 6)

    def test_without_a_consumer_refused_events_are_dropped(self) -> None:
        self.start(Script(Answer(200), [Answer(400)]), rest=DISK)
        self.assert_all_accepted(self.send(self.port, numbered(2), clients=1))
        self.target.wait_for(2, 10)
        wait_until(lambda: "Events dropped" in self.pipeline.log(), 10, "the drop")

    def test_the_client_of_an_acknowledged_sink_hears_of_the_dead_letter(self) -> None:
        """In memory with acknowledgements: refused, but kept elsewhere, is accepted."""
        self.start(Script(Answer(400)), "acknowledgements.enabled = true", DEAD_LETTERS)
        self.assert_all_accepted(self.send(self.port, numbered(5)))
        self.assertEqual(len(self.dead()), 5, "written before the answer")

    def test_a_dead_letter_outlives_a_crash_until_it_is_stored(self) -> None:
        """The record of the refused event is finished only when its dead letter is delivered."""
        second = self.backend(Script(Answer(200, hang=True)))
        rest = DISK + f"""
[sinks.dead]
type = "http"
inputs = ["out.rejected"]
uri = "{second.url}"
encoding.codec = "json"
healthcheck.enabled = false
"""
        self.start(Script(Answer(400)), rest=rest)
        sent = self.send(self.port, numbered(5))
        self.assert_all_accepted(sent)
        second.wait_for(1, 10)
        time.sleep(1.5)  # the ledger is synced once a second
        self.pipeline.kill()
        second.stop()
        second.requests.clear()
        second.script.default = Answer(200)
        second.start()
        self.pipeline.start([self.port])
        self.assert_ids_arrive(sent.accepted(), lambda: messages(second.snapshot()), 20)

    def test_dead_letters_are_delivered_before_a_graceful_end(self) -> None:
        self.start(Script(Answer(400, delay=0.2)))
        sent = self.send(self.port, numbered(20))
        self.assert_all_accepted(sent)
        self.assertEqual(self.pipeline.stop(), 0)
        left = {each["message"] for each in self.dead()}
        self.pipeline.start([self.port])
        wait_until(lambda: {each["message"] for each in self.dead()} >= sent.accepted(), 20, f"{len(left)} before")

    def test_an_event_that_cannot_be_encoded_is_rejected(self) -> None:
        self.start(Script(), 'framing.method = "newline_delimited"'
                   , DISK + DEAD_LETTERS.replace("out.rejected", "other.rejected") + """
[sinks.other]
type = "http"
inputs = ["in"]
uri = "http://127.0.0.1:1/{{ missing }}"
encoding.codec = "json"
healthcheck.enabled = false
""")
        self.assert_all_accepted(self.send(self.port, numbered(2)))
        wait_until(lambda: len(self.dead()) == 2, 10, "dead letters")
        self.assertEqual(self.dead()[0]["rejected"]["reason"], "Failed to render template.")


class FallbackTest(EndToEndTest):
    def start(self, script: Script, more: str = "", disk: bool = True) -> None:
        self.target = self.backend(script)
        self.second = self.backend()
        self.port = free_port()
        rest = f"""
[sinks.second]
type = "http"
inputs = []
uri = "{self.second.url}"
encoding.codec = "json"
batch.max_events = 1
"""
        config = SOURCE.format(port=self.port) + SINK.format(uri=self.target.url, more='fallback = "second"\n' + more)
        self.pipeline = self.engine(config + (DISK if disk else "") + rest).start([self.port])

    def test_the_fallback_takes_over_and_gives_back(self) -> None:
        self.start(Script())
        before = self.send(self.port, numbered(20, "before"))
        self.assert_ids_arrive(before.accepted(), lambda: messages(self.target.snapshot()), 10)
        self.assertEqual(self.second.snapshot(), [])
        self.target.stop()
        during = self.send(self.port, numbered(100, "during"))
        self.assert_all_accepted(during, slowest=2.0)
        self.assert_ids_arrive(during.accepted(), lambda: messages(self.second.snapshot()), 10)
        self.target.start()
        arrived = lambda: [each for each in messages(self.target.snapshot()) if each.startswith("after")]  # noqa: E731
        number = 0
        while not arrived():
            number += 1
            self.assertLess(number, 200, "it never comes back")
            self.send(self.port, numbered(1, f"after{number}"))
            time.sleep(0.1)
        count = len(self.second.snapshot())
        later = self.send(self.port, numbered(50, "later"))
        self.assert_ids_arrive(later.accepted(), lambda: messages(self.target.snapshot()), 10)
        self.assertEqual(len(self.second.snapshot()), count, "the fallback rests again")

    def test_a_single_key_in_memory_goes_to_the_fallback_too(self) -> None:
        self.start(Script(), "request.concurrency = 1", disk=False)
        self.target.stop()
        sent = self.send(self.port, numbered(30), clients=1)
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.second.snapshot()), 10)

    def test_with_acknowledgements_the_answer_waits_for_the_fallback(self) -> None:
        self.start(Script(), "acknowledgements.enabled = true", disk=False)
        self.target.stop()
        sent = self.send(self.port, numbered(20))
        self.assert_all_accepted(sent)
        self.assertEqual(sent.accepted() - set(messages(self.second.snapshot())), set())


class CircuitTest(EndToEndTest):
    """A destination that is out of reach is probed, not hammered."""

    def test_a_dead_destination_is_probed_by_one_request_at_a_time(self) -> None:
        self.target = self.backend(Script(Answer(503)))
        self.port = free_port()
        config = f"""\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{self.port}"
[sinks.out]
type = "http"
inputs = ["in"]
uri = "{self.target.url}"
order_by = "{{{{ headers.x-key }}}}"
request.concurrency = 50
backoff = {{ strategy = "constant", initial_secs = 0.3, jitter = "none" }}
healthcheck.enabled = false
[sinks.out.buffer]
type = "disk"
max_size = 100_000_000
"""
        self.pipeline = self.engine(config).start([self.port])
        requests = [Outgoing(f"k{n}", f"k{n}".encode(), headers=(("x-key", f"k{n}"),)) for n in range(200)]
        sent = self.send(self.port, requests)
        self.assert_all_accepted(sent)
        wait_until(lambda: "probed, not tried" in self.pipeline.log(), 10, "the circuit")
        time.sleep(1.0)
        before = len(self.target.snapshot())
        time.sleep(1.5)
        self.assertLessEqual(len(self.target.snapshot()) - before, 7, "one probe each 0.3 s")
        self.target.script.default = Answer(200)
        taken = lambda: [request.body.decode() for request in self.target.snapshot()[before:]]  # noqa: E731
        self.assert_ids_arrive(sent.accepted(), taken, 5)
        self.assertIn("The destination answers again", self.pipeline.log())

    def test_a_stuck_key_does_not_stop_the_others(self) -> None:
        """503 for one key only, for as long as the test lasts: another key, much later, goes at once."""
        self.target = self.backend(Script(Answer(200), paths={"/stuck": Answer(503)}))
        self.port = free_port()
        config = f"""\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{self.port}"
strict_path = false
[sinks.out]
type = "http"
inputs = ["in"]
uri = "{self.target.url}"
order_by = "{{{{ headers.x-key }}}}"
backoff = {{ strategy = "constant", initial_secs = 0.1, jitter = "none" }}
healthcheck.enabled = false
[sinks.out.buffer]
type = "disk"
max_size = 100_000_000
"""
        self.pipeline = self.engine(config).start([self.port])
        with HttpClient(self.port) as client:
            for _ in range(3):
                self.assertEqual(client.send(target="/stuck", headers=[("x-key", "stuck")]).status, 200)
            self.target.wait_for(15, 10)
            self.assertEqual(client.send(target="/free", headers=[("x-key", "free")]).status, 200)
        wait_until(lambda: any(r.target == "/free" for r in self.target.snapshot()), 1, "the other key")


if __name__ == "__main__":
    unittest.main()
