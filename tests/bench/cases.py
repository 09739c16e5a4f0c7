"""The cases: a configuration each, how it is driven, and how many events a request, a connection or a file holds."""

import json
from dataclasses import dataclass

EVENT = json.dumps({
    "timestamp": "2026-03-04T05:06:07.123Z", "level": "info", "service": "checkout",
    "request_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "user": {"id": 12345, "plan": "pro"},
    "path": "/api/v1/orders/4711", "method": "POST", "status": 201, "latency_ms": 12.75, "bytes": 4821,
    "tags": ["a", "b"], "message": "order 4711 accepted"}, separators=(",", ":"))
APACHE = ('203.0.113.7 - frank [04/Mar/2026:05:06:07 +0000] "GET /api/v1/orders/4711 HTTP/1.1" 200 4821 '
          '"https://shop.example.com/start" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"')

HTTP_IN = """\
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
decoding.codec = "json"
framing.method = "newline_delimited"
"""
FORWARD_IN = """\
[sources.in]
type = "http_server"
address = "127.0.0.1:{port}"
method = "ANY"
strict_path = false
"""
STDIN = '[sources.in]\ntype = "stdin"\n'
FILE_IN = '[sources.in]\ntype = "file"\ninclude = ["{folder}/input"]\n'
TCP_IN = '[sources.in]\ntype = "socket"\nmode = "tcp"\naddress = "127.0.0.1:{port}"\n'

REMAP = """
[transforms.change]
type = "remap"
inputs = ["in"]
source = '''
{parse}.level = upcase(string!(.level))
.user_id = to_int!(.user.id)
.slow = to_float!(.latency_ms) > 10.0
.summary = string!(.service) + " " + to_string!(.status)
if .status == 201 {{ .outcome = "created" }} else {{ .outcome = "other" }}
del(.user)
.environment = "production"
'''
"""
JSON_REMAP = REMAP.replace("{parse}", ". = parse_json!(string!(.message))\n")
HTTP_REMAP = REMAP.replace("{parse}", "")
APACHE_REMAP = """
[transforms.change]
type = "remap"
inputs = ["in"]
source = '''
. = parse_apache_log!(string!(.message), format: "combined")
.status_class = to_string(.status) + "xx"
.method = upcase(string!(.method))
del(.agent)
'''
"""


def blackhole(source: str = "in", name: str = "out") -> str:
    return f'\n[sinks.{name}]\ntype = "blackhole"\ninputs = ["{source}"]\n'


def http_out(source: str = "in", name: str = "out") -> str:
    return (f'\n[sinks.{name}]\ntype = "http"\ninputs = ["{source}"]\nuri = "http://127.0.0.1:{{receiver}}/"\n'
            'encoding.codec = "json"\nframing.method = "newline_delimited"\n')


TCP_OUT = '\n[sinks.out]\ntype = "socket"\nmode = "tcp"\naddress = "127.0.0.1:{receiver}"\ninputs = ["in"]\nencoding.codec = "text"\n'
ACKNOWLEDGED = "acknowledgements.enabled = true\n"
# Vector's least size, so that the same configuration runs there.
DISK = 'buffer = {{ type = "disk", max_size = 1_073_741_824, when_full = "block" }}\n'
FORWARD_OUT = """
[transforms.split]
type = "partition"
inputs = ["in"]
partitions = 4
partition.key = "{{{{ headers.x-key }}}}"
""" + "".join(f"""
[sinks.out{i}]
type = "http"
inputs = ["split.{i}"]
uri = "http://127.0.0.1:{{receiver}}/"
""" for i in range(4))


@dataclass(frozen=True)
class Case:
    """`driver`: http (wrk), stdin, file or tcp; `bound` is wrk against nginx, without an engine."""

    name: str
    driver: str
    config: str
    events: int = 1  # in one request (http)
    connections: int = 64
    lines: int = 0  # altogether (stdin, file, tcp)
    line: str = EVENT
    distinct: int = 0  # lines, or values of the header x-key, that differ: `#` in `line` counts up to it
    threads: int | None = None
    extra: bool = False  # only when it is named: not in the reference's table, or long
    ours: bool = False  # uses what only this engine has: not compared


def http(name: str, events: int, connections: int, config: str, **more) -> Case:
    return Case(name, "http", config, events, connections, **more)


SCALING = [case for threads in (1, 2, 4) for case in (
    http(f"threads-{threads}-remap-100", 100, 16, HTTP_IN + HTTP_REMAP + blackhole("change"), threads=threads, extra=True),
    http(f"threads-{threads}-in-1", 1, 64, HTTP_IN + blackhole(), threads=threads, extra=True),
    Case(f"threads-{threads}-stdin-json", "stdin", STDIN + JSON_REMAP + blackhole("change"), lines=2_000_000, threads=threads,
         extra=True))]

CASES = [
    Case("bound-1", "bound", "", 1, 64),
    Case("bound-100", "bound", "", 100, 16),
    http("in-1", 1, 64, HTTP_IN + blackhole()),
    http("in-100", 100, 16, HTTP_IN + blackhole()),
    http("http-1", 1, 64, HTTP_IN + http_out()),
    http("http-100", 100, 16, HTTP_IN + http_out()),
    http("remap-100", 100, 16, HTTP_IN + HTTP_REMAP + http_out("change")),
    http("ack-1", 1, 64, HTTP_IN + http_out() + ACKNOWLEDGED),
    http("ack-100", 100, 16, HTTP_IN + http_out() + ACKNOWLEDGED),
    http("disk-1", 1, 64, HTTP_IN + http_out() + ACKNOWLEDGED + DISK),
    http("disk-100", 100, 16, HTTP_IN + http_out() + ACKNOWLEDGED + DISK),
    Case("stdin-json", "stdin", STDIN + JSON_REMAP + blackhole("change"), lines=2_000_000),
    Case("stdin-apache", "stdin", STDIN + APACHE_REMAP + blackhole("change"), lines=2_000_000, line=APACHE),
    Case("file", "file", FILE_IN + blackhole(), lines=3_000_000),
    Case("tcp", "tcp", TCP_IN + TCP_OUT, connections=4, lines=2_000_000),
    http("fan-out-4", 100, 16, HTTP_IN + "".join(http_out(name=f"out{i}") for i in range(4))),
    http("forward", 1, 64, FORWARD_IN + FORWARD_OUT, distinct=1000, ours=True),
    http("connections-1", 1, 1, HTTP_IN + http_out(), extra=True),
    http("connections-100", 1, 100, HTTP_IN + http_out(), extra=True),
    http("connections-10000", 1, 10_000, HTTP_IN + http_out(), extra=True),
    http("size-10k", 1, 64, HTTP_IN + http_out(), line=json.dumps({"message": "x" * 10_200}), extra=True),
    http("size-1m", 1, 16, HTTP_IN + http_out(), line=json.dumps({"message": "x" * 1_048_500}), extra=True),
    *SCALING,
]
