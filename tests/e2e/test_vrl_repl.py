"""`engine vrl` at a terminal: editing, history, completion, several lines, commands."""

import os
import pty
import re
import select
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

BINARY = os.environ.get("ENGINE_BINARY", "")
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r|\x07")


class Terminal:
    """The REPL behind a pseudo terminal."""

    def __init__(self, home: str, *arguments: str):
        self.seen = b""
        self.master, slave = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm", "TZ": "UTC", "LC_ALL": "C.UTF-8",
                       # libedit never frees the names of functions that are added to it.
                       "ASAN_OPTIONS": "detect_leaks=0"}
        self.process = subprocess.Popen([BINARY, "vrl", *arguments], stdin=slave, stdout=slave, stderr=slave,
                                        env=environment, cwd=home, start_new_session=True)
        os.close(slave)

    def expect(self, text: str, seconds: float = 20) -> str:
        """Reads until the text was shown; returns what stood before it and drops both."""
        deadline = time.monotonic() + seconds
        while (shown := ESCAPES.sub(b"", self.seen)).find(text.encode()) < 0:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f"{text!r} never came, only {shown.decode(errors='replace')!r}")
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            if not data:
                raise AssertionError(f"ended before {text!r}: {shown.decode(errors='replace')!r}")
            self.seen += data
        before, _, self.seen = shown.partition(text.encode())
        return before.decode(errors="replace")

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def enter(self, line: str, answer: str) -> None:
        """Types a line and waits for its answer and the next prompt."""
        self.type(line + "\n")
        self.expect(answer)
        self.expect("$ ")

    def leave(self) -> int:
        """Exit code after `exit`."""
        self.type("exit\n")
        deadline = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    os.read(self.master, 65536)
                except OSError:
                    break
        return self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


class VrlRepl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name

    def open(self, *arguments: str) -> Terminal:
        terminal = Terminal(self.home, *arguments)
        self.addCleanup(terminal.close)
        terminal.expect("$ ")
        return terminal

    def test_variables_and_event_stay(self):
        terminal = self.open("-q")
        terminal.enter("x = [1]", "[1]\n")
        terminal.enter(".y = push(x, 2)", "[1, 2]\n")
        terminal.enter("x", "[1]\n")
        terminal.enter(".", '{ "y": [1, 2] }\n')
        terminal.enter('.z = to_int!("q")', 'Invalid integer "q"')
        terminal.enter("nope", "error[E701]: call to undefined variable")
        terminal.enter(".", '{ "y": [1, 2] }\n')
        self.assertEqual(terminal.leave(), 0)

    def test_program_of_several_lines(self):
        terminal = self.open("-q")
        terminal.type("if true {\n")
        terminal.expect("> ")
        terminal.enter('"inside" }', '"inside"\n')
        terminal.type("1 +\n")
        terminal.expect("> ")
        terminal.enter("2", "3\n")
        terminal.type("foo(\n")
        terminal.expect("> ")
        terminal.enter("", "unexpected end of program")

    def test_tab_completes_function_names(self):
        terminal = self.open("-q")
        terminal.type("parse_apa\t")
        terminal.expect("parse_apache_log")
        terminal.type("\x15upca\t")
        terminal.enter('("a")', '"A"\n')
        terminal.type("parse_aws_\t")
        terminal.expect("parse_aws_vpc_flow_log")

    def test_commands(self):
        terminal = self.open()
        terminal.enter("help", "help <function>")
        terminal.enter("help upcase", "upcase(value)")
        terminal.enter("help functions", "parse_json")
        terminal.enter("help docs", "https://vector.dev/docs/reference/vrl/\n")
        terminal.enter("help docs upcase", "functions/#upcase\n")
        terminal.enter("help error 701", "https://errors.vrl.dev/701\n")
        terminal.enter("help upcas", 'did you mean "upcase"?')

    def test_next_and_prev_go_through_the_input(self):
        Path(self.home, "events.json").write_text('{"a":1}\n{"a":2}\n')
        terminal = self.open("-q", "--input", "events.json")
        terminal.enter(".a", "1\n")
        terminal.enter("next", '{ "a": 2 }\n')
        terminal.enter(".b = .a", "2\n")
        terminal.enter("prev", '{ "a": 1 }\n')
        terminal.enter("next", '{ "a": 2, "b": 2 }\n')
        terminal.enter("next", "{  }\n")

    def test_history_is_kept_for_the_owner_only(self):
        first = self.open("-q")
        first.enter("40 + 2", "42\n")
        self.assertEqual(first.leave(), 0)
        path = Path(self.home, ".local/state/engine/vrl_history")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        second = self.open("-q")
        second.type("\x1b[A\x1b[A")  # past `exit`
        second.expect("40 + 2")
        second.type("\n")
        second.expect("42\n")

    def test_without_a_terminal_it_reads_plain_lines(self):
        done = subprocess.run([BINARY, "vrl"], input="a = 1\na + 1\n", capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n\n2\n\n", ""))
