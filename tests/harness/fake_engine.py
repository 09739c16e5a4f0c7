#!/usr/bin/env python3
"""A stand-in for the engine in the harness's own tests. Its configuration is a line of commands, run in order:

copy            copies stdin to stdout
serve PORT      prints the body of each request as a line until SIGTERM, answers 200
post URL        sends stdin as one gzip request
file PATH TEXT  writes a file
log LEVEL TEXT  writes a log line to stderr
hang            sleeps until killed, ignoring SIGTERM
exit CODE       ends
"""

import gzip
import http.server
import shlex
import signal
import sys
import time
import urllib.request
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    """Prints what it receives."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        sys.stdout.write(f'{{"message":"{body.decode()}","timestamp":"2026-01-02T03:04:05.123456789Z"}}\n')
        sys.stdout.flush()
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for line in Path(sys.argv[-1]).read_text().splitlines():
        word, *arguments = shlex.split(line)
        if word == "copy":
            sys.stdout.write(sys.stdin.read())
            sys.stdout.flush()
        elif word == "serve":
            http.server.HTTPServer(("127.0.0.1", int(arguments[0])), Handler).serve_forever()
        elif word == "post":
            request = urllib.request.Request(arguments[0], gzip.compress(sys.stdin.buffer.read()), {
                "user-agent": "engine/0.1.0", "content-encoding": "gzip", "content-type": "text/plain"})
            urllib.request.urlopen(request, timeout=5).read()
        elif word == "file":
            Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
            Path(arguments[0]).write_text(arguments[1] + "\n")
        elif word == "log":
            print(f"2026-01-02T03:04:05.000001Z {arguments[0]:>5} fake: {arguments[1]}", file=sys.stderr, flush=True)
        elif word == "hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        elif word == "exit":
            return int(arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
