"""Connections that break in every way, between the engine and its destination and between clients and the engine."""

import socket
import struct
import unittest

from scenario import EndToEndTest, HttpClient, Outgoing, free_port, messages, numbered, wait_until

from fault_proxy import Fault, FaultProxy  # after scenario, which knows where it is

CONFIG = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
healthcheck.enabled = false
request.timeout_secs = 1
backoff = {{ strategy = "exponential", initial_secs = 0.05, max_secs = 0.2 }}
{mode}

[sinks.out.buffer]
type = "disk"
max_size = 100_000_000
"""

EVENTS = 'encoding.codec = "json"\nbatch.max_events = 10\nrequest.concurrency = 4'
FORWARD = 'order_by = "{{ headers.x-key }}"'


class DestinationFaultTest(EndToEndTest):
    """The destination's connections fail; afterwards everything has arrived, keys in order."""

    def start(self, mode: str, faults: list[Fault], default: Fault = Fault.NONE) -> None:
        self.target = self.backend()
        self.proxy = FaultProxy(self.target.port, faults, default)
        self.addCleanup(self.proxy.stop)
        self.port = free_port()
        self.pipeline = self.engine(CONFIG.format(port=self.port, uri=self.proxy.url, mode=mode)).start([self.port])

    def check_events(self, fault: Fault) -> None:
        self.start(EVENTS, [fault] * 8)
        sent = self.send(self.port, numbered(300))
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.target.snapshot()), 20)
        self.assertEqual(self.pipeline.stop(), 0)

    def check_order(self, fault: Fault) -> None:
        """Six keys, each on a connection of its own; the first deliveries of each ascend."""
        self.start(FORWARD, [fault, Fault.NONE] * 6)
        lanes = [[Outgoing(f"{key}-{number:03}", f"{key}-{number:03}".encode(), headers=(("x-key", key),))
                  for number in range(40)] for key in "abcdef"]
        sent = self.send_lanes(self.port, lanes)
        self.assert_all_accepted(sent)
        arrived = lambda: [request.body.decode() for request in self.target.snapshot()]  # noqa: E731
        self.assert_ids_arrive(sent.accepted(), arrived, 20)
        for key in "abcdef":
            first = list(dict.fromkeys(each for each in arrived() if each.startswith(key)))
            self.assertEqual(first, sorted(first))

    def test_refused_connections(self) -> None:
        self.check_events(Fault.REFUSE)

    def test_connections_reset_in_the_middle_of_a_request(self) -> None:
        self.check_events(Fault.RESET)

    def test_connections_reset_instead_of_an_answer(self) -> None:
        self.check_events(Fault.RESET_ANSWER)

    def test_half_closed_connections(self) -> None:
        self.check_events(Fault.HALF_CLOSE)

    def test_stalled_connections(self) -> None:
        self.check_events(Fault.STALL)

    def test_garbage_instead_of_an_answer(self) -> None:
        self.check_events(Fault.GARBAGE)

    def test_truncated_answers(self) -> None:
        self.check_events(Fault.TRUNCATE)

    def test_resets_keep_the_order_of_each_key(self) -> None:
        self.check_order(Fault.RESET)

    def test_lost_answers_keep_the_order_of_each_key(self) -> None:
        self.check_order(Fault.RESET_ANSWER)

    def test_stalls_keep_the_order_of_each_key(self) -> None:
        self.check_order(Fault.STALL)

    def test_a_slow_reader_gets_a_large_body_whole(self) -> None:
        self.start(FORWARD, [], Fault.SLOW)
        body = bytes(range(256)) * 256  # 64 KiB: 0.3 s at the reader's speed
        with HttpClient(self.port) as client:
            self.assertEqual(client.send(body=body, headers=[("x-key", "a")]).status, 200)
        self.target.wait_for(1, 20)
        self.assertEqual(self.target.snapshot()[0].body, body)

    def test_a_destination_that_always_stalls_ends_when_it_heals(self) -> None:
        self.start(EVENTS, [], Fault.STALL)
        sent = self.send(self.port, numbered(50))
        self.assert_all_accepted(sent, slowest=2.0)
        wait_until(lambda: self.proxy.connections >= 3, 20, "attempts")
        self.proxy.heal()
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.target.snapshot()), 20)


class ClientFaultTest(EndToEndTest):
    """Clients that misbehave cost themselves, nobody else."""

    def setUp(self) -> None:
        self.target = self.backend()
        self.port = free_port()
        config = CONFIG.format(port=self.port, uri=self.target.url, mode=EVENTS)
        self.pipeline = self.engine(config).start([self.port])

    def others_are_served(self, prefix: str) -> None:
        sent = self.send(self.port, numbered(50, prefix))
        self.assert_all_accepted(sent, slowest=2.0)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.target.snapshot()), 20)

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        self.addCleanup(connection.close)
        return connection

    def test_a_client_that_half_closes_gets_its_answer(self) -> None:
        connection = self.connect()
        connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        self.assertIn(b" 200 ", connection.recv(4096))
        self.assert_ids_arrive({"half"}, lambda: messages(self.target.snapshot()), 10)

    def test_clients_that_reset_in_the_middle_of_a_body_deliver_nothing_of_it(self) -> None:
        for _ in range(20):
            connection = self.connect()
            connection.sendall(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 400\r\n\r\nnever whole")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        self.others_are_served("after")
        self.assertFalse(any("never" in each for each in messages(self.target.snapshot())))

    def test_clients_that_stall_in_the_middle_of_a_request_hold_up_nobody(self) -> None:
        for _ in range(50):
            self.connect().sendall(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 400\r\n\r\nstalled")
        for _ in range(50):
            self.connect().sendall(b"POST / HT")
        self.others_are_served("beside")

    def test_garbage_is_refused_and_holds_up_nobody(self) -> None:
        for _ in range(20):
            connection = self.connect()
            connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
            answer = connection.recv(4096)
            self.assertTrue(answer == b"" or b" 400 " in answer, answer)
        self.others_are_served("after")

    def test_clients_that_read_no_answers_hold_up_nobody(self) -> None:
        """Thousands of pipelined requests whose answers nobody takes."""
        connection = self.connect()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(0.5)
        request = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nunread"
        try:
            for _ in range(200):
                connection.sendall(request * 100)
        except TimeoutError:
            pass
        self.others_are_served("beside")


if __name__ == "__main__":
    unittest.main()
