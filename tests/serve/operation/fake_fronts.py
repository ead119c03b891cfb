"""What a front process runs in the tests of several processes, and a parent to start them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from kg.errors import Place, StageError, Text
from kg.serve.operation.front import Seat
from kg.serve.operation.processes import Fronts, run_fronts

HERE = "tests.serve.operation.fake_fronts"
WEB = "tests.serve.operation.web_front"


def answering(listener: socket.socket, argument: dict[str, Any], seat: Seat) -> None:
    """Answer each connection with who answers, after the seconds that the client asks for.

    A space comes first, as soon as that was read. With "wait" in place of the seconds the rest
    comes after one more line.
    """
    hangups = ends = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        if not asked:
            writer.close()
            return
        writer.write(b" ")
        await writer.drain()
        if asked == b"wait\n":
            await reader.readline()
        else:
            await asyncio.sleep(float(asked))
        signals = {"hangups": hangups, "ends": ends}
        told = {"pid": os.getpid(), "slot": seat.slot, "argument": argument, **signals}
        told["folder"] = str(seat.folder)
        writer.write(json.dumps(told).encode())
        await writer.drain()
        writer.close()
        await asyncio.sleep(0)

    def hangup(*_: object) -> None:
        nonlocal hangups
        hangups += 1

    def end(*_: object) -> None:
        nonlocal ends
        ends += 1

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, hangup)
        loop.add_signal_handler(signal.SIGTERM, end if argument.get("stubborn") else stop.set)
        server = await asyncio.start_server(answer, sock=listener)
        seat.ready()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)

    asyncio.run(serve())


def refusing(listener: socket.socket, argument: object, seat: Seat) -> None:
    """Be unable to start, for a reason."""
    raise StageError(Text(de="Es fehlt.", en="It is missing."), place=Place("x.ttl", 3))


def dying(listener: socket.socket, argument: object, seat: Seat) -> None:
    """End before being ready."""
    os._exit(7)


def fragile(listener: socket.socket, argument: dict[str, Any], seat: Seat) -> None:
    """Be unable to start while a file is there."""
    if Path(argument["fault"]).exists():
        refusing(listener, argument, seat)
    answering(listener, argument, seat)


def parent() -> None:
    """Run fronts as the command line would; arguments: target, JSON of the argument, count."""
    target, argument, count, grace, ends = sys.argv[1:6]
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    fronts = Fronts(
        f"{WEB if target == 'serving' else HERE}:{target}",
        json.loads(argument),
        int(count),
        grace=float(grace),
        hangup_ends=ends == "yes",
    )

    def ready() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    try:
        run_fronts(listener, fronts, on_ready=ready)
    except StageError as error:
        sys.stderr.write(f"{error.to('en')}\n")
        sys.exit(error.exit_code)
    sys.stdout.write(f"over {time.time()}\n")
