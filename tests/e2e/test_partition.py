"""The second published configuration: requests forwarded to one of three backends by a key."""

import collections
import gzip
import json
import time
import unittest

from scenario import (Answer, EndToEndTest, HttpBackend, HttpClient, Outgoing, Script, any_request, free_port,
                      partitioned)

HOP_BY_HOP = {"connection", "keep-alive", "te", "transfer-encoding", "upgrade", "proxy-connection", "trailer"}
ADDED = {"host", "content-length", "x-forwarded-for", "x-forwarded-proto", "x-request-id", "idempotency-key"}


def keyed(keys: int, each: int, prefix: str = "") -> list[list[Outgoing]]:
    """Per key its requests in order; the body says which key and number it is."""
    return [[Outgoing(f"{prefix}{key}/{number}", json.dumps({"key": key, "number": number}).encode(),
                      headers=(("X-Process-Id", f"process-{key}"),)) for number in range(each)] for key in range(keys)]


class PartitionTest(EndToEndTest):
    def setUp(self) -> None:
        self.targets = [self.backend() for _ in range(3)]
        self.port = free_port()
        self.pipeline = self.engine(partitioned(self.port, self.targets))

    def total(self) -> int:
        return sum(len(target.snapshot()) for target in self.targets)

    def wait_total(self, count: int, timeout: float = 30.0) -> None:
        deadline = time.monotonic() + timeout
        while self.total() < count and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(self.total(), count)

    def send_keyed(self, lanes: list[list[Outgoing]], clients: int = 10) -> None:
        """Each key's requests go out one after the other on one connection, keys interleaved."""
        depth = max(len(lane) for lane in lanes)
        groups = [lanes[number::clients] for number in range(clients)]
        interleaved = [[lane[i] for i in range(depth) for lane in group if i < len(lane)] for group in groups]
        self.assert_all_accepted(self.send_lanes(self.port, interleaved))

    def placement(self) -> dict[int, set[int]]:
        """The backends that each key arrived at."""
        out: dict[int, set[int]] = collections.defaultdict(set)
        for number, target in enumerate(self.targets):
            for request in target.snapshot():
                out[json.loads(request.body)["key"]].add(number)
        return out

    def test_each_key_has_one_backend_and_each_backend_its_share_also_after_a_restart(self) -> None:
        self.pipeline.start([self.port])
        self.send_keyed(keyed(300, 3))
        self.wait_total(900)
        placement = self.placement()
        self.assertEqual(len(placement), 300)
        self.assertEqual({key for key, where in placement.items() if len(where) != 1}, set())
        share = collections.Counter(next(iter(where)) for where in placement.values())
        for number in range(3):
            self.assertGreaterEqual(share[number], 60, f"backend {number} of {share}")
        self.assertEqual(self.pipeline.stop(), 0)
        self.pipeline.start([self.port])
        self.send_keyed(keyed(300, 1))
        self.wait_total(1200)
        self.assertEqual(self.placement(), placement)

    def test_the_order_within_a_key_is_kept(self) -> None:
        self.pipeline.start([self.port])
        self.send_keyed(keyed(40, 25), clients=10)
        self.wait_total(1000)
        for target in self.targets:
            seen: dict[int, list[int]] = collections.defaultdict(list)
            for request in target.snapshot():
                body = json.loads(request.body)
                seen[body["key"]].append(body["number"])
            for key, numbers in seen.items():
                self.assertEqual(numbers, list(range(25)), f"key {key}")

    def test_the_order_within_a_key_is_kept_through_retries(self) -> None:
        for target in self.targets:
            target.script = Script(Answer(200), [Answer(503), Answer(200), Answer(503)])
        self.pipeline.start([self.port])
        self.send_keyed(keyed(6, 10))
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and any(len(self.final_order().get(key, [])) < 10 for key in range(6)):
            time.sleep(0.05)
        self.assertEqual(self.final_order(), {key: list(range(10)) for key in range(6)})

    def final_order(self) -> dict[int, list[int]]:
        """Numbers per key in order of arrival; a number repeated right after itself is a retry."""
        seen: dict[int, list[int]] = collections.defaultdict(list)
        for target in self.targets:
            for request in target.snapshot():
                body = json.loads(request.body)
                if seen[body["key"]][-1:] != [body["number"]]:
                    seen[body["key"]].append(body["number"])
        return dict(seen)

    def test_a_backend_that_is_down_delays_only_its_own_keys(self) -> None:
        self.pipeline.start([self.port])
        self.send_keyed(keyed(60, 1))
        self.wait_total(60)
        placement = {key: next(iter(where)) for key, where in self.placement().items()}
        self.targets[1].stop()
        began = time.monotonic()
        self.send_keyed(keyed(60, 2))
        mine = sum(2 for where in placement.values() if where == 1)
        self.wait_total(60 + 120 - mine, timeout=3.0)
        time.sleep(max(0.0, began + 5.0 - time.monotonic()))
        self.targets[1].start()
        self.wait_total(180)
        self.assertEqual({key: {where} for key, where in placement.items()}, self.placement())

    def test_requests_without_a_key_are_spread(self) -> None:
        self.pipeline.start([self.port])
        requests = [Outgoing(str(number), b"{\"key\": 0}") for number in range(300)]
        self.assert_all_accepted(self.send(self.port, requests))
        self.wait_total(300)
        for target in self.targets:
            self.assertGreaterEqual(len(target.snapshot()), 60)

    def test_an_event_cannot_choose_the_partition_of_its_request(self) -> None:
        self.pipeline.start([self.port])
        body = b'{"headers": {"x-process-id": "other"}, "partition": 2, "key": 7}'
        requests = [Outgoing(str(number), body, headers=(("x-process-id", "same"),)) for number in range(30)]
        self.assert_all_accepted(self.send(self.port, requests))
        self.wait_total(30)
        self.assertEqual(sorted(len(target.snapshot()) for target in self.targets), [0, 0, 30])

    def test_the_published_configuration_is_valid(self) -> None:
        checked = self.engine(self.pipeline.folder.joinpath("vector.toml").read_text(), ["validate", "vector.toml"])
        self.assertEqual(checked.start().wait(), 0, checked.log() + checked.stdout())

    def test_named_outputs_carry_one_partition_each(self) -> None:
        config = partitioned(self.port, self.targets)
        for number in range(3):
            config = config.replace(f'inputs = ["partition"]\nuri = "{self.targets[number].url}"\ncondition = "partition == {number}"',
                                    f'inputs = ["partition.{number}"]\nuri = "{self.targets[number].url}"')
        self.assertNotIn("condition", config)
        self.pipeline.start([self.port])
        self.send_keyed(keyed(60, 1))
        self.wait_total(60)
        placement = self.placement()
        self.pipeline.stop()
        self.pipeline.write_config(config)
        self.pipeline.start([self.port])
        self.send_keyed(keyed(60, 1))
        self.wait_total(120)
        self.assertEqual(self.placement(), placement)


