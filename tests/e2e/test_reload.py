"""SIGHUP and --watch-config: a new configuration without a refused connection, or the old one as it was."""

import signal
import socket
import threading
import time
import unittest

from scenario import EndToEndTest, HttpClient, free_port, messages, numbered, port_open, wait_until

CONFIG = """\
data_dir = "@DIR@/data"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"

[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
healthcheck.enabled = false
{more}
"""

DISK = 'buffer = { type = "disk", max_size = 100_000_000 }'


class ReloadTest(EndToEndTest):
    def setUp(self) -> None:
        self.one, self.two = self.backend(), self.backend()
        self.port = free_port()

    def config(self, backend=None, more: str = DISK) -> str:
        return CONFIG.format(port=self.port, uri=(backend or self.one).url, more=more)

    def start(self, more: str = DISK, arguments: list[str] | None = None) -> None:
        self.pipeline = self.engine(self.config(more=more), arguments).start([self.port])

    def reload(self, config: str, text: str = "Engine has reloaded") -> None:
        before = self.pipeline.log().count(text)
        self.pipeline.write_config(config)
        self.pipeline.signal(signal.SIGHUP)
        wait_until(lambda: self.pipeline.log().count(text) > before or self.pipeline.exited(), 20, text)
        self.assertFalse(self.pipeline.exited(), self.pipeline.log())

    def arrived(self) -> list[str]:
        return messages(self.one.snapshot()) + messages(self.two.snapshot())

    def test_events_go_where_the_new_configuration_says(self) -> None:
        self.start()
        first = self.send(self.port, numbered(50, "first"))
        self.assert_ids_arrive(first.accepted(), lambda: messages(self.one.snapshot()), 10)
        self.reload(self.config(self.two))
        second = self.send(self.port, numbered(50, "second"))
        self.assert_all_accepted(second)
        self.assert_ids_arrive(second.accepted(), lambda: messages(self.two.snapshot()), 10)
        self.assertEqual(self.pipeline.stop(), 0)
        self.assertEqual(len(self.arrived()), 100)

    def test_reloads_under_load_refuse_no_connection_and_lose_nothing(self) -> None:
        self.start()
        results, ended = [], threading.Event()

        def load() -> None:
            number = 0
            while not ended.is_set():
                number += 1
                results.append(self.send(self.port, numbered(40, f"load{number}"), clients=4))

        thread = threading.Thread(target=load)
        thread.start()
        for number in range(10):
            self.reload(self.config(self.two if number % 2 == 0 else self.one))
        ended.set()
        thread.join()
        for sent in results:
            self.assert_all_accepted(sent)
        accepted = set().union(*(sent.accepted() for sent in results))
        self.assertGreater(len(accepted), 100)
        self.assert_ids_arrive(accepted, self.arrived, 20)
        self.assertEqual(self.pipeline.stop(), 0)

    def test_what_a_disk_buffer_holds_outlives_the_reload(self) -> None:
        self.one.stop()
        self.start()
        sent = self.send(self.port, numbered(100))
        self.assert_all_accepted(sent)
        self.reload(self.config(self.two))
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.two.snapshot()), 20)

    def test_a_broken_configuration_leaves_the_running_one(self) -> None:
        self.start()
        self.reload(self.config().replace('type = "http"\n', 'type = "htp"\n'), "Reload was not successful")
        self.assertIn("unknown variant `htp`", self.pipeline.log())
        self.assert_all_accepted(self.send(self.port, numbered(20)))
        self.reload(self.config(self.two))
        sent = self.send(self.port, numbered(20, "later"))
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.two.snapshot()), 10)

    def test_a_configuration_that_cannot_start_gives_way_to_the_old_one(self) -> None:
        self.start()
        taken = self.backend()
        other = self.config().replace("[sinks.out]", f"""[sources.other]
type = "http_server"
address = "127.0.0.1:{taken.port}"

[sinks.out]""").replace('["in"]', '["in", "other"]')
        self.reload(other, "Reload was not successful")
        sent = self.send(self.port, numbered(20))
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), self.arrived, 10)

    def test_sources_come_and_go(self) -> None:
        self.start()
        more = free_port()
        both = self.config().replace("[sinks.out]", f"""[sources.other]
type = "http_server"
address = "127.0.0.1:{more}"

[sinks.out]""").replace('["in"]', '["in", "other"]')
        self.reload(both)
        self.assert_all_accepted(self.send(more, numbered(5, "other")))
        self.assert_all_accepted(self.send(self.port, numbered(5, "in")))
        self.reload(self.config())
        self.assertFalse(port_open(more))
        self.assert_all_accepted(self.send(self.port, numbered(5, "again")))

    def test_a_listening_tcp_socket_is_passed_on(self) -> None:
        lines = free_port()
        config = self.config().replace("[sinks.out]", f"""[sources.lines]
type = "socket"
mode = "tcp"
address = "127.0.0.1:{lines}"

[sinks.out]""").replace('["in"]', '["in", "lines"]')
        self.pipeline = self.engine(config).start([self.port, lines])
        refused, ended = [], threading.Event()

        def connect() -> None:
            while not ended.is_set():
                if not port_open(lines):
                    refused.append(1)
                time.sleep(0.005)  # or the listening queue overflows

        thread = threading.Thread(target=connect)
        thread.start()
        for number in range(6):
            self.reload(config.replace(self.one.url, (self.two if number % 2 == 0 else self.one).url))
        ended.set()
        thread.join()
        self.assertEqual(refused, [])
        with socket.create_connection(("127.0.0.1", lines), 5) as connection:
            connection.sendall(b"still read\n")
        self.assert_ids_arrive({"still read"}, self.arrived, 10)

    def test_global_options_do_not_change(self) -> None:
        self.start()
        self.reload('timezone = "Asia/Tokyo"\n' + self.config(), "global options")
        self.assertIn("changed_fields=timezone", self.pipeline.log())
        self.assert_all_accepted(self.send(self.port, numbered(5)))

    def test_a_reload_without_change_touches_nothing(self) -> None:
        self.start("")
        with HttpClient(self.port) as client:
            self.assertEqual(client.send(body=b"before").status, 200)
            self.reload(self.config(more=""))
            client._exchange("POST", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nafter")
        self.assert_ids_arrive({"before", "after"}, self.arrived, 10)

    def test_changed_files_are_noticed_when_watched(self) -> None:
        self.start(arguments=["--watch-config", "--config", "vector.toml"])
        self.pipeline.write_config(self.config(self.two))
        wait_until(lambda: "Engine has reloaded" in self.pipeline.log(), 10, "the reload")
        sent = self.send(self.port, numbered(20))
        self.assert_ids_arrive(sent.accepted(), lambda: messages(self.two.snapshot()), 10)

    def test_sigterm_after_reloads_ends_as_ever(self) -> None:
        self.start()
        for number in range(3):
            self.reload(self.config(self.two if number % 2 == 0 else self.one))
        self.assertEqual(self.pipeline.stop(), 0)


if __name__ == "__main__":
    unittest.main()
