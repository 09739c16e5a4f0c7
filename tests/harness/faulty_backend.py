#!/usr/bin/env python3
"""An HTTP receiver with faults, as a process of its own: what it has taken stands in a log.

It goes from phase to phase, drawn from a seed: in most it takes every request, in others it answers 503, breaks
connections before or in the middle of an answer, stalls, reads slowly, or does not listen. A request counts as taken,
and is logged, only when the whole of a 200 is handed to the system: whatever is sent again after that is a repetition
that the sender is to blame for. The log holds the bodies, or with --runs the runs "<first> <last>" of the numbers that
their lines begin with.

Its first line on stdout is its port. A line on stdin ends the faults; the end of stdin ends the process.
"""

import argparse
import asyncio
import random
import socket
import sys
from pathlib import Path

from deliveries import runs_of

PHASES = {"ok": 10, "unavailable": 2, "reset": 2, "truncate": 1, "stall": 1, "slow": 1, "down": 2}


class FaultyBackend:
    """The server and its phases. Runs on one event loop."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.random = random.Random(arguments.seed)
        self.log = arguments.log.open("ab", buffering=0)
        self.runs = arguments.runs
        self.phase_seconds = (arguments.shortest, arguments.longest)
        self.phase = "ok"
        self.port = 0
        self.server: asyncio.Server | None = None
        self.connections: set[asyncio.StreamWriter] = set()
        self.faults = True

    async def listen(self) -> None:
        """Binds; the same port as before, once there is one."""
        while self.server is None:
            try:
                self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port, backlog=1024)
            except OSError:
                await asyncio.sleep(0.02)
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Nobody can connect any more, and those who had are cut off."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.connections):
            reset(writer)

    async def change_phases(self) -> None:
        """Draws one phase after the other until the faults end."""
        while self.faults:
            self.phase = self.random.choices(list(PHASES), PHASES.values())[0]
            if self.phase == "down":
                await self.close()
            await asyncio.sleep(self.random.uniform(*self.phase_seconds))
            await self.listen()
        self.phase = "ok"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections.add(writer)
        try:
            while (body := await self.read_request(reader)) is not None:
                if not await self.answer(reader, writer, body):
                    return
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> bool:
        """Answers as the phase says; whether the connection goes on."""
        if self.phase == "unavailable":
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
            return True
        if self.phase == "reset":
            reset(writer)
            return False
        if self.phase == "truncate":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
            await writer.drain()
            return False
        while self.phase == "stall":
            await asyncio.sleep(0.02)
        if self.phase == "down" or writer.is_closing() or reader.at_eof():
            return False
        # Logged first: a 200 that was not logged would be a request lost by the receiver.
        self.log.write(self.entry(body))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        return True

    def entry(self, body: bytes) -> bytes:
        """What the log says about a request."""
        if not self.runs:
            return body + b"\n"
        numbers = [int(line.partition(b" ")[0]) for line in body.splitlines()]
        return b"".join(b"%d %d\n" % run for run in runs_of(numbers))

    async def read_request(self, reader: asyncio.StreamReader) -> bytes | None:
        """The body of the next request, None at the end."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return None
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = b""
        while len(body) < length and self.phase == "slow":
            body += await reader.readexactly(min(4096, length - len(body)))
            await asyncio.sleep(0.02)
        return body + await reader.readexactly(length - len(body))


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    writer.transport.abort()


async def run(arguments: argparse.Namespace) -> None:
    """Serves until stdin ends."""
    backend = FaultyBackend(arguments)
    await backend.listen()
    print(backend.port, flush=True)
    phases = asyncio.create_task(backend.change_phases())
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        backend.faults = False
    phases.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--runs", action="store_true", help="log runs of numbers instead of bodies")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shortest", type=float, default=0.1, help="seconds of a phase, at least")
    parser.add_argument("--longest", type=float, default=0.8, help="seconds of a phase, at most")
    asyncio.run(run(parser.parse_args()))