class ForwardTest(EndToEndTest):
    """What a backend receives is what the client sent."""

    def setUp(self) -> None:
        self.targets = [self.backend() for _ in range(3)]
        self.port = free_port()
        config = any_request(partitioned(self.port, self.targets)).replace("headers.x-process-id", "query.id")
        self.pipeline = self.engine(config).start([self.port])

    def forward(self, method: str = "POST", target: str = "/?id=1", body: bytes = b"",
                headers: list[tuple[str, str]] | None = None) -> tuple[HttpBackend, object]:
        """Sends one request and returns the backend and the request that came out."""
        before = [len(each.snapshot()) for each in self.targets]
        with HttpClient(self.port) as client:
            status = client.send(method, target, body, headers).status
        self.assertEqual(status, 200)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for count, each in zip(before, self.targets):
                requests = each.snapshot()
                if len(requests) > count:
                    return each, requests[count]
            time.sleep(0.005)
        self.fail(f"{method} {target} did not arrive\n{self.pipeline.log()}")

    def check(self, method: str = "POST", target: str = "/?id=1", body: bytes = b"",
              headers: list[tuple[str, str]] | None = None) -> None:
        _, request = self.forward(method, target, body, headers)
        self.assertEqual(request.method, method)
        self.assertEqual(request.target, target)
        self.assertEqual(len(request.body), len(body))
        self.assertTrue(request.body == body, "body differs")
        got = [(name.lower(), value) for name, value in request.headers if name.lower() not in ADDED]
        want = [(name.lower(), value) for name, value in headers or [] if name.lower() not in ADDED | HOP_BY_HOP]
        self.assertEqual(got, want)

    def test_methods(self) -> None:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "PURGE", "PROPFIND"):
            with self.subTest(method):
                self.check(method, f"/things/{method.lower()}?id={method}")

    def test_targets(self) -> None:
        for target in ("/?id=1", "/a/b/c?id=2", "/a//b/?id=3", "/%C5%A1%20x/%2F..?id=4", "/a?x=1&id=5&x=2&empty=&flag",
                       "/a?id=%7B%7B%20x%20%7D%7D", "/a;v=1,2/(b)?q='\"~!*&id=6", "/no-key", "/" + "long/" * 400 + "?id=7"):
            with self.subTest(target):
                self.check("GET", target)

    def test_bodies(self) -> None:
        for body in (b"", b"x", bytes(range(256)), "žluťoučký kůň 🐎\n".encode(), b"line\r\n\r\nline\n", b"{\"a\": [1, 2",
                     b"\x00" * 70_000):
            with self.subTest(len(body)):
                self.check(body=body)

    def test_a_body_of_ten_mebibytes(self) -> None:
        self.check(body=bytes(range(256)) * 40_960)

    def test_a_compressed_body_stays_compressed(self) -> None:
        self.check(body=gzip.compress(b"data", mtime=0), headers=[("content-encoding", "gzip")])

    def test_an_unknown_content_encoding_is_forwarded(self) -> None:
        self.check(body=b"not decoded", headers=[("Content-Encoding", "br")])

    def test_a_chunked_body_arrives_whole(self) -> None:
        pieces = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        _, request = self.forward(body=pieces, headers=[("transfer-encoding", "chunked")])
        self.assertEqual(request.body, b"hello world")

    def test_headers_keep_values_order_and_repetitions(self) -> None:
        self.check(headers=[("X-One", "1"), ("x-two", "a, b"), ("X-One", "2"), ("Cookie", "a=b; c=d"), ("X-Empty", ""),
                            ("Accept", "*/*"), ("Content-Type", "application/x; charset=\"utf-8\""), ("X-ONE", "3"),
                            ("Authorization", "Bearer t")])

    def test_hop_by_hop_headers_stay_behind(self) -> None:
        _, request = self.forward(headers=[("Connection", "keep-alive, X-Hop"), ("X-Hop", "1"), ("TE", "trailers"),
                                           ("Keep-Alive", "timeout=5"), ("X-Kept", "1")])
        for name in ("x-hop", "te", "keep-alive"):
            self.assertIsNone(request.header(name), name)
        self.assertEqual(request.header("x-kept"), "1")

    def test_headers_are_added_when_absent(self) -> None:
        target, request = self.forward()
        self.assertEqual(request.header("host"), f"127.0.0.1:{target.port}")
        self.assertEqual(request.header("x-forwarded-for"), "127.0.0.1")
        self.assertEqual(request.header("x-forwarded-proto"), "http")
        self.assertTrue(request.header("x-request-id"))
        self.assertGreaterEqual(len(request.header("idempotency-key") or ""), 22)

    def test_request_ids_and_idempotency_keys_of_the_client_are_kept(self) -> None:
        _, request = self.forward(headers=[("X-Request-Id", "mine"), ("Idempotency-Key", "also mine")])
        self.assertEqual(request.header_values("x-request-id"), ["mine"])
        self.assertEqual(request.header_values("idempotency-key"), ["also mine"])

    def test_a_retry_repeats_the_same_request_with_the_same_idempotency_key(self) -> None:
        for target in self.targets:
            target.script.script = [Answer(503)]
        target, first = self.forward(target="/again?id=9", body=b"same")
        second = target.wait_for(2, 20)[1]
        self.assertEqual((second.method, second.target, second.body), (first.method, first.target, first.body))
        self.assertEqual(second.header("idempotency-key"), first.header("idempotency-key"))

    def test_the_key_from_the_query_decides_the_backend(self) -> None:
        where: dict[str, set[int]] = collections.defaultdict(set)
        requests = [Outgoing(f"{key}-{n}", target=f"/{n}?id=key{key}&n={n}") for n in range(3) for key in range(90)]
        self.assert_all_accepted(self.send(self.port, requests))
        deadline = time.monotonic() + 20
        while sum(len(t.snapshot()) for t in self.targets) < 270 and time.monotonic() < deadline:
            time.sleep(0.01)
        for number, target in enumerate(self.targets):
            for request in target.snapshot():
                where[request.target.split("id=")[1].split("&")[0]].add(number)
        self.assertEqual(len(where), 90)
        self.assertTrue(all(len(places) == 1 for places in where.values()))
        self.assertEqual(set().union(*where.values()), {0, 1, 2})


