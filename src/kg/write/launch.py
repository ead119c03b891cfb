"""The writer's process is started if there is none, and a socket to it is had."""

from __future__ import annotations

import json
import logging
import pickle
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from typing import Any

from kg.errors import StageError, Text
from kg.settings import Project
from kg.write.state import Mode
from kg.write.wire import connected

_LOG = logging.getLogger("kg.write")
_START = 600.0
"""A large project takes long to reason about."""
_HELD = 30.0
"""So long another writer may take until it can be asked, or has ended."""
_TICK = 0.02


def connect(project: Project, mode: Mode) -> socket.socket:
    """Return a socket to the writer of `project`, which is started if need be.

    Blocks until it is ready. Raises StageError when it cannot be: the journal is damaged, the
    disk is full, nothing was built.
    """
    end = time.monotonic() + _HELD
    while time.monotonic() < end:
        link = connected(project)
        if link:
            return link
        if _start(project, mode):
            end = time.monotonic() + _HELD
        else:
            time.sleep(_TICK)
    raise _not_there()


def _start(project: Project, mode: Mode) -> bool:
    """Start a writer and wait until it is ready; return False when there is one."""
    own, other = socket.socketpair()
    with own, other:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kg.write.process", str(other.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[other.fileno()],
        )
        other.close()
        plain = replace(project, prefixes=dict(project.prefixes))
        own.settimeout(_START)
        try:
            own.sendall(pickle.dumps((plain, mode), protocol=5))
            own.shutdown(socket.SHUT_WR)
            with own.makefile("rb") as file:
                line = file.readline()
            message: dict[str, Any] = json.loads(line) if line else {}
        except (OSError, ValueError):
            message = {}
    if not message:
        process.kill()
        process.wait()
        raise _not_there()
    if "ready" in message:
        threading.Thread(target=_bury, args=(process,), name="kg-writer", daemon=True).start()
        return True
    process.wait()
    if "fault" in message:
        place = f"{message['place']}: " if message["place"] else ""
        fault = message["fault"]
        raise StageError(Text(de=place + fault["de"], en=place + fault["en"]))
    return False


def _bury(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a writer, and say how it ended if that was not of its own accord."""
    code = process.wait()
    if code:
        _LOG.error("the process that writes ended with %s", code)


def _not_there() -> StageError:
    return StageError(
        Text(
            de="Der Prozess, der schreibt, ist nicht zu starten.",
            en="The process that writes cannot be started.",
        )
    )
