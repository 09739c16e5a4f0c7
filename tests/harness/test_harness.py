#!/usr/bin/env python3
"""The harness's own tests, against a stand-in for the engine. Run: python3 tests/harness/test_harness.py"""

import contextlib
import io
import os
import random
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run_cases  # noqa: E402
from case_file import CaseError, format_case, parse_case  # noqa: E402
from case_runner import run_case  # noqa: E402
from compare import Context, diff_log, diff_records, diff_text, matches  # noqa: E402
from compression import compress, decompress  # noqa: E402
from deliveries import Deliveries, Ranges, runs_of  # noqa: E402
from http_backend import Answer, HttpBackend, Script  # noqa: E402
from http_client import HttpClient  # noqa: E402
from ports import free_port, listens  # noqa: E402

FAKE = str(Path(__file__).resolve().parent / "fake_engine.py")


def run(text: str) -> list[str]:
    """The problems of a case given as text, run against the stand-in."""
    return run_case(parse_case("area/case", text), FAKE).problems


class CaseFileTest(unittest.TestCase):
    def test_every_committed_case_survives_a_round_trip(self) -> None:
        for case in run_cases.load_cases(run_cases.CASES, "*"):
            self.assertEqual(parse_case(case.name, format_case(case)), case, case.name)

    def test_separator_lines_missing_newlines_and_binary_content_survive(self) -> None:
        for content in (b"", b"\n", b"a", b"a\n", b"--- meta\n", b"\\--- x", b"\x00\xff", b"a\r\n", "\u00e9\n".encode()):
            case = parse_case("a/b", "--- meta\ncommand: engine\n")
            case.input = content
            self.assertEqual(parse_case("a/b", format_case(case)).input, content)

    def test_unknown_keys_sections_and_steps_are_errors(self) -> None:
        for text in ("--- meta\ncommand: engine\nfrob: 1\n", "--- frob\n", "--- meta\ncommand: engine\n--- steps\nfrob\n",
                     "--- input\n"):
            with self.assertRaises(CaseError):
                parse_case("a/b", text)


class CompareTest(unittest.TestCase):
    def test_placeholders_match_their_kind_only(self) -> None:
        self.assertTrue(matches('{"t":"<TIMESTAMP>"}', '{"t":"2024-01-02T03:04:05.678Z"}'))
        self.assertFalse(matches('{"t":"<TIMESTAMP>"}', '{"t":"yesterday"}'))
        self.assertTrue(matches("<COLOR>", "<COLOR>"))
        self.assertFalse(matches("<COLOR>", "red"))

    def test_ports_folders_and_redactions_are_cleaned(self) -> None:
        context = Context({"PORT1": 40001}, "/tmp/x", [(r'"n":\d+', '"n":"<N>"')])
        self.assertEqual(context.clean('127.0.0.1:40001 /tmp/x/f "n":5 140001'), '127.0.0.1:<PORT1> <DIR>/f "n":"<N>" 140001')

    def test_text_differences_include_the_last_newline_and_can_ignore_order(self) -> None:
        self.assertEqual(diff_text("a\nb\n", "a\nb\n"), "")
        self.assertNotEqual(diff_text("a\nb\n", "a\nb"), "")
        self.assertNotEqual(diff_text("a\nb\n", "b\na\n"), "")
        self.assertEqual(diff_text("a\nb\n", "b\na\n", unordered=True), "")
        self.assertNotEqual(diff_text("a\na\n", "a\nb\n", unordered=True), "")

    def test_records_keep_order_within_one_path_only(self) -> None:
        one, two = {"path": "/a", "body": "1"}, {"path": "/b", "body": "2"}
        self.assertEqual(diff_records([one, two], [two, one]), "")
        self.assertNotEqual(diff_records([one, one | {"body": "x"}], [one | {"body": "x"}, one]), "")
        self.assertNotEqual(diff_records([one], [one, one]), "")

    def test_log_lines_compare_by_their_worst_level(self) -> None:
        recorded = "<TIMESTAMP>  INFO vector: started\n<TIMESTAMP>  WARN x: y\n"
        self.assertEqual(diff_log(recorded, "2026-01-02T03:04:05.1Z  WARN engine: other words\n"), "")
        self.assertNotEqual(diff_log(recorded, "2026-01-02T03:04:05.1Z  INFO engine: fine\n"), "")
        self.assertNotEqual(diff_log("one\n", "two\n"), "")


class CompressionTest(unittest.TestCase):
    def test_every_encoding_round_trips(self) -> None:
        for encoding in ("gzip", "deflate", "zstd", "snappy"):
            for data in (b"", b"a", b"abc" * 100_000):
                self.assertEqual(decompress(encoding, compress(encoding, data)), data)

    def test_corrupt_data_is_a_value_error(self) -> None:
        for encoding in ("gzip", "deflate", "zstd", "snappy"):
            with self.assertRaises(ValueError):
                decompress(encoding, b"not compressed")

    def test_snappy_copies_are_understood(self) -> None:
        self.assertEqual(decompress("snappy", b"\x08\x0cabcd\x01\x04"), b"abcdabcd")


