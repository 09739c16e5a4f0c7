"""The file source beyond its recorded cases: rotation under load, kills, and checkpoints that wait for delivery."""

import json
import os
import signal
import threading
import time
import unittest

from scenario import Answer, EndToEndTest, Engine, HttpBackend, Script, messages, wait_until

TO_FILE = """\
data_dir = "@DIR@/data"
[sources.in]
type = "file"
include = ["@DIR@/logs/*.log"]
glob_minimum_cooldown_ms = 50
{source}
[sinks.out]
type = "file"
inputs = ["in"]
path = "@DIR@/out.txt"
encoding.codec = "text"
acknowledgements = true
"""
TO_BACKEND = """\
data_dir = "@DIR@/data"
[sources.in]
type = "file"
include = ["@DIR@/logs/*.log"]
glob_minimum_cooldown_ms = 50
[sinks.out]
type = "http"
inputs = ["in"]
uri = "{uri}"
encoding.codec = "json"
acknowledgements = true
request.retry_initial_backoff_secs = 1
request.retry_max_duration_secs = 1
batch.timeout_secs = 0.05
"""


class FileSourceTest(EndToEndTest):
    def pipeline(self, config: str) -> Engine:
        engine = self.engine(config)
        (engine.folder / "logs").mkdir()
        self.log = engine.folder / "logs" / "a.log"
        return engine

    def to_file(self, source: str = "") -> Engine:
        return self.pipeline(TO_FILE.format(source=source))

    def arrived(self, engine: Engine) -> list[str]:
        path = engine.folder / "out.txt"
        return path.read_text().splitlines() if path.exists() else []

    def append(self, first: int, last: int) -> None:
        with self.log.open("a") as file:
            file.writelines(f"line {number:06}\n" for number in range(first, last))

    def test_rotation_by_renaming_under_load_loses_and_repeats_nothing(self) -> None:
        engine = self.to_file().start()
        total = 20_000
        for first in range(0, total, 500):
            self.append(first, first + 500)
            if first % 4_000 == 3_500:
                os.replace(self.log, self.log.with_suffix(f".log.{first}"))
            time.sleep(0.02)
        wait_until(lambda: len(self.arrived(engine)) >= total, 30, engine.log())
        self.assertEqual(engine.stop(), 0)
        self.assertEqual(sorted(self.arrived(engine)), [f"line {number:06}" for number in range(total)])

    def test_a_writer_that_goes_on_in_a_renamed_file_is_read(self) -> None:
        engine = self.to_file().start()
        self.append(0, 10)
        wait_until(lambda: len(self.arrived(engine)) == 10, 20, engine.log())
        with self.log.open("a") as file:
            os.replace(self.log, self.log.with_suffix(".old"))
            time.sleep(0.3)  # several searches no longer find it
            file.write("late line\n")
        wait_until(lambda: "late line" in self.arrived(engine), 20, engine.log())

    def test_copying_and_truncating_reads_the_new_content_from_its_beginning(self) -> None:
        engine = self.to_file().start()
        for generation in range(5):
            first = generation * 1000
            self.append(first, first + 1000 - 100 * generation)
            wait_until(lambda: f"line {first + 999 - 100 * generation:06}" in self.arrived(engine), 20, engine.log())
            self.log.with_suffix(".copy").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)
            time.sleep(0.2)
        wanted = [f"line {g * 1000 + n:06}" for g in range(5) for n in range(1000 - 100 * g)]
        self.assertEqual(engine.stop(), 0)
        self.assertEqual(self.arrived(engine), wanted)

    def test_a_kill_at_any_time_loses_nothing_with_acknowledgements(self) -> None:
        engine = self.to_file().start()
        total = 60_000
        writer = threading.Thread(target=lambda: [(self.append(n, n + 200), time.sleep(0.005))
                                                  for n in range(0, total, 200)])
        writer.start()
        for _ in range(4):
            before = len(self.arrived(engine))
            wait_until(lambda: len(self.arrived(engine)) > before, 20, engine.log())
            time.sleep(0.3)
            engine.kill()
            # What was half written when it died; the next line follows on it.
            with (engine.folder / "out.txt").open("a") as file:
                file.write("\n")
            engine.start()
        writer.join()
        wanted = {f"line {number:06}" for number in range(total)}
        self.assert_ids_arrive(wanted, lambda: self.arrived(engine))
        self.assertEqual(engine.stop(), 0)

    def test_a_clean_stop_repeats_nothing(self) -> None:
        engine = self.to_file()
        for first in range(0, 3000, 1000):
            self.append(first, first + 1000)
            engine.start()
            wait_until(lambda: len(self.arrived(engine)) >= first + 1000, 20, engine.log())
            self.assertEqual(engine.stop(), 0)
        self.assertEqual(self.arrived(engine), [f"line {number:06}" for number in range(3000)])

    def test_the_checkpoint_waits_for_delivery(self) -> None:
        backend: HttpBackend = self.backend(Script(default=Answer(503)))
        engine = self.pipeline(TO_BACKEND.format(uri=backend.url))
        self.append(0, 100)
        engine.start()
        wait_until(backend.snapshot, 20, engine.log())
        time.sleep(1.5)  # a save would be due
        checkpoints = engine.folder / "data" / "in" / "checkpoints.json"
        self.assertFalse(checkpoints.exists() and json.loads(checkpoints.read_text())["checkpoints"])
        engine.kill()
        backend.stop()
        second = self.backend()
        engine.write_config(TO_BACKEND.format(uri=second.url))
        engine.start()
        wait_until(lambda: len(messages(second.snapshot())) == 100, 20, engine.log())
        wait_until(checkpoints.exists, 20, "the checkpoint")

    def test_a_kill_between_two_deliveries_repeats_what_was_not_delivered_and_only_that(self) -> None:
        backend: HttpBackend = self.backend()
        engine = self.pipeline(TO_BACKEND.format(uri=backend.url))
        self.append(0, 100)
        engine.start()
        checkpoints = engine.folder / "data" / "in" / "checkpoints.json"

        def saved() -> list[int]:
            text = checkpoints.read_text() if checkpoints.exists() else '{"checkpoints": []}'
            return [each["position"] for each in json.loads(text)["checkpoints"]]
        wait_until(lambda: saved() == [self.log.stat().st_size], 20, "the checkpoint")
        position = saved()
        backend.script.default = Answer(503)
        self.append(100, 200)
        wait_until(lambda: len(messages(backend.snapshot())) >= 200, 20, "the second part")
        time.sleep(1.5)  # a save would be due
        self.assertEqual(saved(), position)
        engine.kill()
        delivered = len(backend.snapshot())
        backend.script.default = Answer(200)
        engine.start()
        wanted = [f"line {number:06}" for number in range(100, 200)]
        wait_until(lambda: messages(backend.snapshot()[delivered:]) == wanted, 20, "the second part again")
        wait_until(lambda: saved() == [self.log.stat().st_size], 20, "the second checkpoint")

    def test_lines_of_many_files_keep_their_order_in_each(self) -> None:
        engine = self.to_file()
        files, lines = 40, 500
        for number in range(files):
            (engine.folder / "logs" / f"{number}.log").write_text(
                "".join(f"{number} {line}\n" for line in range(lines)))
        engine.start()
        wait_until(lambda: len(self.arrived(engine)) >= files * lines, 30, engine.log())
        engine.signal(signal.SIGTERM)
        self.assertEqual(engine.wait(), 0)
        by_file: dict[str, list[int]] = {}
        for line in self.arrived(engine):
            name, number = line.split()
            by_file.setdefault(name, []).append(int(number))
        self.assertEqual(len(by_file), files)
        for numbers in by_file.values():
            self.assertEqual(numbers, list(range(lines)))


if __name__ == "__main__":
    unittest.main()
