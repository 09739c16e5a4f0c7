"""A few seconds of the soak, with faults in quick succession; `./dev soak faults` is the long form."""

import unittest

from scenario import EndToEndTest

import soak  # after scenario, which knows where it is


class SoakTest(EndToEndTest):
    def test_faults_under_a_steady_load_lose_nothing_and_leave_no_descriptor(self) -> None:
        report = soak.run(6, rate=20_000, seed=3, longest=0.6)
        self.assertGreater(report.accepted, 1_000, report.text())
        self.assertGreater(report.lines_written, 1_000, report.text())
        self.assertEqual(report.problems(), [], report.text())


if __name__ == "__main__":
    unittest.main()
