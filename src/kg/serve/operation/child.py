"""A front process as its parent sees it: started, heard, told to end."""

from __future__ import annotations

import json
import pickle
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

from kg.errors import Place, StageError, Text
from kg.serve.operation.front import Setup

MODULE = "kg.serve.operation.front"


class Child:
    """One running front process."""

    def __init__(self, listener: socket.socket, setup: Setup) -> None:
        """Start it; raises OSError when the system has no room for it."""
        ours, theirs = socket.socketpair()
        numbers = (listener.fileno(), theirs.fileno())
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE, *map(str, numbers)],
                pass_fds=numbers,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl+C is for the parent, which passes it on once
            )
        self._channel = Connection(ours.detach())
        try:
            self._channel.send_bytes(pickle.dumps(sys.path))
            self._channel.send_bytes(pickle.dumps(setup))
        except OSError:  # it ended at once, which `exit_code` will show
            pass
        self.process_id = self._process.pid

    def exit_code(self) -> int | None:
        """Return how it ended, below 0 for a signal; None while it runs."""
        return self._process.poll()

    def heard(self) -> list[dict[str, Any]]:
        """Return what it has said since the last call; does not wait."""
        messages = []
        try:
            while self._channel.poll(0):
                messages.append(json.loads(self._channel.recv_bytes()))
        except (EOFError, OSError):
            pass
        return messages

    def send(self, number: signal.Signals) -> None:
        """Send a signal, which is lost when it has ended."""
        self._process.send_signal(number)

    def fileno(self) -> int:
        """The descriptor on which it is heard."""
        return self._channel.fileno()

    def close(self) -> None:
        """Wait for its end, which must be near, and let go of it."""
        self._process.wait()
        self._channel.close()


def fault_of(message: dict[str, Any]) -> StageError | None:
    """Return the error that a process reports, None for another message."""
    fault = message.get("fault")
    if not fault:
        return None
    place = Place(*fault["place"]) if fault["place"] else None
    return StageError(Text(**fault["text"]), place=place)
