"""Random kills of the process under load, with a backend that fails in every way; `./dev soak kill` is the long form."""

import unittest

from scenario import EndToEndTest

import kill_test  # after scenario, which knows where it is


class KillTest(EndToEndTest):
    def check(self, mode: str, kills: int, seed: int) -> None:
        report = kill_test.run(kills, seed=seed, mode=mode, shortest=0.3, longest=1.0)
        self.assertGreater(len(report.accepted), 100 * kills // 10, report.text())
        self.assertEqual(report.lost(), set(), report.text())
        self.assertEqual(report.out_of_order(), [], report.text())
        # So few requests between two kills that the share means little: the long form checks it.
        self.assertLess(report.duplicates_share(), 0.2, report.text())

    def test_random_kills_lose_no_accepted_request_and_keep_the_order_of_each_key(self) -> None:
        self.check("forward", kills=7, seed=1)

    def test_random_kills_lose_no_accepted_event_and_keep_the_order(self) -> None:
        self.check("events", kills=3, seed=2)


if __name__ == "__main__":
    unittest.main()
