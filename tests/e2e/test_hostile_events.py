"""Events that make a program take ever more memory: the event is dropped with an error, others go on."""

import base64
import gzip
import json
import unittest
from pathlib import Path

from scenario import EndToEndTest, HttpClient, free_port, is_sanitized, wait_until

CONFIG = """\
data_dir = "@DIR@/data"
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
decoding.codec = "json"
[transforms.program]
type = "remap"
inputs = ["in"]
drop_on_error = true
source = '''
{program}
'''
[sinks.out]
type = "file"
inputs = ["program"]
path = "@DIR@/out.txt"
encoding.codec = "json"
"""
MIB = 1 << 20
DOUBLING = 'text = "x"\nfor_each(array!(.items)) -> |_i, _v| { text = text + text }\n.length = length(text)'
NESTING = 'tree = [1]\nfor_each(array!(.items)) -> |_i, _v| { tree = [tree, tree] }\n.tree = tree'
EXPANDING = '''.parts = map_values(array!(.parts)) -> |part| { decode_gzip!(decode_base64!(part)) }
.length = length(array!(.parts))
del(.parts)'''
DISCARDED = '\n.discarded = find_vector_metrics("component_discarded_events_total", tags: {"component_id": "program"})'


class HostileEventsTest(EndToEndTest):
    def serve(self, program: str) -> None:
        self.port = free_port()
        self.engine_under_test = self.engine(CONFIG.format(port=self.port, program=program)).start([self.port])

    def post(self, *events: object) -> None:
        with HttpClient(self.port) as client:
            self.assertEqual(client.send(body=json.dumps(list(events)).encode()).status, 200)

    def written(self) -> list[dict]:
        path = self.engine_under_test.folder / "out.txt"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def most_memory(self) -> int:
        for line in Path(f"/proc/{self.engine_under_test.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmHWM")

    def assert_only_good_ones_pass(self, hostile: dict, good: dict, error: str) -> None:
        """In one batch, and afterwards; the log says why."""
        self.post({"id": 1} | good, {"id": 2} | hostile, {"id": 3} | good)
        self.post({"id": 4} | hostile)
        self.post({"id": 5} | good)
        wait_until(lambda: len(self.written()) >= 3, 20, self.engine_under_test.log())
        self.assertEqual([event["id"] for event in self.written()], [1, 3, 5])
        log = self.engine_under_test.log()
        self.assertEqual(log.count("Mapping failed with event."), 2, log)
        self.assertIn(error, log)
        self.assertFalse(self.engine_under_test.exited(), log)

    def test_texts_that_double_are_dropped_and_counted(self) -> None:
        self.serve(DOUBLING + DISCARDED)
        self.assert_only_good_ones_pass({"items": [0] * 100}, {"items": [0] * 10},
                                        "MiB of memory for one event")

        def discarded() -> list[float]:
            self.post({"items": []})
            return [metric["value"] for metric in self.written()[-1]["discarded"]]

        wait_until(lambda: 2 in discarded(), 20, self.engine_under_test.log())

    def test_trees_that_double_are_dropped(self) -> None:
        self.serve(NESTING)
        self.assert_only_good_ones_pass({"items": [0] * 60}, {"items": [0] * 3}, "values are larger than 1024 MiB")

    def test_bombs_are_dropped_within_bounded_memory(self) -> None:
        self.serve(EXPANDING)
        bomb, small = (base64.b64encode(gzip.compress(text)).decode() for text in (bytes(100 * MIB), b"a"))
        self.assert_only_good_ones_pass({"parts": [bomb] * 20}, {"parts": [small] * 20},
                                        "unable to decode value with Gzip decoder")
        if not is_sanitized():
            self.assertLess(self.most_memory(), 1024 * MIB)


if __name__ == "__main__":
    unittest.main()