class ForwardWithDiskBufferTest(EndToEndTest):
    """The envelope survives in the disk buffer."""

    def test_a_crash_during_an_outage_keeps_requests_and_their_idempotency_keys(self) -> None:
        targets = [self.backend() for _ in range(3)]
        port = free_port()
        config = 'data_dir = "@DIR@/data"\n' + any_request(partitioned(port, targets))
        for number in range(3):
            config += f'\n[sinks.http_{number}.buffer]\ntype = "disk"\nmax_size = 50_000_000\n'
        pipeline = self.engine(config).start([port])
        for target in targets:
            target.stop()
        requests = [Outgoing(str(n), bytes([n % 256]) * n, "PUT", f"/item/{n}?n={n}",
                             (("x-process-id", str(n % 20)), ("Idempotency-Key", f"key-{n}"))) for n in range(300)]
        self.assert_all_accepted(self.send(port, requests), slowest=1.0)
        pipeline.kill()
        pipeline.start([port])
        for target in targets:
            target.start()
        wanted = {(r.method, r.target, r.body, dict(r.headers)["Idempotency-Key"]) for r in requests}
        self.assert_ids_arrive(wanted, lambda: [(r.method, r.target, r.body, r.header("idempotency-key"))
                                                for target in targets for r in target.snapshot()])


if __name__ == "__main__":
    unittest.main()
