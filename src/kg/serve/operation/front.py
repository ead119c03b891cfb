"""One of several processes that serve the same port: `python -m kg.serve.operation.front`.

It is told by its parent what to do, and ends when the parent does, however that ends.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pickle
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from kg.errors import KgError

MARGIN = 3.0
"""So many seconds beyond the time of grace a process has before it is ended at once."""


@dataclass(frozen=True)
class Setup:
    """What a front process is to do: `target` is "package.module:function".

    It is called with the listening socket, the unpickled `argument` and a Seat, and returns when
    the process is told to end. `slot` and `folder` are those of the Seat.
    """

    target: str
    argument: bytes
    slot: int
    folder: Path
    grace: float


@dataclass(frozen=True)
class Seat:
    """The place of one process among those that serve the port.

    `folder` is private and common to all of them, None for the only one. `ready` is to be called
    when requests are answered.
    """

    slot: int = 0
    folder: Path | None = None
    ready: Callable[[], None] = lambda: None


def main() -> None:
    """Serve until the parent or a signal ends this process; the arguments are descriptors."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # whoever has a log to reopen sets a handler
    listener_number, channel_number = map(int, sys.argv[1:3])
    for number in (listener_number, channel_number):
        os.set_inheritable(number, False)  # not for processes that are started from here
    channel = Connection(channel_number)
    try:
        sys.path[:] = pickle.loads(channel.recv_bytes())
        setup = pickle.loads(channel.recv_bytes())
    except (EOFError, OSError):
        return  # the parent is gone already
    watcher = threading.Thread(target=_end_with_parent, args=(channel, setup), daemon=True)
    watcher.start()
    try:
        _serve(setup, socket.socket(fileno=listener_number), channel)
    except KgError as error:
        _tell(channel, {"fault": _as_dict(error)})
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        return


def _serve(setup: Setup, listener: socket.socket, channel: Connection) -> None:
    module, _, name = setup.target.partition(":")
    function = getattr(importlib.import_module(module), name)
    seat = Seat(setup.slot, setup.folder, lambda: _tell(channel, {"ready": True}))
    function(listener, pickle.loads(setup.argument), seat)


def _tell(channel: Connection, message: object) -> None:
    try:
        channel.send_bytes(json.dumps(message).encode())
    except OSError:
        return  # the parent is gone, which the watcher sees


def _as_dict(error: KgError) -> dict[str, object]:
    place = error.place
    return {
        "text": error.text.as_dict(),
        "place": place and [place.file, place.line, place.column, place.pointer],
    }


def _end_with_parent(channel: Connection, setup: Setup) -> None:
    """Wait, in a thread, until the parent is gone; then end as if it had asked for it."""
    with contextlib.suppress(EOFError, OSError):
        channel.recv_bytes()  # the parent says no more: this ends when it does
    shutil.rmtree(setup.folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(setup.grace + MARGIN)
    os._exit(1)


if __name__ == "__main__":
    main()
