"""Disk buffers in a running engine: policies, several sinks, a full disk, and `engine buffer`."""

import json
import os
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from scenario import Answer, EndToEndTest, HttpClient, Outgoing, Script, free_port, messages, numbered, wait_until

SOURCE = """\
data_dir = "{data}"

[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
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

DISK = '{{ type = "disk", max_size = {size}, when_full = "{policy}" }}'


def large(count: int, size: int = 20_000, prefix: str = "id") -> list[Outgoing]:
    """Requests of `size` bytes whose body begins with their id."""
    return [Outgoing(r.id, (r.id + ":" + "x" * size).encode()) for r in numbered(count, prefix)]


class DiskBufferTest(EndToEndTest):
    def start(self, sinks: str, data: str = "@DIR@/data") -> None:
        self.port = free_port()
        self.pipeline = self.engine(SOURCE.format(port=self.port, data=data) + sinks).start([self.port])

    def hanging(self):
        return self.backend(Script(Answer(200, hang=True)))

    def release(self, target) -> None:
        """The backend answers from now on; hanging connections break."""
        target.stop()
        target.script.default = Answer(200)
        target.start()

    def ids(self, target) -> list[str]:
        return [message.partition(":")[0] for message in messages(target.snapshot())]

    def buffer_command(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.pipeline.binary, "buffer", *arguments], capture_output=True, text=True, timeout=60)

    def folder(self, sink: str = "out") -> Path:
        return self.pipeline.folder / "data" / "engine" / "buffer" / sink

    # Policies

    def test_reject_answers_503_at_once_and_loses_nothing_that_was_accepted(self) -> None:
        target = self.hanging()
        self.start(SINK.format(name="out", uri=target.url, buffer=DISK.format(size=1_000_000, policy="reject")))
        sent = self.send(self.port, large(100), 4)
        self.assertEqual(set(sent.status.values()), {200, 503})
        self.assertLess(max(sent.seconds.values()), 10)
        with HttpClient(self.port) as client:
            response = client.send(body=large(1, prefix="more")[0].body)
        self.assertEqual(response.status, 503)
        self.assertIsNotNone(response.header("retry-after"))
        self.release(target)
        self.assert_ids_arrive(sent.accepted(), lambda: self.ids(target))
        again = large(20, prefix="again")
        wait_until(lambda: 200 in self.send(self.port, again[:1], 1).status.values(), 20, "room")
        self.assert_all_accepted(self.send(self.port, again[1:], 2))

    def test_drop_oldest_makes_room_for_the_newest(self) -> None:
        target = self.hanging()
        self.start(SINK.format(name="out", uri=target.url, buffer=DISK.format(size=1_000_000, policy="drop_oldest")))
        requests = large(150)
        self.assert_all_accepted(self.send(self.port, requests, 1))
        self.release(target)
        self.assert_ids_arrive({requests[-1].id}, lambda: self.ids(target))
        arrived = self.ids(target)
        self.assertLess(len(set(arrived)), 80, "3 MB do not fit into 1 MB")
        self.assertEqual(sorted(set(arrived[1:])), list(dict.fromkeys(arrived[1:])), "in order")
        # Beside the few that were in flight, what arrives are the youngest.
        self.assertIn(requests[-20].id, arrived)

    def test_what_a_memory_stage_has_no_room_for_goes_to_disk(self) -> None:
        target = self.hanging()
        chain = ('[{ type = "memory", max_events = 5, when_full = "overflow" }, '
                 '{ type = "disk", max_size = 4_000_000 }]')
        self.start(SINK.format(name="out", uri=target.url, buffer=chain))
        # More than the sink itself holds at a time.
        sent = self.send(self.port, numbered(1500), 30)
        self.assert_all_accepted(sent)
        self.assertGreater(sum(file.stat().st_size for file in self.folder().glob("segment-*")), 1000)
        self.release(target)
        self.assert_ids_arrive(sent.accepted(), lambda: self.ids(target))

    def test_a_request_is_stored_in_all_of_its_disk_buffers_or_in_none(self) -> None:
        roomy, narrow = self.hanging(), self.hanging()
        self.start(SINK.format(name="roomy", uri=roomy.url, buffer=DISK.format(size=20_000_000, policy="reject")) +
                   SINK.format(name="narrow", uri=narrow.url, buffer=DISK.format(size=1_000_000, policy="reject")))
        sent = self.send(self.port, large(120), 4)
        accepted = sent.accepted()
        self.assertLess(len(accepted), 60)
        self.release(roomy)
        self.release(narrow)
        for target in (roomy, narrow):
            self.assert_ids_arrive(accepted, lambda: self.ids(target))
            self.assertEqual(set(self.ids(target)), accepted, "what was refused is in neither")

    def test_a_client_of_a_full_memory_buffer_gets_503_after_the_time_limit(self) -> None:
        target = self.hanging()
        buffer = '{ type = "memory", max_events = 1, block_timeout_secs = 1 }'
        self.start(SINK.format(name="out", uri=target.url, buffer=buffer))
        sent = self.send(self.port, numbered(1500), 200)
        self.assertIn(503, sent.status.values())
        self.assertLess(max(sent.seconds.values()), 20)
        self.release(target)
        self.assert_ids_arrive(sent.accepted(), lambda: self.ids(target))

    # The disk

    @unittest.skipUnless(os.geteuid() == 0, "needs to mount a tmpfs")
    def test_a_full_disk_refuses_and_goes_on_once_there_is_room(self) -> None:
        disk = Path(tempfile.mkdtemp())
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True)
        if mounted.returncode != 0:
            disk.rmdir()
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(disk.rmdir)
        self.addCleanup(subprocess.run, ["umount", "-l", str(disk)], check=True)
        target = self.hanging()
        self.start(SINK.format(name="out", uri=target.url, buffer=DISK.format(size=100_000_000, policy="block")),
                   str(disk))
        sent = self.send(self.port, large(600, 50_000), 8, timeout=60)
        self.assertEqual(set(sent.status.values()), {200, 503})
        self.assertFalse(self.pipeline.exited())
        self.release(target)
        self.assert_ids_arrive(sent.accepted(), lambda: self.ids(target), 120)
        again = large(50, 50_000, "again")
        wait_until(lambda: 200 in self.send(self.port, again[:1], 1).status.values(), 20, "room")
        self.assert_all_accepted(self.send(self.port, again[1:], 4))
        self.assertEqual(self.pipeline.stop(), 0)

    def test_files_are_for_their_owner_only(self) -> None:
        target = self.hanging()
        self.start(SINK.format(name="out", uri=target.url, buffer=DISK.format(size=4_000_000, policy="block")))
        self.assert_all_accepted(self.send(self.port, numbered(10), 2))
        for file in self.folder().iterdir():
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600, file.name)
        self.assertEqual(stat.S_IMODE(self.folder().stat().st_mode), 0o700)

    def test_a_buffer_in_use_keeps_a_second_process_out_with_a_reason(self) -> None:
        target = self.hanging()
        self.start(SINK.format(name="out", uri=target.url, buffer=DISK.format(size=4_000_000, policy="block")))
        second = self.engine(SOURCE.format(port=free_port(), data=self.pipeline.folder / "data") +
                             SINK.format(name="out", uri=target.url, buffer=DISK.format(size=4_000_000, policy="block")))
        second.start()
        self.assertNotEqual(second.wait(), 0)
        self.assertIn("is in use by another process", second.log())

    # The command

    def stored(self, count: int = 20) -> list[Outgoing]:
        """A running engine whose backend takes nothing, with requests in its buffer."""
        self.target = self.hanging()
        self.start(SINK.format(name="out", uri=self.target.url, buffer=DISK.format(size=4_000_000, policy="block")))
        requests = numbered(count)
        self.assert_all_accepted(self.send(self.port, requests, 2))
        return requests

    def test_buffer_inspect_and_verify_look_into_a_running_buffer(self) -> None:
        self.stored(20)
        shown = self.buffer_command("inspect", str(self.pipeline.folder / "data"))
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("20 events in 20 records", shown.stdout)
        self.assertIn("oldest", shown.stdout)
        verified = self.buffer_command("verify", str(self.folder()))
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertIn("good, 20 events wait", verified.stdout)
        repaired = self.buffer_command("repair", str(self.folder()))
        self.assertEqual(repaired.returncode, 1)
        self.assertIn("is in use", repaired.stderr)

    def test_buffer_export_writes_what_waits(self) -> None:
        requests = self.stored(15)
        exported = self.buffer_command("export", str(self.folder()))
        self.assertEqual(exported.returncode, 0, exported.stderr)
        events = [json.loads(line)["message"] for line in exported.stdout.splitlines()]
        self.assertEqual(sorted(events), [request.id for request in requests])
        target = self.pipeline.folder / "events.jsonl"
        self.assertEqual(self.buffer_command("export", str(self.folder()), "-o", str(target)).returncode, 0)
        self.assertEqual(target.read_text(), exported.stdout)

    def test_buffer_repair_keeps_what_is_good_and_says_what_is_lost(self) -> None:
        requests = self.stored(20)
        self.pipeline.kill()
        segment = sorted(self.folder().glob("segment-*"))[0]
        data = bytearray(segment.read_bytes())
        at = data.index(b"REC1", 2000)
        data[at + 70] ^= 1
        segment.write_bytes(data)
        verified = self.buffer_command("verify", str(self.folder()))
        self.assertEqual(verified.returncode, 1)
        self.assertIn("is damaged in", verified.stdout)
        repaired = self.buffer_command("repair", str(self.folder()))
        self.assertEqual(repaired.returncode, 0, repaired.stderr)
        self.assertIn("are kept", repaired.stdout)
        verified = self.buffer_command("verify", str(self.folder()))
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.release(self.target)
        self.pipeline.start([self.port])
        wait_until(lambda: len(set(self.ids(self.target))) >= 18, 20, "what is good")
        self.assertLessEqual(set(self.ids(self.target)), {request.id for request in requests})

    def test_buffer_commands_name_what_is_no_buffer(self) -> None:
        self.stored(1)
        empty = self.buffer_command("inspect", str(self.pipeline.folder / "nowhere"))
        self.assertEqual(empty.returncode, 1)
        self.assertIn("there is no disk buffer in", empty.stderr)


if __name__ == "__main__":
    unittest.main()