class BackendTest(unittest.TestCase):
    def test_requests_are_recorded_as_sent_over_one_connection(self) -> None:
        with HttpBackend() as backend, HttpClient(backend.port) as client:
            for number in range(3):
                headers = [("X-A", "1"), ("x-b", "2"), ("X-A", "3")]
                self.assertEqual(client.send("PUT", f"/p?q={number}", b"\x00\xff", headers).status, 200)
            requests = backend.snapshot()
            self.assertEqual([request.target for request in requests], ["/p?q=0", "/p?q=1", "/p?q=2"])
            self.assertEqual(requests[0].header_values("x-a"), ["1", "3"])
            self.assertEqual((requests[0].method, requests[0].body), ("PUT", b"\x00\xff"))
            self.assertEqual(len({request.connection for request in requests}), 1)

    def test_answers_follow_paths_then_script_then_default(self) -> None:
        script = Script(Answer(202), [Answer(503, body=b"no")], {"/fixed": Answer(418)})
        with HttpBackend(script) as backend, HttpClient(backend.port) as client:
            statuses = [client.send(target=target).status for target in ("/fixed", "/", "/", "/fixed")]
            self.assertEqual(statuses, [418, 503, 202, 418])

    def test_a_stopped_backend_refuses_and_comes_back_on_its_port(self) -> None:
        with HttpBackend() as backend:
            port = backend.port
            with HttpClient(port) as client:
                client.send()
                backend.stop()
                with self.assertRaises(OSError):
                    client.send()
                backend.start()
                self.assertEqual(backend.port, port)
                self.assertEqual(client.send().status, 200)
            self.assertEqual(len(backend.snapshot()), 2)


class CaseRunnerTest(unittest.TestCase):
    def test_stdin_stdout_files_and_exit_code(self) -> None:
        text = ("--- meta\ncommand: engine -c c.conf\nexit: 3\ncollect: o/*\n--- file c.conf\ncopy\nfile o/x '__DIR__'\n"
                "exit 3\n--- input\nhello\n--- expect stdout\nhello\n--- expect files\n=== o/x\n<DIR>\n")
        self.assertEqual(run(text), [])
        self.assertIn("exit code 3", run(text.replace("exit: 3\n", ""))[0])
        self.assertIn("-other", run(text.replace("stdout\nhello", "stdout\nother"))[0])

    def test_requests_and_responses(self) -> None:
        text = ("--- meta\ncommand: engine -c c.conf\n--- file c.conf\nserve __PORT1__\n--- steps\nwait_port __PORT1__\n"
                'http {"port": "__PORT1__", "body": "one"}\nsleep 0.2\n--- expect stdout\n'
                '{"message":"one","timestamp":"<TIMESTAMP>"}\n--- expect responses\n'
                '{"status": 200, "headers": {"server": "any", "content-length": "0"}, "body": ""}\n')
        problems = run(text)
        self.assertEqual(len(problems), 1)
        self.assertIn("responses differs", problems[0])

    def test_receivers_decompress_and_name_ports(self) -> None:
        record = ('{"method": "POST", "path": "/x", "headers": {"accept-encoding": "identity", "content-encoding": "gzip", '
                  '"content-length": "<LEN>", "content-type": "text/plain", "host": "127.0.0.1:<PORT1>", '
                  '"user-agent": "<USER_AGENT>"}, "encoded_bytes_magic": "1f8b0800", "body": "data\\n"}\n')
        text = ("--- meta\ncommand: engine -c c.conf\nreceiver.PORT1: {}\n--- file c.conf\npost http://127.0.0.1:__PORT1__/x\n"
                "--- input\ndata\n--- expect received\n" + record)
        self.assertEqual(run(text), [])
        self.assertIn("received differs", run(text.replace('"data', '"tada'))[0])

    def test_a_process_that_ends_early_shows_its_exit_code_and_refused_requests(self) -> None:
        text = ("--- meta\ncommand: engine -c c.conf\nexit: 78\n--- file c.conf\nexit 78\n# __PORT1__\n--- steps\n"
                'wait_port __PORT1__\nhttp {"port": "__PORT1__", "body": "x"}\n--- expect responses\n'
                '{"error": "ConnectionRefusedError: [Errno 111] Connection refused"}\n')
        self.assertEqual(run(text), [])
        self.assertEqual(run(text.replace("exit: 78\n", "")), ["exit code 78, expected 0"])

    def test_binary_output_is_compared_as_base64(self) -> None:
        text = "--- meta\ncommand: engine -c c.conf\n--- file c.conf\ncopy\n--- input\nabc\n--- expect stdout\nbase64:YWJjCg==\n"
        self.assertEqual(run(text), [])
        self.assertIn("stdout differs", run(text.replace("YWJj", "YWJk"))[0])

    def test_request_times_are_checked(self) -> None:
        text = ("--- meta\ncommand: engine -c c.conf\nreceiver.PORT1: {}\nrequest_times: [0, 5]\n--- file c.conf\n"
                "post http://127.0.0.1:__PORT1__/\npost http://127.0.0.1:__PORT1__/\n")
        self.assertTrue(any("request 2: after 0.0" in problem for problem in run(text)))

    def test_stderr_counts_only_where_expected(self) -> None:
        text = "--- meta\ncommand: engine -c c.conf\n--- file c.conf\nlog ERROR broken\n--- reference stderr\nnothing\n"
        self.assertEqual(run(text), [])
        self.assertIn("worst log level", run(text.replace("reference", "expect"))[0])

    def test_mentions_search_both_streams(self) -> None:
        text = "--- meta\ncommand: engine -c c.conf\n--- file c.conf\nlog ERROR 'unknown key frob'\n--- expect mentions\nfrob\n"
        self.assertEqual(run(text), [])
        self.assertIn("does not mention: frab", run(text.replace("mentions\nfrob", "mentions\nfrab"))[0])


