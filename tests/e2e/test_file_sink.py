"""The file sink beyond its recorded cases: what happens when the disk takes nothing."""

import os
import unittest

from scenario import EndToEndTest, free_port, numbered, wait_until

CONFIG = """\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/out.log"
encoding.codec = "text"
"""


class FileSinkTest(EndToEndTest):
    def start_on_full_disk(self, more: str):
        self.port = free_port()
        engine = self.engine(CONFIG.format(port=self.port) + more)
        os.symlink("/dev/full", engine.folder / "out.log")
        return engine.start([self.port])

    def test_a_full_disk_is_an_error_to_clients_that_wait_for_delivery(self) -> None:
        engine = self.start_on_full_disk("acknowledgements = true\n")
        sent = self.send(self.port, numbered(3), clients=1)
        self.assertEqual({status // 100 for status in sent.status.values()}, {5}, sent.status)
        self.assertIn("No space left on device", engine.log())

    def test_with_a_disk_buffer_events_wait_until_the_disk_takes_them(self) -> None:
        engine = self.start_on_full_disk('buffer = { type = "disk", max_size = 10_000_000 }\n')
        sent = self.send(self.port, numbered(50))
        self.assert_all_accepted(sent)
        wait_until(lambda: "No space left on device" in engine.log(), 10, "the error")
        target = engine.folder / "real.log"
        os.symlink(target, engine.folder / "new")
        os.replace(engine.folder / "new", engine.folder / "out.log")
        self.assert_ids_arrive(sent.accepted(), lambda: target.read_text().split() if target.exists() else [])
        self.assertEqual(engine.stop(), 0)
        self.assertEqual(sorted(target.read_text().split()), sorted(sent.accepted()))

    def test_with_a_disk_buffer_a_stop_leaves_events_for_the_next_start(self) -> None:
        engine = self.start_on_full_disk('buffer = { type = "disk", max_size = 10_000_000 }\n')
        sent = self.send(self.port, numbered(50))
        self.assert_all_accepted(sent)
        self.assertEqual(engine.stop(), 0)
        (engine.folder / "out.log").unlink()
        engine.start([self.port])
        self.assert_ids_arrive(sent.accepted(), lambda: (engine.folder / "out.log").read_text().split()
                               if (engine.folder / "out.log").exists() else [])


if __name__ == "__main__":
    unittest.main()
