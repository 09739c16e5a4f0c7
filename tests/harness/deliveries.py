"""What was sent, accepted and delivered, as ranges of numbers: an oracle for more events than fit into a set."""

from bisect import bisect_right
from collections.abc import Iterable


class Ranges:
    """A set of whole numbers that come mostly in ascending runs."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in runs:
            self.add(first, last)

    def add(self, first: int, last: int) -> int:
        """Adds first to last, both included; how many of them are new."""
        if not self._firsts or first > self._lasts[-1] + 1:
            self._firsts.append(first)
            self._lasts.append(last)
            return last - first + 1
        begin = bisect_right(self._lasts, first - 2)
        end = bisect_right(self._firsts, last + 1)
        if begin == end:
            self._firsts.insert(begin, first)
            self._lasts.insert(begin, last)
            return last - first + 1
        known = sum(min(self._lasts[i], last) - max(self._firsts[i], first) + 1 for i in range(begin, end)
                    if self._lasts[i] >= first and self._firsts[i] <= last)
        low, high = min(first, self._firsts[begin]), max(last, self._lasts[end - 1])
        self._firsts[begin:end] = [low]
        self._lasts[begin:end] = [high]
        return last - first + 1 - known

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.runs())

    def runs(self) -> Iterable[tuple[int, int]]:
        """The runs in ascending order, both ends included."""
        return zip(self._firsts, self._lasts)

    def highest(self) -> int:
        """The highest number, -1 when there is none."""
        return self._lasts[-1] if self._lasts else -1

    def missing(self, wanted: "Ranges") -> list[tuple[int, int]]:
        """The runs of `wanted` that are not here."""
        found = []
        for first, last in wanted.runs():
            at = first
            for i in range(bisect_right(self._lasts, first - 1), len(self._firsts)):
                if self._firsts[i] > last:
                    break
                if self._firsts[i] > at:
                    found.append((at, self._firsts[i] - 1))
                at = max(at, self._lasts[i] + 1)
            if at <= last:
                found.append((at, last))
        return found


class Deliveries:
    """Deliveries by key, in the order in which they came."""

    def __init__(self) -> None:
        self.keys: dict[int, Ranges] = {}
        self.events = 0
        self.repetitions = 0
        self.late = 0

    def add(self, key: int, first: int, last: int) -> None:
        """The numbers first to last of a key came, one after the other."""
        ranges = self.keys.setdefault(key, Ranges())
        highest = ranges.highest()
        new = ranges.add(first, last)
        self.events += last - first + 1
        self.repetitions += last - first + 1 - new
        # First deliveries must ascend: what is new and lies below what had come is late.
        self.late += new - max(0, last - max(highest, first - 1))

    def lost(self, accepted: dict[int, Ranges]) -> int:
        """How many of the accepted have not come."""
        nothing = Ranges()
        return sum(last - first + 1 for key, wanted in accepted.items()
                   for first, last in self.keys.get(key, nothing).missing(wanted))


def runs_of(numbers: list[int]) -> list[tuple[int, int]]:
    """Numbers in order of arrival as runs that ascend by one."""
    if not numbers:
        return []
    if numbers[-1] - numbers[0] == len(numbers) - 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return [(numbers[0], numbers[-1])]
    runs = []
    first = last = numbers[0]
    for number in numbers[1:]:
        if number != last + 1:
            runs.append((first, last))
            first = number
        last = number
    runs.append((first, last))
    return runs
