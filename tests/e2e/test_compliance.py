"""Every component in a minimal pipeline: events flow, SIGTERM drains, the exit code is 0 (engine/component/SPEC.md)."""

import json
import signal
import socket
import subprocess
import unittest

from scenario import EndToEndTest, Engine, HttpClient, free_port, wait_until
from socket_receiver import SocketReceiver

LINES = [f'{{"n":{number}}}' for number in range(5)]
ENDED_WITHIN = 30

# Minimal options, by kind and type; @PORT@ and @URI@ stand for the test's own.
SOURCES = {
    "demo_logs": 'format = "json"\ninterval = 0.01\n',
    "file": 'include = ["@DIR@/*.in"]\nglob_minimum_cooldown_ms = 50\n',
    "http_server": 'address = "127.0.0.1:@PORT@"\ndecoding.codec = "json"\nframing.method = "newline_delimited"\n',
    "socket": 'mode = "tcp"\naddress = "127.0.0.1:@PORT@"\ndecoding.codec = "json"\n',
    "stdin": 'decoding.codec = "json"\n',
}
TRANSFORMS = {
    "exclusive_route": 'routes = [{ name = "all", condition = "true" }]\n',
    "filter": 'condition = "true"\n',
    "partition": 'partition.key = "{{ .n }}"\npartitions = 2\n',
    "remap": 'source = ".seen = true"\n',
    "route": 'route.all = "true"\n',
}
# Of transforms without a default output: the output that all events leave by.
OUTPUTS = {"exclusive_route": "middle.all", "route": "middle.all"}
SINKS = {
    "blackhole": "print_interval_secs = 1\n",
    "console": 'encoding.codec = "json"\n',
    "file": 'path = "@DIR@/out.log"\nencoding.codec = "json"\n',
    "socket": 'mode = "tcp"\naddress = "127.0.0.1:@TARGET@"\nencoding.codec = "json"\n',
    "http": 'uri = "@URI@"\nencoding.codec = "json"\nframing.method = "newline_delimited"\n',
}
DISK_BUFFER = 'buffer = { type = "disk", max_size = 16_777_216 }\n'


class ComplianceTest(EndToEndTest):
    def pipeline(self, source: str, transform: str | None, sink: str, buffer: str = "") -> Engine:
        """An engine with one component of each kind that is given, not yet started."""
        self.port = free_port()
        self.target = self.backend() if sink == "http" else None
        if sink == "socket":
            self.target = SocketReceiver("tcp")
            self.addCleanup(self.target.stop)
        config = f'data_dir = "@DIR@/data"\n[sources.in]\ntype = "{source}"\n{SOURCES[source]}'
        if transform:
            config += f'[transforms.middle]\ntype = "{transform}"\ninputs = ["in"]\n{TRANSFORMS[transform]}'
        config += f'[sinks.out]\ntype = "{sink}"\ninputs = ["{OUTPUTS.get(transform, "middle") if transform else "in"}"]\n{SINKS[sink]}{buffer}'
        config = config.replace("@PORT@", str(self.port)).replace("@URI@", self.target.url if sink == "http" else "")
        config = config.replace("@TARGET@", str(self.target.port) if sink == "socket" else "")
        return self.engine(config)

    def start(self, engine: Engine, source: str) -> None:
        """Starts the engine and sends LINES where the source takes any."""
        ports = [self.port] if source in ("http_server", "socket") else []
        if source == "file":
            (engine.folder / "lines.in").write_text("\n".join(LINES) + "\n")
        engine.start(ports, stdin=subprocess.PIPE if source == "stdin" else subprocess.DEVNULL)
        if source == "stdin":
            engine.process.stdin.write("\n".join(LINES).encode() + b"\n")
            engine.process.stdin.flush()
        elif source == "socket":
            with socket.create_connection(("127.0.0.1", self.port)) as sender:
                sender.sendall("\n".join(LINES).encode())
        elif source == "http_server":
            with HttpClient(self.port) as client:
                self.assertEqual(client.send(body="\n".join(LINES).encode()).status, 200)

    def received(self, engine: Engine, sink: str) -> list[dict]:
        """The events that have arrived so far; whole lines only."""
        if sink == "console":
            text = engine.stdout()
        elif sink == "file":
            path = engine.folder / "out.log"
            text = path.read_text() if path.exists() else ""
        elif sink == "socket":
            text = b"".join(self.target.snapshot()).decode()
        else:
            text = "".join(request.body.decode() for request in self.target.snapshot())
        events = [json.loads(line) for line in text.split("\n")[: None if sink == "http" else -1] if line]
        # The file source has no codec: what it read stands in the message.
        return [json.loads(event["message"]) if event.get("source_type") == "file" else event for event in events]

    def check(self, source: str, transform: str | None, sink: str, buffer: str = "") -> list[dict]:
        """Events arrive; after SIGTERM everything has, and the exit code is 0."""
        engine = self.pipeline(source, transform, sink, buffer)
        self.start(engine, source)
        if sink == "blackhole":
            wait_until(lambda: "Collected events." in engine.log(), 20, "a report of the sink\n" + engine.log())
        elif source != "http_server":  # what it has not read when the signal comes is not accepted
            wait_until(lambda: len(self.received(engine, sink)) >= len(LINES), 20, "events\n" + engine.log())
        engine.signal(signal.SIGTERM)
        self.assertEqual(engine.wait(ENDED_WITHIN), 0, engine.log())
        self.assertNotIn(" ERROR ", engine.log())
        if sink == "blackhole":
            return []
        if sink == "socket":  # what was written may still be on its way to the receiver
            wait_until(lambda: len(self.received(engine, sink)) >= len(LINES), 20, "events\n" + engine.log())
        events = self.received(engine, sink)
        if source != "demo_logs":
            self.assertEqual([event["n"] for event in events], list(range(len(LINES))), engine.log())
        return events

    def test_each_source(self) -> None:
        for source in SOURCES:
            with self.subTest(source):
                self.check(source, None, "console")

    def test_a_source_that_ends_by_itself_ends_the_process(self) -> None:
        engine = self.pipeline("stdin", None, "console")
        self.start(engine, "stdin")
        engine.process.stdin.close()
        self.assertEqual(engine.wait(ENDED_WITHIN), 0, engine.log())
        self.assertEqual(len(self.received(engine, "console")), len(LINES))

    def test_each_transform(self) -> None:
        for transform in TRANSFORMS:
            with self.subTest(transform):
                events = self.check("http_server", transform, "console")
                if transform == "remap":
                    self.assertTrue(all(event["seen"] for event in events))

    def test_each_sink(self) -> None:
        for sink in SINKS:
            with self.subTest(sink):
                self.check("http_server", None, sink)

    def test_each_sink_behind_a_disk_buffer(self) -> None:
        for sink in SINKS:
            with self.subTest(sink):
                self.check("http_server", None, sink, DISK_BUFFER)

    def test_every_component_of_the_build_is_here(self) -> None:
        engine = self.engine("")
        listed = json.loads(subprocess.run([engine.binary, "list", "--format", "json"], check=True,
                                           capture_output=True, timeout=30).stdout)
        self.assertEqual(sorted(listed["sources"]), sorted(SOURCES))
        self.assertEqual(sorted(listed["transforms"]), sorted(TRANSFORMS))
        self.assertEqual(sorted(listed["sinks"]), sorted(SINKS))


if __name__ == "__main__":
    unittest.main()
