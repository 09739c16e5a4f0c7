"""Series of cases in which one thing grows by decades, and the work that it is natural to do for each of it."""

import json
from dataclasses import dataclass

from cases import APACHE, EVENT, FORWARD_IN, HTTP_IN, HTTP_REMAP, JSON_REMAP, STDIN, Case, blackhole, http, http_out


@dataclass(frozen=True)
class Series:
    """`per`: what the cost is divided by beside the events: its own work grows with that. `idle`: a run without events is
    taken off, as the start would be most of a short run."""

    name: str
    steps: list[tuple[int, Case]]
    per: str = "event"
    idle: bool = False

    def share(self, step: int) -> int:
        return 1 if self.per == "event" else step


STDIN_JSON = STDIN + 'decoding.codec = "json"\n'
# Encodes and writes, without a disk.
WRITTEN = '\n[sinks.out]\ntype = "file"\ninputs = ["in"]\npath = "/dev/null"\nencoding.codec = "json"\n'
KEYED = '{"key":"#",' + EVENT[1:]


def stdin(config: str, lines: int, **more) -> Case:
    return Case("", "stdin", config, lines=lines, **more)


def filters(count: int) -> str:
    return "".join(f'\n[transforms.step{i}]\ntype = "filter"\ninputs = ["{f"step{i - 1}" if i else "in"}"]\n'
                   f"condition = '.status == 201'\n" for i in range(count)) + blackhole(f"step{count - 1}")


def remaps(count: int) -> str:
    return "".join(f'\n[transforms.step{i}]\ntype = "remap"\ninputs = ["{f"step{i - 1}" if i else "in"}"]\n'
                   f"source = '.status = to_int!(.status) + 1'\n" for i in range(count)) + blackhole(f"step{count - 1}")


def keyed_uri(batch: str) -> str:
    return http_out().replace("{receiver}/", "{receiver}/{{{{ key }}}}") + batch


def files(more: str = "") -> str:
    return WRITTEN.replace("/dev/null", "{folder}/out/{{{{ key }}}}") + more


def forward(more: str) -> str:
    return FORWARD_IN + '\n[sinks.out]\ntype = "http"\ninputs = ["in"]\nuri = "http://127.0.0.1:{receiver}/"\n' + more


def wide(keys: int) -> str:
    return json.dumps({f"key_{i}": i for i in range(keys)}, separators=(",", ":"))


def deep(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def metric() -> str:
    return ('{"metric":{"name":"requests","tags":{"key":"#","host":"a"},"timestamp":"2026-03-04T05:06:07Z",'
            '"kind":"incremental","counter":{"value":1.0}}}')


SERIES = [
    Series("events a request", [(n, http("", n, 16, HTTP_IN + HTTP_REMAP + http_out("change"))) for n in (1, 10, 100, 1_000)]),
    Series("events of a run", [(n, stdin(STDIN + JSON_REMAP + blackhole("change"), n))
                               for n in (10_000, 100_000, 1_000_000, 10_000_000)], idle=True),
    Series("connections", [(n, http("", 1, n, HTTP_IN + http_out())) for n in (1, 10, 100, 1_000, 10_000)]),
    Series("connections, 100 events", [(n, http("", 100, n, HTTP_IN + http_out())) for n in (1, 10, 100, 1_000, 10_000)]),
    Series("filters in a chain", [(n, stdin(STDIN_JSON + filters(n), 1_000_000)) for n in (1, 10, 100)], "event and filter"),
    Series("remaps in a chain", [(n, stdin(STDIN_JSON + remaps(n), 1_000_000)) for n in (1, 10, 100)], "event and remap"),
    Series("ordering keys", [(n, http("", 1, 64, forward('order_by = "{{{{ headers.x-key }}}}"\n'), distinct=n))
                             for n in (1_000, 1_000_000)]),
    Series("partition keys", [(n, http("", 1, 64, FORWARD_IN + '\n[transforms.split]\ntype = "partition"\ninputs = ["in"]\n'
                                       'partitions = 1\npartition.key = "{{{{ headers.x-key }}}}"\n' +
                                       forward("").partition("\n\n")[2].replace('"in"', '"split.0"'), distinct=n))
                              for n in (1, 1_000, 1_000_000)]),
    # A request an event, however many keys: what differs is only how many there are.
    Series("values in a uri", [(n, stdin(STDIN_JSON + keyed_uri("batch.max_events = 1\n"), 200_000, line=KEYED, distinct=n))
                               for n in (1, 100, 10_000, 200_000)]),
    # Two events a request, which come so far apart as there are keys: that many batches are open.
    Series("open batches", [(n, stdin(STDIN_JSON + keyed_uri("batch.max_events = 2\nbatch.timeout_secs = 60\n"), 200_000,
                                      line=KEYED, distinct=n)) for n in (1, 100, 10_000, 100_000)]),
    # A write an event. With the most values, files are closed for others to be opened.
    Series("values in a path", [(n, stdin(STDIN_JSON + files(), 300_000, line=KEYED, distinct=n))
                                for n in (1_000, 10_000, 100_000)]),
    Series("sinks", [(n, http("", 100, 16, HTTP_IN + "".join(http_out(name=f"out{i}") for i in range(n)))) for n in (1, 4, 16)],
           "event and sink"),
    Series("keys of an event", [(n, stdin(STDIN_JSON + WRITTEN, 2_000_000 // n, line=wide(n))) for n in (10, 100, 1_000)],
           "event and key"),
    Series("levels of an event", [(n, stdin(STDIN_JSON + WRITTEN, 2_000_000 // n, line=deep(n))) for n in (1, 10, 100)],
           "event and level"),
    Series("shapes of events", [(n, stdin(STDIN_JSON + WRITTEN, 1_000_000, line='{"key_#":1,' + EVENT[1:], distinct=n))
                                for n in (1, 100, 10_000, 1_000_000)]),
    Series("shapes, changed", [(n, stdin(STDIN_JSON + HTTP_REMAP + WRITTEN.replace('"in"', '"change"'), 1_000_000,
                                         line='{"key_#":1,' + EVENT[1:], distinct=n)) for n in (1, 100, 10_000, 1_000_000)]),
    Series("values of a tag", [(n, stdin(STDIN_JSON + WRITTEN, 1_000_000, line=KEYED, distinct=n)) for n in (1, 1_000, 1_000_000)]),
    Series("metric series", [(n, stdin(STDIN + 'decoding.codec = "native_json"\n' + blackhole(), 1_000_000, line=metric(), distinct=n))
                             for n in (1, 1_000, 1_000_000)]),
]
