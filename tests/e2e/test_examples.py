"""Every file of examples/ validates, and runs with real traffic once its addresses are free ports of this machine."""

import base64
import gzip
import json
import re
import socket
import ssl
import subprocess
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from scenario import Answer, EndToEndTest, HttpBackend, Outgoing, free_port, messages, numbered, wait_until
from engine_process import default_binary
from socket_receiver import SocketReceiver

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class ExamplesTest(EndToEndTest):
    def setUp(self) -> None:
        self.port = free_port()

    def local(self, name: str, backends: dict[str, HttpBackend] | None = None) -> str:
        """The example with its listener, backends and folders replaced."""
        config = (EXAMPLES / f"{name}.toml").read_text()
        config = re.sub(r"0\.0\.0\.0:\d+", f"127.0.0.1:{self.port}", config)
        for host, backend in (backends or {}).items():
            config = config.replace(f"http://{host}:8080", backend.url)
        config = config.replace("/var/log/engine", "@DIR@/log").replace('"/var/lib/engine"', '"@DIR@/data"')
        return config if "data_dir" in re.sub("#.*", "", config) else 'data_dir = "@DIR@/data"\n' + config

    def test_all_are_listed_and_validate(self) -> None:
        table = (EXAMPLES / "README.md").read_text()
        names = sorted(path.name for path in EXAMPLES.glob("*.toml"))
        self.assertGreaterEqual(len(names), 6)
        for name in names:
            with self.subTest(name):
                self.assertIn(f"[{name}]", table)
                result = subprocess.run([default_binary(), "validate", "--no-environment", str(EXAMPLES / name)],
                                        capture_output=True, text=True, timeout=30)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_high_availability_over_an_outage(self) -> None:
        backend = self.backend()
        engine = self.engine(self.local("high_availability", {"api-flow": backend})).start([self.port])
        first = self.send(self.port, numbered(50, "before"))
        self.assert_all_accepted(first)
        backend.stop()
        second = self.send(self.port, numbered(50, "during"))
        self.assert_all_accepted(second)
        backend.start()
        self.assert_ids_arrive(first.accepted() | second.accepted(), lambda: messages(backend.snapshot()))
        self.assertEqual(engine.stop(), 0)

    def test_dead_letters_and_their_replay(self) -> None:
        backend = self.backend()
        backend.script.default = Answer(400)
        engine = self.engine(self.local("dead_letters", {"api-flow": backend})).start([self.port])
        sent = self.send(self.port, [Outgoing("text", b"hello", "PUT", "/a/b?c=d", (("x-one", "1"), ("x-one", "2"))),
                                     Outgoing("bytes", bytes(range(256)), "POST", "/binary")])
        self.assert_all_accepted(sent)
        letters = engine.folder / "log" / "dead_letters.jsonl"
        wait_until(lambda: letters.exists() and letters.read_text().count("\n") == 2, 10, "dead letters")
        self.assertEqual(engine.stop(), 0)
        first = {request.method: request for request in backend.snapshot()}
        self.assertEqual(json.loads(letters.read_text().splitlines()[0])["rejected"]["status"], 400)
        backend.script.default = Answer(200)
        backend.requests.clear()
        replay = self.engine(self.local("replay_dead_letters", {"api-flow": backend}))
        with letters.open("rb") as stdin:
            replay.start(stdin=stdin)
            self.assertEqual(replay.wait(20), 0, replay.log())
        again = {request.method: request for request in backend.snapshot()}
        for method, target in (("PUT", "/a/b?c=d"), ("POST", "/binary")):
            self.assertEqual((again[method].target, again[method].body), (target, first[method].body))
            self.assertEqual(again[method].header("idempotency-key"), first[method].header("idempotency-key"))
        self.assertEqual(again["PUT"].header_values("x-one"), ["1", "2"])

    def test_fallback(self) -> None:
        main, standby = self.backend(), self.backend()
        config = self.local("fallback", {"api-flow": main, "api-standby": standby})
        self.engine(config).start([self.port])
        main.stop()
        sent = self.send(self.port, numbered(50))
        self.assert_all_accepted(sent)
        self.assert_ids_arrive(sent.accepted(), lambda: messages(standby.snapshot()), 40)

    def test_partitioned_routing(self) -> None:
        backends = {f"api-flow-{number}": self.backend() for number in range(3)}
        self.engine(self.local("partitioned_routing", backends)).start([self.port])
        keys = [f"process-{number % 30}" for number in range(300)]
        sent = self.send(self.port, [Outgoing(f"{n}", f"{n}".encode(), headers=(("X-Process-Id", key),))
                                     for n, key in enumerate(keys)])
        self.assert_all_accepted(sent)
        self.assert_sticky(backends, 300, lambda request: request.header("x-process-id"))
        self.assertTrue(all(backend.snapshot() for backend in backends.values()))

    def test_url_partitioning_keeps_order_and_any_request(self) -> None:
        backends = {f"api-flow-{number}": self.backend() for number in range(2)}
        self.engine(self.local("url_partitioning", backends)).start([self.port])
        lanes = [[Outgoing(f"{key}/{step}", f"{step}".encode(), "PUT", f"/cases/{key}/steps?id={key}")
                  for step in range(20)] for key in range(10)]
        self.assert_all_accepted(self.send_lanes(self.port, lanes))
        arrived = self.assert_sticky(backends, 200, lambda request: request.target)
        for requests in arrived.values():
            self.assertEqual([int(request.body) for request in requests], list(range(20)))
            self.assertEqual({request.method for request in requests}, {"PUT"})

    def assert_sticky(self, backends: dict[str, HttpBackend], count: int, key) -> dict:
        """All have arrived, each key at one backend only; the requests by key."""
        wait_until(lambda: sum(len(backend.snapshot()) for backend in backends.values()) >= count, 30, "requests")
        by_key: dict = {}
        for backend in backends.values():
            own: dict = {}
            for request in backend.snapshot():
                own.setdefault(key(request), []).append(request)
            self.assertFalse(own.keys() & by_key.keys())
            by_key |= own
        self.assertEqual(sum(map(len, by_key.values())), count)
        return by_key

    def test_tls_ingest_with_auth(self) -> None:
        backend = self.backend()
        engine = self.engine(self.local("tls_ingest_with_auth", {"api-flow": backend}))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                        "server.key", "-out", "server.crt"], cwd=engine.folder, check=True, capture_output=True)
        engine.start([self.port])
        self.assertEqual(self.post_tls(engine.folder / "server.crt", "aW5nZXN0Ondyb25n"), 401)
        self.assertEqual(self.post_tls(engine.folder / "server.crt", "aW5nZXN0OnNlY3JldA=="), 200)
        self.assertEqual(messages(backend.snapshot()), ["HELLO"])
        self.assertEqual(backend.snapshot()[0].target, "/ingest")

    def post_tls(self, certificate: Path, credentials: str) -> int:
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}/events", b'{"message":"hello"}',
                                         {"Authorization": f"Basic {credentials}"})
        try:
            context = ssl.create_default_context(cafile=str(certificate))
            with urllib.request.urlopen(request, timeout=20, context=context) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def test_enrichment_and_secrets(self) -> None:
        backend = self.backend()
        config = self.local("enrichment_and_secrets", {"api-flow": backend})
        self.engine(config.replace('"examples/', f'"{EXAMPLES}/')).start([self.port])
        event = json.dumps({"machine": "oven-1", "value": 3}).encode()
        for password, answer in (("wrong", 401), ("not-a-real-password", 200)):
            token = base64.b64encode(f"sensor:{password}".encode()).decode()
            request = urllib.request.Request(f"http://127.0.0.1:{self.port}/readings", event,
                                             {"Authorization": f"Basic {token}"})
            try:
                with urllib.request.urlopen(request, timeout=20) as response:
                    status = response.status
            except urllib.error.HTTPError as error:
                status = error.code
            self.assertEqual(status, answer)
        (received,) = [json.loads(line) for request in backend.snapshot() for line in request.body.splitlines()]
        received = received[0] if isinstance(received, list) else received
        self.assertEqual((received["owner"], received["site"], received["value"]), ("Bakery", "Zlín", 3))

    def test_filter_and_fan_out(self) -> None:
        backend = self.backend()
        engine = self.engine(self.local("filter_and_fan_out", {"api-flow": backend})).start([self.port])
        events = [{"level": level, "service": service, "message": f"{service} {level}"}
                  for level in ("debug", "info", "error") for service in ("shop", "../bank", "mail")]
        bodies = [Outgoing(str(number), json.dumps(event).encode()) for number, event in enumerate(events)]
        sent = self.send(self.port, bodies, clients=3)
        # What would have left the folder is refused, and its sender told so.
        self.assertEqual(len(sent.accepted()), 6, sent.status)
        self.assertEqual(engine.stop(), 0)
        received = [json.loads(line) for request in backend.snapshot() for line in request.body.splitlines()]
        self.assertEqual(sorted(event["message"] for event in received),
                         sorted(event["message"] for event in events if event["level"] != "debug"))
        self.assertEqual(sorted(engine.stdout().split("\n")[:-1]), ["../bank error", "mail error", "shop error"])
        for service in ("shop", "mail"):
            (archive,) = (engine.folder / "log" / service).glob("*.log.gz")
            lines = [json.loads(line)["message"] for line in gzip.decompress(archive.read_bytes()).splitlines()]
            self.assertEqual(sorted(lines), sorted(f"{service} {level}" for level in ("debug", "info", "error")))
        self.assertEqual(sorted(path.name for path in (engine.folder / "log").iterdir()), ["mail", "shop"])

    def test_routing_with_tests(self) -> None:
        tested = subprocess.run([default_binary(), "test", str(EXAMPLES / "routing_with_tests.toml")],
                                capture_output=True, text=True, timeout=30)
        self.assertEqual((tested.returncode, tested.stderr), (0, ""), tested.stdout)
        self.assertEqual(tested.stdout.count("... passed"), 3)
        engine = self.engine(self.local("routing_with_tests")).start([self.port])
        events = [{"service": "Payment", "level": "error"}, {"service": "mail", "level": "error"},
                  {"service": "mail", "level": "info"}, {"level": "info"}]
        bodies = [Outgoing(str(number), json.dumps(event).encode()) for number, event in enumerate(events)]
        self.assert_all_accepted(self.send(self.port, bodies, clients=1))
        self.assertEqual(engine.stop(), 0)

        def services(text: str) -> list:
            return [json.loads(line).get("service") for line in text.splitlines()]
        self.assertEqual(services((engine.folder / "log" / "payments.log").read_text()), ["payment"])
        self.assertEqual(services((engine.folder / "log" / "errors.log").read_text()), ["mail", None])
        self.assertEqual(services(engine.stdout()), ["mail"])

    def test_stdin_to_file(self) -> None:
        engine = self.engine(self.local("stdin_to_file")).start(stdin=subprocess.PIPE)
        lines = [f"line {number}" for number in range(1000)]
        engine.process.stdin.write(("\n".join(lines) + "\n").encode())
        engine.process.stdin.close()
        self.assertEqual(engine.wait(), 0)
        written = "".join(path.read_text() for path in sorted((engine.folder / "log").glob("lines-*.log")))
        self.assertEqual(written.splitlines(), lines)

    def test_tail_files(self) -> None:
        backend = self.backend()
        engine = self.engine(self.local("tail_files", {"api-flow": backend}))
        folder = engine.folder / "log" / "app" / "shop"
        (folder / "debug").mkdir(parents=True)
        (folder / "debug" / "a.log").write_text("not this\n")
        (folder / "a.log").write_text("panic\n  at one\n  at two\nfine\n")
        engine.start()
        wait_until(lambda: len(messages(backend.snapshot())) == 2, 20, engine.log())
        self.assertEqual(messages(backend.snapshot()), ["panic\n  at one\n  at two", "fine"])
        self.assertEqual(engine.stop(), 0)

    def test_socket_relay(self) -> None:
        receiver = SocketReceiver("tcp")
        self.addCleanup(receiver.stop)
        config = self.local("socket_relay").replace("logs.example.com:9000", f"127.0.0.1:{receiver.port}")
        engine = self.engine(config)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-keyout", "server.key", "-out", "server.crt"], cwd=engine.folder, check=True,
                       capture_output=True)
        engine.start([self.port])
        context = ssl.create_default_context(cafile=str(engine.folder / "server.crt"))
        context.check_hostname = False
        with socket.create_connection(("127.0.0.1", self.port)) as plain:
            with context.wrap_socket(plain) as sender:
                sender.sendall(b"one\ntwo\n")
                wait_until(lambda: b"".join(receiver.snapshot()).count(b"\n") == 2, 20, engine.log())
        lines = b"".join(receiver.snapshot()).splitlines()
        self.assertEqual([json.loads(line)["message"] for line in lines], ["one", "two"])
        self.assertEqual(engine.stop(), 0)


if __name__ == "__main__":
    unittest.main()