class RunCasesTest(unittest.TestCase):
    def test_counts_states_and_closing_line(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "area").mkdir()
            case = "--- meta\ncommand: engine -c c.conf\n--- file c.conf\ncopy\n--- input\na\n--- expect stdout\n"
            for file, expected in (("good", "a"), ("bad", "b"), ("later", "b"), ("early", "a"), ("other", "b")):
                (folder / "area" / f"{file}.case").write_text(case + expected + "\n")
            (folder / "status.txt").write_text(
                "waiting area/later: x\nwaiting area/early: y\ndifferent area/other: z\n")
            common = ["--binary", FAKE, "--cases", name, "--jobs", "2", "--quiet"]
            code, out = self.call(common)
            self.assertEqual(code, 1)
            self.assertIn("area: 1 passed, 1 failed, 2 waiting, 1 different", out)
            self.assertIn("PASSED UNEXPECTEDLY area/early (waiting: y)", out)
            self.assertEqual(out.splitlines()[-1], "1 passed, 1 failed")
            self.assertEqual(self.call(common + ["--filter", "good"])[0], 0)
            self.assertEqual(self.call(common + ["--filter", "early", "--strict"])[0], 1)
            self.call(common + ["--update-waiting"])
            self.assertEqual((folder / "status.txt").read_text(), "waiting area/later: x\ndifferent area/other: z\n")

    def call(self, arguments: list[str]) -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            code = run_cases.main(arguments)
        return code, out.getvalue()


class PortsTest(unittest.TestCase):
    def test_a_listener_is_told_from_a_stranger_on_its_port(self) -> None:
        with socket.create_server(("127.0.0.1", free_port())) as server:
            port = server.getsockname()[1]
            self.assertTrue(listens(os.getpid(), port))
            self.assertFalse(listens(os.getpid(), free_port()))
            with subprocess.Popen(["sleep", "60"]) as stranger:
                self.assertFalse(listens(stranger.pid, port))
                stranger.kill()

    def test_a_port_is_given_to_one_process_only(self) -> None:
        port = free_port()
        claim = f"import socket; socket.socket(socket.AF_UNIX).bind('\\0engine-test-port-{port}')"
        self.assertNotEqual(subprocess.run([sys.executable, "-c", claim], capture_output=True).returncode, 0)


class DeliveriesTest(unittest.TestCase):
    def test_ranges_are_the_sets_that_they_stand_for(self) -> None:
        draw = random.Random(5)
        for _ in range(200):
            ranges, numbers, wanted = Ranges(), set(), set()
            for _ in range(draw.randrange(12)):
                first = draw.randrange(40)
                run = range(first, first + 1 + draw.randrange(6))
                self.assertEqual(ranges.add(run[0], run[-1]), len(set(run) - numbers))
                numbers |= set(run)
                wanted |= set(range(first + draw.randrange(9), first + draw.randrange(20)))
            self.assertEqual({n for first, last in ranges.runs() for n in range(first, last + 1)}, numbers)
            self.assertEqual(len(ranges), len(numbers))
            missing = ranges.missing(Ranges(runs_of(sorted(wanted))))
            self.assertEqual({n for first, last in missing for n in range(first, last + 1)}, wanted - numbers)

    def test_runs_keep_the_order_of_arrival(self) -> None:
        self.assertEqual(runs_of([3, 4, 5, 9, 1, 2]), [(3, 5), (9, 9), (1, 2)])
        self.assertEqual(runs_of([4, 6, 5, 7]), [(4, 4), (6, 6), (5, 5), (7, 7)])
        self.assertEqual(runs_of([]), [])

    def test_repetitions_late_and_lost_events_are_told_apart(self) -> None:
        deliveries = Deliveries()
        for first, last in ((0, 9), (5, 12), (20, 29), (15, 17), (30, 30)):
            deliveries.add(7, first, last)
        self.assertEqual((deliveries.events, deliveries.repetitions, deliveries.late), (32, 5, 3))
        self.assertEqual(deliveries.lost({7: Ranges([(0, 12), (14, 18)]), 8: Ranges([(0, 1)])}), 4)


if __name__ == "__main__":
    unittest.main()
